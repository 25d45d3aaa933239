package feature

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/vars"
)

// maxHosts is how many hosts a hover looks at.
const maxHosts = 200

// winner is a definition that counts on some hosts.
type winner struct {
	text  string
	hosts []string
}

// winners says which definition counts on which hosts at the subject's place, one line for each definition; "" where
// the project has no hosts, or all of them have none.
func winners(ctx context.Context, in *Input, s *subject) string {
	if in.Project == nil || in.File == nil {
		return ""
	}
	tasks, ok := tasksAt(ctx, in, s.span.Start)
	if !ok {
		return ""
	}
	var list []winner
	seen := 0
	for _, t := range tasks {
		hosts := hostsOf(in.Project.Inventory(), t)
		for _, h := range hosts {
			if seen++; seen > maxHosts || ctx.Err() != nil {
				break
			}
			for _, d := range in.Project.Scope(h, t).Explain(s.name) {
				if !d.Winner || d.Level == vars.Magic {
					continue
				}
				text := winnerText(in, &d, s.name)
				i := slices.IndexFunc(list, func(w winner) bool { return w.text == text })
				if i < 0 {
					list = append(list, winner{text: text})
					i = len(list) - 1
				}
				if !slices.Contains(list[i].hosts, h.Name) {
					list[i].hosts = append(list[i].hosts, h.Name)
				}
			}
		}
	}
	var b strings.Builder
	for _, w := range list {
		fmt.Fprintf(&b, "%s: %s\n\n", hostList(w.hosts), w.text)
	}
	return b.String()
}

// tasksAt finds the loaded tasks at an offset. Loading a large project's playbooks takes a while: who waits longer than
// the input's patience gets ok false, and the next one finds them loaded.
func tasksAt(ctx context.Context, in *Input, off int) (tasks []project.Task, ok bool) {
	load := func() []project.Task {
		if t := in.Project.TasksAt(in.Source.Path, off); len(t) > 0 {
			return t
		}
		return []project.Task{{}}
	}
	if in.Go == nil {
		return load(), true
	}
	done := make(chan []project.Task, 1)
	in.Go(func() { done <- load() })
	late := time.NewTimer(in.Patience)
	defer late.Stop()
	select {
	case t := <-done:
		return t, true
	case <-late.C:
	case <-ctx.Done():
	}
	return nil, false
}

// Warm loads what Hover needs, so that it need not wait.
func Warm(in *Input) {
	if in.Project != nil && in.File != nil && !in.TooLarge {
		in.Project.TasksAt(in.Source.Path, 0)
	}
}

// hostsOf are the hosts of a task's play, or all of them.
func hostsOf(inv *inventory.Inventory, t project.Task) []*inventory.Host {
	if inv == nil {
		return nil
	}
	if t.Play != nil {
		if pattern := text(t.Play.Value("hosts")); pattern != "" && !strings.Contains(pattern, "{{") {
			if hosts, err := inv.Match(pattern); err == nil && len(hosts) > 0 {
				return hosts
			}
		}
	}
	return inv.Hosts()
}

func winnerText(in *Input, d *vars.Definition, name string) string {
	var b strings.Builder
	if p := preview(d.Value); p != "" && !secret(name, d.Value) {
		b.WriteString(code(p))
	} else {
		b.WriteString("defined")
	}
	b.WriteString(" — " + d.Level.Name)
	if d.Name != "" {
		b.WriteString(" of `" + d.Name + "`")
	}
	if d.At.Known() {
		b.WriteString(", " + placeOf(in.Project, source.Location{File: d.At.File, Span: d.At.Span}))
	}
	return b.String()
}

// hostList shows some names of hosts and the number of the others.
func hostList(hosts []string) string {
	const most = 4
	names := make([]string, 0, most)
	for _, h := range hosts[:min(len(hosts), most)] {
		names = append(names, "`"+h+"`")
	}
	text := strings.Join(names, ", ")
	if len(hosts) > most {
		text += fmt.Sprintf(" and %d more", len(hosts)-most)
	}
	return text
}
