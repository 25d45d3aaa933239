package lint

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func nameRule() *Rule {
	return &Rule{
		ID: "name", Severity: "MEDIUM", Tags: []string{"idiom"},
		Subs: []Sub{
			{"name[missing]", "All tasks should be named."},
			{"name[casing]", "All names should start with an uppercase letter."},
			{"name[play]", "All plays should be named."},
			{"name[template]", "Jinja templates should only be at the end of 'name'"},
			{"name[prefix]", "Task name should start with a prefix."},
		},
		Doc: Doc{
			Summary: "Plays and tasks should have good names.",
			Problem: "A name is what the output of a run shows and what `--start-at-task` takes. A name that starts with an uppercase letter and has its templates at the end is easy to read and to search for.",
			Examples: []Example{
				{Title: "A task without a name", Want: []string{"name[missing]"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - ansible.builtin.debug:\n        msg: hello\n"},
				{Title: "A name in lower case", Want: []string{"name[casing]"},
					Text:  "- name: Deploy\n  hosts: all\n  tasks:\n    - name: say hello\n      ansible.builtin.debug:\n        msg: hello\n",
					Fixed: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Say hello\n      ansible.builtin.debug:\n        msg: hello\n"},
				{Title: "A play without a name", Want: []string{"name[play]"},
					Text: "- hosts: all\n  tasks: []\n"},
				{Title: "A template in the middle", Want: []string{"name[template]"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Say {{ word }} aloud\n      ansible.builtin.debug:\n        msg: hello\n"},
				{Title: "Right", Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Say hello\n      ansible.builtin.debug:\n        msg: hello\n"},
				{Title: "A prefix of the file's name is no matter of casing", Path: "roles/web/tasks/install.yml",
					Text: "- name: install | Say hello\n  ansible.builtin.debug:\n    msg: hello\n"},
			},
			Fix:     "The first letter of a task's name becomes uppercase (name[casing]); the name of a handler is left alone, because others may notify it.",
			Differs: "name[unique] is not there: ansible-lint 26.10 has it, but never reports it with ansible-core 2.19.",
		},
		Play: namePlay,
		Task: nameTask,
	}
}

func namePlay(p *pass, play *playbook.PlaySyntax) {
	if p.file.Kind != KindPlaybook {
		return
	}
	a := play.Attr("name")
	if a == nil {
		pos := source.Location{File: p.file.Source, Span: play.Node.Whole()}.Position()
		span := play.Node.Span
		if len(play.Node.Pairs) > 0 {
			span = play.Node.Pairs[0].Key.Span
		}
		p.report("name[play]", "All plays should be named.", span, pos.Line, pos.Column)
		return
	}
	checkName(p, a, false)
}

func nameTask(p *pass, t *Task) {
	a := t.Attr("name")
	if a == nil || !truthy(a.Value) {
		p.onTask("name[missing]", "All tasks should be named.", t.NameSpan())
		return
	}
	checkName(p, a, true)
}

func checkName(p *pass, a *playbook.Attr, task bool) {
	s, ok := a.Value.(value.Str)
	if !ok {
		return
	}
	name, at := s.S, 0
	if stem := p.file.fullStem(); p.file.Kind == KindTasks && stem != "main" {
		prefix := ""
		for _, part := range strings.Split(stem, "/") {
			prefix += strings.ReplaceAll(p.linter.config.TaskPrefix, "{stem}", part)
		}
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			name, at = rest, len(prefix)
		} else if contains(p.linter.config.EnableList, "name[prefix]") {
			pos := nodePosition(p, p.file.Tree.Root())
			p.report("name[prefix]", "Task name should start with '"+prefix+"'.", a.Node.Span, pos.Line, pos.Column)
			return
		}
	}
	if r, n := utf8.DecodeRuneInString(name); name != "" && unicode.IsLetter(r) && unicode.IsLower(r) {
		f := p.at("name[casing]", "All names should start with an uppercase letter.", a.Node)
		if off := a.Node.FileOffset(at); a.Node.Kind == yaml.Scalar && p.file.Source.Text(source.Span{Start: off, End: off + n}) == string(r) {
			f.Fixes = append(f.Fixes, diag.Fix{Title: "Begin with an uppercase letter", Safe: !task || !p.task.Handler,
				Edits: []diag.Edit{{Span: source.Span{Start: off, End: off + n}, New: string(unicode.ToUpper(r))}}})
		}
	}
	if templateInside(s.S) {
		p.at("name[template]", "Jinja templates should only be at the end of 'name'", a.Node)
	}
}

// templateInside tells whether a word character follows the last "}}" of a line that holds a template.
func templateInside(s string) bool {
	line, _, _ := strings.Cut(s, "\n")
	open := strings.Index(line, "{{")
	if open < 0 {
		return false
	}
	end := strings.Index(line[open:], "}}")
	if end < 0 {
		return false
	}
	return strings.IndexFunc(line[open+end+2:], func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
}

func nodePosition(p *pass, n *yaml.Node) source.Position {
	return source.Location{File: p.file.Source, Span: n.Whole()}.Position()
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// fullStem is the path of a tasks file below the tasks folder, without its extension: the words that prefixes are made
// of.
func (f *File) fullStem() string {
	dir, base := path.Split(strings.TrimPrefix(f.Name, "./"))
	stem := strings.TrimSuffix(strings.TrimSuffix(base, ".yml"), ".yaml")
	parts := strings.Split(strings.Trim(dir, "/"), "/")
	for i, part := range parts {
		if part == string(f.Kind) {
			return strings.Join(append(parts[i+1:len(parts):len(parts)], stem), "/")
		}
	}
	if n := len(parts); n > 0 && parts[n-1] != "" {
		return parts[n-1] + "/" + stem
	}
	return stem
}
