-- Drives a real Neovim: opens a playbook, waits for diagnostics, completes, hovers, jumps and runs a task. The Go test
-- gives the paths in the environment and reads the report.
local report = assert(io.open(os.getenv('REHEARSE_REPORT'), 'w'))
local function check(name, ok, detail)
  report:write((ok and 'ok   ' or 'FAIL ') .. name .. (ok and '' or ': ' .. tostring(detail)) .. '\n')
  report:flush()
end

local function wait(what, f)
  local ok = vim.wait(20000, f, 10)
  if not ok then
    check(what, false, 'did not happen within 20 s')
  end
  return ok
end

local function main()
  local binary, dir = os.getenv('REHEARSE_BIN'), os.getenv('REHEARSE_DIR')
  local rehearse = require('rehearse')
  rehearse.setup({ cmd = { binary, 'lsp' } })

  vim.cmd('edit ' .. dir .. '/site.yml')
  local buf = vim.api.nvim_get_current_buf()
  check('filetype of a playbook', vim.bo[buf].filetype == 'yaml.ansible', vim.bo[buf].filetype)
  if not wait('server starts', function()
    return rehearse.client(buf) ~= nil
  end) then
    return
  end
  local client = rehearse.client(buf)
  check('server starts', true)
  check('root', client.config.root_dir == dir, client.config.root_dir)

  local function request(method, params)
    local r = client.request_sync(method, params, 20000, buf)
    assert(r, method .. ': no answer')
    assert(not r.err, method .. ': ' .. vim.inspect(r.err))
    return r.result
  end
  local function at(line, character)
    return { textDocument = { uri = vim.uri_from_bufnr(buf) }, position = { line = line, character = character } }
  end

  -- an unsaved change gives a diagnostic, mending it takes it away
  local count = vim.api.nvim_buf_line_count(buf)
  vim.api.nvim_buf_set_lines(buf, count, count, false, { '- hosts: [all' })
  if wait('diagnostic of an unsaved change', function()
    return #vim.diagnostic.get(buf) > 0
  end) then
    check('diagnostic of an unsaved change', true)
    check('diagnostic has a place', vim.diagnostic.get(buf)[1].lnum >= count - 1, vim.inspect(vim.diagnostic.get(buf)[1]))
  end
  vim.api.nvim_buf_set_lines(buf, count, count + 1, false, {})
  if wait('diagnostic goes away', function()
    return #vim.diagnostic.get(buf) == 0
  end) then
    check('diagnostic goes away', true)
  end

  -- completion of an option
  vim.api.nvim_buf_set_lines(buf, 6, 6, false, { '        va' })
  local list = request('textDocument/completion', at(6, 10))
  local labels = {}
  for _, item in ipairs(list.items or list) do
    labels[#labels + 1] = item.label
  end
  check('completion', labels[1] == 'var', vim.inspect(labels))
  vim.api.nvim_buf_set_lines(buf, 6, 7, false, {})

  local hover = request('textDocument/hover', at(5, 8))
  check('hover', hover and hover.contents.value:match('ansible.builtin.debug') ~= nil, vim.inspect(hover))

  local symbols = request('textDocument/documentSymbol', { textDocument = { uri = vim.uri_from_bufnr(buf) } })
  check('outline', symbols[1] and symbols[1].name == 'Greet', vim.inspect(symbols))

  -- run the task under the cursor
  local wants = vim.split(os.getenv('REHEARSE_RUN_WANT'), '\n')
  vim.bo[buf].modified = false
  vim.cmd('edit!')
  vim.api.nvim_win_set_cursor(0, { 6, 0 })
  vim.cmd('RehearseRunTask')
  if wait('run opens a split', function()
    return #vim.api.nvim_list_wins() == 2
  end) then
    local out = vim.api.nvim_get_current_buf()
    wait('run ends', function()
      return vim.b[out].rehearse_exit ~= nil
    end)
    local text = table.concat(vim.api.nvim_buf_get_lines(out, 0, -1, false), '\n')
    check('run ends well', vim.b[out].rehearse_exit == 0, tostring(vim.b[out].rehearse_exit) .. '\n' .. text)
    for _, want in ipairs(wants) do
      check('run shows ' .. want, text:find(want, 1, true) ~= nil, text)
    end
    check('run leaves out the other task', not text:find('Second', 1, true), text)
  end

  -- what is no Ansible file is left alone
  vim.cmd('edit ' .. dir .. '/compose.yml')
  check('filetype of other YAML', vim.bo.filetype ~= 'yaml.ansible', vim.bo.filetype)
  check('no server for other YAML', rehearse.client(vim.api.nvim_get_current_buf()) == nil)
  vim.cmd('edit ' .. dir .. '/roles/web/tasks/main.yml')
  check('filetype of a tasks file', vim.bo.filetype == 'yaml.ansible', vim.bo.filetype)
  check('one server for a project', wait('second buffer', function()
    local c = rehearse.client(vim.api.nvim_get_current_buf())
    return c ~= nil and c.id == client.id
  end))
end

local ok, err = xpcall(main, debug.traceback)
check('the script runs through', ok, err)
report:close()
vim.cmd('qall!')
