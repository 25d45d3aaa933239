package vars

import (
	"slices"

	"github.com/rehearse-dev/rehearse/internal/playbook"
)

// playLayers are the layers that a play gives to all its tasks.
type playLayers struct {
	roles    []*playbook.Role // for which they were computed
	vars     []Layer          // play vars, strongest first
	roleVars []Layer          // vars of public roles, strongest first
	defaults []Layer          // defaults of public roles, strongest first
}

func (s *Store) play(p *playbook.Play) *playLayers {
	roles := p.Roles()
	if c, ok := s.plays.Load(p); ok {
		if c := c.(*playLayers); len(c.roles) == len(roles) {
			return c
		}
	}
	c := &playLayers{roles: roles}
	for i := len(p.Layers) - 1; i >= 0; i-- {
		l := p.Layers[i]
		c.vars = append(c.vars, Layer{Level: PlayVars, Vars: l.Vars, File: l.File, Node: l.Node})
	}
	var weakVars, weakDefaults []Layer
	for _, r := range roles {
		if r.Public {
			weakVars = append(weakVars, exported(r, RoleVars)...)
			weakDefaults = append(weakDefaults, defaults(r, nil, RoleDefaults)...)
		}
	}
	c.roleVars, c.defaults = strongest(weakVars), strongest(weakDefaults)
	s.watch(c.vars)
	s.watch(c.roleVars)
	s.watch(c.defaults)
	s.plays.Store(p, c)
	return c
}

// strongest reverses layers that were collected weakest first and drops empty and repeated ones.
func strongest(weak []Layer) []Layer {
	var out []Layer
	for _, l := range slices.Backward(weak) {
		if l.Vars.Len() == 0 || slices.ContainsFunc(out, func(o Layer) bool { return o.Vars == l.Vars && o.Level == l.Level }) {
			continue
		}
		out = append(out, l)
	}
	return out
}

func roleLayers(layers []playbook.VarsLayer, level *Level, r *playbook.Role) []Layer {
	var out []Layer
	for _, l := range layers {
		out = append(out, Layer{Level: level, Vars: l.Vars, File: l.File, Node: l.Node, Name: r.FullName()})
	}
	return out
}

// defaults lists the defaults that a role sees, weakest first: its dependencies', those of the roles that led to it, its own.
func defaults(r *playbook.Role, chain []*playbook.Role, level *Level) []Layer {
	var out []Layer
	for _, d := range r.AllDependencies() {
		out = append(out, defaults(d, nil, level)...)
	}
	for _, parent := range chain {
		out = append(out, roleLayers(parent.Defaults, level, parent)...)
	}
	return append(out, roleLayers(r.Defaults, level, r)...)
}

// exported lists the vars that a role gives to the whole play, weakest first: its dependencies' and its own.
func exported(r *playbook.Role, level *Level) []Layer {
	var out []Layer
	for _, d := range r.AllDependencies() {
		out = append(out, exported(d, level)...)
	}
	return append(out, roleLayers(r.Vars, level, r)...)
}

// taskLayers are the layers that belong to a task: vars of its blocks and of its role.
type taskLayers struct {
	params   []Layer // include parameters and role parameters, strongest first
	vars     []Layer // task, block and own role's vars, strongest first
	defaults []Layer // own role's defaults, strongest first
}

func (s *Store) task(t *playbook.Task) *taskLayers {
	if c, ok := s.tasks.Load(t); ok {
		return c.(*taskLayers)
	}
	c := &taskLayers{}
	chain := playbook.RoleChain(t)
	var includes, own []Layer // strongest first
	for n := playbook.Node(t); n != nil; n = n.ParentNode() {
		switch n := n.(type) {
		case *playbook.Task:
			if n.Vars.Len() == 0 {
				continue
			}
			level := TaskVars
			if n != t {
				level = BlockVars
			}
			l := Layer{Level: level, Vars: n.Vars, File: n.File}
			if a := n.Attr("vars"); a != nil {
				l.Node = a.Node
			}
			own = append(own, l)
			if n.Is("include_tasks", "include_role") {
				l.Level = IncludeParams
				includes = append(includes, l)
			}
		case *playbook.Block:
			if n.BlockSyntax == nil {
				continue
			}
			if a := n.Attr("vars"); a != nil {
				if d := dictOf(a.Value); d.Len() > 0 {
					own = append(own, Layer{Level: BlockVars, Vars: d, File: n.File, Node: a.Node})
				}
			}
		}
	}
	c.params = append(c.params, includes...)
	if r := t.Role; r != nil {
		var params, vars []Layer // weakest first
		for _, parent := range chain {
			params = append(params, paramLayer(parent))
			vars = append(vars, roleLayers(parent.Own, OwnRoleVars, parent)...)
			vars = append(vars, roleLayers(parent.Vars, OwnRoleVars, parent)...)
		}
		params = append(params, paramLayer(r))
		for _, d := range r.AllDependencies() {
			vars = append(vars, exported(d, OwnRoleVars)...)
		}
		vars = append(vars, roleLayers(r.Vars, OwnRoleVars, r)...)
		vars = append(vars, roleLayers(r.Own, OwnRoleVars, r)...)
		c.params = append(c.params, strongest(params)...)
		own = append(own, strongest(vars)...)
		c.defaults = strongest(defaults(r, chain, OwnRoleDefaults))
	}
	c.vars = own
	s.watch(c.vars)
	s.watch(c.params)
	s.watch(c.defaults)
	s.tasks.Store(t, c)
	return c
}

func paramLayer(r *playbook.Role) Layer {
	l := Layer{Level: RoleParams, Vars: r.Params, Name: r.FullName()}
	if r.Syntax != nil {
		l.File, l.Node = r.Syntax.File, r.Syntax.Node
	}
	return l
}
