package playbook

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Playbook is one loaded playbook: its plays in order, those of imported playbooks in their place.
type Playbook struct {
	Path  string
	Dir   string
	Plays []*Play
}

// Play is a loaded play.
type Play struct {
	*PlaySyntax
	ID        int
	Playbook  *Playbook
	BaseDir   string          // directory of the play's own file: playbook_dir
	Imports   []*ImportSyntax // the imports that led here, outermost first
	Layers    []VarsLayer     // vars of the play and of its imports, weakest first
	VarsFiles []value.Value   // each a text or a list of texts
	Prompts   []Prompt

	PreTasks, Tasks, PostTasks []*Block
	Handlers                   []*Block // the play's own and those of imported roles

	roles       atomic.Pointer[[]*Role]
	declared    []*Role
	collections []string
}

// VarsLayer is a mapping of variables as somebody wrote it.
type VarsLayer struct {
	Vars *value.Dict
	Node *yaml.Node
	File *source.File
}

// Roles lists the roles of the play: the declared ones, then those of import_role and include_role in the order in
// which they were loaded.
func (p *Play) Roles() []*Role {
	if r := p.roles.Load(); r != nil {
		return *r
	}
	return nil
}

// Declared lists the roles under roles:.
func (p *Play) Declared() []*Role { return p.declared }

func (p *Play) addRole(r *Role) {
	for {
		old := p.roles.Load()
		var list []*Role
		if old != nil {
			list = append(list, *old...)
		}
		list = append(list, r)
		if p.roles.CompareAndSwap(old, &list) {
			return
		}
	}
}

// Collections are those in which the play looks up short names.
func (p *Play) Collections() []string { return p.searched() }

// searched is the collections keyword with the legacy names behind it.
func (p *Play) searched() []string { return withLegacy(p.collections) }

func withLegacy(c []string) []string {
	if len(c) == 0 || slices.Contains(c, "ansible.builtin") || slices.Contains(c, "ansible.legacy") {
		return c
	}
	return append(slices.Clone(c), "ansible.legacy")
}

// layers orders the variables of the play and its imports: the outermost import wins.
func (p *Play) layers(imports []*ImportSyntax) {
	add := func(s *Syntax) {
		a := s.Attr("vars")
		if a == nil {
			return
		}
		if d, ok := a.Value.(*value.Dict); ok {
			p.Layers = append(p.Layers, VarsLayer{d, a.Node, s.File})
		}
	}
	add(&p.PlaySyntax.Syntax)
	for _, i := range slices.Backward(imports) {
		add(&i.Syntax)
	}
}

// Prompt is one entry of vars_prompt. Fields are nil where the author did not write them.
type Prompt struct {
	Name                                                               string
	Prompt, Default, Private, Confirm, Encrypt, Salt, SaltSize, Unsafe value.Value
	At                                                                 source.Location
}

func (p *Play) prompts() {
	a := p.Attr("vars_prompt")
	if a == nil {
		return
	}
	list, ok := a.Value.(*value.List)
	if !ok {
		list = value.NewList(a.Value)
	}
	for i, item := range list.Items {
		d, ok := item.(*value.Dict)
		if !ok {
			continue
		}
		get := func(key string) value.Value { v, _ := d.Raw(key); return v }
		if get("name") == nil {
			continue
		}
		p.Prompts = append(p.Prompts, Prompt{
			Name: value.ToStr(get("name")), Prompt: get("prompt"), Default: get("default"), Private: get("private"),
			Confirm: get("confirm"), Encrypt: get("encrypt"), Salt: get("salt"), SaltSize: get("salt_size"), Unsafe: get("unsafe"),
			At: source.Location{File: p.File, Span: itemSpan(a.Node, i)},
		})
	}
}

// DisplayName is the play's name, or its hosts.
func (p *Play) DisplayName() string {
	if n := p.Name(); n != "" {
		return n
	}
	return strings.Join(texts(p.Value("hosts")), ",")
}

// When lists the conditions of the imports that led to the play; they hold for the play's blocks and roles.
func (p *Play) When() []value.Value {
	var all []value.Value
	for _, i := range p.Imports {
		all = append(all, listOf(i.Value("when"))...)
	}
	return all
}

// Compile lists the blocks of the play in the order in which they run, with the flush_handlers tasks between the
// sections. With force, each section is a block whose `always` flushes the handlers.
func (p *Play) Compile(l *Loader, force bool) []*Block {
	flush := func() *Block {
		b := &Block{ID: l.id(), Play: p}
		b.Block = []Runnable{l.implicit(b, nil, "meta", "flush_handlers")}
		return b
	}
	middle := append(p.roleBlocks(l), p.Tasks...)
	sections := [][]*Block{p.PreTasks, middle, p.PostTasks}
	var out []*Block
	for _, section := range sections {
		if !force {
			out = append(append(out, section...), flush())
			continue
		}
		b := &Block{ID: l.id(), Play: p}
		for _, s := range section {
			b.Block = append(b.Block, s)
		}
		if len(b.Block) == 0 {
			b.Block = []Runnable{l.implicit(b, nil, "meta", "noop")}
		}
		b.Always = []Runnable{flush()}
		out = append(out, b)
	}
	return out
}

func (p *Play) roleBlocks(l *Loader) []*Block {
	var out []*Block
	for _, r := range p.Declared() {
		out = append(out, r.compile(l)...)
	}
	return out
}

// AllHandlers lists the handler blocks in the order in which handlers are looked for: those of the roles, then the
// play's own with those of imported roles.
func (p *Play) AllHandlers() []*Block {
	var out []*Block
	for _, r := range p.Declared() {
		out = append(out, r.handlerBlocks()...)
	}
	return append(out, p.Handlers...)
}

// implicit makes a task that no author wrote: it has the tag always.
func (l *Loader) implicit(b *Block, r *Role, module, raw string) *Task {
	s := &TaskSyntax{Action: Action{Form: KeyForm, Name: module, Args: value.NewDict("_raw_params", value.S(raw))}}
	if b.Play != nil {
		s.File, s.Node = b.Play.File, b.Play.Node
	}
	k := FindKeyword("tags")
	s.Attrs = []Attr{{Name: "tags", Keyword: k, Key: s.Node, Node: s.Node, File: s.File, Value: value.NewList(value.S("always"))}}
	return &Task{TaskSyntax: s, ID: l.id(), Parent: b, Play: b.Play, Role: r, Implicit: true}
}

// SetupTask makes the task that gathers facts at the start of a play. It runs whatever tags were chosen, unless the play
// has tags of its own, and under the conditions of the import_playbook that led to the play.
func (l *Loader) SetupTask(p *Play, args *value.Dict) *Task {
	b := &Block{ID: l.id(), Play: p}
	t := l.implicit(b, nil, "gather_facts", "")
	t.Action.Args = args
	attr := func(name string, v value.Value) Attr {
		return Attr{Name: name, Keyword: FindKeyword(name), Key: p.Node, Node: p.Node, File: p.File, Value: v}
	}
	if p.own("tags") != nil || len(p.Imports) > 0 && len(t.Tags()) > 1 {
		t.Attrs = nil
	}
	t.Attrs = append(t.Attrs, attr("name", value.S("Gathering Facts")), attr("run_once", value.Bool(false))) // each host has facts of its own
	if when := p.When(); len(when) > 0 {
		t.Attrs = append(t.Attrs, attr("when", &value.List{Items: when}))
	}
	b.Block = []Runnable{t}
	return t
}

// Node is a loaded object in a chain of parents: a *Block or a *Task.
type Node interface {
	// ParentNode is the block or include task that the object stands in, nil at the top.
	ParentNode() Node
	own(name string) *Attr
}

// Runnable is a *Task or a *Block in a loaded list.
type Runnable interface{ Node }

// Block is a loaded block. An implicit block stands for a run of tasks outside of any block; its syntax is nil.
type Block struct {
	*BlockSyntax
	ID                    int
	Parent                Node
	Play                  *Play
	Role                  *Role
	Chain                 []*Role // the roles through which the role was reached, the role itself last; nil: as the parent
	Block, Rescue, Always []Runnable
	Handlers              bool
}

// Task is a loaded task or handler. An include or import task is the parent of what it brought in.
type Task struct {
	*TaskSyntax
	ID       int
	Parent   Node
	Play     *Play
	Role     *Role
	Vars     *value.Dict // vars: of the task, with the loop's variables for an include that has run; nil for none
	Static   bool        // an import: what it brought stands in its place
	Implicit bool        // made by the program: flush_handlers, role_complete
	Included string      // for an import: the name of the file after templating
	FromRole *Role       // for an import_role or include_role that has been loaded: the role
}

// ParentNode is the block that the task stands in.
func (t *Task) ParentNode() Node { return t.Parent }

// ParentNode is the block or include that the block stands in.
func (b *Block) ParentNode() Node { return b.Parent }

// IsImplicit tells whether the block stands for tasks outside of any block.
func (b *Block) IsImplicit() bool { return b.BlockSyntax == nil }

func (t *Task) own(name string) *Attr { return t.keyword(name) }

func (b *Block) own(name string) *Attr {
	if b.BlockSyntax == nil {
		return nil
	}
	return b.keyword(name)
}

// withVars copies the task with more variables.
func (t *Task) withVars(vars *value.Dict) *Task {
	c := *t
	if vars.Len() > 0 {
		if t.Vars == nil {
			c.Vars = vars
		} else {
			c.Vars = t.Vars.Copy()
			update(c.Vars, vars)
		}
	}
	return &c
}

// RoleChain lists the roles through which the object was reached, outermost first, its own role last.
func RoleChain(n Node) []*Role {
	for n != nil {
		if b, ok := n.(*Block); ok && b.Chain != nil {
			return b.Chain
		}
		n = n.ParentNode()
	}
	return nil
}

// SearchPath lists the directories in which files of the task are looked for: the roles from the innermost outwards,
// then the directory of the task's file.
func (t *Task) SearchPath() []string {
	var dirs []string
	for _, r := range slices.Backward(RoleChain(t)) {
		dirs = append(dirs, r.Path)
	}
	if t.File != nil {
		if dir := dirOf(t.File.Path); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// Is tells whether the task's action is one of the names, in short form or with ansible.builtin or ansible.legacy.
func (t *Task) Is(names ...string) bool { return slices.Contains(names, shortName(t.Action.Name)) }

// DisplayName is the task's name before templating as the runner shows it: "role : name", or the action's name. An
// include_role shows its name alone, or the role that it includes.
func (t *Task) DisplayName() string {
	name := t.Name()
	if t.Is("include_role", "import_role") {
		if name != "" {
			return name
		}
		for _, key := range [...]string{"name", "role"} {
			if v, ok := t.Action.Args.Raw(key); ok {
				return t.Action.Name + " : " + value.ToStr(v)
			}
		}
	}
	if name == "" {
		name = t.Action.Name
	}
	if t.Role != nil {
		return t.Role.FullName() + " : " + name
	}
	return name
}

// Topics lists the names by which a handler listens, besides its own.
func (t *Task) Topics() []string { return texts(t.Value("listen")) }

func listOf(v value.Value) []value.Value {
	switch v := v.(type) {
	case nil:
		return nil
	case *value.List:
		return v.Items
	}
	return []value.Value{v}
}

// Walk calls f for every task and handler of the play, in the order in which they run, handlers last. Static imports are
// walked through.
func (p *Play) Walk(l *Loader, f func(*Task)) {
	var visit func(list []Runnable)
	visit = func(list []Runnable) {
		for _, n := range list {
			switch n := n.(type) {
			case *Task:
				f(n)
			case *Block:
				visit(n.Block)
				visit(n.Rescue)
				visit(n.Always)
			}
		}
	}
	for _, b := range append(p.Compile(l, false), p.AllHandlers()...) {
		visit([]Runnable{b})
	}
}
