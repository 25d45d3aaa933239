package feature

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// keys lists what may be a key at the cursor.
func (l *list) keys(c *cursor) {
	given := map[string]bool{}
	if c.parent != nil {
		for _, p := range c.parent.Pairs {
			if c.pair == nil || p != c.pair {
				given[p.Key.Text] = true
			}
		}
	}
	switch c.scope {
	case playMap:
		where := playbook.InPlay
		if given["import_playbook"] {
			where = playbook.InImport
		} else if !given["hosts"] {
			where |= playbook.InImport
		}
		l.keywords(where, given, c.colon)
	case taskMap:
		l.task(c, given)
	case roleMap:
		if c.parent == nil || len(c.parent.Pairs) <= 1 { // "- name" alone is a role, too
			l.roles()
		}
		l.keywords(playbook.InRole, given, c.colon)
		l.roleVariables(textOf(firstOf(c.parent, "role", "name")), given, c.colon)
	case loopControlMap:
		l.keywords(playbook.InLoopControl, given, c.colon)
	case optionMap:
		l.options(c.options, given, c.colon)
	case actionMap:
		if !given["module"] {
			l.add(Item{Label: "module", Kind: KeywordItem, Doc: "Module to run.", New: key("module", "str", c.colon)})
		}
		c.setModule(l.in, textOf(c.parent.Get("module")))
		l.options(c.options, given, c.colon)
	case defaultsMap:
		l.modules(c.colon)
	case promptMap:
		for _, k := range promptKeys {
			if !given[k.Name] {
				l.add(Item{Label: k.Name, Kind: KeywordItem, Detail: k.Type, Doc: k.Doc, New: key(k.Name, k.Type, c.colon)})
			}
		}
	case varsMap:
		if c.keyword == "vars" && c.task != nil {
			switch short3(ActionOf(c.task)) {
			case "include_role", "import_role":
				if args := actionPair(c.task); args != nil {
					l.roleVariables(textOf(args.Value.Get("name")), given, c.colon)
				}
			}
		}
		if c.keyword == "vars" {
			l.hostVars(given, c.colon)
		}
	case variableFile:
		l.hostVars(given, c.colon)
	}
}

// hostVars lists the variables that Ansible itself reads, for who has begun to type one.
func (l *list) hostVars(given map[string]bool, colon bool) {
	if len(l.typed) < 2 {
		return
	}
	for _, v := range config.HostVars() {
		if !given[v.Name] {
			l.add(Item{Label: v.Name, Kind: VariableItem, Detail: "connection", Doc: v.Doc, Rank: 3, New: key(v.Name, "str", colon)})
		}
	}
}

// promptKeys are the keys of an entry of vars_prompt.
var promptKeys = []argspec.Option{
	{Name: "name", Type: "str", Doc: "Variable that receives the answer."},
	{Name: "prompt", Type: "str", Doc: "Question to show."},
	{Name: "default", Type: "str", Doc: "Answer when nothing is typed."},
	{Name: "private", Type: "bool", Doc: "Hide what is typed; yes when not given."},
	{Name: "confirm", Type: "bool", Doc: "Ask twice and compare."},
	{Name: "encrypt", Type: "str", Doc: "Hash the answer with this scheme."},
	{Name: "salt", Type: "str", Doc: "Salt of the hash."},
	{Name: "salt_size", Type: "int", Doc: "Length of a random salt."},
	{Name: "unsafe", Type: "bool", Doc: "Never treat the answer as a template."},
}

func firstOf(n *yaml.Node, names ...string) *yaml.Node {
	for _, name := range names {
		if v := n.Get(name); v != nil {
			return v
		}
	}
	return nil
}

// task lists the keys of a task, handler or block, and modules while it has none.
func (l *list) task(c *cursor, given map[string]bool) {
	block := given["block"] || given["rescue"] || given["always"]
	action := false
	if c.parent != nil {
		for _, p := range c.parent.Pairs {
			if p == c.pair || p.Merge {
				continue
			}
			name := p.Key.Text
			if name == "action" || name == "local_action" || playbook.FindKeyword(name) == nil && !strings.HasPrefix(name, "with_") {
				action = true
			}
		}
	}
	where := playbook.InTask
	if c.handler {
		where = playbook.InHandler
	}
	switch {
	case block:
		where = playbook.InBlock
	case !action:
		where |= playbook.InBlock
	}
	l.keywords(where, given, c.colon)
	if !block && !action {
		l.modules(c.colon)
	}
}

func (l *list) keywords(where playbook.Place, given map[string]bool, colon bool) {
	for i := range playbook.Keywords {
		k := &playbook.Keywords[i]
		if !k.Allowed(where) || given[k.Name] || k.Private {
			continue
		}
		rank := 1
		switch k.Name {
		case "name", "hosts", "tasks", "roles", "when", "block", "loop", "register", "notify", "become", "role":
			rank = 0
		}
		l.add(Item{Label: k.Name, Kind: KeywordItem, Detail: k.Type.String(), Doc: k.Doc, Rank: rank, New: key(k.Name, k.Type.String(), colon)})
	}
}

// key is the text of a key with its colon and, for what fits on the line, a blank.
func key(name, kind string, colon bool) string {
	switch {
	case colon:
		return name
	case kind == "list", kind == "dict":
		return name + ":"
	}
	return name + ": "
}

func (l *list) modules(colon bool) {
	if l.in.Catalog == nil {
		return
	}
	for _, name := range l.in.Catalog.Names() {
		score := match(name, l.typed)
		if score < 0 {
			continue
		}
		rank := 3
		if strings.HasPrefix(name, "ansible.builtin.") {
			rank = 2
		}
		insert := name
		if !colon {
			insert += ":"
		}
		l.items = append(l.items, &Item{Label: name, Kind: ModuleItem, Rank: rank, New: insert, score: score, key: name})
	}
}

func (l *list) options(options []*argspec.Option, given map[string]bool, colon bool) {
	for _, o := range options {
		taken := given[o.Name]
		for _, a := range o.Aliases {
			taken = taken || given[a]
		}
		if taken {
			continue
		}
		i := Item{Label: o.Name, Kind: OptionItem, Detail: optionType(o), Doc: o.Doc, Rank: 1, Gone: o.RemovedIn != "" || o.RemovedAt != "", New: key(o.Name, o.Type, colon)}
		if o.Required {
			i.Rank, i.Detail = 0, i.Detail+", required"
		}
		l.add(i)
		if match(o.Name, l.typed) < 0 { // an alias is offered to who asks for it
			for _, a := range o.Aliases {
				i.Label, i.New, i.Rank = a, key(a, o.Type, colon), 2
				i.Doc = "Alias of " + o.Name + ". " + o.Doc
				l.add(i)
			}
		}
	}
}

// optionType shows an option's type: "list of dict".
func optionType(o *argspec.Option) string {
	t := o.Type
	if t == "" {
		t = "str"
	}
	if t == "list" && o.Elements != "" {
		t += " of " + o.Elements
	}
	return t
}

// roleVariables lists what a role takes: its argument specification and its defaults.
func (l *list) roleVariables(role string, given map[string]bool, colon bool) {
	if role == "" || l.in.Project == nil {
		return
	}
	dir, ok := l.in.Project.Roles()[role]
	if !ok {
		return
	}
	for _, v := range roleVariables(l.in.Project, dir) {
		if !given[v.Label] {
			v.New = key(v.Label, v.Detail, colon)
			l.add(v)
		}
	}
}
