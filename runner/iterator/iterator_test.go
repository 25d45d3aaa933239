package iterator

import (
	"strings"
	"testing"
)

// view skips and notifies tasks by name.
type view struct{ skip, notified map[string]bool }

func (v view) Skip(t string) bool     { return v.skip[t] }
func (v view) Notified(t string) bool { return v.notified[t] }

func list(names string) []Item[string] {
	var items []Item[string]
	for n := range strings.FieldsSeq(names) {
		items = append(items, Item[string]{Task: n})
	}
	return items
}

func nest(b *Block[string]) Item[string] { return Item[string]{Block: b} }

// walk runs to the end; tasks whose name begins with "!" fail.
func walk(s State[string], v view, on map[string]func(State[string]) State[string]) (string, State[string]) {
	var seen []string
	for {
		var t string
		var ok bool
		s, t, ok = s.Next(v)
		if !ok {
			return strings.Join(seen, " "), s
		}
		seen = append(seen, t)
		if f := on[t]; f != nil {
			s = f(s)
		}
		if strings.HasPrefix(t, "!") {
			s = s.Fail()
		}
	}
}

func TestWalk(t *testing.T) {
	inner := &Block[string]{Tasks: list("!x y"), Always: list("ia")}
	for _, c := range []struct {
		name   string
		setup  []string
		blocks []*Block[string]
		skip   string
		want   string
		failed bool
	}{
		{"plain", nil, []*Block[string]{{Tasks: list("a b")}, {Tasks: list("c")}}, "", "a b c", false},
		{"failure ends the play", nil, []*Block[string]{{Tasks: list("!a b")}, {Tasks: list("c")}}, "", "!a", true},
		{"rescue", nil, []*Block[string]{{Tasks: list("!a b"), Rescue: list("r"), Always: list("w")}, {Tasks: list("c")}}, "", "!a r w c", false},
		{"rescue without failure", nil, []*Block[string]{{Tasks: list("a b"), Rescue: list("r"), Always: list("w")}}, "", "a b w", false},
		{"failing rescue", nil, []*Block[string]{{Tasks: list("!a"), Rescue: list("!r s"), Always: list("w")}, {Tasks: list("c")}}, "", "!a !r w", true},
		{"always alone does not rescue", nil, []*Block[string]{{Tasks: list("!a b"), Always: list("w z")}, {Tasks: list("c")}}, "", "!a w z", true},
		{"failing always", nil, []*Block[string]{{Tasks: list("a"), Always: list("!w z")}, {Tasks: list("c")}}, "", "a !w", true},
		{"inner failure, outer rescue", nil, []*Block[string]{{Tasks: []Item[string]{nest(inner), {Task: "n"}}, Rescue: list("r")}, {Tasks: list("c")}}, "", "!x ia r c", false},
		{"nested in always", nil, []*Block[string]{{Tasks: list("a"), Always: []Item[string]{nest(inner), {Task: "n"}}}, {Tasks: list("c")}}, "", "a !x ia", true},
		{"setup", []string{"s"}, []*Block[string]{{Tasks: list("a")}}, "", "s a", false},
		{"failing setup", []string{"!s"}, []*Block[string]{{Tasks: list("a"), Rescue: list("r")}}, "", "!s", true},
		{"skipped", []string{"s"}, []*Block[string]{{Tasks: list("a b")}}, "s a", "b", false},
		{"empty", nil, nil, "", "", false},
		{"empty block", nil, []*Block[string]{{}, {Tasks: list("a")}}, "", "a", false},
	} {
		v := view{skip: map[string]bool{}}
		for n := range strings.FieldsSeq(c.skip) {
			v.skip[n] = true
		}
		got, s := walk(New(c.setup, c.blocks), v, nil)
		if got != c.want || s.Failed() != c.failed {
			t.Errorf("%s: ran %q, failed %v; want %q, %v", c.name, got, s.Failed(), c.want, c.failed)
		}
	}
}

func TestHandlers(t *testing.T) {
	v := view{notified: map[string]bool{"h1": true, "h3": true, "!h": true}}
	flush := func(h ...string) map[string]func(State[string]) State[string] {
		return map[string]func(State[string]) State[string]{"flush": func(s State[string]) State[string] { return s.Flush(h) }}
	}
	got, s := walk(New(nil, []*Block[string]{{Tasks: list("a flush b")}}), v, flush("h1", "h2", "h3"))
	if got != "a flush h1 h3 b" || s.Failed() {
		t.Errorf("ran %q", got)
	}
	got, s = walk(New(nil, []*Block[string]{{Tasks: list("a flush b"), Rescue: list("r")}}), v, flush("h1", "!h", "h3"))
	if got != "a flush h1 !h r" || s.Failed() {
		t.Errorf("a failed handler: ran %q", got)
	}
}

func TestInsert(t *testing.T) {
	inc := []*Block[string]{{Tasks: list("i1 i2")}, {Tasks: list("!i3"), Rescue: list("ir")}}
	on := map[string]func(State[string]) State[string]{"inc": func(s State[string]) State[string] { return s.Insert(inc) }}
	for _, c := range []struct {
		block *Block[string]
		want  string
	}{
		{&Block[string]{Tasks: list("a inc b")}, "a inc i1 i2 !i3 ir b"},
		{&Block[string]{Tasks: list("!a"), Rescue: list("inc b")}, "!a inc i1 i2 !i3 ir b"},
		{&Block[string]{Tasks: list("a"), Always: list("b inc")}, "a b inc i1 i2 !i3 ir"},
	} {
		got, s := walk(New(nil, []*Block[string]{c.block}), view{}, on)
		if got != c.want || s.Failed() {
			t.Errorf("ran %q, want %q", got, c.want)
		}
	}
	if len(inc[0].Tasks) != 2 {
		t.Error("the included block was changed")
	}
}

func TestEndAndRescuing(t *testing.T) {
	b := &Block[string]{Tasks: list("!a b"), Rescue: list("r end s")}
	end := map[string]func(State[string]) State[string]{"end": func(s State[string]) State[string] { return s.End() }}
	got, s := walk(New(nil, []*Block[string]{b}), view{}, end)
	if got != "!a r end" || s.Failed() {
		t.Errorf("end in rescue: ran %q, failed %v", got, s.Failed())
	}
	w := &Block[string]{Tasks: list("!a"), Always: list("end s")}
	if got, s := walk(New(nil, []*Block[string]{w}), view{}, end); got != "!a end" || !s.Failed() {
		t.Errorf("end in always: ran %q, failed %v", got, s.Failed())
	}
	st, _, _ := New(nil, []*Block[string]{b}).Next(view{})
	if !st.Rescuing() || st.Fail().Rescuing() {
		t.Error("only the tasks of a block with rescue can be rescued")
	}
}

func TestLockstep(t *testing.T) {
	l := NewLockstep([]string{"a", "b", "c", "d"})
	want := func(expect string, waiting ...string) {
		t.Helper()
		m := map[string]bool{}
		for _, w := range waiting {
			m[w] = true
		}
		if got, ok := l.Choose(m); got != expect || !ok {
			t.Errorf("chose %q, want %q", got, expect)
		}
	}
	want("a", "a", "b")
	want("b", "b", "d")
	l.Insert([]string{"x"})
	want("x", "x", "d")
	want("d", "d")
	want("c", "c") // behind: found again from the start
	if _, ok := l.Choose(map[string]bool{"nowhere": true}); ok {
		t.Error("chose a task that the plan lacks")
	}
}
