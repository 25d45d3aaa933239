-- Which YAML files are Ansible's: by their path, else by what stands in their first lines.
local M = {}

local directories = {
  tasks = true, handlers = true, defaults = true, vars = true, meta = true,
  group_vars = true, host_vars = true, playbooks = true,
}

-- by_path tells whether the path alone says that a file is Ansible's.
function M.by_path(path)
  local parts = {}
  for part in path:gsub('\\', '/'):gmatch('[^/]+') do
    parts[#parts + 1] = part
  end
  local name = parts[#parts] or ''
  if name:match('^site%.ya?ml$') or name:match('^playbook.*%.ya?ml$') then
    return true
  end
  local parent = parts[#parts - 1]
  if not parent or not directories[parent] then
    -- group_vars/all/main.yml
    local above = parts[#parts - 2]
    return above == 'group_vars' or above == 'host_vars'
  end
  if parent == 'vars' or parent == 'meta' or parent == 'defaults' then
    -- these names are too common to mean Ansible anywhere else than in a role
    return parts[#parts - 3] == 'roles' or vim.fn.isdirectory(vim.fn.fnamemodify(path, ':h:h') .. '/tasks') == 1
  end
  return true
end

-- by_text tells whether the lines are the start of a playbook.
function M.by_text(lines)
  for _, line in ipairs(lines) do
    if line:match('^%s*%-?%s*hosts%s*:') or line:match('^%-%s+[%w_.]*import_playbook%s*:') then
      return true
    end
  end
  return false
end

-- set gives a buffer its filetype when it is Ansible's.
function M.set(buf)
  local path = vim.api.nvim_buf_get_name(buf)
  if M.by_path(path) or M.by_text(vim.api.nvim_buf_get_lines(buf, 0, 100, false)) then
    vim.api.nvim_buf_set_option(buf, 'filetype', 'yaml.ansible')
  end
end

return M
