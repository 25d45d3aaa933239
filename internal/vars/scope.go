package vars

import (
	"slices"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Query says for whom variables are looked up. Every field may be empty.
type Query struct {
	Host *inventory.Host
	Play *playbook.Play
	Task *playbook.Task
	// PlayName is the name of the play with its templates evaluated, "" for the name as it is written.
	PlayName string
	// PlayHosts are all hosts of the play, Hosts those that have not been removed (failed or unreachable), Batch those of
	// the batch that have not been.
	PlayHosts, Hosts, Batch []string
	// Connection gives the variables that say how the host is reached where nobody has set them (ansible_host,
	// ansible_connection, ...), names of which ConnectionNames lists; nil for none.
	Connection      func(name string) (value.Value, bool)
	ConnectionNames []string
	// plain leaves hostvars out, for the variables that hostvars itself shows.
	plain bool
}

// Scope looks variables up for one query, from the strongest level down. It implements jinja.Scope and jinja.Lister. It is
// cheap to make and safe for concurrent use.
type Scope struct {
	store *Store
	q     Query
	over  *value.Dict // local variables; they win over everything
	up    *Scope      // the scope below the local variables
	state *hostState
	// The layers between magic and facts, and from facts down, strongest first.
	params, task, files, play, roles, base, own, defaults []Layer
	prompts                                               *value.Dict
	watched                                               string // see Watch
	watch                                                 func()
}

// Scope makes the scope of a query.
func (s *Store) Scope(q Query) *Scope {
	c := &Scope{store: s, q: q}
	dir := s.o.Dir
	if q.Play != nil {
		dir = q.Play.BaseDir
		p := s.play(q.Play)
		c.play, c.roles, c.defaults = p.vars, p.roleVars, p.defaults
		if v, ok := s.prompts.Load(q.Play); ok {
			c.prompts = v.(*value.Dict)
		}
	}
	if q.Task != nil {
		t := s.task(q.Task)
		c.params, c.task, c.own = t.params, t.vars, t.defaults
	}
	if q.Host != nil {
		c.base = s.base(q.Host, dir)
		c.state = s.state(q.Host.Name)
	}
	if q.Play != nil && len(q.Play.VarsFiles) > 0 {
		c.files = s.varsFiles(c)
	}
	return c
}

// With lays local variables over the scope: a loop's item, a handler's names. They win over everything.
func (c *Scope) With(vars *value.Dict) *Scope {
	if vars.Len() == 0 {
		return c
	}
	n := *c
	n.over, n.up = vars, c
	return &n
}

// Watch gives a scope that calls f before the variable of that name is looked up, or all of them are.
func (c *Scope) Watch(name string, f func()) *Scope {
	n := *c
	n.watched, n.watch = name, f
	return &n
}

// Query gives what the scope was made for.
func (c *Scope) Query() Query { return c.q }

// Store is the store that the scope belongs to.
func (c *Scope) Store() *Store { return c.store }

// Lookup gives a variable as its author wrote it, not templated.
func (c *Scope) Lookup(name string) (value.Value, bool) {
	if c.watch != nil && name == c.watched {
		c.watch()
	}
	for s := c; s.over != nil; s = s.up {
		if v, ok := s.over.Raw(name); ok {
			return v, true
		}
	}
	if v, ok := c.magic(name); ok {
		return v, true
	}
	if c.store.o.Merge {
		return c.merged(name)
	}
	var found value.Value
	c.each(name, func(_ *Level, v value.Value, _ *Layer) bool { found = v; return false })
	if found == nil && c.q.Connection != nil {
		return c.q.Connection(name)
	}
	return found, found != nil
}

// each calls f for every definition of a name below the magic ones, strongest first, until f returns false.
func (c *Scope) each(name string, f func(*Level, value.Value, *Layer) bool) {
	search := func(layers []Layer) bool {
		for i := range layers {
			if v, ok := layers[i].Vars.Raw(name); ok && !f(layers[i].Level, v, &layers[i]) {
				return false
			}
		}
		return true
	}
	state := func(level *Level, pick func(*hostState) *value.Dict) bool {
		if c.state == nil {
			return true
		}
		c.state.mu.RLock()
		v, ok := pick(c.state).Raw(name)
		c.state.mu.RUnlock()
		return !ok || f(level, v, nil)
	}
	prompts := func() bool {
		v, ok := c.prompts.Raw(name)
		return !ok || f(PromptVars, v, nil)
	}
	_ = search(c.store.extra) && search(c.params) &&
		state(SetFacts, func(h *hostState) *value.Dict { return h.set }) &&
		state(IncludedVars, func(h *hostState) *value.Dict { return h.included }) &&
		search(c.task) && search(c.roles) && search(c.files) && prompts() && search(c.play) &&
		(name != "ansible_facts" || c.state == nil || f(Facts, c.spacedFacts(), nil)) &&
		state(Facts, func(h *hostState) *value.Dict { return h.injected }) &&
		search(c.base) && search(c.own) && search(c.defaults)
}

// spacedFacts is the variable ansible_facts.
func (c *Scope) spacedFacts() value.Value {
	c.state.mu.RLock()
	defer c.state.mu.RUnlock()
	return c.state.spaced.Copy()
}

// merged is the lookup under hash_behaviour = merge.
func (c *Scope) merged(name string) (value.Value, bool) {
	var all []value.Value // strongest first
	c.each(name, func(_ *Level, v value.Value, _ *Layer) bool {
		all = append(all, v)
		_, dict := v.(*value.Dict)
		return dict
	})
	if len(all) == 0 {
		return nil, false
	}
	v := all[len(all)-1]
	for _, over := range slices.Backward(all[:len(all)-1]) {
		v = merge(v, over)
	}
	return v, true
}

// Names lists the names of all variables that the scope knows, sorted.
func (c *Scope) Names() []string {
	seen := map[string]bool{}
	add := func(d *value.Dict) {
		for k := range d.RawAll() {
			seen[value.ToStr(k)] = true
		}
	}
	for s := c; s.over != nil; s = s.up {
		add(s.over)
	}
	for _, layers := range [...][]Layer{c.store.extra, c.params, c.task, c.roles, c.files, c.play, c.base, c.own, c.defaults} {
		for _, l := range layers {
			add(l.Vars)
		}
	}
	add(c.prompts)
	if c.state != nil {
		c.state.mu.RLock()
		add(c.state.set)
		add(c.state.included)
		add(c.state.injected)
		c.state.mu.RUnlock()
		seen["ansible_facts"] = true
	}
	for _, n := range c.magicNames() {
		seen[n] = true
	}
	for _, n := range c.q.ConnectionNames {
		if _, ok := c.q.Connection(n); ok {
			seen[n] = true
		}
	}
	names := make([]string, 0, len(seen))
	for n := range seen {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// All gives every variable of the scope in one dict, not templated: the variable `vars`, and what `rehearse vars` shows.
func (c *Scope) All() *value.Dict {
	if c.watch != nil {
		c.watch()
	}
	d := &value.Dict{}
	for _, n := range c.Names() {
		if n == "vars" {
			continue
		}
		if v, ok := c.Lookup(n); ok {
			d.Put(n, v)
		}
	}
	return d
}

func dictOf(v value.Value) *value.Dict {
	d, _ := v.(*value.Dict)
	return d
}

// Definition is one place where a variable gets a value.
type Definition struct {
	Level  *Level
	Name   string          // of the group, host or role that defines it; "" otherwise
	At     source.Location // unknown for what the program itself sets
	Value  value.Value     // not templated
	Winner bool
}

// Explain lists all definitions of a variable, the winner first, each place once. Under hash_behaviour = merge mappings of all definitions
// are joined; the winner is the strongest then.
func (c *Scope) Explain(name string) []Definition {
	var out []Definition
	for s := c; s.over != nil; s = s.up {
		if v, ok := s.over.Raw(name); ok {
			out = append(out, Definition{Level: LoopVars, Value: v, At: value.Place(v)})
		}
	}
	if v, ok := c.magic(name); ok {
		out = append(out, Definition{Level: Magic, Value: v})
	}
	c.each(name, func(level *Level, v value.Value, l *Layer) bool {
		d := Definition{Level: level, Value: v, At: value.Place(v)}
		if l != nil {
			d.Name = l.Name
			if at := l.Place(name); at.Known() {
				d.At = at
			}
		} else if c.state != nil {
			c.state.mu.RLock()
			key := map[*Level]string{SetFacts: "set:", IncludedVars: "included:"}[level]
			if at, ok := c.state.at[key+name]; ok && key != "" {
				d.At = at
			}
			c.state.mu.RUnlock()
		}
		// One file may stand at two levels: beside the inventory and beside the playbook, say. The stronger one counts.
		if d.At.Known() && slices.ContainsFunc(out, func(o Definition) bool { return o.At == d.At }) {
			return true
		}
		out = append(out, d)
		return true
	})
	if len(out) > 0 {
		out[0].Winner = true
	}
	return out
}

// Place says where a layer defines a name: the key where its file is known.
func (l *Layer) Place(name string) source.Location {
	if l.place != nil {
		return l.place(name)
	}
	if n := l.Node.Resolve(); n != nil {
		for _, p := range slices.Backward(n.Pairs) {
			if p.Key.Text == name && !p.Merge {
				return source.Location{File: l.File, Span: p.Key.Span}
			}
		}
	}
	return source.Location{}
}

// Overlay gives the local variables of the scope in one dict: what With has laid over it.
func (c *Scope) Overlay() *value.Dict {
	d := &value.Dict{}
	var layers []*value.Dict
	for s := c; s.over != nil; s = s.up {
		layers = append(layers, s.over)
	}
	for _, l := range slices.Backward(layers) {
		for k, v := range l.RawAll() {
			d.Set(k, v)
		}
	}
	return d
}
