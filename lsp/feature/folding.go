package feature

import (
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Fold is a range of lines that can be folded away, from 0.
type Fold struct {
	Start, End int
	Comment    bool
}

// Folds lists what can be folded: every mapping entry and list item of more than one line, block scalars, and runs of
// comment lines.
func Folds(in *Input) []Fold {
	t := in.Tree()
	if t == nil {
		return nil
	}
	f := in.Source
	var out []Fold
	seen := map[int]bool{}
	add := func(s source.Span, comment bool) {
		first, last := f.Line(s.Start)-1, f.Line(s.End)-1
		for last > first && f.LineSpan(last+1).Len() == 0 {
			last--
		}
		if last > first && !seen[first] {
			seen[first] = true
			out = append(out, Fold{first, last, comment})
		}
	}
	for _, d := range t.Docs {
		d.Walk(func(n *yaml.Node) bool {
			for _, p := range n.Pairs {
				add(join(p.Key.Span, p.Value.Span), false)
			}
			for _, i := range n.Items {
				add(i.Span, false)
			}
			return true
		})
	}
	for i := 0; i < len(t.Comments); i++ {
		if !t.Comments[i].OwnLine {
			continue
		}
		j := i
		for j+1 < len(t.Comments) && t.Comments[j+1].OwnLine && f.Line(t.Comments[j+1].Span.Start) == f.Line(t.Comments[j].Span.Start)+1 {
			j++
		}
		add(join(t.Comments[i].Span, t.Comments[j].Span), true)
		i = j
	}
	return out
}
