package feature

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
	"github.com/rehearse-dev/rehearse/lint"
)

// Diagnose lists what is wrong in the file, in the order of the text.
func Diagnose(in *Input, lintToo bool) []diag.Diagnostic {
	if in.TooLarge {
		return []diag.Diagnostic{{
			Severity: diag.Info, Rule: "too-large",
			At:      source.Location{File: in.Source, Span: in.Source.LineSpan(1)},
			Message: fmt.Sprintf("the file has %d bytes: it is not analysed", len(in.Source.Content)),
		}}
	}
	if in.Kind() == project.Template {
		return templateProblems(in.Source, in.templates())
	}
	if in.Kind() == project.YAML && ofTemplate(in.Tree()) {
		return nil
	}
	if k := in.Kind(); (k == project.Inventory || k == project.YAML) && iniText(in.Source.Content) {
		return nil
	}
	var found []diag.Diagnostic
	if s := in.Syntax(); s != nil {
		found = append(found, s.Problems...)
	} else if t := in.Tree(); t != nil {
		found = append(found, t.Problems...)
	}
	if lintToo && in.Linter != nil && in.File != nil && in.Tree() != nil {
		if kind := lint.KindOfProject(in.File.Kind); kind != "" {
			for _, d := range in.Linter.Diagnostics(in.Linter.FileOf(in.Source.Path, kind, in.Tree())) {
				if !parserSaid(found, &d) {
					found = append(found, d)
				}
			}
		}
	}
	kept := found[:0:0]
	for _, d := range found { // what is found in another file is shown there
		if d.At.File == nil || d.At.File.Path == in.Source.Path {
			kept = append(kept, d)
		}
	}
	diag.Sort(kept)
	return kept
}

// iniText tells whether the text of an inventory begins as INI does: Ansible takes it, whatever its name ends with.
func iniText(text []byte) bool {
	for line := range bytes.Lines(text) {
		switch line = bytes.TrimSpace(line); {
		case len(line) == 0 || line[0] == '#' || line[0] == ';':
		default:
			return line[0] == '[' && line[len(line)-1] == ']' && !bytes.ContainsAny(line, ",'\"{")
		}
	}
	return false
}

// ofTemplate tells whether a YAML file that Ansible does not read by itself is the text of a template, which need not be YAML:
// what is wrong with it begins with a tag.
func ofTemplate(t *yaml.Tree) bool {
	return t != nil && slices.ContainsFunc(t.Problems, func(d diag.Diagnostic) bool {
		if d.At.File == nil {
			return false
		}
		rest := bytes.TrimLeft(d.At.File.Content[d.At.Span.Start:], " \t")
		return bytes.HasPrefix(rest, []byte("{{")) || bytes.HasPrefix(rest, []byte("{%"))
	})
}

// parserSaid tells whether a finding of the linter only repeats, for the whole file, what the parser reports with its
// exact place.
func parserSaid(found []diag.Diagnostic, d *diag.Diagnostic) bool {
	if rule, _, _ := strings.Cut(d.Rule, "["); rule != "load-failure" && rule != "syntax-check" {
		return false
	}
	return slices.ContainsFunc(found, func(f diag.Diagnostic) bool { return f.Severity == diag.Error })
}

// templateProblems lists what is wrong in a template file. One that changes the delimiters in its first line is not
// looked at.
func templateProblems(f *source.File, o *jinja.Options) []diag.Diagnostic {
	text := string(f.Content)
	if !utf8.ValidString(text) || strings.HasPrefix(text, "#jinja2:") {
		return nil
	}
	if strings.Contains(text, "${{") && !strings.HasSuffix(f.Path, ".j2") {
		return nil // a template of a pipeline, not of Ansible
	}
	var found []diag.Diagnostic
	for _, p := range jinja.Parse(text, o).Problems {
		d := diag.Diagnostic{Rule: "jinja[invalid]", At: source.Location{File: f, Span: p.Span}, Message: p.Message}
		if p.Nearest != "" {
			d.Message += " Did you mean '" + p.Nearest + "'?"
		}
		found = append(found, d)
	}
	return found
}
