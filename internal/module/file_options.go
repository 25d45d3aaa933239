package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// fileOptions are the options that every module with file attributes has.
func fileOptions() []*argspec.Option {
	return []*argspec.Option{
		{Name: "mode", Type: "raw", Doc: "permissions, octal as a text ('0644') or symbolic ('u=rw,g=r')"},
		{Name: "owner", Doc: "name or number of the user who owns it"},
		{Name: "group", Doc: "name or number of the group that owns it"},
		{Name: "seuser", Doc: "user part of the SELinux context"},
		{Name: "serole", Doc: "role part of the SELinux context"},
		{Name: "selevel", Doc: "level part of the SELinux context"},
		{Name: "setype", Doc: "type part of the SELinux context"},
		{Name: "attributes", Aliases: []string{"attr"}, Doc: "flags as chattr takes them, with an optional leading +, - or ="},
		{Name: "unsafe_writes", Type: "bool", Default: value.Bool(false), Fallback: []string{"ANSIBLE_UNSAFE_WRITES"},
			Doc: "write in place where the file cannot be replaced atomically"},
	}
}
