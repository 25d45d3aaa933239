" Ansible files get the filetype yaml.ansible, so that YAML's own settings stay in force.
augroup rehearse_ftdetect
  autocmd!
  autocmd BufNewFile,BufRead *.yml,*.yaml lua require('rehearse.detect').set(vim.fn.expand('<abuf>') + 0)
augroup END
