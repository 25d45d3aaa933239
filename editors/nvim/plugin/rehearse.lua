-- Starts the language server for Ansible files and defines the commands. Everything else is loaded when it is needed.
if vim.g.loaded_rehearse then
  return
end
vim.g.loaded_rehearse = true

local group = vim.api.nvim_create_augroup('rehearse', {})
vim.api.nvim_create_autocmd('FileType', {
  group = group,
  pattern = { 'yaml.ansible', 'ansible' },
  callback = function(event)
    if vim.g.rehearse_autostart ~= false then
      require('rehearse').attach(event.buf)
    end
  end,
})

vim.api.nvim_create_user_command('RehearseRunTask', function()
  require('rehearse').run_task()
end, { desc = 'Run the play, block or task under the cursor' })

vim.api.nvim_create_user_command('RehearseRestart', function()
  require('rehearse').restart()
end, { desc = 'Stop the language server and start it again' })
