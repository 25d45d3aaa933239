package playbook

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Loader puts playbooks together. Its exported fields are set before its first use; it is safe for concurrent use
// after that. Files are read and parsed once.
type Loader struct {
	FS     source.FS
	Engine *jinja.Engine // templates the names of static imports and roles; nil: templated names are reported
	// Scope gives the variables for such a name; nil: none. t is nil for a role's name, p for a playbook's.
	Scope       func(p *Play, t *Task) jinja.Scope
	RolesPath   []string // DEFAULT_ROLES_PATH
	Collections []string // COLLECTIONS_PATHS
	// Installed gives the folder of the collections that came with an installed ansible, "" for none; nil: nobody looks.
	Installed func() string
	// PrivateRoleVars is DEFAULT_PRIVATE_ROLE_VARS where somebody set it; nil: imports are public, includes are not.
	PrivateRoleVars *bool
	// DuplicateKeys is the setting DUPLICATE_YAML_DICT_KEY: "ignore", "error" or anything else for a warning.
	DuplicateKeys string
	// Decrypt opens a vaulted file; nil: such a file is reported.
	Decrypt func(ciphertext []byte) ([]byte, error)
	// Parse reads and parses a file; nil: the loader does it itself. The language server gives its memo here.
	Parse func(path string, kind FileKind) (*File, error)

	// Warn, when set, is told what is wrong with the templated name of an import_role task.
	Warn func(message string, at source.Location)
	// OnImport, when set, is told each file of tasks that is imported.
	OnImport func(path string)
	// OnRole, when set, is told the folder of each role that is loaded, and OnPlaybook that of each playbook.
	OnRole, OnPlaybook func(path string)

	ids   atomic.Int64
	mu    sync.Mutex
	files map[fileKey]*File
}

type fileKey struct {
	path string
	kind FileKind
}

func (l *Loader) id() int { return int(l.ids.Add(1)) }

// File reads and parses a file, once.
func (l *Loader) File(path string, kind FileKind) (*File, error) {
	if l.Parse != nil {
		return l.Parse(path, kind)
	}
	key := fileKey{path, kind}
	l.mu.Lock()
	f := l.files[key]
	l.mu.Unlock()
	if f != nil {
		return f, nil
	}
	content, err := l.FS.ReadFile(path)
	if err != nil {
		return nil, err
	}
	plain, err := l.open(content)
	if err != nil {
		return nil, err
	}
	src := source.NewFile(path, plain)
	src.Secret = strings.HasPrefix(string(content[:min(len(content), 14)]), "$ANSIBLE_VAULT")
	f = Parse(src, kind)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.files == nil {
		l.files = map[fileKey]*File{}
	}
	l.files[key] = f
	return f, nil
}

// open decrypts the content of a vaulted file.
func (l *Loader) open(content []byte) ([]byte, error) {
	if !strings.HasPrefix(string(content[:min(len(content), 14)]), "$ANSIBLE_VAULT") {
		return content, nil
	}
	if l.Decrypt == nil {
		return nil, fmt.Errorf("Attempting to decrypt but no vault secrets found.")
	}
	return l.Decrypt(content)
}

// loading is one call of the loader.
type loading struct {
	*Loader
	pb       *Playbook
	problems []diag.Diagnostic
	seen     map[*File]bool
	stack    []string // files and roles that are being loaded, to find cycles
}

func (l *Loader) start(pb *Playbook) *loading {
	return &loading{Loader: l, pb: pb, seen: map[*File]bool{}}
}

func (l *loading) fail(rule string, at source.Location, format string, args ...any) {
	l.problems = append(l.problems, diag.Diagnostic{Rule: rule, At: at, Message: fmt.Sprintf(format, args...)})
}

func (l *loading) warn(rule string, at source.Location, format string, args ...any) {
	l.problems = append(l.problems, diag.Diagnostic{Rule: rule, Severity: diag.Warning, At: at, Message: fmt.Sprintf(format, args...)})
}

// read gives a parsed file and takes over its problems, once.
func (l *loading) read(path string, kind FileKind, at source.Location) *File {
	f, err := l.File(path, kind)
	if err != nil {
		switch {
		case isMissing(err):
			l.fail(ruleMissing, at, "Unable to retrieve file contents.\nCould not find or access '%s' on the Ansible Controller.\n"+
				"If you are using a module and expect the file to exist on the remote, see the remote_src option: "+
				"[Errno 2] No such file or directory: '%s'", path, path)
		default:
			l.fail(ruleMissing, at, "An error occurred while trying to read the file '%s': %s", path, reason(err))
		}
		return nil
	}
	if !l.seen[f] {
		l.seen[f] = true
		if bad := f.Tree.Failure(); bad != nil {
			l.problems = append(l.problems, diag.Diagnostic{Rule: "syntax-check[yaml]", At: bad.At, Message: bad.Error()})
			if bad.Help != "" {
				l.problems[len(l.problems)-1].Related = []diag.Related{{Message: bad.Help}}
			}
			return nil
		}
		l.problems = append(l.problems, yaml.Duplicates(f.Problems, l.DuplicateKeys)...)
	} else if f.Tree.Err != nil || len(f.Tree.Docs) > 1 {
		return nil
	}
	return f
}

// push enters a file or role and tells whether it is being loaded already.
func (l *loading) push(name string) (cycle []string) {
	for i, s := range l.stack {
		if s == name {
			return append(append([]string{}, l.stack[i:]...), name)
		}
	}
	l.stack = append(l.stack, name)
	return nil
}

func (l *loading) pop() { l.stack = l.stack[:len(l.stack)-1] }

// Playbook loads a playbook with everything that it imports statically.
func (l *Loader) Playbook(path string) (*Playbook, []diag.Diagnostic) {
	path = absolute(path)
	pb := &Playbook{Path: path, Dir: filepath.Dir(path)}
	run := l.start(pb)
	run.playbook(path, nil, source.Location{})
	return pb, run.problems
}

func (l *loading) playbook(path string, imports []*ImportSyntax, at source.Location) {
	if cycle := l.push(path); cycle != nil {
		l.fail(ruleSpecific, at, "The playbook imports itself: %s", strings.Join(cycle, " -> "))
		return
	}
	defer l.pop()
	f := l.read(path, PlaybookFile, at)
	if f == nil {
		return
	}
	dir := filepath.Dir(path)
	if l.OnPlaybook != nil {
		l.OnPlaybook(dir)
	}
	for _, entry := range f.Entries {
		switch entry := entry.(type) {
		case *ImportSyntax:
			l.importPlaybook(entry, dir, imports)
		case *PlaySyntax:
			l.pb.Plays = append(l.pb.Plays, l.play(entry, dir, imports))
		}
	}
}

func (l *loading) importPlaybook(i *ImportSyntax, dir string, imports []*ImportSyntax) {
	at := i.At()
	if a := i.Attr("import_playbook"); a != nil {
		at = a.At()
	}
	own, _ := i.Value("vars").(*value.Dict)
	name, ok := l.name(i.Path, nil, nil, own, at, "import_playbook")
	if !ok {
		return
	}
	path := name
	if found, ok := l.collectionPlaybook(name, dir); ok {
		path = found
	} else if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	l.playbook(filepath.Clean(path), append(append([]*ImportSyntax{}, imports...), i), at)
}

// name templates the name of an import. Names that cannot be known before the run are a problem.
func (l *loading) name(v value.Value, p *Play, t *Task, extra *value.Dict, at source.Location, keyword string) (string, bool) {
	text, ok := v.(value.Str)
	if !ok {
		if v == nil {
			return "", false
		}
		if _, null := v.(value.None); null {
			return "", false
		}
		return value.ToStr(v), true
	}
	if !text.Trusted || !strings.Contains(text.S, "{") || !looksTemplated(text.S) {
		return text.S, true
	}
	if l.Engine == nil {
		l.warn("templated-name", at, "The name '%s' is a template: its variables are known only when the playbook runs.", text.S)
		return "", false
	}
	var scope jinja.Scope = jinja.Vars{}
	if l.Scope != nil {
		scope = l.Scope(p, t)
	}
	if extra != nil {
		scope = overlay{extra, scope}
	}
	got, err := l.Engine.Templar(scope).Resolve(text)
	if err != nil {
		l.fail(ruleSpecific, at, "Error when evaluating variable in import path %s: %s", value.Repr(text), err)
		return "", false
	}
	return value.ToStr(got), true
}

// overlay is a scope with a dict of variables before it.
type overlay struct {
	vars *value.Dict
	base jinja.Scope
}

// Lookup gives a variable.
func (o overlay) Lookup(name string) (value.Value, bool) {
	if v, ok := o.vars.Raw(name); ok {
		return v, true
	}
	return o.base.Lookup(name)
}

func isMissing(err error) bool { return errorsIs(err, fs.ErrNotExist) }

// play loads a play. Its roles are loaded before its tasks, as ansible-core does it, so that names of files may use
// the roles' variables.
func (l *loading) play(s *PlaySyntax, dir string, imports []*ImportSyntax) *Play {
	p := &Play{PlaySyntax: s, ID: l.id(), Playbook: l.pb, BaseDir: dir, Imports: imports}
	p.layers(imports)
	switch v := s.Value("vars_files").(type) {
	case *value.List:
		p.VarsFiles = v.Items
	case nil, value.None:
	default:
		p.VarsFiles = []value.Value{v}
	}
	p.prompts()
	p.collections = texts(s.Value("collections"))
	for _, r := range s.Roles {
		if role := l.role(request{syntax: r, play: p, collections: p.searched()}); role != nil {
			p.addRole(role)
			p.declared = append(p.declared, role)
		}
	}
	ctx := context{play: p}
	p.PreTasks = l.blocks(s.PreTasks, ctx)
	p.Tasks = l.blocks(s.Tasks, ctx)
	p.PostTasks = l.blocks(s.PostTasks, ctx)
	ctx.handlers = true
	p.Handlers = append(l.blocks(s.Handlers, ctx), p.Handlers...)
	return p
}

// context says where a list of items belongs.
type context struct {
	play     *Play
	parent   Node
	role     *Role
	handlers bool
	chain    []*Role
}

// blocks loads a list: blocks, with an implicit block for each run of tasks.
func (l *loading) blocks(items []Item, ctx context) []*Block {
	var blocks []*Block
	for i := 0; i < len(items); {
		if s, ok := items[i].(*BlockSyntax); ok {
			blocks = append(blocks, l.block(s, ctx))
			i++
			continue
		}
		b := &Block{ID: l.id(), Parent: ctx.parent, Play: ctx.play, Role: ctx.role, Handlers: ctx.handlers, Chain: ctx.chain}
		from := i
		for i < len(items) {
			if _, ok := items[i].(*TaskSyntax); !ok {
				break
			}
			i++
		}
		b.Block = l.tasks(items[from:i], b, ctx)
		blocks = append(blocks, b)
	}
	return blocks
}

func (l *loading) block(s *BlockSyntax, ctx context) *Block {
	b := &Block{BlockSyntax: s, ID: l.id(), Parent: ctx.parent, Play: ctx.play, Role: ctx.role, Handlers: ctx.handlers, Chain: ctx.chain}
	b.Block = l.tasks(s.Block, b, ctx)
	b.Rescue = l.tasks(s.Rescue, b, ctx)
	b.Always = l.tasks(s.Always, b, ctx)
	return b
}

// tasks loads the items of a block; static imports are replaced by what they bring.
func (l *loading) tasks(items []Item, b *Block, ctx context) []Runnable {
	ctx.parent, ctx.chain = b, nil
	var list []Runnable
	for _, item := range items {
		switch s := item.(type) {
		case *BlockSyntax:
			list = append(list, l.block(s, ctx))
		case *TaskSyntax:
			if s.Action.Form == NoAction {
				continue
			}
			t := &Task{TaskSyntax: s, ID: l.id(), Parent: b, Play: ctx.play, Role: ctx.role}
			if s.Loop != nil && s.Loop.With != "" && l.Engine != nil && l.Engine.Function("lookup", s.Loop.With) == nil {
				l.fail(ruleKeyword, s.Loop.Attr.KeyAt(), "'with_%s' is not a valid attribute for a Task\n"+
					"This error can be suppressed as a warning using the \"invalid_task_attribute_failed\" configuration", s.Loop.With)
			}
			t.Vars, _ = s.Value("vars").(*value.Dict)
			switch shortName(s.Action.Name) {
			case "import_tasks":
				list = append(list, l.importTasks(t, ctx)...)
				continue
			case "import_role":
				list = append(list, l.importRole(t)...)
				continue
			case "meta":
				if word, _ := s.Action.FreeForm(); word.S == "end_role" {
					switch {
					case ctx.handlers:
						l.fail(ruleSpecific, t.place(), "Cannot execute 'end_role' from a handler")
					case ctx.role == nil:
						l.fail(ruleSpecific, t.place(), "Cannot execute 'end_role' from outside of a role")
					}
				}
			}
			list = append(list, t)
		}
	}
	return list
}

func (t *Task) place() source.Location { return source.Location{File: t.File, Span: head(t.Node)} }

func (l *loading) importTasks(t *Task, ctx context) []Runnable {
	t.Static = true
	file, ok := includedFile(t.Action.Args)
	if !ok || t.Loop != nil {
		return nil
	}
	name, ok := l.name(file, t.Play, t, nil, t.place(), t.Action.Name)
	if !ok {
		return nil
	}
	t.Included = name
	path := l.findImport(t, name, ctx.handlers)
	if cycle := l.push(path); cycle != nil {
		l.fail(ruleSpecific, t.place(), "The file imports itself: %s", strings.Join(cycle, " -> "))
		return nil
	}
	defer l.pop()
	kind := TasksFile
	if ctx.handlers {
		kind = HandlersFile
	}
	f := l.read(path, kind, t.place())
	if f == nil {
		return nil
	}
	if isNull(f.Tree.Root()) || f.Tree.Root().Kind == yaml.Sequence && len(f.Tree.Root().Items) == 0 {
		l.warn(ruleSpecific, t.place(), "file %s is empty and had no tasks to include", path)
		return nil
	}
	if l.OnImport != nil {
		l.OnImport(path)
	}
	blocks := l.blocks(f.Items, context{play: ctx.play, parent: t, role: ctx.role, handlers: ctx.handlers})
	var list []Runnable
	for _, b := range blocks {
		if ctx.handlers {
			list = append(list, b.Block...)
		} else {
			list = append(list, b)
		}
	}
	return list
}

// IncludeTasks loads the file of an include_tasks task. path is what FindInclude gave; vars are the loop's variables
// and the like, which the included tasks see with the include's own.
func (l *Loader) IncludeTasks(include *Task, path string, vars *value.Dict) ([]*Block, []diag.Diagnostic) {
	run := l.start(nil)
	t := include.withVars(vars)
	t.ID = l.id()
	if name, ok := includedFile(t.Action.Args); ok && looksTemplated(value.ToStr(name)) {
		t.Included = path
	}
	if depth(t) > maxDepth {
		run.fail(ruleSpecific, t.place(), "The file '%s' includes itself without an end: more than %d includes are open.", path, maxDepth)
		return nil, run.problems
	}
	kind := TasksFile
	if t.Handler {
		kind = HandlersFile
	}
	f := run.read(path, kind, t.place())
	if f == nil {
		return nil, run.problems
	}
	ctx := context{play: t.Play, parent: run.applied(t), role: t.Role, handlers: t.Handler}
	blocks := run.blocks(f.Items, ctx)
	return blocks, run.problems
}

// maxDepth is the number of includes that may be open at once.
const maxDepth = 1000

func depth(n Node) int {
	d := 0
	for ; n != nil; n = n.ParentNode() {
		if _, ok := n.(*Task); ok {
			d++
		}
	}
	return d
}

// applied gives the parent of what an include brings: a block with the keywords of `apply`, or the include itself.
func (l *loading) applied(t *Task) Node {
	apply, _ := t.Action.Args.Raw("apply")
	d, ok := apply.(*value.Dict)
	if !ok || d.Len() == 0 {
		return t
	}
	s := &BlockSyntax{Syntax: Syntax{File: t.File, Node: t.Node}}
	var at *yaml.Node
	if n := t.Action.Node.Resolve(); n != nil {
		at = n.Get("apply")
	}
	if at == nil && t.Action.ArgsNode != nil {
		at = t.Action.ArgsNode.Resolve().Get("apply")
	}
	for k, v := range d.RawAll() {
		a := Attr{Name: value.ToStr(k), Value: v, Key: t.Node, Node: t.Node, File: t.File}
		for _, pair := range flatten(at) {
			if pair.Key.Text == a.Name {
				a.Key, a.Node = pair.Key, pair.Value
			}
		}
		a.Keyword = FindKeyword(a.Name)
		if a.Keyword == nil || !a.Keyword.Allowed(InBlock) {
			l.fail(ruleKeyword, a.KeyAt(), "'%s' is not a valid attribute for a Block", a.Name)
			continue
		}
		s.Attrs = append(s.Attrs, a)
	}
	return &Block{BlockSyntax: s, ID: l.id(), Parent: t, Play: t.Play, Role: t.Role, Handlers: t.Handler}
}

// IncludeRole loads the role of an include_role task for one result of it. The role joins the play's roles; the caller adds
// its handlers to those that it knows. vars are the loop's variables and the like.
func (l *Loader) IncludeRole(include *Task, inc RoleInclude, vars *value.Dict) (*Role, []*Block, []diag.Diagnostic) {
	run := l.start(nil)
	t := include.withVars(vars)
	t.ID = l.id()
	if depth(t) > maxDepth {
		run.fail(ruleSpecific, t.place(), "The role '%s' includes itself without an end: more than %d includes are open.", inc.Name, maxDepth)
		return nil, nil, run.problems
	}
	r, blocks := run.includeRole(t, inc)
	return r, blocks, run.problems
}

// Handlers lists the handler blocks of a role with those of its dependencies.
func (r *Role) Handlers() []*Block { return r.handlerBlocks() }
