package callback

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// diffText formats the diff of a result: one or a list of before/after pairs, prepared texts and notes.
func (c *Default) diffText(v value.Value) string {
	list := []value.Value{v}
	if l, ok := v.(*value.List); ok {
		list = l.Items
	}
	var b strings.Builder
	for _, item := range list {
		if d, ok := item.(*value.Dict); ok {
			c.oneDiff(&b, d)
		}
	}
	return b.String()
}

func (c *Default) oneDiff(b *strings.Builder, d *value.Dict) {
	if _, ok := d.Raw("dst_binary"); ok {
		b.WriteString("diff skipped: destination file appears to be binary\n")
	}
	if _, ok := d.Raw("src_binary"); ok {
		b.WriteString("diff skipped: source file appears to be binary\n")
	}
	if n, ok := d.Raw("dst_larger"); ok {
		b.WriteString("diff skipped: destination file size is greater than " + value.ToStr(n) + "\n")
	}
	if n, ok := d.Raw("src_larger"); ok {
		b.WriteString("diff skipped: source file size is greater than " + value.ToStr(n) + "\n")
	}
	before, hasBefore := d.Raw("before")
	after, hasAfter := d.Raw("after")
	if hasBefore && hasAfter {
		lines := unified(withEOF(splitLines(c.diffSide(before))), withEOF(splitLines(c.diffSide(after))),
			header(d, "before"), header(d, "after"), c.DiffContext)
		for _, l := range lines {
			switch {
			case strings.HasPrefix(l, "+"):
				l = c.paint(l, colorDiffAdd)
			case strings.HasPrefix(l, "-"):
				l = c.paint(l, colorDiffRemove)
			case strings.HasPrefix(l, "@@"):
				l = c.paint(l, colorDiffLines)
			}
			b.WriteString(l)
		}
		if lines != nil {
			b.WriteString("\n")
		}
	}
	if p, ok := d.Raw("prepared"); ok {
		b.WriteString(value.ToStr(p))
	}
}

func header(d *value.Dict, side string) string {
	if h, ok := d.Raw(side + "_header"); ok {
		return side + ": " + value.ToStr(h)
	}
	return side
}

func (c *Default) diffSide(v value.Value) string {
	switch v := v.(type) {
	case *value.Dict:
		if c.Format.YAML {
			return c.dumpYAML(v, 4)[1:] + "\n"
		}
		return dumpJSON(v, 4, true, true) + "\n"
	case value.None:
		return ""
	case value.Str:
		return v.S
	}
	return value.ToStr(v)
}
