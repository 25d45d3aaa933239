package runner

import (
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
	"github.com/rehearse-dev/rehearse/runner/callback"
)

// detail is what callbacks in Python are told of a task beside its view.
func detail(s *spec) *callback.TaskDetail {
	t := s.task
	d := &callback.TaskDetail{Kind: "task", Named: t.Name() != "", Resolved: s.target.fqcn, Implicit: t.Implicit, Fields: written(t.Attrs)}
	switch {
	case s.target.kind == includeRole:
		d.Kind = "include_role"
	case s.target.kind == includeTasks && t.Handler:
		d.Kind = "include_handlers"
	case s.target.kind == includeTasks:
		d.Kind = "include_tasks"
	case t.Handler:
		d.Kind = "handler"
	}
	if t.Role != nil {
		d.RolePath = t.Role.Path
	}
	if t.File != nil && t.Node != nil {
		d.At = t.At()
		d.Source, _ = t.Node.Value(t.File, yaml.Options{Trusted: true})
	}
	for k, v := range s.keywords {
		d.Fields.Put(k, v)
	}
	if tags := t.Tags(); len(tags) > 0 {
		d.Fields.Put("tags", value.NewList(tags...))
	}
	if t.Loop != nil {
		d.Fields.Put("loop", t.Loop.Value)
		if t.Loop.With != "" {
			d.Fields.Put("loop_with", value.S(t.Loop.With))
		}
	}
	if t.Vars != nil {
		d.Fields.Put("vars", t.Vars)
	}
	return d
}

// written are keywords with their values as the author wrote them.
func written(attrs []playbook.Attr) *value.Dict {
	d := &value.Dict{}
	for _, a := range attrs {
		switch {
		case a.Keyword == nil || a.Value == nil:
		case a.Name == "name" || a.Name == "tasks" || a.Name == "pre_tasks" || a.Name == "post_tasks" || a.Name == "handlers" || a.Name == "roles":
		case a.Name == "action" || a.Name == "local_action" || a.Name == "args":
		default:
			d.Put(a.Name, a.Value)
		}
	}
	return d
}

// playStart tells callbacks that a play, or a batch of it, begins.
func (r *run) playStart(play *playbook.Play, set *playSettings) callback.PlayStart {
	e := callback.PlayStart{Name: set.name, Check: set.check, Free: set.strategy == "free" || set.strategy == "host_pinned"}
	e.UUID = fmt.Sprintf("play-%07d", play.ID)
	if play.File != nil && play.Node != nil {
		e.At = play.At()
		e.Path = fmt.Sprintf("%s:%d", absPath(play.File.Path), e.At.Position().Line)
	}
	if !r.o.Details {
		return e
	}
	e.Strategy, e.Fields = set.strategy, written(play.Attrs)
	e.Hosts = value.Strings(set.patterns)
	vars := &value.Dict{}
	for _, l := range play.Layers {
		for k, v := range l.Vars.RawAll() {
			vars.Set(k, v)
		}
	}
	e.Fields.Put("vars", vars)
	return e
}
