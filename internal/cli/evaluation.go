package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
)

// evaluation is what eval and template have in common: the variables of a host, and how results are shown.
type evaluation struct {
	env *Env
	workspaceOptions
	host   string
	output string
}

func (r *evaluation) flags(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVarP(&r.inventories, "inventory", "i", nil, "inventory file or comma-separated hosts; may be repeated")
	fl.StringVar(&r.host, "host", "", "the host whose variables count; without it, localhost")
	fl.StringArrayVarP(&r.extra, "extra-vars", "e", nil, "variables as key=value, YAML, JSON or @file; may be repeated")
	fl.StringArrayVar(&r.vaultIDs, "vault-id", nil, "vault identity; may be repeated")
	fl.StringArrayVar(&r.vaultFiles, "vault-password-file", nil, "file with the vault password")
	fl.BoolVarP(&r.askVault, "ask-vault-password", "J", false, "ask for the vault password")
	fl.StringVar(&r.output, "output", "text", "text or json")
}

// templar opens the workspace and gives the evaluator for the host.
func (r *evaluation) templar() (*jinja.Templar, error) {
	if r.output != "text" && r.output != "json" {
		return nil, &ExitError{usageError, fmt.Sprintf("--output is %q: text and json are known", r.output)}
	}
	r.warn = func(text string, at source.Location) { fmt.Fprint(r.env.Stderr, warning(text, at)) }
	w, err := openWorkspace(r.env, r.workspaceOptions)
	if err != nil {
		return nil, inventoryError(err)
	}
	var h *inventory.Host
	name := r.host
	if name == "" {
		name = "localhost"
	}
	if h = w.inventory.Host(name); h == nil && r.host != "" {
		return nil, &ExitError{1, "no host named " + r.host + " in the inventory" + nearestHost(w.inventory, r.host)}
	}
	return w.engine.Templar(w.store.Scope(vars.Query{Host: h})), nil
}

// show prints a result: as text, a text stands as it is and everything else as JSON.
func (r *evaluation) show(v value.Value) error {
	indent := 4
	if r.output == "json" {
		d := value.NewDict("value", v, "type", value.S(value.NativeName(v)))
		if _, ok := v.(value.Omit); ok {
			d.Put("value", value.None{})
		}
		b, err := value.ToJSON(d, value.JSONOptions{Indent: &indent, UTF8: true, Default: plainText})
		if err != nil {
			return &ExitError{1, err.Error()}
		}
		fmt.Fprintf(r.env.Stdout, "%s\n", b)
		return nil
	}
	if s, ok := v.(value.Str); ok {
		fmt.Fprintln(r.env.Stdout, s.S)
		return nil
	}
	b, err := value.ToJSON(v, value.JSONOptions{Indent: &indent, UTF8: true, Default: plainText})
	if err != nil {
		return &ExitError{1, err.Error()}
	}
	fmt.Fprintf(r.env.Stdout, "%s\n", b)
	return nil
}

// plainText is the JSON form of what JSON has not: dates, bytes, omit.
func plainText(v value.Value) (value.Value, bool, error) {
	if b, ok := v.(value.Bytes); ok {
		return value.S(string(b)), true, nil
	}
	return value.S(value.ToStr(v)), true, nil
}

// failed shows why a text could not be evaluated: the message, the exact place, its line with a marker below, and what
// may have been meant. As JSON, the same in fields.
func (r *evaluation) failed(err error) error {
	var e *jinja.Error
	if !errors.As(err, &e) {
		return &ExitError{1, err.Error()}
	}
	at, nearest, undefined := e.At, "", ""
	for c := error(e); c != nil; c = errors.Unwrap(c) {
		if x, ok := c.(*jinja.Error); ok {
			if x.At.Known() {
				at = x.At
			}
			if x.Nearest != "" {
				nearest = x.Nearest
			}
			if x.Undefined != "" {
				undefined = x.Undefined
			}
		}
	}
	if r.output == "json" {
		d := value.NewDict("error", value.S(err.Error()), "class", value.S(e.Class))
		if at.Known() {
			p := at.Position()
			d.Put("file", value.S(at.File.Path))
			d.Put("line", value.Int(p.Line))
			d.Put("column", value.Int(p.Column))
		}
		if undefined != "" {
			d.Put("undefined", value.S(undefined))
		}
		if nearest != "" {
			d.Put("nearest", value.S(nearest))
		}
		indent := 4
		b, jerr := value.ToJSON(d, value.JSONOptions{Indent: &indent, UTF8: true})
		if jerr != nil {
			return &ExitError{1, err.Error()}
		}
		fmt.Fprintf(r.env.Stdout, "%s\n", b)
		return &ExitError{Code: 1}
	}
	var b strings.Builder
	if at.Known() {
		p := at.Position()
		fmt.Fprintf(&b, "%s:%d:%d: ", at.File.Path, p.Line, p.Column)
	}
	b.WriteString(err.Error())
	if at.Known() {
		b.WriteString(marked(at))
	}
	if nearest != "" {
		fmt.Fprintf(&b, "\n\nDid you mean %s?", nearest)
	}
	return &ExitError{1, b.String()}
}

// marked is the line of a place with a marker below it.
func marked(at source.Location) string {
	p := at.Position()
	span := at.File.LineSpan(p.Line)
	line := at.File.Text(span)
	width := 1
	if end := min(at.Span.End, span.End); end > at.Span.Start {
		width = len([]rune(at.File.Text(source.Span{Start: at.Span.Start, End: end})))
	}
	number := fmt.Sprint(p.Line)
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string([]rune(line)[:min(p.Column-1, len([]rune(line)))]))
	return fmt.Sprintf("\n\n%s %s\n%s %s%s", number, line, strings.Repeat(" ", len(number)), pad, strings.Repeat("^", width))
}
