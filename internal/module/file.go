package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func fileModule() *Module {
	return &Module{
		Name: "ansible.builtin.file",
		Doc:  "Set attributes of files, directories and links, and create or remove them",
		Spec: &argspec.Spec{SupportsCheck: true, SupportsDiff: true, FileCommon: true, Options: append([]*argspec.Option{
			{Name: "state", Choices: argspec.Texts("absent", "directory", "file", "hard", "link", "touch"),
				Doc: "what the path shall be; what it is when not given"},
			{Name: "path", Type: "path", Required: true, Aliases: []string{"dest", "name"}, Doc: "path to manage"},
			{Name: "_original_basename"},
			{Name: "recurse", Type: "bool", Default: value.Bool(false), Doc: "apply the attributes to all that a directory holds"},
			{Name: "force", Type: "bool", Default: value.Bool(false), Doc: "make a link whose source is missing, or replace what is in its way"},
			{Name: "follow", Type: "bool", Default: value.Bool(true), Doc: "act on what a link points to"},
			{Name: "_diff_peek", Type: "bool"},
			{Name: "src", Type: "path", Doc: "what a link points to"},
			{Name: "modification_time", Doc: "'preserve', 'now' or a time in the given format"},
			{Name: "modification_time_format", Default: value.S(touchFormat), Doc: "format of modification_time, as strptime takes it"},
			{Name: "access_time", Doc: "'preserve', 'now' or a time in the given format"},
			{Name: "access_time_format", Default: value.S(touchFormat), Doc: "format of access_time, as strptime takes it"},
		}, fileOptions()...)},
		Returns: []Return{
			{"dest", "str", "the path, for state=touch, link and hard"},
			{"path", "str", "the path, for the other states"},
		},
	}
}

const touchFormat = "%Y%m%d%H%M.%S"
