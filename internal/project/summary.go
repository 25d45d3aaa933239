package project

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// summary is what one file contributes to the project. It depends on the file alone.
type summary struct{ defs, uses map[key][]Occurrence }

func (a *summary) sameNames(b *summary) bool {
	same := func(x, y map[key][]Occurrence) bool {
		if len(x) != len(y) {
			return false
		}
		for k := range x {
			if _, ok := y[k]; !ok {
				return false
			}
		}
		return true
	}
	return same(a.defs, b.defs) && same(a.uses, b.uses)
}

// each runs f for all files on all processors.
func each(files []*File, f func(*File)) {
	var wg sync.WaitGroup
	work := make(chan *File)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for file := range work {
				f(file)
			}
		})
	}
	for _, file := range files {
		work <- file
	}
	close(work)
	wg.Wait()
}

func (f *File) summary() *summary {
	f.sumOnce.Do(func() {
		c := &collector{f: f, sum: &summary{map[key][]Occurrence{}, map[key][]Occurrence{}}}
		c.file()
		f.sum = c.sum
	})
	return f.sum
}

// collector fills the summary of a file.
type collector struct {
	f   *File
	sum *summary
}

func (c *collector) def(s Symbol, name, level, scope string, at source.Location, v value.Value) {
	if name == "" {
		return
	}
	k := key{s, name}
	c.sum.defs[k] = append(c.sum.defs[k], Occurrence{Symbol: s, Name: name, At: at, Def: true, Level: level, Scope: scope, Value: v})
}

func (c *collector) use(s Symbol, name string, at source.Location) {
	if name == "" {
		return
	}
	k := key{s, name}
	c.sum.uses[k] = append(c.sum.uses[k], Occurrence{Symbol: s, Name: name, At: at})
}

func (c *collector) file() {
	f := c.f
	if f.Source == nil {
		return
	}
	switch f.Kind {
	case Template:
		c.template()
		return
	case Inventory:
		c.inventory()
		return
	}
	syn := f.Syntax()
	if syn == nil {
		return
	}
	switch f.Kind {
	case Vars, Defaults:
		c.vars(syn.Tree.Root(), syn.Vars)
	case ArgSpecs:
		specs, _ := syn.Vars.Raw("argument_specs")
		d, _ := specs.(*value.Dict)
		c.argSpecs(d, syn.Tree.Root().Get("argument_specs"))
	case Meta:
		if syn.Meta != nil {
			for _, r := range syn.Meta.Dependencies {
				c.role(r)
			}
			if a := syn.Meta.Attr("argument_specs"); a != nil {
				c.argSpecs(syn.Meta.ArgumentSpecs, a.Node)
			}
		}
	}
	for _, e := range syn.Entries {
		switch e := e.(type) {
		case *playbook.PlaySyntax:
			c.play(e)
		case *playbook.ImportSyntax:
			c.varsAttr(&e.Syntax, vars.PlayVars.Name)
			c.tags(&e.Syntax)
		}
	}
	c.items(syn.Items)
	if root := syn.Tree.Root(); root != nil && f.Kind != ArgSpecs {
		c.templates(root, "")
	}
}

// scopeOf is the host, group or role that a vars file belongs to, with the level of its variables.
func (c *collector) scopeOf() (level, scope string) {
	parts := strings.Split(filepath.ToSlash(c.f.Path), "/")
	for i := len(parts) - 2; i >= 0; i-- {
		switch parts[i] {
		case "group_vars", "host_vars":
			name := strings.TrimSuffix(parts[i+1], filepath.Ext(parts[i+1]))
			beside := "playbook"
			if i > 0 && slices.Contains(parts[:i], "inventory") || slices.Contains(parts[:i], "inventories") {
				beside = "inventory"
			}
			switch {
			case parts[i] == "host_vars" && beside == "inventory":
				return vars.InventoryHostFile.Name, name
			case parts[i] == "host_vars":
				return vars.PlaybookHostFile.Name, name
			case name == "all" && beside == "inventory":
				return vars.InventoryAllFile.Name, name
			case name == "all":
				return vars.PlaybookAllFile.Name, name
			case beside == "inventory":
				return vars.InventoryGroupFiles.Name, name
			}
			return vars.PlaybookGroupFiles.Name, name
		}
	}
	if c.f.Kind == Defaults {
		return vars.RoleDefaults.Name, c.f.Role
	}
	if c.f.Role != "" {
		return vars.RoleVars.Name, c.f.Role
	}
	return vars.VarsFiles.Name, ""
}

func (c *collector) vars(node *yaml.Node, d *value.Dict) {
	level, scope := c.scopeOf()
	c.mapping(node, d, level, scope)
}

// mapping defines every key of a mapping.
func (c *collector) mapping(node *yaml.Node, d *value.Dict, level, scope string) {
	if node = node.Resolve(); node == nil || node.Kind != yaml.Mapping {
		return
	}
	for _, p := range node.Pairs {
		if p.Merge || p.Key.Kind != yaml.Scalar {
			continue
		}
		v, _ := d.Raw(p.Key.Text)
		c.def(Variable, p.Key.Text, level, scope, source.Location{File: c.f.Source, Span: p.Key.Span}, v)
	}
}

func (c *collector) argSpecs(d *value.Dict, node *yaml.Node) {
	for k, entry := range d.RawAll() {
		spec, ok := entry.(*value.Dict)
		if !ok {
			continue
		}
		var options *yaml.Node
		if n := node.Resolve(); n != nil {
			if e := n.Get(value.ToStr(k)).Resolve(); e != nil {
				options = e.Get("options")
			}
		}
		raw, _ := spec.Raw("options")
		od, _ := raw.(*value.Dict)
		c.mapping(options, od, "argument_specs", c.f.Role)
	}
}

func (c *collector) varsAttr(s *playbook.Syntax, level string) {
	if a := s.Attr("vars"); a != nil {
		d, _ := a.Value.(*value.Dict)
		c.mapping(a.Node, d, level, "")
	}
}

func (c *collector) play(p *playbook.PlaySyntax) {
	c.varsAttr(&p.Syntax, vars.PlayVars.Name)
	c.tags(&p.Syntax)
	if a := p.Attr("vars_prompt"); a != nil {
		for i, item := range listItems(a.Value) {
			d, ok := item.(*value.Dict)
			if !ok {
				continue
			}
			name, _ := d.Raw("name")
			def, _ := d.Raw("default")
			at := a.Node
			if n := a.Node.Resolve(); n != nil && i < len(n.Items) {
				at = n.Items[i]
				if m := at.Resolve(); m != nil && m.Kind == yaml.Mapping && m.Get("name") != nil {
					at = m.Get("name")
				}
			}
			if s, ok := name.(value.Str); ok {
				c.def(Variable, s.S, vars.PromptVars.Name, "", source.Location{File: c.f.Source, Span: at.Span}, def)
			}
		}
	}
	for _, r := range p.Roles {
		c.role(r)
	}
	c.items(p.PreTasks)
	c.items(p.Tasks)
	c.items(p.PostTasks)
	c.items(p.Handlers)
}

func listItems(v value.Value) []value.Value {
	switch v := v.(type) {
	case nil:
		return nil
	case *value.List:
		return v.Items
	}
	return []value.Value{v}
}

func (c *collector) role(r *playbook.RoleSyntax) {
	c.use(RoleName, r.Name.S, inner(r.NameAt))
	c.varsAttr(&r.Syntax, vars.OwnRoleVars.Name)
	c.tags(&r.Syntax)
	for i := range r.Attrs {
		a := &r.Attrs[i]
		if _, ok := r.Params.Raw(a.Name); ok {
			c.def(Variable, a.Name, vars.RoleParams.Name, r.Name.S, a.KeyAt(), a.Value)
		}
	}
}

// inner leaves out the quotes of a quoted scalar.
func inner(at source.Location) source.Location {
	if at.File == nil {
		return at
	}
	if t := at.File.Text(at.Span); len(t) >= 2 && (t[0] == '"' || t[0] == '\'') && t[len(t)-1] == t[0] {
		at.Span.Start++
		at.Span.End--
	}
	return at
}

func (c *collector) items(items []playbook.Item) {
	for _, item := range items {
		switch item := item.(type) {
		case *playbook.BlockSyntax:
			c.varsAttr(&item.Syntax, vars.BlockVars.Name)
			c.tags(&item.Syntax)
			c.notify(&item.Syntax)
			c.items(item.Block)
			c.items(item.Rescue)
			c.items(item.Always)
		case *playbook.TaskSyntax:
			c.task(item)
		}
	}
}

// scalars calls f for each text of a scalar or a list of scalars.
func scalars(n *yaml.Node, f func(*yaml.Node)) {
	if n = n.Resolve(); n == nil {
		return
	}
	switch n.Kind {
	case yaml.Scalar:
		f(n)
	case yaml.Sequence:
		for _, item := range n.Items {
			if r := item.Resolve(); r != nil && r.Kind == yaml.Scalar {
				f(r)
			}
		}
	}
}

func (c *collector) at(n *yaml.Node) source.Location {
	return inner(source.Location{File: c.f.Source, Span: n.Span})
}

func (c *collector) notify(s *playbook.Syntax) {
	if a := s.Attr("notify"); a != nil {
		scalars(a.Node, func(n *yaml.Node) { c.use(Handler, n.Text, c.at(n)) })
	}
}

func (c *collector) tags(s *playbook.Syntax) {
	if a := s.Attr("tags"); a != nil {
		scalars(a.Node, func(n *yaml.Node) {
			for part := range strings.SplitSeq(n.Text, ",") {
				c.def(TagName, strings.TrimSpace(part), "", "", c.at(n), nil)
			}
		})
	}
}

func (c *collector) task(t *playbook.TaskSyntax) {
	level := vars.TaskVars.Name
	if t.Action.Form != playbook.NoAction {
		switch strings.TrimPrefix(t.Action.Name, "ansible.builtin.") {
		case "include_role", "include_tasks":
			level = vars.IncludeParams.Name
		}
	}
	c.varsAttr(&t.Syntax, level)
	c.tags(&t.Syntax)
	c.notify(&t.Syntax)
	if a := t.Attr("register"); a != nil {
		if s, ok := a.Value.(value.Str); ok {
			c.def(Variable, s.S, vars.SetFacts.Name, c.f.Role, c.at(a.Node), nil)
		}
	}
	if t.Handler {
		if a := t.Attr("name"); a != nil && t.Name() != "" {
			c.def(Handler, t.Name(), "", c.f.Role, c.at(a.Node), nil)
		}
		if a := t.Attr("listen"); a != nil {
			scalars(a.Node, func(n *yaml.Node) { c.def(Handler, n.Text, "listen", c.f.Role, c.at(n), nil) })
		}
	}
	if t.Control != nil {
		for _, name := range [...]string{"loop_var", "index_var"} {
			if a := t.Control.Attr(name); a != nil {
				if s, ok := a.Value.(value.Str); ok {
					c.def(Variable, s.S, vars.LoopVars.Name, "", c.at(a.Node), nil)
				}
			}
		}
	}
	c.action(t)
}

// action looks at the modules that define variables or name roles.
func (c *collector) action(t *playbook.TaskSyntax) {
	act := &t.Action
	switch strings.TrimPrefix(strings.TrimPrefix(act.Name, "ansible.builtin."), "ansible.legacy.") {
	case "set_fact":
		c.arguments(t, vars.SetFacts.Name, func(name string) bool { return name != "cacheable" && name != "_raw_params" })
	case "add_host":
		c.arguments(t, vars.InventoryHost.Name, func(name string) bool {
			switch name {
			case "name", "hostname", "host", "groups", "group", "groupname", "_raw_params":
				return false
			}
			return true
		})
	case "include_vars":
		if n := argument(act, "name"); n != nil {
			c.def(Variable, n.Text, vars.IncludedVars.Name, "", c.at(n), nil)
		}
	case "include_role", "import_role":
		n := argument(act, "name")
		if n == nil {
			n = argument(act, "role")
		}
		if n != nil {
			c.use(RoleName, n.Text, c.at(n))
		} else if v, ok := act.Args.Raw("name"); ok {
			if s, ok := v.(value.Str); ok {
				c.use(RoleName, s.S, act.NameAt)
			}
		}
	}
}

// argument is the scalar node of an argument that is written in a mapping, nil otherwise.
func argument(act *playbook.Action, name string) *yaml.Node {
	for _, n := range [...]*yaml.Node{act.Node, act.ArgsNode} {
		if r := n.Resolve(); r != nil && r.Kind == yaml.Mapping {
			if v := r.Get(name).Resolve(); v != nil && v.Kind == yaml.Scalar {
				return v
			}
		}
	}
	return nil
}

func (c *collector) arguments(t *playbook.TaskSyntax, level string, want func(string) bool) {
	for k, v := range t.Action.Args.RawAll() {
		name := value.ToStr(k)
		if !want(name) {
			continue
		}
		at := source.Location{File: c.f.Source, Span: t.Action.NameAt.Span}
		for _, n := range [...]*yaml.Node{t.Action.Node, t.Action.ArgsNode} {
			r := n.Resolve()
			if r == nil {
				continue
			}
			if r.Kind == yaml.Mapping {
				for _, p := range r.Pairs {
					if p.Key.Text == name {
						at.Span = p.Key.Span
					}
				}
			} else if i := strings.Index(r.Text, name+"="); r.Kind == yaml.Scalar && i >= 0 {
				at.Span = source.Span{Start: r.FileOffset(i), End: r.FileOffset(i + len(name))}
			}
		}
		c.def(Variable, name, level, c.f.Role, at, v)
	}
}

// inventory defines the variables of an inventory file.
func (c *collector) inventory() {
	inv, _, err := inventory.Load(single{c.f.Source}, []string{c.f.Path}, inventory.Options{Enabled: []string{"yaml", "ini", "toml"}})
	if err != nil {
		return
	}
	for _, g := range inv.Groups() {
		level := vars.InventoryGroups.Name
		if g.Name == "all" {
			level = vars.InventoryAll.Name
		}
		for k, v := range g.Vars.RawAll() {
			c.def(Variable, value.ToStr(k), level, g.Name, g.Place(value.ToStr(k)), v)
		}
	}
	for _, h := range inv.Hosts() {
		for k, v := range h.Vars.RawAll() {
			if at := h.Place(value.ToStr(k)); at.Known() {
				c.def(Variable, value.ToStr(k), vars.InventoryHost.Name, h.Name, at, v)
			}
		}
	}
}
