package inventory

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// parsePython lets a plugin that is written in Python read a source. name is as the settings, or the file where auto is
// set, have it. wanted is false where the plugin does not take the source.
func (r *reading) parsePython(name, path string, auto bool) (found, wanted bool, err error) {
	if r.o.Plugins == nil {
		return false, false, nil
	}
	ctx := r.o.Ctx
	if ctx == nil {
		ctx = context.Background()
	}
	if r.o.Found != nil {
		r.o.Found(r.inv, r.problems)
	}
	done := make([]value.Value, len(r.done))
	for i, s := range r.done {
		done[i] = value.S(s)
	}
	state := r.inv.state()
	state.Put("source", value.S(path))
	state.Put("done", value.NewList(done...))
	answer, err := r.o.Plugins.Call(ctx, "inventory.parse", value.NewDict("plugin", value.S(name), "source", value.S(path), "auto", value.Bool(auto),
		"cache", value.Bool(!r.o.NoCache), "state", state), nil)
	if err != nil {
		var raised *pyplugin.Error
		if !errors.As(err, &raised) {
			return true, true, err
		}
		if partial, serr := r.o.Plugins.Call(ctx, "inventory.state", value.None{}, nil); serr == nil {
			if d, ok := partial.(*value.Dict); ok {
				r.inv.adopt(d, path)
			}
		}
		return true, true, err
	}
	d, _ := answer.(*value.Dict)
	flag := func(key string) bool { v, _ := d.Raw(key); return v == value.Value(value.Bool(true)) }
	if after, ok := raw(d, "state").(*value.Dict); ok {
		r.inv.adopt(after, path)
	}
	return flag("found"), flag("verified"), nil
}

// links are the exceptions of a Python plugin as the links of a chain, outermost first; origin is where the first one
// happened when it does not say itself.
func links(err error, origin source.Location) []diag.Related {
	var out []diag.Related
	for err != nil {
		var e *pyplugin.Error
		if !errors.As(err, &e) {
			if cause := apart(err); cause != "" {
				return append(out, diag.Related{Message: strings.TrimSuffix(err.Error(), ": "+cause) + ".", At: origin}, diag.Related{Message: cause, Apart: true})
			}
			return append(out, diag.Related{Message: err.Error(), At: origin})
		}
		link := diag.Related{Message: e.Message, At: origin}
		if e.At != nil {
			link.At = *e.At
		}
		out = append(out, link)
		err, origin = e.Cause, source.Location{}
	}
	return out
}

// apart is the innermost message of an error where ansible-core shows it as a link of its own; "" where it joins it.
func apart(err error) string {
	if cause := (*wordsError)(nil); errors.As(err, &cause) {
		return cause.Error()
	}
	if cause := (*handlingError)(nil); errors.As(err, &cause) {
		return cause.Error()
	}
	return ""
}

func nameList[T any](list []T, name func(T) string) *value.List {
	l := &value.List{Items: make([]value.Value, len(list))}
	for i, x := range list {
		l.Items[i] = value.S(name(x))
	}
	return l
}

func groupName(g *Group) string { return g.Name }
func hostName(h *Host) string   { return h.Name }

// state is everything that is known, in the form that the Python side reads.
func (i *Inventory) state() *value.Dict {
	groups, hosts := &value.List{}, &value.List{}
	for _, g := range i.groups {
		groups.Items = append(groups.Items, value.NewDict("name", value.S(g.Name), "vars", g.Vars, "depth", value.Int(g.Depth),
			"priority", value.Int(g.Priority), "children", nameList(g.Children, groupName), "parents", nameList(g.Parents, groupName), "hosts", nameList(g.hosts, hostName)))
	}
	for _, h := range i.hosts {
		hosts.Items = append(hosts.Items, value.NewDict("name", value.S(h.Name), "vars", h.Vars, "groups", nameList(h.groups, groupName)))
	}
	d := value.NewDict("groups", groups, "hosts", hosts)
	if i.localhost != nil && !i.localhost.Implicit {
		d.Put("localhost", value.S(i.localhost.Name))
	}
	return d
}

// adopt takes over the hosts and groups that a Python plugin has left.
func (i *Inventory) adopt(after *value.Dict, path string) {
	list := func(d *value.Dict, key string) []*value.Dict {
		var out []*value.Dict
		if l, ok := raw(d, key).(*value.List); ok {
			for _, x := range l.Items {
				if d, ok := x.(*value.Dict); ok {
					out = append(out, d)
				}
			}
		}
		return out
	}
	at := source.Location{}
	if filepath.IsAbs(path) {
		at = named(path)
	}
	groupsGiven, hostsGiven := list(after, "groups"), list(after, "hosts")
	groups, byName := make([]*Group, 0, len(groupsGiven)), map[string]*Group{}
	hosts, byHost := make([]*Host, 0, len(hostsGiven)), map[string]*Host{}
	for _, d := range hostsGiven {
		name := value.ToStr(raw(d, "name"))
		h := i.byHost[name]
		if h == nil {
			h = &Host{Name: name, Vars: &value.Dict{}, At: at}
		}
		h.groups = nil
		hosts, byHost[name] = append(hosts, h), h
	}
	for _, d := range groupsGiven {
		name := value.ToStr(raw(d, "name"))
		g := i.byName[name]
		if g == nil {
			g = &Group{Name: name, Vars: &value.Dict{}, At: at}
		}
		groups, byName[name] = append(groups, g), g
	}
	for n, d := range groupsGiven {
		g := groups[n]
		depth, _ := raw(d, "depth").(value.Int)
		priority, _ := raw(d, "priority").(value.Int)
		g.Depth, g.Priority = int(depth), int(priority)
		g.Children, g.Parents = found(d, "children", byName), found(d, "parents", byName)
		g.hosts, g.member, g.all = found(d, "hosts", byHost), map[*Host]bool{}, nil
		for _, h := range g.hosts {
			g.member[h] = true
		}
		i.change(d, g.Vars, g.places)
	}
	for n, d := range hostsGiven {
		h := hosts[n]
		h.groups = found(d, "groups", byName)
		i.change(d, h.Vars, h.places)
	}
	i.groups, i.byName, i.hosts, i.byHost = groups, byName, hosts, byHost
	if s, ok := raw(after, "localhost").(value.Str); ok && (i.localhost == nil || i.localhost.Implicit) {
		i.localhost = byHost[s.S]
	}
	i.version++
}

// found are the members of a list of names.
func found[T any](d *value.Dict, key string, by map[string]*T) []*T {
	var out []*T
	if l, ok := raw(d, key).(*value.List); ok {
		for _, x := range l.Items {
			if t := by[value.ToStr(x)]; t != nil {
				out = append(out, t)
			}
		}
	}
	return out
}

// change sets the variables that a plugin has set and drops those that it has removed.
func (i *Inventory) change(d, vars *value.Dict, places map[string]source.Location) {
	if l, ok := raw(d, "gone").(*value.List); ok {
		for _, k := range l.Items {
			vars.Delete(k)
			delete(places, value.ToStr(k))
		}
	}
	if fresh, ok := raw(d, "set").(*value.Dict); ok {
		for k, v := range fresh.RawAll() {
			vars.Set(k, v)
			delete(places, value.ToStr(k))
		}
	}
}
