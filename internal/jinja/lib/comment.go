package lib

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func comment(c *jinja.Call) (value.Value, error) {
	style, _ := str(c.Args[1])
	p := map[string]string{"newline": "\n"}
	switch style {
	case "plain":
		p["decoration"] = "# "
	case "erlang":
		p["decoration"] = "% "
	case "c":
		p["decoration"] = "// "
	case "cblock":
		p["beginning"], p["decoration"], p["end"] = "/*", " * ", " */"
	case "xml":
		p["beginning"], p["decoration"], p["end"] = "<!--", " - ", "-->"
	default:
		return nil, value.Errorf("AnsibleTemplatePluginError", "Invalid style %s.", value.Repr(c.Args[1]))
	}
	counts := map[string]int{"prefix_count": 1, "postfix_count": 1}
	given := kwargs(c.Args[2])
	if v, ok := given.Get("decoration"); ok {
		s, isText := str(v)
		if !isText {
			return nil, attributeError(v, "rstrip")
		}
		p["decoration"] = s
	}
	p["prefix"] = value.RStrip(p["decoration"], "")
	p["postfix"] = p["prefix"]
	for k, v := range given.All() {
		if err := defined(v); err != nil {
			return nil, err
		}
		name := value.ToStr(k)
		if _, ok := counts[name]; ok {
			n, err := value.ToInt(v)
			if err != nil {
				return nil, err
			}
			if counts[name], err = intArg(n); err != nil {
				return nil, err
			}
			continue
		}
		s, err := soft(v)
		if err != nil {
			return nil, err
		}
		if isNone(v) {
			s = ""
		}
		p[name] = s
	}
	text, ok := str(c.Args[0])
	if !ok {
		return nil, attributeError(c.Args[0], "replace")
	}
	if counts["prefix_count"] > 1<<16 || counts["postfix_count"] > 1<<16 {
		return nil, value.Errorf("MemoryError", "a comment of so many lines is too large")
	}
	nl, dec := p["newline"], p["decoration"]
	var b strings.Builder
	if p["beginning"] != "" {
		b.WriteString(p["beginning"] + nl)
	}
	switch {
	case p["prefix"] == "":
	case p["prefix"] == nl:
		b.WriteString(strings.Repeat(nl, max(0, counts["prefix_count"])))
	default:
		b.WriteString(strings.Repeat(p["prefix"]+nl, max(0, counts["prefix_count"])))
	}
	body := dec + strings.ReplaceAll(text, nl, nl+dec)
	b.WriteString(strings.ReplaceAll(body, dec+nl, value.RStrip(dec, "")+nl))
	b.WriteString(strings.Repeat(nl+p["postfix"], max(0, counts["postfix_count"])))
	if p["end"] != "" {
		b.WriteString(nl + p["end"])
	}
	return value.S(b.String()), nil
}
