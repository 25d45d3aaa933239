package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func replaceModule() *Module {
	return &Module{
		Name: "ansible.builtin.replace",
		Doc:  "Replace all matches of a pattern in a file",
		Spec: &argspec.Spec{SupportsCheck: true, SupportsDiff: true, FileCommon: true, Options: append([]*argspec.Option{
			{Name: "path", Type: "path", Required: true, Aliases: []string{"dest", "destfile", "name"}, Doc: "file to edit"},
			{Name: "regexp", Required: true, Doc: "pattern to look for; ^ and $ match at every line"},
			{Name: "replace", Default: value.S(""), Doc: "what a match becomes; \\1 and \\g<name> are groups"},
			{Name: "after", Doc: "pattern after which replacements begin"},
			{Name: "before", Doc: "pattern before which replacements end"},
			{Name: "backup", Type: "bool", Default: value.Bool(false), Doc: "keep a copy of the old file"},
			{Name: "validate", Doc: "command that checks the new file, %s is its path"},
			{Name: "encoding", Default: value.S("utf-8"), Doc: "encoding of the file"},
		}, fileOptions()...)},
		Returns: []Return{{"msg", "str", "what was done"}, {"backup_file", "str", "path of the copy of the old file"}},
	}
}
