package feature

import (
	"path/filepath"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// Lens is something that can be run: a play or a task.
type Lens struct {
	Span  source.Span // the first line of it
	Title string
	Run   Run
}

// Run is how to run one play or task: the directory to start in and the arguments of rehearse.
type Run struct {
	Dir  string   `json:"dir"`
	Args []string `json:"args"`
	// Name is what is run, for people.
	Name string `json:"name"`
	// Playbooks are all playbooks that reach the task; Args names the first.
	Playbooks []string `json:"playbooks"`
}

// Lenses lists what can be run in the file: each play, each task and handler. A tasks file of a role can be run when a
// playbook of the project reaches it.
func Lenses(in *Input, inventory []string) []Lens {
	s := in.Syntax()
	if s == nil || in.Project == nil || !filepath.IsAbs(in.Source.Path) {
		return nil
	}
	playbooks := playbooksOf(in)
	if len(playbooks) == 0 {
		return nil
	}
	var out []Lens
	add := func(x *playbook.Syntax, title, name string) {
		out = append(out, Lens{
			Span: source.Span{Start: x.Node.Span.Start, End: x.Node.Span.Start}, Title: title,
			Run: run(in, playbooks, inventory, x.Node.Span.Start, name),
		})
	}
	eachItem(s, func(p *playbook.PlaySyntax) {
		add(&p.Syntax, "Run play", nameOr(p.Name(), text(p.Value("hosts"))))
	}, func(i playbook.Item) {
		switch i := i.(type) {
		case *playbook.TaskSyntax:
			title := "Run task"
			if i.Handler {
				title = "Run handler"
			}
			add(&i.Syntax, title, nameOr(i.Name(), i.Action.Name))
		case *playbook.BlockSyntax:
			add(&i.Syntax, "Run block", nameOr(i.Name(), "block"))
		}
	})
	return out
}

// RunAt says how to run the innermost task, block or play at off; ok is false where there is none.
func RunAt(in *Input, off int, inventory []string) (r Run, ok bool) {
	s := in.Syntax()
	if s == nil || in.Project == nil {
		return r, false
	}
	playbooks := playbooksOf(in)
	if len(playbooks) == 0 {
		return r, false
	}
	f := in.Source
	var found *playbook.Syntax
	name := ""
	try := func(x *playbook.Syntax, n string) {
		// The whole lines of the object count, so that a cursor on its dash or behind its last key is inside.
		from, to := f.LineSpan(f.Line(x.Node.Span.Start)).Start, f.LineSpan(f.Line(x.Node.Span.End)).End
		if from <= off && off <= to {
			found, name = x, n
		}
	}
	eachItem(s, func(p *playbook.PlaySyntax) { try(&p.Syntax, nameOr(p.Name(), text(p.Value("hosts")))) }, func(i playbook.Item) {
		x := playbook.SyntaxOf(i)
		n := x.Name()
		if t, is := i.(*playbook.TaskSyntax); is {
			n = nameOr(n, t.Action.Name)
		}
		try(x, n)
	})
	if found == nil {
		return r, false
	}
	return run(in, playbooks, inventory, found.Node.Span.Start, name), true
}

func run(in *Input, playbooks, inventory []string, off int, name string) Run {
	r := Run{Dir: in.Project.Root, Name: name, Playbooks: playbooks, Args: []string{"run"}}
	for _, i := range inventory {
		r.Args = append(r.Args, "-i", i)
	}
	r.Args = append(r.Args, playbooks[0], "--task", relative(in.Project, in.Source.Path)+":"+itoa(in.Source.Line(off)))
	return r
}

// playbooksOf lists the playbooks that reach the file, as paths below the root: itself, or those whose imports, roles
// and includes lead to it, nearest first.
func playbooksOf(in *Input) []string {
	if in.Kind() == project.Playbook {
		return []string{relative(in.Project, in.Source.Path)}
	}
	var out []string
	for _, path := range in.Project.PlaybooksReaching(in.Source.Path) {
		out = append(out, relative(in.Project, path))
	}
	return out
}

// eachItem walks over plays, and all tasks, handlers and blocks at any depth, outer ones first.
func eachItem(s *playbook.File, play func(*playbook.PlaySyntax), item func(playbook.Item)) {
	var walk func([]playbook.Item)
	walk = func(items []playbook.Item) {
		for _, i := range items {
			item(i)
			if b, ok := i.(*playbook.BlockSyntax); ok {
				walk(b.Block)
				walk(b.Rescue)
				walk(b.Always)
			}
		}
	}
	for _, e := range s.Entries {
		if p, ok := e.(*playbook.PlaySyntax); ok {
			play(p)
			for _, list := range [][]playbook.Item{p.PreTasks, p.Tasks, p.PostTasks, p.Handlers} {
				walk(list)
			}
		}
	}
	walk(s.Items)
}

func nameOr(name, other string) string {
	if name == "" {
		return other
	}
	return name
}
