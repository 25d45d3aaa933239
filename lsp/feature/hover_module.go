package feature

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// ModuleDoc describes a module in Markdown, "" where nothing is known.
func ModuleDoc(in *Input, name string) string {
	e := in.Module(name, nil)
	if e == nil {
		return ""
	}
	return moduleDoc(e)
}

func moduleDoc(e *catalog.Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", e.FQCN)
	switch {
	case e.Native && e.Action:
		b.WriteString(" — on the controller")
	case e.Native:
		b.WriteString(" — native")
	}
	b.WriteString("\n\n")
	if e.Doc != "" {
		b.WriteString(e.Doc + "\n\n")
	}
	if e.Deprecated != nil {
		b.WriteString("*Deprecated:* " + e.Deprecated.Text + "\n\n")
	}
	if len(e.Redirected) > 0 {
		b.WriteString("`" + e.Redirected[0] + "` is another name of it.\n\n")
	}
	if e.Spec != nil && len(e.Spec.Options) > 0 {
		for _, required := range []bool{true, false} {
			for _, o := range e.Spec.Options {
				if o.Required == required {
					b.WriteString(optionLine(o))
				}
			}
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// optionLine is one option in a list: name, type, whether it is required, default.
func optionLine(o *argspec.Option) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- `%s` *%s*", o.Name, optionType(o))
	if o.Required {
		b.WriteString(" **required**")
	}
	if o.Default != nil {
		fmt.Fprintf(&b, " = `%s`", defaultText(o.Default))
	}
	if o.Doc != "" {
		b.WriteString(" — " + o.Doc)
	}
	b.WriteByte('\n')
	return b.String()
}

// optionDoc describes one option in full.
func optionDoc(o *argspec.Option, module string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** *%s*", o.Name, optionType(o))
	if o.Required {
		b.WriteString(", required")
	}
	if module != "" {
		fmt.Fprintf(&b, " — option of `%s`", module)
	}
	b.WriteString("\n\n")
	if o.Doc != "" {
		b.WriteString(o.Doc + "\n\n")
	}
	if o.Default != nil {
		fmt.Fprintf(&b, "Default: `%s`\n\n", defaultText(o.Default))
	}
	if len(o.Choices) > 0 {
		b.WriteString("Choices: ")
		for i, c := range o.Choices {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "`%s`", value.ToStr(c))
		}
		b.WriteString("\n\n")
	}
	if len(o.Aliases) > 0 {
		b.WriteString("Aliases: `" + strings.Join(o.Aliases, "`, `") + "`\n\n")
	}
	if o.NoLog {
		b.WriteString("Its value is never shown.\n\n")
	}
	if o.RemovedIn != "" || o.RemovedAt != "" {
		fmt.Fprintf(&b, "*Deprecated:* removed in %s%s%s\n\n", o.RemovedFrom, " ", o.RemovedIn+o.RemovedAt)
	}
	for _, s := range o.Options {
		b.WriteString(optionLine(s))
	}
	return strings.TrimRight(b.String(), "\n")
}

// defaultText shows a default as one writes it in YAML.
func defaultText(v value.Value) string {
	switch v := v.(type) {
	case value.Bool:
		if v {
			return "true"
		}
		return "false"
	case value.Str:
		if v.S == "" {
			return "''"
		}
		return v.S
	}
	return value.Repr(v)
}
