package callback

import (
	"strings"

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
	if err != nil && sort { // keys of several types cannot be sorted
		o.SortKeys = false
		out, err = value.ToJSON(v, o)
	}
	if err != nil {
		return value.ToStr(v)
	}
	return string(out)
}

func asText(v value.Value) (value.Value, bool, error) { return value.S(value.ToStr(v)), true, nil }

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
	text, err := yaml.Dump(v, yaml.DumpOptions{Indent: indent, AllowUnicode: true, SortKeys: true})
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
