package feature

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// ItemKind is what a completion stands for.
type ItemKind uint8

// The kinds of completions.
const (
	KeywordItem ItemKind = iota
	ModuleItem
	OptionItem
	ValueItem
	VariableItem
	FilterItem
	TestItem
	LookupItem
	FunctionItem
	RoleItem
	HandlerItem
	FileItem
	HostItem
)

// Item is one completion.
type Item struct {
	Label  string
	Kind   ItemKind
	Detail string // short, beside the label
	Doc    string // one line or Markdown
	New    string // text that takes the place of Completions.Span; the label when empty
	Rank   int    // among items that match equally well, lower first
	Gone   bool   // deprecated
	Filter string // what a client that filters by prefix should compare; the label when empty
	score  int
	key    string              // label in lower case, to sort by
	fill   func(*Input, *Item) // completes an item that made it into the answer
}

// Completions is the answer to "what can stand here".
type Completions struct {
	Span       source.Span // what an item replaces
	Items      []Item      // best first
	Incomplete bool        // there are more: ask again when more is typed
}

// MaxItems is how many items one answer has at most: what a person looks at, and well under 100 KB.
const MaxItems = 150

// Complete lists what can be written at off, filtered by the part of the word that is there.
func Complete(ctx context.Context, in *Input, off int) Completions {
	if in.TooLarge {
		return Completions{}
	}
	c := typing(in, off)
	if inComment(in, off) {
		return Completions{}
	}
	l := list{in: in, ctx: ctx, span: c.word, typed: c.prefix}
	// What holds an expression is read from the text as it is; a patch is for what holds nothing yet.
	if p := locate(in, in.Tree(), off); !p.key {
		if e, ok := expressionAt(in, &p, off); ok {
			l.expression(&p, &e)
			return l.done()
		}
	}
	if c.read != in && !c.key && c.prefix == "" {
		if e, ok := expressionAt(c.read, &c.place, c.at); ok {
			e.name, e.prefix = source.Span{Start: off, End: off}, ""
			l.expression(&c.place, &e)
			return l.done()
		}
	}
	if c.key && c.scope != valueOf {
		l.keys(&c)
	} else {
		if n := c.scalar; n != nil && n.File() == in.Source && n.Kind == yaml.Scalar && (n.Style <= yaml.DoubleQuoted) {
			if inner := content(n); inner.Contains(off) {
				l.span = inner
				l.typed = in.Source.Text(source.Span{Start: inner.Start, End: off})
			}
		}
		l.values(&c)
	}
	return l.done()
}

// content is a scalar's span without quotes.
func content(n *yaml.Node) source.Span {
	s := n.Span
	if n.Style == yaml.SingleQuoted || n.Style == yaml.DoubleQuoted {
		s.Start++
		text := n.File().Content
		if s.End > s.Start && (text[s.End-1] == '"' || text[s.End-1] == '\'') {
			s.End--
		}
	}
	return s
}

func inComment(in *Input, off int) bool {
	t := in.Tree()
	if t == nil {
		return false
	}
	i, _ := slices.BinarySearchFunc(t.Comments, off, func(c yaml.Comment, off int) int { return cmp.Compare(c.Span.End, off) })
	return i < len(t.Comments) && t.Comments[i].Span.Start < off && off <= t.Comments[i].Span.End
}

// list collects what matches.
type list struct {
	in    *Input
	ctx   context.Context
	span  source.Span
	typed string
	items []*Item
}

func (l *list) add(i Item) {
	if i.score = match(i.Label, l.typed); i.score >= 0 {
		i.key = strings.ToLower(i.Label)
		l.items = append(l.items, &i)
	}
}

// done sorts and cuts the list.
func (l *list) done() Completions {
	slices.SortFunc(l.items, func(a, b *Item) int {
		return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.Rank, b.Rank), strings.Compare(a.key, b.key), cmp.Compare(a.Kind, b.Kind))
	})
	l.items = slices.CompactFunc(l.items, func(a, b *Item) bool { return a.Label == b.Label && a.Kind == b.Kind })
	c := Completions{Span: l.span, Incomplete: len(l.items) > MaxItems}
	for _, i := range l.items[:min(len(l.items), MaxItems)] {
		if i.score > 0 {
			if at := matchStart(i.Label, l.typed); at > 0 {
				i.Filter = i.Label[at:]
			}
		}
		if i.fill != nil {
			i.fill(l.in, i)
		}
		c.Items = append(c.Items, *i)
	}
	return c
}
