package lib

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// prettyWidth is the width of pprint.pformat.
const prettyWidth = 80

func pprint(c *jinja.Call) (value.Value, error) {
	if _, text := c.Args[0].(value.Str); c.Engine.Ansible() && !text {
		s, err := value.TryRepr(c.Args[0]) // pprint does not know Ansible's own lists and dicts
		return value.S(s), err
	}
	p := &pretty{}
	p.format(c.Args[0], 0, 0, 0)
	return value.S(p.b.String()), p.err
}

// Record is an object that pprint breaks at its fields, as it does a dataclass.
type Record interface {
	value.Value
	Fields() (class string, names []string, values []value.Value)
}

// Pretty is Python's pprint.pformat, for a value of whatever origin.
func Pretty(v value.Value) (string, error) {
	p := &pretty{}
	p.format(v, 0, 0, 0)
	return p.b.String(), p.err
}

// pretty prints as Python's pprint does: what does not fit on a line is broken at its items, dicts are sorted.
type pretty struct {
	b   strings.Builder
	err error
}

func (p *pretty) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// flat is the text on one line; dicts are sorted.
func (p *pretty) flat(v value.Value) string {
	switch v := v.(type) {
	case *value.Dict:
		var parts []string
		for _, pair := range sortedPairs(v) {
			parts = append(parts, p.flat(pair.key)+": "+p.flat(pair.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case *value.List:
		return "[" + p.flatItems(v) + "]"
	case *value.Tuple:
		if len(v.Items) == 1 {
			return "(" + p.flat(v.Items[0]) + ",)"
		}
		return "(" + p.flatItems(v) + ")"
	}
	s, err := value.TryRepr(v)
	if err != nil {
		p.fail(err)
	}
	return s
}

func (p *pretty) flatItems(v value.Value) string {
	all, err := value.Collect(v)
	if err != nil {
		p.fail(err)
	}
	parts := make([]string, len(all))
	for i, x := range all {
		parts[i] = p.flat(x)
	}
	return strings.Join(parts, ", ")
}

type dictPair struct{ key, value value.Value }

// sortedPairs orders by key where keys can be compared, else by the name of their type.
func sortedPairs(d *value.Dict) []dictPair {
	var pairs []dictPair
	for k, v := range d.All() {
		pairs = append(pairs, dictPair{k, v})
	}
	sort.SliceStable(pairs, func(i, j int) bool {
		less, err := value.CompareOp("<", pairs[i].key, pairs[j].key)
		if err != nil {
			return value.TypeName(pairs[i].key) < value.TypeName(pairs[j].key)
		}
		return less
	})
	return pairs
}

func (p *pretty) format(v value.Value, indent, allowance, level int) {
	if p.err != nil {
		return
	}
	rep := p.flat(v)
	if utf8.RuneCountInString(rep) <= prettyWidth-indent-allowance {
		p.b.WriteString(rep)
		return
	}
	switch v := v.(type) {
	case *value.Dict:
		p.b.WriteByte('{')
		pairs := sortedPairs(v)
		for i, pair := range pairs {
			key := p.flat(pair.key)
			p.b.WriteString(key + ": ")
			p.format(pair.value, indent+1+utf8.RuneCountInString(key)+2, lastAllowance(i == len(pairs)-1, allowance+1), level+1)
			p.between(i == len(pairs)-1, indent+1)
		}
		p.b.WriteByte('}')
	case *value.List:
		p.b.WriteByte('[')
		p.items(v, indent, allowance+1, level+1)
		p.b.WriteByte(']')
	case *value.Tuple:
		end := ")"
		if len(v.Items) == 1 {
			end = ",)"
		}
		p.b.WriteByte('(')
		p.items(v, indent, allowance+len(end), level+1)
		p.b.WriteString(end)
	case value.Str:
		p.text(v.S, rep, indent, allowance, level+1)
	case Record:
		class, names, values := v.Fields()
		p.b.WriteString(class + "(")
		for i, name := range names {
			last := i == len(names)-1
			p.b.WriteString(name + "=")
			p.format(values[i], indent+len(class)+1+len(name)+1, lastAllowance(last, allowance), level+1)
			p.between(last, indent+len(class)+1)
		}
		p.b.WriteByte(')')
	default:
		p.b.WriteString(rep)
	}
}

func lastAllowance(last bool, allowance int) int {
	if last {
		return allowance
	}
	return 1
}

func (p *pretty) between(last bool, indent int) {
	if !last {
		p.b.WriteString(",\n" + strings.Repeat(" ", indent))
	}
}

func (p *pretty) items(v value.Value, indent, allowance, level int) {
	all, err := value.Collect(v)
	if err != nil {
		p.fail(err)
	}
	for i, x := range all {
		p.format(x, indent+1, lastAllowance(i == len(all)-1, allowance), level)
		p.between(i == len(all)-1, indent+1)
	}
}

// text breaks a long text at its line ends and then between its words.
func (p *pretty) text(s, rep string, indent, allowance, level int) {
	if level == 1 {
		indent++
		allowance++
	}
	width := prettyWidth - indent
	var chunks []string
	lines := value.Splitlines(s, true)
	for i, line := range lines {
		final := i == len(lines)-1
		limit := width
		if final {
			limit -= allowance
		}
		rep = repr(line)
		if utf8.RuneCountInString(rep) <= limit {
			chunks = append(chunks, rep)
			continue
		}
		current := ""
		parts := wordsWithSpace(line)
		for j, part := range parts {
			limit := width
			if final && j == len(parts)-1 {
				limit -= allowance
			}
			if candidate := current + part; utf8.RuneCountInString(repr(candidate)) > limit {
				if current != "" {
					chunks = append(chunks, repr(current))
				}
				current = part
			} else {
				current = candidate
			}
		}
		if current != "" {
			chunks = append(chunks, repr(current))
		}
	}
	if len(chunks) == 1 {
		p.b.WriteString(rep)
		return
	}
	text := strings.Join(chunks, "\n"+strings.Repeat(" ", indent))
	if level == 1 {
		text = "(" + text + ")"
	}
	p.b.WriteString(text)
}

// wordsWithSpace cuts before each word: white space stays with the word in front of it.
func wordsWithSpace(s string) []string {
	var out []string
	start, space := 0, false
	for i, r := range s {
		if value.IsSpace(r) {
			space = true
		} else if space {
			out = append(out, s[start:i])
			start, space = i, false
		}
	}
	return append(out, s[start:])
}
