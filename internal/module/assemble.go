package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func assembleModule() *Module {
	return &Module{
		Name: "ansible.builtin.assemble",
		Doc:  "Put a file together from fragments in a folder",
		Spec: &argspec.Spec{SupportsCheck: true, SupportsDiff: true, FileCommon: true, Options: append([]*argspec.Option{
			{Name: "src", Type: "path", Required: true, Doc: "folder of the fragments, taken in the order of their names"},
			{Name: "delimiter", Doc: "text between two fragments"},
			{Name: "dest", Type: "path", Required: true, Doc: "file to write"},
			{Name: "backup", Type: "bool", Default: value.Bool(false), Doc: "keep a copy of the old file"},
			{Name: "remote_src", Type: "bool", Default: value.Bool(true), Doc: "the folder is on the host already"},
			{Name: "regexp", Doc: "pattern that names of fragments must match"},
			{Name: "ignore_hidden", Type: "bool", Default: value.Bool(false), Doc: "leave out names that start with a dot"},
			{Name: "validate", Doc: "command that checks the new file, %s is its path"},
			{Name: "decrypt", Type: "bool", Default: value.Bool(true), Doc: "decrypt vaulted fragments of the controller"},
		}, fileOptions()...)},
		Returns: []Return{{"dest", "str", "the file"}, {"src", "str", "the folder"}, {"checksum", "str", "SHA-1 of the content"}, {"md5sum", "str", "MD5 of the content"},
			{"backup_file", "str", "path of the copy of the old file"}},
	}
}
