package runner

import (
	"fmt"
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
)

func (r *run) listing() bool { return r.o.ListHosts || r.o.ListTasks || r.o.ListTags }

// list prints what --list-hosts, --list-tasks and --list-tags ask for.
func (r *run) list(pb *playbook.Playbook, path string) int {
	r.display.Show(fmt.Sprintf("\nplaybook: %s", path), "")
	if r.o.ListTags && len(r.o.Tags) == 1 && r.o.Tags[0] == "all" {
		r.o.Tags = nil // the tags of all tasks are asked for, never among them
	}
	for i, play := range pb.Plays {
		set, err := r.settings(play)
		if err != nil {
			return r.ended(err)
		}
		playTags := map[string]bool{}
		own := names(play.Value("tags"))
		for _, i := range play.Imports {
			own = append(own, names(i.Value("tags"))...)
		}
		for _, t := range own {
			for x := range strings.SplitSeq(t, ",") {
				playTags[strings.TrimSpace(x)] = true
			}
		}
		msg := fmt.Sprintf("\n  play #%d (%s): %s", i+1, set.hosts, set.name)
		msg += fmt.Sprintf("\tTAGS: [%s]", strings.Join(sorted(playTags), ","))
		if r.o.ListHosts {
			set.order = ""
			hosts, err := r.playHosts(set)
			if err != nil {
				return r.ended(err)
			}
			msg += fmt.Sprintf("\n    pattern: %s\n    hosts (%d):", value.Repr(value.Strings(set.patterns)), len(hosts))
			for _, h := range hosts {
				msg += "\n      " + h.Name
			}
		}
		r.display.Show(msg, "")
		if !r.o.ListTasks && !r.o.ListTags {
			continue
		}
		if !r.o.ListHosts { // a pattern that matches nothing is warned of, whatever is listed
			set.order = ""
			if _, err := r.playHosts(set); err != nil {
				return r.ended(err)
			}
		}
		p := &playRun{run_: func() *run { return r }, run: r, play: play, set: set}
		taskMsg := ""
		if r.o.ListTasks {
			taskMsg = "    tasks:\n"
		}
		all := map[string]bool{}
		for t := range playTags {
			all[t] = true
		}
		for _, b := range play.Compile(r.loader, false) {
			for _, t := range mainTasks(b) {
				if t.Implicit {
					continue
				}
				keep, err := p.selects(t)
				if err != nil {
					return r.ended(err)
				}
				if !keep {
					continue
				}
				tags, err := r.tags(t, r.store.Scope(vars.Query{Play: play, Task: t}))
				if err != nil {
					return r.ended(err)
				}
				set := map[string]bool{}
				for _, x := range tags {
					set[x], all[x] = true, true
				}
				for x := range playTags {
					set[x] = true
				}
				if r.o.ListTasks {
					name := t.Action.Name
					if t.Name() != "" {
						name = t.DisplayName()
					}
					taskMsg += "      " + name + "\tTAGS: [" + strings.Join(sorted(set), ", ") + "]\n"
				}
			}
		}
		if r.o.ListTags {
			taskMsg += "      TASK TAGS: [" + strings.Join(sorted(all), ", ") + "]\n"
		}
		r.display.Show(taskMsg, "")
	}
	return ExitOK
}

// preview evaluates what --syntax-check and the lists need of every play before anything is printed.
func (r *run) preview(pb *playbook.Playbook) int {
	for _, play := range pb.Plays {
		if err := r.patternWarnings(play); err != nil {
			return r.ended(err)
		}
		if err := r.prompts(play); err != nil {
			return r.ended(err)
		}
		if _, err := r.settings(play); err != nil {
			return r.ended(err)
		}
	}
	return ExitOK
}

// patternWarnings says which of a play's patterns match nothing. Patterns that have to be evaluated first are left out.
func (r *run) patternWarnings(play *playbook.Play) error {
	raw := play.Value("hosts")
	if templated(raw) {
		return nil
	}
	if _, err := r.o.Inventory.MatchAll(names(raw)); err != nil {
		return err
	}
	r.inventoryWarnings()
	return nil
}

func sorted(set map[string]bool) []string {
	var out []string
	for k := range set {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// mainTasks lists the tasks of a block without those of rescue and always.
func mainTasks(b *playbook.Block) []*playbook.Task {
	var out []*playbook.Task
	for _, n := range b.Block {
		switch n := n.(type) {
		case *playbook.Task:
			out = append(out, n)
		case *playbook.Block:
			out = append(out, mainTasks(n)...)
		}
	}
	return out
}
