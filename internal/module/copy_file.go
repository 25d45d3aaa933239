package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// CopyFile is the module that the controller's copy and template actions call: it does in one round trip what
// ansible-core's copy action does with up to five (stat, diff, transfer, copy or file). Its arguments are those of copy
// and
//
//	_blob               key of the content, for Call.Blob
//	_checksum           SHA-1 of the content, "" when not computed yet
//	_original_basename  name that the file gets in a directory
//	_mode               permissions of the source, "0644", for mode=preserve
//	_content            true when the content was given as text (content=...)
//	_source             path of the source as the diff shows it
//	src                 path of the uploaded file as the result shows it
//
// Where dest is there and force is off the result is {"_exists": true}: the action reports nothing for the file.
const CopyFile = "rehearse.copy_file"

func copyFileModule() *Module {
	return &Module{
		Name: CopyFile,
		Doc:  "Put content from the controller on the host",
		Spec: &argspec.Spec{SupportsCheck: true, SupportsDiff: true, FileCommon: true, Options: append(copyOptions(),
			&argspec.Option{Name: "_blob", Internal: true, Required: true},
			&argspec.Option{Name: "_checksum", Internal: true},
			&argspec.Option{Name: "_mode", Internal: true},
			&argspec.Option{Name: "_content", Internal: true, Type: "bool", Default: value.Bool(false)},
			&argspec.Option{Name: "_source", Internal: true},
		)},
	}
}
