package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func blockinfileModule() *Module {
	return &Module{
		Name: "ansible.builtin.blockinfile",
		Doc:  "Keep a block of lines between two marker lines in a file",
		Spec: &argspec.Spec{
			SupportsCheck: true, SupportsDiff: true, FileCommon: true,
			Options: append([]*argspec.Option{
				{Name: "path", Type: "path", Required: true, Aliases: []string{"dest", "destfile", "name"}, Doc: "file to edit"},
				{Name: "state", Default: value.S("present"), Choices: argspec.Texts("absent", "present"), Doc: "whether the block shall be there"},
				{Name: "marker", Default: value.S("# {mark} ANSIBLE MANAGED BLOCK"), Doc: "line before and after the block, {mark} tells which"},
				{Name: "block", Default: value.S(""), Aliases: []string{"content"}, Doc: "the lines; an empty block is removed"},
				{Name: "insertafter", Doc: "pattern of the line after which a new block goes, or EOF"},
				{Name: "insertbefore", Doc: "pattern of the line before which a new block goes, or BOF"},
				{Name: "create", Type: "bool", Default: value.Bool(false), Doc: "create a file that is missing"},
				{Name: "backup", Type: "bool", Default: value.Bool(false), Doc: "keep a copy of the old file"},
				{Name: "validate", Doc: "command that checks the new file, %s is its path"},
				{Name: "marker_begin", Default: value.S("BEGIN"), Doc: "what {mark} is before the block"},
				{Name: "marker_end", Default: value.S("END"), Doc: "what {mark} is after the block"},
				{Name: "append_newline", Type: "bool", Default: value.Bool(false), Doc: "keep an empty line after the block"},
				{Name: "prepend_newline", Type: "bool", Default: value.Bool(false), Doc: "keep an empty line before the block"},
			}, fileOptions()...),
			Relations: argspec.Relations{MutuallyExclusive: [][]string{{"insertbefore", "insertafter"}}},
		},
		Returns: []Return{{"msg", "str", "what was done"}, {"backup_file", "str", "path of the copy of the old file"}},
	}
}
