package fault

import (
	"fmt"
	"strings"
)

const causedBy = "<<< caused by >>>"

// Format is the verbose text of a fault as it stands behind "[ERROR]: ": the brief message, then every link of the
// chain with its place and excerpt. It ends with one line break, or two when it has several lines.
func Format(f *Fault) string {
	msg := strings.TrimSpace(verbose(f))
	if strings.Contains(msg, "\n") {
		return msg + "\n\n"
	}
	return msg + "\n"
}

// verbose joins neighbouring links that have nothing of their own to show, so that each place is shown once.
func verbose(first *Fault) string {
	var out []string
	for f := first; f != nil; {
		msgs := []string{strings.TrimSpace(f.Msg)}
		context, cause := f.context(), f.next()
		for cause != nil && len(cause.Events) == 0 {
			if c := cause.context(); (c != "" || cause.Help != "") && (c != context || cause.Help != f.Help) {
				break
			}
			if cause.Handling {
				break
			}
			msgs = append(msgs, strings.TrimSpace(cause.Msg))
			cause = cause.next()
		}
		text := strings.Join(lines(brief(msgs), f.Help, context), "\n") + "\n"
		if len(f.Events) > 0 {
			text += children(f.Events)
		}
		out = append(out, text)
		if cause != nil {
			out = append(out, "\n"+causedBy+"\n\n")
		}
		f = cause
	}
	if len(out) > 1 {
		return first.Error() + "\n\n" + strings.Join(out, "")
	}
	return out[0]
}

func lines(msg, help, context string) []string {
	if help != "" && context == "" && !strings.Contains(msg, "\n") && !strings.Contains(help, "\n") {
		return []string{msg + " " + help}
	}
	l := []string{msg}
	if context != "" {
		l = append(l, context)
	}
	if help != "" {
		l = append(l, "", help)
	}
	return l
}

func children(events []*Fault) string {
	var b strings.Builder
	b.WriteString("\n")
	for i, e := range events {
		fmt.Fprintf(&b, "+--[ Sub-Event %d of %d ]---\n", i+1, len(events))
		for line := range strings.Lines("\n" + verbose(e) + "\n") {
			b.WriteString("| " + line)
		}
	}
	b.WriteString("+--[ End Sub-Event ]---\n")
	return b.String()
}
