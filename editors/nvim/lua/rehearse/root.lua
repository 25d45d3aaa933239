-- The root of a project: the directory of the nearest ansible.cfg, galaxy.yml or .git above a file, else its own.
local M = {}

local markers = { 'ansible.cfg', 'galaxy.yml', '.git' }

local function exists(path)
  return (vim.loop or vim.uv).fs_stat(path) ~= nil
end

function M.of(path)
  local dir = vim.fn.fnamemodify(path, ':p:h')
  local at = dir
  while true do
    for _, marker in ipairs(markers) do
      if exists(at .. '/' .. marker) then
        return at
      end
    end
    local up = vim.fn.fnamemodify(at, ':h')
    if up == at then
      return dir
    end
    at = up
  end
end

return M
