// Package playbook turns YAML trees into plays, blocks, tasks, handlers and roles, as ansible-core 2.19 does.
//
// There are two steps. Parsing (Parse) is a pure function of one file's content and gives syntax objects: PlaySyntax,
// BlockSyntax, TaskSyntax, RoleSyntax. Linter and editor work on these. Loading (Loader) puts a playbook together from
// its files: it finds roles, expands static imports and gives every object its parent, from which it inherits
// keywords. The runner works on the loaded objects: Play, Block, Task, Role. Every object knows its node and its file.
// Neither step fails or panics: what is wrong is a diagnostic with a place.
//
// The package imports yaml, value, jinja (for templated names of static imports), source and diag.
package playbook

import (
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Attr is one keyword of an object as the author wrote it. Value is not templated.
type Attr struct {
	Name      string
	Keyword   *Keyword   // nil for a module's name, a with_* loop and what is no keyword at all
	Key, Node *yaml.Node // Node may be an empty null scalar
	Value     value.Value
	File      *source.File
}

// At is the place of the keyword's value.
func (a *Attr) At() source.Location { return source.Location{File: a.File, Span: a.Node.Span} }

// KeyAt is the place of the keyword's name.
func (a *Attr) KeyAt() source.Location { return source.Location{File: a.File, Span: a.Key.Span} }

// Syntax is what all objects have: their mapping and its keywords in the order of the file.
type Syntax struct {
	File  *source.File
	Node  *yaml.Node
	Attrs []Attr
}

// Attr finds a keyword of the object itself, nil where the author did not write it.
func (s *Syntax) Attr(name string) *Attr {
	if s == nil {
		return nil
	}
	for i := len(s.Attrs) - 1; i >= 0; i-- {
		if s.Attrs[i].Name == name {
			return &s.Attrs[i]
		}
	}
	return nil
}

// keyword is Attr for what is a keyword at this place: a task's `user` is a module.
func (s *Syntax) keyword(name string) *Attr {
	if a := s.Attr(name); a != nil && a.Keyword != nil {
		return a
	}
	return nil
}

// Value is the value of a keyword of the object itself, nil where the author did not write it.
func (s *Syntax) Value(name string) value.Value {
	if a := s.Attr(name); a != nil {
		return a.Value
	}
	return nil
}

// At is the place of the whole object.
func (s *Syntax) At() source.Location { return source.Location{File: s.File, Span: s.Node.Span} }

// FileKind is what a file holds, as far as the parser must know.
type FileKind uint8

// The kinds that Parse knows.
const (
	PlaybookFile FileKind = iota
	TasksFile
	HandlersFile
	MetaFile // a role's meta/main.yml
	VarsFile // any file of variables
)

// File is one parsed file. It is immutable and depends on nothing but the file's content and kind.
type File struct {
	Source   *source.File
	Tree     *yaml.Tree
	Kind     FileKind
	Entries  []Entry     // a playbook's plays and imports
	Items    []Item      // a tasks or handlers file's tasks and blocks
	Meta     *Meta       // a role's metadata
	Vars     *value.Dict // a vars file's variables; nil where it does not hold a mapping
	Problems []diag.Diagnostic
}

// Entry is a *PlaySyntax or an *ImportSyntax.
type Entry interface{ entry() *Syntax }

// Item is a *TaskSyntax or a *BlockSyntax.
type Item interface{ item() *Syntax }

// PlaySyntax is a play.
type PlaySyntax struct {
	Syntax
	Roles                                []*RoleSyntax
	PreTasks, Tasks, PostTasks, Handlers []Item
}

// ImportSyntax is an import_playbook entry. Path is as written.
type ImportSyntax struct {
	Syntax
	Path value.Value
}

// BlockSyntax is a block with its three lists.
type BlockSyntax struct {
	Syntax
	Block, Rescue, Always []Item
}

// RoleSyntax is an entry of roles: or of a role's dependencies. Name may hold a template. Params are the keys that are no
// keywords: variables of the highest levels.
type RoleSyntax struct {
	Syntax
	Name   value.Str
	NameAt source.Location
	Params *value.Dict
}

// Form is the way in which a task names its module.
type Form uint8

// The forms. NoAction is a task that names no module.
const (
	NoAction   Form = iota
	KeyForm         // module: args
	ActionForm      // action: module args
	LocalForm       // local_action: module args
)

// Action is the module that a task runs and its arguments, normalised: k=v texts are split, `args:` is merged.
type Action struct {
	Form     Form
	Name     string          // as written: short name, FQCN or a template
	NameAt   source.Location // the name itself
	Args     *value.Dict     // never nil; free-form text under _raw_params, a template of args under _variable_params
	Node     *yaml.Node      // what stands under the module's key: mapping, scalar, or nil
	ArgsNode *yaml.Node      // what stands under args:, nil where it is absent
	Key      *yaml.Node      // the key that named the module: copy, action or local_action
}

// FreeForm is the free-form text and whether there is one.
func (a *Action) FreeForm() (value.Str, bool) {
	v, ok := a.Args.Raw("_raw_params")
	s, isText := v.(value.Str)
	return s, ok && isText
}

// Loop is the loop of a task: the keyword `loop`, or `with_NAME`.
type Loop struct {
	With  string // "" for `loop`, else the lookup's name: "items", "fileglob", ...
	Attr  *Attr
	Value value.Value
}

// TaskSyntax is a task or a handler.
type TaskSyntax struct {
	Syntax
	Action  Action
	Loop    *Loop   // nil without one
	Control *Syntax // loop_control, nil without one
	Handler bool
}

// Name is the task's name as written, "" without one.
func (s *Syntax) Name() string {
	if v, ok := s.Value("name").(value.Str); ok {
		return v.S
	}
	return ""
}

func (p *PlaySyntax) entry() *Syntax   { return &p.Syntax }
func (i *ImportSyntax) entry() *Syntax { return &i.Syntax }
func (t *TaskSyntax) item() *Syntax    { return &t.Syntax }
func (b *BlockSyntax) item() *Syntax   { return &b.Syntax }

// SyntaxOf gives what every entry or item has in common.
func SyntaxOf(x any) *Syntax {
	switch x := x.(type) {
	case Entry:
		return x.entry()
	case Item:
		return x.item()
	}
	return nil
}

// Meta is a role's meta/main.yml.
type Meta struct {
	Syntax
	Dependencies    []*RoleSyntax
	AllowDuplicates bool
	ArgumentSpecs   *value.Dict // nil without any
	Collections     []string
	// SpecFile and SpecNode say where ArgumentSpecs stand when they have a file of their own.
	SpecFile *source.File
	SpecNode *yaml.Node
}
