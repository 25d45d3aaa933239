package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func findModule() *Module {
	return &Module{
		Name: "ansible.builtin.find",
		Doc:  "List files that match conditions",
		Spec: &argspec.Spec{SupportsCheck: true, Options: []*argspec.Option{
			{Name: "paths", Type: "list", Elements: "path", Required: true, Aliases: []string{"name", "path"}, Doc: "folders to look in"},
			{Name: "patterns", Type: "list", Elements: "str", Default: &value.List{Items: []value.Value{}}, Aliases: []string{"pattern"}, Doc: "patterns of names, one of which must match"},
			{Name: "excludes", Type: "list", Elements: "str", Aliases: []string{"exclude"}, Doc: "patterns of names that are left out"},
			{Name: "contains", Doc: "pattern that a line of the file must match"},
			{Name: "read_whole_file", Type: "bool", Default: value.Bool(false), Doc: "look for contains in the whole file instead of single lines"},
			{Name: "file_type", Default: value.S("file"), Choices: argspec.Texts("any", "directory", "file", "link"), Doc: "kind of file"},
			{Name: "age", Doc: "at least so old (1d, 2w), or with a minus sign at most"},
			{Name: "age_stamp", Default: value.S("mtime"), Choices: argspec.Texts("atime", "ctime", "mtime"), Doc: "time that counts for age"},
			{Name: "size", Doc: "at least so large (10k, 1g), or with a minus sign at most"},
			{Name: "recurse", Type: "bool", Default: value.Bool(false), Doc: "look in folders below, too"},
			{Name: "hidden", Type: "bool", Default: value.Bool(false), Doc: "list names that start with a dot, too"},
			{Name: "follow", Type: "bool", Default: value.Bool(false), Doc: "follow links to folders"},
			{Name: "get_checksum", Type: "bool", Default: value.Bool(false), Doc: "report a checksum of each file"},
			{Name: "checksum_algorithm", Default: value.S("sha1"), Aliases: []string{"checksum", "checksum_algo"},
				Choices: argspec.Texts("md5", "sha1", "sha224", "sha256", "sha384", "sha512"), Doc: "algorithm of the checksum"},
			{Name: "use_regex", Type: "bool", Default: value.Bool(false), Doc: "patterns are regular expressions"},
			{Name: "depth", Type: "int", Doc: "how many levels of folders to look at"},
			{Name: "mode", Type: "raw", Doc: "permissions that files must have"},
			{Name: "exact_mode", Type: "bool", Default: value.Bool(true), Doc: "mode must be equal; else any bit of it is enough"},
			{Name: "encoding", Doc: "encoding of files that contains looks into"},
			{Name: "limit", Type: "int", Doc: "stop after so many matches"},
		}},
		Returns: []Return{
			{"files", "list", "the matches with what is known of them: path, size, mode, ..."},
			{"matched", "int", "number of matches"},
			{"examined", "int", "number of files that were looked at"},
			{"skipped_paths", "dict", "what could not be read, and why"},
		},
	}
}
