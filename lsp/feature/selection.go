package feature

import (
	"slices"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// Selection lists the spans around off, innermost first: the name in an expression, the scalar, its entry, the
// collection, up to the document.
func Selection(in *Input, off int) []source.Span {
	var out []source.Span
	add := func(s source.Span) {
		if n := len(out); n == 0 || s != out[n-1] && s.Start <= out[n-1].Start && s.End >= out[n-1].End {
			out = append(out, s)
		}
	}
	if s, ok := subjectAt(in, off); ok && s.span.Contains(off) {
		add(s.span)
	}
	t := in.Tree()
	if t == nil {
		return out
	}
	path := t.Path(off)
	for i, n := range slices.Backward(path) {
		add(n.Span)
		if i > 0 && len(path[i-1].Pairs) > 0 {
			p := pairOf(path[i-1], n)
			add(join(p.Key.Span, p.Value.Span))
		}
	}
	add(source.Span{End: len(in.Source.Content)})
	return out
}
