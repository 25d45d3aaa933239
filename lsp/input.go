package lsp

import (
	"bytes"
	"fmt"
	"path/filepath"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// maxFile is the size above which a file is kept in step with the client but not analysed.
const maxFile = 8 << 20

// input gathers what features need to know about one file; nil when there is no such file.
func (v *View) input(path string) *feature.Input {
	in := &feature.Input{Functions: functions(), Go: v.background, Patience: v.patience}
	if root, ok := v.roots[filepath.Dir(path)]; ok {
		in.Project = v.projects[root]
	} else {
		for root, p := range v.projects {
			if within(root, path) && (in.Project == nil || len(root) > len(in.Project.Root)) {
				in.Project = p
			}
		}
	}
	if in.Project != nil {
		in.Catalog = v.catalogs[in.Project.Root]
		in.Linter = v.linters[in.Project.Root]
		in.File = in.Project.File(path)
		in.Functions = withPlugins(in.Functions, in.Project)
	}
	if d := v.docs[path]; d != nil {
		in.Source, in.Language = d.File, d.Language
		if in.File != nil && in.File.Source != nil && bytes.Equal(in.File.Source.Content, d.File.Content) {
			in.Source = in.File.Source // the one that the project's trees point into
		}
	} else if in.File != nil {
		in.Source = in.File.Source
	}
	if in.Source == nil {
		return nil
	}
	in.TooLarge = len(in.Source.Content) > maxFile
	return in
}

// at gathers the same for a request, with the offset that it asks about.
func (v *View) at(u uri.URI, p protocol.Position) (*feature.Input, int, error) {
	in, err := v.of(u)
	if err != nil {
		return nil, 0, err
	}
	return in, v.enc.offset(in.Source, p), nil
}

// of is at without an offset.
func (v *View) of(u uri.URI) (*feature.Input, error) {
	in := v.input(pathOf(u))
	if in == nil {
		return nil, fmt.Errorf("%s is not open and not a file of the project", u)
	}
	return in, nil
}
