package feature

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// values lists what may be the value at the cursor.
func (l *list) values(c *cursor) {
	switch c.scope {
	case roleList, roleMap:
		l.roles()
		return
	case optionMap: // free form: module: text
		switch short3(c.module) {
		case "include_tasks", "import_tasks":
			l.files(project.Tasks)
		case "include_vars":
			l.files(project.Vars)
		case "import_playbook":
			l.files(project.Playbook)
		}
		return
	case valueOf:
	default:
		return
	}
	defer func() {
		if at := l.span.Start; at > 0 && l.in.Source.Content[at-1] == ':' { // "key:" needs its blank
			for _, i := range l.items {
				i.New = " " + cmp.Or(i.New, i.Label)
			}
		}
	}()
	if c.option != nil {
		l.optionValues(c)
		return
	}
	switch c.keyword {
	case "notify":
		l.symbols(project.Handler, HandlerItem)
	case "role", "name":
		if c.role != nil && c.parent == c.role || c.keyword == "role" {
			l.roles()
		}
	case "tags":
		for _, t := range []string{"always", "never"} {
			l.add(Item{Label: t, Kind: ValueItem, Rank: 1})
		}
		l.symbols(project.TagName, ValueItem)
	case "hosts":
		l.hosts()
	case "delegate_to":
		l.add(Item{Label: "localhost", Kind: HostItem})
		l.hosts()
	case "import_playbook":
		l.files(project.Playbook)
	case "vars_files":
		l.files(project.Vars)
	case "action", "local_action":
		l.modules(true)
	case "become_method":
		for _, m := range []string{"sudo", "su", "doas", "runas"} {
			l.add(Item{Label: m, Kind: ValueItem})
		}
	case "connection":
		for _, m := range []string{"ssh", "local"} {
			l.add(Item{Label: m, Kind: ValueItem})
		}
	case "strategy":
		for _, m := range []string{"linear", "free", "host_pinned"} {
			l.add(Item{Label: m, Kind: ValueItem})
		}
	}
	if k := playbook.FindKeyword(c.keyword); k != nil {
		for _, choice := range k.Choices {
			l.add(Item{Label: choice, Kind: ValueItem})
		}
		if k.Type == playbook.Bool {
			l.booleans()
		}
	}
}

func (l *list) booleans() {
	l.add(Item{Label: "true", Kind: ValueItem})
	l.add(Item{Label: "false", Kind: ValueItem, Rank: 1})
}

func (l *list) optionValues(c *cursor) {
	o := c.option
	for i, choice := range o.Choices {
		item := Item{Label: value.ToStr(choice), Kind: ValueItem, Rank: i + 1}
		if o.Default != nil && value.ToStr(o.Default) == item.Label {
			item.Detail = "default"
		}
		l.add(item)
	}
	if o.Type == "bool" {
		l.booleans()
	}
	module := short3(c.module)
	switch {
	case o.Name == "name" && (module == "include_role" || module == "import_role"):
		l.roles()
	case o.Name == "file" && (module == "include_tasks" || module == "import_tasks"):
		l.files(project.Tasks)
	case (o.Name == "file" || o.Name == "_raw_params") && module == "include_vars":
		l.files(project.Vars)
	case o.Name == "src" && module == "template":
		l.files(project.Template)
	}
}

// roles lists the roles of the project.
func (l *list) roles() {
	if l.in.Project == nil {
		return
	}
	for name, dir := range l.in.Project.Roles() {
		l.add(Item{Label: name, Kind: RoleItem, Detail: relative(l.in.Project, dir)})
	}
}

func (l *list) symbols(k project.Symbol, kind ItemKind) {
	if l.in.Project == nil {
		return
	}
	for _, name := range l.in.Project.Names(k) {
		l.add(Item{Label: name, Kind: kind})
	}
}

// hosts lists groups and hosts of the project's inventories.
func (l *list) hosts() {
	l.add(Item{Label: "all", Kind: HostItem, Rank: 1})
	l.add(Item{Label: "localhost", Kind: HostItem, Rank: 1})
	for _, name := range inventoryNames(l.in.Project) {
		l.add(Item{Label: name.name, Kind: HostItem, Detail: name.what})
	}
}

// files lists the project's files of a kind, as they are written in this file: relative to it, and without the
// directory that the kind is looked up in.
func (l *list) files(kind project.Kind) {
	if l.in.Project == nil {
		return
	}
	dir := filepath.Dir(l.in.Source.Path)
	for _, f := range l.in.Project.Files() {
		if f.Kind != kind || f.Path == l.in.Source.Path {
			continue
		}
		if f.Role != "" && (l.in.File == nil || f.Role != l.in.File.Role) {
			continue // reached by the role's name
		}
		base := dir
		if kind == project.Template {
			base = templateDir(l.in, dir)
		}
		rel, err := filepath.Rel(base, f.Path)
		if err != nil {
			continue
		}
		l.add(Item{Label: filepath.ToSlash(rel), Kind: FileItem, Rank: strings.Count(rel, "..")})
	}
}

// templateDir is where template looks first: the role's or the playbook's templates folder.
func templateDir(in *Input, dir string) string {
	if in.File != nil && in.File.Role != "" {
		return filepath.Join(in.File.Role, "templates")
	}
	return filepath.Join(dir, "templates")
}

// roleVariables lists the variables that a role defines as its interface.
func roleVariables(p *project.Snapshot, dir string) []Item {
	var items []Item
	for _, name := range p.Names(project.Variable) {
		for _, d := range p.Definitions(project.Variable, name) {
			if d.Scope != dir || !slices.Contains(interfaceLevels, d.Level) {
				continue
			}
			items = append(items, Item{Label: name, Kind: VariableItem, Detail: typeName(d.Value), Doc: preview(d.Value)})
			break
		}
	}
	return items
}

// interfaceLevels are the levels of a role's variables that its users set.
var interfaceLevels = []string{"role defaults", "argument_specs"}
