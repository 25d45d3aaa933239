package playbook

import (
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Playbook is one loaded playbook: its plays in order, those of imported playbooks in their place.
type Playbook struct {
	Path  string
	Dir   string // playbook_dir
	Plays []*Play
}

// Play is a loaded play.
type Play struct {
	*PlaySyntax
	ID                                   int
	Playbook                             *Playbook       // the one that was named on the command line
	BaseDir                              string          // directory of the play's own file
	Imports                              []*ImportSyntax // the imports that led here, outermost first
	Vars                                 *value.Dict     // the play's own vars with those of its imports; nil for none
	VarsFiles                            []value.Value   // each a text or a list of texts
	Prompts                              []Prompt
	Roles                                []*Role // in order, dependencies excluded
	PreTasks, Tasks, PostTasks, Handlers []*Block
}

// Prompt is one entry of vars_prompt.
type Prompt struct {
	Name, Prompt                    value.Value
	Default, Private, Confirm       value.Value // nil where absent
	Encrypt, Salt, SaltSize, Unsafe value.Value
	At                              source.Location
}

// Node is a loaded object in the chain of parents: *Block or *Task (an include).
type Node interface {
	ParentNode() Node
	syntax() *Syntax
}

// Block is a loaded block. An implicit block stands for a single task, or a list of them, and has no keywords.
type Block struct {
	*BlockSyntax          // nil for an implicit block
	ID                    int
	Parent                Node
	Play                  *Play
	Role                  *Role
	Chain                 []*Role // the roles through which the role was reached, outermost first; nil to ask the parent
	Block, Rescue, Always []Runnable
	Handlers              bool
}

// Runnable is a *Task or a *Block in a loaded list.
type Runnable interface{ Node }

// Task is a loaded task or handler. An include task is also a parent of what it brought in.
type Task struct {
	*TaskSyntax
	ID       int
	Parent   Node
	Play     *Play
	Role     *Role
	Static   bool // an import that has been expanded in place
	Implicit bool // made by the program: meta flush_handlers, gather_facts
}

// Role is a loaded role: one use of a role in a play.
type Role struct {
	Syntax          *RoleSyntax // nil for import_role and include_role
	ID              int
	Name            string // as shown: the FQCN for a collection's role
	Path            string // directory
	Collection      string // "" outside collections
	Play            *Play
	Parents         []*Role
	Dependencies    []*Role
	Meta            *Meta
	Params          *value.Dict  // role params
	Own             *value.Dict  // vars: of the entry
	Defaults, Vars  []VarsSource // files in order; later ones win
	Tasks, Handlers []*Block
	Public          bool
	AllowDuplicates bool
}

// VarsSource is a file of variables that a role brings.
type VarsSource struct {
	File *File
	Vars *value.Dict
}

// Loader puts playbooks together. Its fields are set once; it is safe for concurrent use after that.
type Loader struct {
	FS     source.FS
	Engine *jinja.Engine // templates the names of static imports and roles; nil: templated names are reported
	// Scope gives the variables for such a name; nil: none. t is nil for a role name.
	Scope       func(p *Play, t *Task) jinja.Scope
	BaseDir     string   // directory of the playbook on the command line
	RolesPath   []string // DEFAULT_ROLES_PATH
	Collections []string // COLLECTIONS_PATHS
	// Decrypt opens a vaulted file; nil: such a file is reported.
	Decrypt func(ciphertext []byte) ([]byte, error)
	// Module tells whether a name is a module or action plugin; nil: any name is taken as one.
	Module func(name string, collections []string) bool
}

// Playbook loads a playbook with everything that it imports statically.
func (l *Loader) Playbook(path string) (*Playbook, []diag.Diagnostic) {
	return &Playbook{Path: path}, nil
}

// IncludeTasks loads the file of an include_tasks: parent is the include task, path the file that FindInclude gave.
func (l *Loader) IncludeTasks(parent *Task, path string) ([]*Block, []diag.Diagnostic) {
	return nil, nil
}

// RoleInclude is what include_role and import_role ask for, templated.
type RoleInclude struct {
	Name                                            string
	TasksFrom, VarsFrom, DefaultsFrom, HandlersFrom string
	Public, AllowDuplicates, Validate               bool
}

// IncludeRole loads the role of an include_role task.
func (l *Loader) IncludeRole(parent *Task, inc RoleInclude) (*Role, []*Block, []diag.Diagnostic) {
	return nil, nil, nil
}

// FindInclude gives the path of the file that an include_tasks task names, looked for as ansible-core does: next to
// the including files upwards, in the role, in the playbook's directory. The path of the last attempt comes back
// when there is none.
func (l *Loader) FindInclude(t *Task, name string) string { return name }

// Compile lists the blocks of the play in the order in which they run, with the implicit flush_handlers tasks.
func (p *Play) Compile() []*Block { return nil }

// ParentNode is the block or include that the task stands in, nil at the top.
func (t *Task) ParentNode() Node { return t.Parent }

// ParentNode is the block or include that the block stands in, nil at the top.
func (b *Block) ParentNode() Node { return b.Parent }

func (t *Task) syntax() *Syntax { return &t.TaskSyntax.Syntax }
func (b *Block) syntax() *Syntax {
	if b.BlockSyntax == nil {
		return nil
	}
	return &b.BlockSyntax.Syntax
}

// Keyword gives the value of a keyword with inheritance through blocks, includes, roles and the play; nil where nobody
// set it. The value is not templated. Keywords that extend come as one list.
func (t *Task) Keyword(name string) value.Value { return nil }

// Inherited gives the places that a keyword of the task comes from, in the order in which their values count.
func (t *Task) Inherited(name string) []*Attr { return nil }

// Keyword is Task.Keyword for a block.
func (b *Block) Keyword(name string) value.Value { return nil }

// When lists the conditions of the task and of all that it stands in, outermost first.
func (t *Task) When() []value.Value { return nil }

// Tags lists the task's tags with the inherited ones; an element may hold a template.
func (t *Task) Tags() []value.Value { return nil }

// DisplayName is the task's name as the runner shows it before templating: "role : name".
func (t *Task) DisplayName() string { return "" }

// IsMeta, IsInclude etc. classify the action by its resolved short name.
func (t *Task) Is(names ...string) bool { return false }
