package callback

import (
	"fmt"
	"strings"
)

// match is a run of equal lines: a[a:a+size] == b[b:b+size].
type match struct{ a, b, size int }

// matcher finds the matching blocks that Python's difflib.SequenceMatcher finds: the longest block first, earliest
// in a then in b, lines that fill more than 1 % of a long text ignored as anchors.
type matcher struct {
	a, b  []string
	where map[string][]int // line -> its indexes in b, popular lines left out
}

func newMatcher(a, b []string) *matcher {
	m := &matcher{a, b, make(map[string][]int, len(b))}
	for i, line := range b {
		m.where[line] = append(m.where[line], i)
	}
	if n := len(b); n >= 200 {
		for line, at := range m.where {
			if len(at) > n/100+1 {
				delete(m.where, line)
			}
		}
	}
	return m
}

func (m *matcher) longest(alo, ahi, blo, bhi int) match {
	best := match{alo, blo, 0}
	ends := map[int]int{} // index in b -> length of the run that ends there
	for i := alo; i < ahi; i++ {
		next := map[int]int{}
		for _, j := range m.where[m.a[i]] {
			if j < blo {
				continue
			}
			if j >= bhi {
				break
			}
			k := ends[j-1] + 1
			next[j] = k
			if k > best.size {
				best = match{i - k + 1, j - k + 1, k}
			}
		}
		ends = next
	}
	// popular lines do not start a block but may extend one
	for best.a > alo && best.b > blo && m.a[best.a-1] == m.b[best.b-1] {
		best.a, best.b, best.size = best.a-1, best.b-1, best.size+1
	}
	for best.a+best.size < ahi && best.b+best.size < bhi && m.a[best.a+best.size] == m.b[best.b+best.size] {
		best.size++
	}
	return best
}

func (m *matcher) blocks() []match {
	var out []match
	var walk func(alo, ahi, blo, bhi int)
	walk = func(alo, ahi, blo, bhi int) {
		best := m.longest(alo, ahi, blo, bhi)
		if best.size == 0 {
			return
		}
		if alo < best.a && blo < best.b {
			walk(alo, best.a, blo, best.b)
		}
		if n := len(out); n > 0 && out[n-1].a+out[n-1].size == best.a && out[n-1].b+out[n-1].size == best.b {
			out[n-1].size += best.size
		} else {
			out = append(out, best)
		}
		if best.a+best.size < ahi && best.b+best.size < bhi {
			walk(best.a+best.size, ahi, best.b+best.size, bhi)
		}
	}
	walk(0, len(m.a), 0, len(m.b))
	return append(out, match{len(m.a), len(m.b), 0})
}

// edit replaces a[a1:a2] by b[b1:b2]; equal ones are context.
type edit struct {
	equal          bool
	a1, a2, b1, b2 int
}

func (m *matcher) edits() []edit {
	var out []edit
	i, j := 0, 0
	for _, b := range m.blocks() {
		if i < b.a || j < b.b {
			out = append(out, edit{false, i, b.a, j, b.b})
		}
		if b.size > 0 {
			out = append(out, edit{true, b.a, b.a + b.size, b.b, b.b + b.size})
		}
		i, j = b.a+b.size, b.b+b.size
	}
	return out
}

// unified gives the lines of a unified diff with n lines of context; nil where nothing differs.
func unified(a, b []string, from, to string, n int) []string {
	edits := newMatcher(a, b).edits()
	if len(edits) == 0 || len(edits) == 1 && edits[0].equal {
		return nil
	}
	if e := &edits[0]; e.equal {
		e.a1, e.b1 = max(e.a1, e.a2-n), max(e.b1, e.b2-n)
	}
	if e := &edits[len(edits)-1]; e.equal {
		e.a2, e.b2 = min(e.a2, e.a1+n), min(e.b2, e.b1+n)
	}
	var groups [][]edit
	var group []edit
	for _, e := range edits {
		if e.equal && e.a2-e.a1 > 2*n {
			groups = append(groups, append(group, edit{true, e.a1, min(e.a2, e.a1+n), e.b1, min(e.b2, e.b1+n)}))
			group = nil
			e.a1, e.b1 = max(e.a1, e.a2-n), max(e.b1, e.b2-n)
		}
		group = append(group, e)
	}
	if len(group) > 0 && !(len(group) == 1 && group[0].equal) {
		groups = append(groups, group)
	}
	out := []string{"--- " + from + "\n", "+++ " + to + "\n"}
	for _, g := range groups {
		first, last := g[0], g[len(g)-1]
		out = append(out, "@@ -"+span(first.a1, last.a2)+" +"+span(first.b1, last.b2)+" @@\n")
		for _, e := range g {
			if e.equal {
				for _, l := range a[e.a1:e.a2] {
					out = append(out, " "+l)
				}
				continue
			}
			for _, l := range a[e.a1:e.a2] {
				out = append(out, "-"+l)
			}
			for _, l := range b[e.b1:e.b2] {
				out = append(out, "+"+l)
			}
		}
	}
	return out
}

func span(start, stop int) string {
	switch n := stop - start; n {
	case 1:
		return fmt.Sprint(start + 1)
	case 0:
		return fmt.Sprintf("%d,0", start)
	default:
		return fmt.Sprintf("%d,%d", start+1, n)
	}
}

// splitLines is Python's str.splitlines(keepends=True).
func splitLines(s string) []string {
	var out []string
	start := 0
	rs := []rune(s)
	for i := 0; i < len(rs); i++ {
		switch rs[i] {
		case '\r':
			if i+1 < len(rs) && rs[i+1] == '\n' {
				i++
			}
		case '\n', '\v', '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
		default:
			continue
		}
		out = append(out, string(rs[start:i+1]))
		start = i + 1
	}
	if start < len(rs) {
		out = append(out, string(rs[start:]))
	}
	return out
}

func withEOF(lines []string) []string {
	if n := len(lines); n > 0 && !strings.HasSuffix(lines[n-1], "\n") {
		lines[n-1] += "\n\\ No newline at end of file\n"
	}
	return lines
}
