package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func lineinfileModule() *Module {
	return &Module{
		Name: "ansible.builtin.lineinfile",
		Doc:  "Make sure that a line is in a file, or is not, or replace one",
		Spec: &argspec.Spec{
			SupportsCheck: true, SupportsDiff: true, FileCommon: true,
			Options: append([]*argspec.Option{
				{Name: "path", Type: "path", Required: true, Aliases: []string{"dest", "destfile", "name"}, Doc: "file to edit"},
				{Name: "state", Default: value.S("present"), Choices: argspec.Texts("absent", "present"), Doc: "whether the line shall be there"},
				{Name: "regexp", Aliases: []string{"regex"}, Doc: "pattern of the line to replace or remove; the last match counts"},
				{Name: "search_string", Doc: "text in the line to replace or remove"},
				{Name: "line", Aliases: []string{"value"}, Doc: "the line"},
				{Name: "insertafter", Doc: "pattern of the line after which a new line goes, or EOF"},
				{Name: "insertbefore", Doc: "pattern of the line before which a new line goes, or BOF"},
				{Name: "backrefs", Type: "bool", Default: value.Bool(false), Doc: "fill groups of regexp into line; nothing is added where nothing matches"},
				{Name: "create", Type: "bool", Default: value.Bool(false), Doc: "create a file that is missing"},
				{Name: "backup", Type: "bool", Default: value.Bool(false), Doc: "keep a copy of the old file"},
				{Name: "firstmatch", Type: "bool", Default: value.Bool(false), Doc: "let the first match count, not the last"},
				{Name: "validate", Doc: "command that checks the new file, %s is its path"},
			}, fileOptions()...),
			Relations: argspec.Relations{MutuallyExclusive: [][]string{
				{"insertbefore", "insertafter"}, {"regexp", "search_string"}, {"backrefs", "search_string"}}},
		},
		Returns: []Return{
			{"msg", "str", "what was done"},
			{"backup", "str", "path of the copy of the old file, empty without one"},
			{"found", "int", "number of lines removed, with state=absent"},
		},
	}
}
