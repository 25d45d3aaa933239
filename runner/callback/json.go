package callback

import (
	"strings"
	"unicode"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// dumpJSON prints as json.dumps; what JSON lacks is shown as its text. indent 0 gives one line.
func dumpJSON(v value.Value, indent int, sort, ascii bool) string {
	o := value.JSONOptions{SortKeys: sort, UTF8: !ascii, Default: asText}
	if indent > 0 {
		o.Indent = &indent
	}
	out, err := value.ToJSON(v, o)
	if err != nil && sort { // keys of several types are sorted by their texts
		out, err = value.ToJSON(textKeys(v), o)
	}
	if err != nil {
		return value.ToStr(v)
	}
	return string(out)
}

// asText is the form of what JSON lacks: bytes as the text that they encode, dates as ISO 8601 has them.
func asText(v value.Value) (value.Value, bool, error) {
	switch x := v.(type) {
	case value.Bytes:
		return value.S(string(x)), true, nil
	case value.DateTime:
		return value.S(strings.Replace(value.ToStr(v), " ", "T", 1)), true, nil
	}
	return value.S(value.ToStr(v)), true, nil
}

// textKeys makes all keys texts.
func textKeys(v value.Value) value.Value {
	switch x := v.(type) {
	case *value.Dict:
		d := &value.Dict{}
		for k, w := range x.All() {
			d.Put(value.ToStr(k), textKeys(w))
		}
		return d
	case *value.List:
		l := &value.List{}
		for _, w := range x.All() {
			l.Items = append(l.Items, textKeys(w))
		}
		return l
	}
	return v
}

// dumpYAML prints a result in YAML format, indented below its line.
func (c *Default) dumpYAML(v *value.Dict, indent int) string {
	if c.Format.Pretty == nil || *c.Format.Pretty {
		for _, k := range []string{"stdout", "stderr"} {
			if _, ok := v.Raw(k); ok {
				if _, ok := v.Raw(k + "_lines"); ok {
					v.Put(k+"_lines", value.S("<omitted>"))
				}
			}
		}
	}
	text, err := yaml.Dump(v, yaml.DumpOptions{Indent: indent, AllowUnicode: true, SortKeys: true, Literal: c.literal})
	if err != nil { // a value that YAML has not, which JSON shows as its text
		return " " + dumpJSON(v, indent, true, false)
	}
	if indent == 0 {
		indent = 4
	}
	var b strings.Builder
	b.WriteString("\n")
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString(strings.Repeat(" ", indent))
		}
		b.WriteString(line)
	}
	return b.String()
}

// literal shows a text of several lines as a block. Unless results are to be exact, what would keep it from being one is
// dropped: spaces at the ends of lines, tabs, characters that YAML escapes.
func (c *Default) literal(text string) (string, bool) {
	if !strings.ContainsAny(text, "\n\u0085\u2028\u2029") {
		return "", false
	}
	if p := c.Format.Pretty; p != nil && !*p {
		return text, true
	}
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	var b strings.Builder
	column, spaces := 0, 0
	for _, r := range text {
		switch {
		case r == '\t':
			n := 8 - column%8
			spaces += n
			column += n
			continue
		case r == ' ':
			spaces++
			column++
			continue
		case r == '\n' || r == 0x85 || r == 0x2028 || r == 0x2029:
			spaces = 0
			column = 0
		case r == 0xfeff || r < 32 || r == 127 || r > 127 && r < 160 || r > 0xfffd && r < 0x10000 || r == 0x10ffff:
			continue
		default:
			column++
		}
		b.WriteString(strings.Repeat(" ", spaces))
		spaces = 0
		b.WriteRune(r)
	}
	return b.String(), true
}
