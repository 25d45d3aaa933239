package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func copyModule() *Module {
	return &Module{
		Name:    "ansible.builtin.copy",
		Doc:     "Put a file, a folder or a given text on the host",
		Spec:    &argspec.Spec{SupportsCheck: true, SupportsDiff: true, FileCommon: true, Options: copyOptions()},
		Returns: copyReturns(),
	}
}

func copyOptions() []*argspec.Option {
	return append([]*argspec.Option{
		{Name: "src", Type: "path", Doc: "file or folder to copy; a folder with a trailing / copies what is in it"},
		{Name: "_original_basename"},
		{Name: "content", NoLog: true, Doc: "text to write instead of copying a file"},
		{Name: "dest", Type: "path", Required: true, Doc: "where it goes"},
		{Name: "backup", Type: "bool", Default: value.Bool(false), Doc: "keep a copy of the old file"},
		{Name: "force", Type: "bool", Default: value.Bool(true), Doc: "replace a file whose content differs"},
		{Name: "validate", Doc: "command that checks the new file, %s is its path"},
		{Name: "directory_mode", Type: "raw", Doc: "permissions of folders that are created"},
		{Name: "remote_src", Type: "bool", Default: value.Bool(false), Doc: "src is on the host already"},
		{Name: "local_follow", Type: "bool", Doc: "follow links in the source"},
		{Name: "checksum", Doc: "SHA-1 that the copied file must have"},
		{Name: "follow", Type: "bool", Default: value.Bool(false), Doc: "write to what a link at dest points to"},
	}, fileOptions()...)
}

func copyReturns() []Return {
	return []Return{
		{"dest", "str", "where it went"},
		{"src", "str", "where it came from"},
		{"md5sum", "str", "MD5 of the content"},
		{"checksum", "str", "SHA-1 of the content"},
		{"backup_file", "str", "path of the copy of the old file"},
		{"gid", "int", "number of the owning group"},
		{"group", "str", "name of the owning group"},
		{"uid", "int", "number of the owner"},
		{"owner", "str", "name of the owner"},
		{"mode", "str", "permissions"},
		{"size", "int", "size in bytes"},
		{"state", "str", "kind of file"},
	}
}
