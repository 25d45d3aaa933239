package yaml

import (
	"slices"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// report sorts the problems of the recovery into the tree; the error that PyYAML stops at is always among them.
func (t *Tree) report(ps []problem) {
	f := t.File
	slices.SortStableFunc(ps, func(a, b problem) int { return a.start - b.start })
	last := -1
	covered := false
	for _, p := range ps {
		p.start = min(max(p.start, 0), len(f.Content))
		p.end = min(max(p.end, p.start), len(f.Content))
		line := f.Line(p.start)
		if line == last { // one problem a line: the others follow from it
			continue
		}
		last = line
		d := diag.Diagnostic{Rule: Rule, At: source.Location{File: f, Span: source.Span{Start: p.start, End: p.end}}, Message: sentence(p.message)}
		if p.fix != nil {
			d.Fixes = []diag.Fix{{Title: "Quote the text", Safe: p.message == unquotedTemplate,
				Edits: []diag.Edit{{Span: source.Span{Start: p.fix.start, End: p.fix.end}, New: Quote(f.Text(source.Span{Start: p.fix.start, End: p.fix.end}))}}}}
		}
		t.Problems = append(t.Problems, d)
		if at := f.Line(t.Err.ProblemAt); line == at || t.Err.ContextAt >= 0 && line == f.Line(t.Err.ContextAt) || line < at {
			covered = true
		}
	}
	if covered {
		return
	}
	at := min(max(t.Err.ProblemAt, 0), len(f.Content))
	d := diag.Diagnostic{Rule: Rule, At: source.Location{File: f, Span: source.Span{Start: at, End: min(at+1, len(f.Content))}}, Message: t.Err.Error()}
	if t.Err.ContextAt >= 0 && t.Err.Context != "" {
		d.Related = []diag.Related{{At: source.Location{File: f, Span: source.Span{Start: t.Err.ContextAt, End: t.Err.ContextAt}}, Message: t.Err.Context}}
	}
	t.Problems = append(t.Problems, d)
	diag.Sort(t.Problems)
}

func sentence(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		s = string(s[0]-32) + s[1:]
	}
	return s
}

// reportStray tells of a token that cannot stand here: the fault is rather a key above it that lacks its colon, if there
// is one.
func (p *parser) reportStray(last *Node, t *token, words string) {
	if t.kind == tBlockMap && last.Kind == Scalar && last.Style == Plain && last.Span.Len() > 0 {
		p.s.report(last.Span.Start, last.Span.End, "could not find expected ':'")
		return
	}
	p.s.report(t.start, max(t.end, t.start+1), words)
}
