// Package feature answers an editor's questions about one file of a project: what is wrong, what can be written here,
// what is this, where does it come from. Every function is pure: it reads an Input, which nobody changes, and speaks in
// byte offsets. It knows nothing of the Language Server Protocol; package lsp converts at its edge.
package feature

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
	"github.com/rehearse-dev/rehearse/lint"
)

// Input is the file that a question is about, and the project around it. It is immutable.
type Input struct {
	Project  *project.Snapshot // nil for a text without a file
	File     *project.File     // nil where the project does not know the file
	Source   *source.File
	Language string // the editor's name for the language, "" when not open
	TooLarge bool   // the text is kept, but not analysed
	Catalog  *catalog.Catalog
	Linter   *lint.Linter // nil without one
	Functions

	// Patience is how long Hover waits for the project's inventory and playbooks to be read, to say who wins; Go starts
	// the reading, so that its owner can wait for it. Without Go it is done at once.
	Patience time.Duration
	Go       func(func())

	syntax *playbook.File
	tree   *yaml.Tree
}

// Kind is what the file is, by the project or, for a text without one, by the editor's language.
func (in *Input) Kind() project.Kind {
	switch {
	case in.File != nil && in.File.Kind != project.Other:
		return in.File.Kind
	case in.File != nil && hasYAMLExt(in.Source.Path): // in a place where Ansible reads nothing by itself
		if in.tree == nil && !in.TooLarge {
			in.tree = yaml.Parse(in.Source)
		}
		if k := project.KindOf("x.yml", in.tree); k == project.Playbook {
			return k
		}
		return project.YAML
	case strings.HasPrefix(in.Language, "ansible"), in.Language == "yaml.ansible":
		return guess(in.Source)
	case strings.HasPrefix(in.Language, "jinja"), strings.HasSuffix(in.Source.Path, ".j2"):
		return project.Template
	case in.Language == "yaml", hasYAMLExt(in.Source.Path):
		return project.YAML
	}
	return project.Other
}

// templates are the options with which the project's templates are read.
func (in *Input) templates() *jinja.Options {
	if in.Linter == nil {
		return nil
	}
	return in.Linter.Templates()
}

func hasYAMLExt(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".yml" || ext == ".yaml"
}

// guess tells a playbook from a list of tasks, by its directory or by the keys of its entries.
func guess(f *source.File) project.Kind {
	switch filepath.Base(filepath.Dir(f.Path)) {
	case "tasks":
		return project.Tasks
	case "handlers":
		return project.Handlers
	}
	root := yaml.Parse(f).Root()
	if root == nil {
		return project.Playbook
	}
	tasks := false
	for _, item := range root.Items {
		if item.Kind != yaml.Mapping {
			continue
		}
		for _, p := range item.Pairs {
			switch name := p.Key.Text; {
			case name == "hosts", short3(name) == "import_playbook":
				return project.Playbook
			case p.Key.Kind != yaml.Scalar:
			default:
				k := playbook.FindKeyword(name)
				tasks = tasks || k == nil || !k.Allowed(playbook.InPlay|playbook.InImport)
			}
		}
	}
	switch {
	case tasks:
		return project.Tasks
	case len(root.Pairs) > 0:
		return project.Vars
	}
	return project.Playbook
}

// Syntax is the file parsed as its kind; nil where the kind has no playbook syntax.
func (in *Input) Syntax() *playbook.File {
	if in.TooLarge {
		return nil
	}
	if in.syntax == nil {
		if in.File != nil && in.File.Kind != project.Other {
			in.syntax = in.File.Syntax()
		} else if kind, ok := fileKinds[in.Kind()]; ok {
			in.syntax = playbook.Parse(in.Source, kind)
		}
	}
	return in.syntax
}

var fileKinds = map[project.Kind]playbook.FileKind{
	project.Playbook: playbook.PlaybookFile,
	project.Tasks:    playbook.TasksFile,
	project.Handlers: playbook.HandlersFile,
	project.Meta:     playbook.MetaFile,
	project.Vars:     playbook.VarsFile,
	project.Defaults: playbook.VarsFile,
}

// Tree is the file's YAML tree; nil for what is no YAML.
func (in *Input) Tree() *yaml.Tree {
	if in.TooLarge {
		return nil
	}
	if in.tree == nil {
		if s := in.Syntax(); s != nil {
			in.tree = s.Tree
		} else if hasYAMLExt(in.Source.Path) || strings.Contains(in.Language, "yaml") || in.Language == "ansible" {
			in.tree = yaml.Parse(in.Source)
		}
	}
	return in.tree
}

// Module looks a module up, nil where nothing is known of it.
func (in *Input) Module(name string, collections []string) *catalog.Entry {
	if in.Catalog == nil || name == "" {
		return nil
	}
	e, err := in.Catalog.Module(name, collections)
	if err != nil {
		return nil
	}
	return e
}
