package runner

import (
	"path/filepath"

	"github.com/rehearse-dev/rehearse/internal/playbook"
)

// A run may be limited to the task at a line of a file (--task FILE:LINE), to a whole block by one of its own lines, or
// to a play by its header. What leads there stays in force; includes always run, since what they bring may hold the
// line.

// holds tells whether the place lies within a node.
func (r *run) holds(s *playbook.Syntax, p Place) bool {
	if s == nil || s.File == nil || s.Node == nil {
		return false
	}
	path := s.File.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.o.Dir, path)
	}
	if filepath.Clean(path) != p.Path {
		return false
	}
	first := s.File.Line(s.Node.Span.Start)
	last := s.File.Line(max(s.Node.Span.Start, s.Node.Span.End-1))
	return first <= p.Line && p.Line <= last
}

// chosen tells whether the task is one of those that the run is limited to.
func (p *playRun) chosen(t *playbook.Task) bool {
	switch p.specOf(t).target.kind {
	case includeTasks, includeRole:
		return true
	}
	return p.run.picked(t)
}

func (r *run) picked(t *playbook.Task) bool {
	for _, place := range r.o.Only {
		if r.holds(&t.TaskSyntax.Syntax, place) {
			return true
		}
		for n := t.ParentNode(); n != nil; n = n.ParentNode() {
			b, ok := n.(*playbook.Block)
			if !ok || b.BlockSyntax == nil || !r.holds(&b.BlockSyntax.Syntax, place) {
				continue
			}
			if !r.inside(b, place) {
				return true
			}
			break
		}
		if t.Play != nil && t.Play.PlaySyntax != nil && r.holds(&t.Play.PlaySyntax.Syntax, place) && r.header(t.Play, place) {
			return true
		}
	}
	return false
}

// inside tells whether an item of the block holds the place.
func (r *run) inside(b *playbook.Block, place Place) bool {
	for _, list := range [][]playbook.Item{b.BlockSyntax.Block, b.BlockSyntax.Rescue, b.BlockSyntax.Always} {
		for _, it := range list {
			if r.holds(playbook.SyntaxOf(it), place) {
				return true
			}
		}
	}
	return false
}

// header tells whether the place is in the play but in none of its tasks.
func (r *run) header(play *playbook.Play, place Place) bool {
	for _, list := range [][]playbook.Item{play.PlaySyntax.PreTasks, play.PlaySyntax.Tasks, play.PlaySyntax.PostTasks, play.PlaySyntax.Handlers} {
		for _, it := range list {
			if r.holds(playbook.SyntaxOf(it), place) {
				return false
			}
		}
	}
	return true
}

// leftOut tells that no chosen task can be in the play.
func (r *run) leftOut(play *playbook.Play) bool {
	return len(r.o.Only) > 0 && !r.reaches(play)
}

func (r *run) reaches(play *playbook.Play) bool {
	for _, b := range append(play.Compile(r.loader, false), play.AllHandlers()...) {
		for _, t := range flatten(b) {
			if t.Implicit {
				continue
			}
			if k := r.specOf(t).target.kind; k == includeTasks || k == includeRole || r.picked(t) {
				return true
			}
		}
	}
	return false
}

// unreached is the place that no play of the playbook can reach; ok is false where all can be.
func (r *run) unreached(pb *playbook.Playbook) (Place, bool) {
	for _, place := range r.o.Only {
		one := &run{o: r.o, loader: r.loader, catalog: r.catalog, specs: r.specs}
		one.o.Only = []Place{place}
		found := false
		for _, play := range pb.Plays {
			found = found || one.reaches(play)
		}
		if !found {
			return place, true
		}
	}
	return Place{}, false
}

// chosenHandlers are the handlers that the run is limited to: they run as plain tasks.
func (p *playRun) chosenHandlers() []*playbook.Task {
	var out []*playbook.Task
	for _, h := range p.handlers {
		if p.run.picked(h) {
			out = append(out, h)
		}
	}
	return out
}
