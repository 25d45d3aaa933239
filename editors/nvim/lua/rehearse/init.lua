-- The client side of `rehearse lsp`: starts the server and runs the task under the cursor.
--
--   require('rehearse').setup({ cmd = { '/opt/rehearse', 'lsp' }, settings = { inventory = { 'hosts.ini' } } })
--
-- setup is needed only to change something: the plugin starts by itself.
local M = {}

M.options = {
  cmd = { 'rehearse', 'lsp' }, -- how to start the server; runs use its first word
  settings = nil, -- { inventory = {...}, lint = true, diagnostics = 'open' | 'workspace', codeLens = true }
  capabilities = nil, -- of a completion plugin
  on_attach = nil,
}

function M.setup(options)
  M.options = vim.tbl_deep_extend('force', M.options, options or {})
end

local clients = {} -- by root, for Neovim before 0.8

local function config(root)
  local o = M.options
  return {
    name = 'rehearse',
    cmd = o.cmd,
    root_dir = root,
    capabilities = o.capabilities or vim.lsp.protocol.make_client_capabilities(),
    init_options = o.settings,
    settings = { rehearse = o.settings or vim.empty_dict() },
    on_attach = o.on_attach,
    -- Neovim before 0.8 wants the names that an editor has for the languages of its filetypes
    get_language_id = function()
      return 'ansible'
    end,
  }
end

-- attach starts the server for the buffer's project, once, and connects the buffer to it.
function M.attach(buf)
  local path = vim.api.nvim_buf_get_name(buf)
  if path == '' or vim.fn.executable(M.options.cmd[1]) ~= 1 then
    return
  end
  local root = require('rehearse.root').of(path)
  if vim.lsp.start then
    vim.api.nvim_buf_call(buf, function()
      vim.lsp.start(config(root))
    end)
    return
  end
  local id = clients[root]
  if not id or not vim.lsp.get_client_by_id(id) then
    local c = config(root)
    c.on_exit = function()
      clients[root] = nil
    end
    id = vim.lsp.start_client(c)
    clients[root] = id
  end
  if id then
    vim.lsp.buf_attach_client(buf, id)
  end
end

-- client is the server's client of a buffer.
function M.client(buf)
  local get = vim.lsp.get_clients or vim.lsp.buf_get_clients
  local list = vim.lsp.get_clients and get({ bufnr = buf, name = 'rehearse' }) or get(buf)
  for _, c in pairs(list) do
    if c.name == 'rehearse' then
      return c
    end
  end
end

function M.restart()
  local buf = vim.api.nvim_get_current_buf()
  local c = M.client(buf)
  if c then
    c.stop()
    clients[c.config.root_dir] = nil
  end
  vim.defer_fn(function()
    M.attach(buf)
  end, 200)
end

-- run starts what the server says in a terminal below; `r` is its answer to rehearse.taskCommand.
function M.run(r)
  local argv = { M.options.cmd[1] }
  vim.list_extend(argv, r.args)
  vim.cmd('botright 15new')
  local buf = vim.api.nvim_get_current_buf()
  vim.bo[buf].bufhidden = 'wipe'
  vim.fn.termopen(argv, {
    cwd = r.dir,
    on_exit = function(_, code)
      if vim.api.nvim_buf_is_valid(buf) then
        vim.b[buf].rehearse_exit = code
      end
    end,
  })
  vim.cmd('normal! G')
  pcall(vim.api.nvim_buf_set_name, buf, 'rehearse: ' .. r.name)
  return buf
end

-- run_task runs the innermost task, block or play under the cursor. Unsaved changes are written first: it is the file
-- that runs.
function M.run_task()
  local buf = vim.api.nvim_get_current_buf()
  local c = M.client(buf)
  if not c then
    vim.notify('rehearse: the language server is not running for this buffer', vim.log.levels.ERROR)
    return
  end
  if vim.bo[buf].modified then
    vim.cmd('write')
  end
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local params = {
    command = 'rehearse.taskCommand',
    arguments = { { uri = vim.uri_from_bufnr(buf), position = { line = line, character = 0 } } },
  }
  c.request('workspace/executeCommand', params, function(err, result)
    if err then
      vim.notify('rehearse: ' .. err.message, vim.log.levels.ERROR)
      return
    end
    M.run(result)
  end, buf)
end

-- A code lens of the server is run in the same way.
if vim.lsp.commands then
  vim.lsp.commands['rehearse.run'] = function(command)
    M.run(command.arguments[1])
  end
end

return M
