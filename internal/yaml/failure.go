package yaml

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// Failure is why ansible-core 2.19 does not load a file, in its words: the error of the parser, or what it guesses from
// the line to be the mistake behind it.
type Failure struct {
	Message string
	Help    string // what to do about it; "" for none
	At      source.Location
}

// Error is the message.
func (f *Failure) Error() string { return "YAML parsing failed: " + f.Message }

// Failure tells why ansible-core does not load the file as one document; nil when it does.
func (t *Tree) Failure() *Failure {
	at := func(off int) source.Location {
		return source.Location{File: t.File, Span: source.Span{Start: off, End: off}}
	}
	if t.Err == nil {
		if len(t.Docs) > 1 {
			return &Failure{Message: "Expected a single document in the stream but found another document.", At: at(t.Starts[1].Start)}
		}
		return nil
	}
	if bad := t.unreadable(); bad != "" {
		return &Failure{Message: bad, At: at(t.Err.ProblemAt)}
	}
	line := t.File.LineSpan(t.File.Line(min(t.Err.ProblemAt, len(t.File.Content))))
	text := t.File.Text(line)
	guess := func(i int, message, example string) *Failure {
		return &Failure{message, example, at(line.Start + i)}
	}
	if i := strings.IndexByte(text, '\t'); i >= 0 {
		return guess(i, "Tabs are usually invalid in YAML.", "")
	}
	if m := regexp.MustCompile(`^\s*(?:-\s+)*(?:[\w\s]+:\s+)?(\{\{.*\}\})`).FindStringSubmatchIndex(text); m != nil {
		return guess(m[2], "This may be an issue with missing quotes around a template block.", example("{{ some_var }}", `"{{ some_var }}"`))
	}
	if !strings.HasPrefix(strings.TrimLeft(text, " "), ":") {
		m := regexp.MustCompile(`^\s*(?:-\s+)*(?:[\w\s\[\]{}]+:\s+)?(.*)$`).FindStringSubmatchIndex(text)
		if m != nil {
			value := text[m[2]:m[3]]
			if q := regexp.MustCompile(`^\s*('[^']*'|"[^"]*")\s*$`).FindString(value); q != "" {
				value = strings.Repeat(".", utf8.RuneCountInString(q))
			}
			if c := regexp.MustCompile(`:($| )`).FindStringIndex(value); c != nil {
				return guess(m[2]+c[0], "Colons in unquoted values must be followed by a non-space character.",
					example("echo 'name: ansible'", `"echo 'name: ansible'"`))
			}
		}
	}
	if m := regexp.MustCompile(`^\s*(?:-\s+)*(?:[\w\s]+:\s+)?(["'].*?\s*)$`).FindStringSubmatchIndex(text); m != nil {
		value := text[m[2]:m[3]]
		first, last := value[0], value[len(value)-1]
		switch {
		case first != last:
			return guess(m[2], "Values starting with a quote must end with the same quote.", example(`"foo" in bar`, `'"foo" in bar'`))
		case strings.Count(text, string(first)) > 2:
			return guess(m[2], "Values starting with a quote must end with the same quote, and not contain that quote.",
				example(`"foo" in "bar"`, `'"foo" in "bar"'`))
		}
	}
	return &Failure{Message: strings.Join(strings.Fields(t.Err.Error()), " "), At: at(t.Err.ProblemAt)}
}

// unreadable is the message for an error that has nothing to do with what the line says, so that nothing is guessed from
// it; "" for any other. For a control character, the words are PyYAML's; the position counts code points from 0.
func (t *Tree) unreadable() string {
	if t.Err.Problem == tooManyAliases {
		return tooManyAliases
	}
	if i := t.Err.ProblemAt; i < len(t.File.Content) {
		text := string(t.File.Content)
		if n, words := badRune(text, i); words == notAllowed {
			r, _ := utf8.DecodeRuneInString(text[i : i+n])
			return fmt.Sprintf("unacceptable character #x%04x: %s in \"<unicode string>\", position %d", r, words, utf8.RuneCountInString(text[:i]))
		}
	}
	return ""
}

// Duplicates applies the setting DUPLICATE_YAML_DICT_KEY to the findings of a file: "ignore" drops those of duplicate keys,
// "error" makes them errors; anything else leaves them as warnings.
func Duplicates(found []diag.Diagnostic, setting string) []diag.Diagnostic {
	if setting != "ignore" && setting != "error" {
		return found
	}
	var out []diag.Diagnostic
	for _, d := range found {
		if d.Rule == RuleDuplicateKey {
			if setting == "ignore" {
				continue
			}
			d.Severity = diag.Error
		}
		out = append(out, d)
	}
	return out
}

func example(bad, good string) string {
	return "For example:\n\n    raw: " + bad + "\n\nShould be:\n\n    raw: " + good
}
