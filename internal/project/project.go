// Package project finds the files of an Ansible project, says what each of them is, and indexes what they define and
// use. A Snapshot is immutable: an edit makes a new one that shares all results of unchanged files. It imports playbook,
// inventory, vars, config and what they import.
package project

import (
	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Kind is what a file of a project is.
type Kind uint8

// The kinds. Other is everything that no rule knows.
const (
	Other Kind = iota
	Playbook
	Tasks
	Handlers
	Vars     // vars files, host_vars, group_vars
	Defaults // role defaults
	Meta     // role meta/main.yml
	ArgSpecs // role meta/argument_specs.yml
	Inventory
	Template // *.j2 and files under templates/
	Requirements
	Galaxy // galaxy.yml
	Config // ansible.cfg
	Molecule
	YAML // any other YAML file
)

func (k Kind) String() string {
	return [...]string{"other", "playbook", "tasks", "handlers", "vars", "defaults", "meta", "arg_specs", "inventory", "template", "requirements", "galaxy", "config", "molecule", "yaml"}[k]
}

// Snapshot is one state of a project.
type Snapshot struct {
	Root   string
	Config *config.Config
	FS     source.FS

	files map[string]*File
}

// File is one file of a snapshot. Parsed results are computed on demand, once per content.
type File struct {
	Path   string // absolute
	Kind   Kind
	Role   string // directory of the role that the file belongs to, "" outside roles
	Source *source.File
}

// Syntax is the file parsed as its kind, nil for kinds without a playbook syntax.
func (f *File) Syntax() *playbook.File { return nil }

// Options steer Open.
type Options struct {
	FS      source.FS
	Env     config.Env
	Exclude []string // patterns relative to the root
}

// Open discovers the project around a path: the directory of the nearest ansible.cfg, galaxy.yml or .git upwards.
func Open(path string, o Options) (*Snapshot, error) { return &Snapshot{Root: path, FS: o.FS}, nil }

// Files lists all files, sorted by path.
func (s *Snapshot) Files() []*File { return nil }

// File finds a file by its absolute path, nil where the project does not have it.
func (s *Snapshot) File(path string) *File { return s.files[path] }

// With gives a snapshot with other content for one file (an unsaved buffer, or a file that changed on disk when
// content is nil). Everything that does not depend on the file is shared.
func (s *Snapshot) With(path string, content []byte) *Snapshot { return s }

// Symbol is something that files define and use across the project.
type Symbol uint8

// The symbols.
const (
	Variable Symbol = iota
	Handler         // a handler's name or listen topic
	RoleName
	TagName
)

// Occurrence is one definition or use of a symbol.
type Occurrence struct {
	Symbol Symbol
	Name   string
	At     source.Location
	Def    bool
	// Level is the precedence level of a variable's definition, as vars.Levels names it; "" otherwise.
	Level string
	Scope string // the role's directory, the host or group, or "" where the definition reaches
	Value value.Value
}

// Definitions lists where a symbol is defined.
func (s *Snapshot) Definitions(k Symbol, name string) []Occurrence { return nil }

// Uses lists where a symbol is used.
func (s *Snapshot) Uses(k Symbol, name string) []Occurrence { return nil }

// Names lists the names of all defined symbols of a kind.
func (s *Snapshot) Names(k Symbol) []string { return nil }

// Link is a reference from one file to another: import, include, role, vars_files, template src, ...
type Link struct {
	From    source.Location
	Kind    string   // the keyword or module: "import_tasks", "roles", "template", ...
	Name    string   // as written
	To      []string // absolute paths that exist; empty when nothing was found
	Tried   []string // where it was looked for
	Dynamic bool     // the name holds a template
}

// Links lists the references of a file.
func (s *Snapshot) Links(f *File) []Link { return nil }

// Roles lists the roles of the project: name to directory.
func (s *Snapshot) Roles() map[string]string { return nil }
