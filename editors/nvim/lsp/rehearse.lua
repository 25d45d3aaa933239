-- For Neovim 0.11 and newer: vim.lsp.enable('rehearse').
return {
  cmd = { 'rehearse', 'lsp' },
  filetypes = { 'yaml.ansible', 'ansible' },
  root_markers = { 'ansible.cfg', 'galaxy.yml', '.git' },
  get_language_id = function()
    return 'ansible'
  end,
}
