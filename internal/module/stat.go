package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func statModule() *Module {
	return &Module{
		Name: "ansible.builtin.stat",
		Doc:  "Report what is known about a file or directory of the host",
		Spec: &argspec.Spec{SupportsCheck: true, Options: []*argspec.Option{
			{Name: "path", Type: "path", Required: true, Aliases: []string{"dest", "name"}, Doc: "file to look at"},
			{Name: "follow", Type: "bool", Default: value.Bool(false), Doc: "look at what a link points to"},
			{Name: "get_checksum", Type: "bool", Default: value.Bool(true), Doc: "report a checksum of the content"},
			{Name: "get_mime", Type: "bool", Default: value.Bool(true), Aliases: []string{"mime", "mime_type", "mime-type"},
				Doc: "report MIME type and character set, as the file program guesses them"},
			{Name: "get_attributes", Type: "bool", Default: value.Bool(true), Aliases: []string{"attr", "attributes"},
				Doc: "report the flags that lsattr shows"},
			{Name: "checksum_algorithm", Default: value.S("sha1"), Aliases: []string{"checksum", "checksum_algo"},
				Choices: argspec.Texts("md5", "sha1", "sha224", "sha256", "sha384", "sha512"), Doc: "algorithm of the checksum"},
		}},
		Returns: []Return{{"stat", "dict", "exists, and what is known of the file: mode, size, isdir, checksum, ..."}},
	}
}
