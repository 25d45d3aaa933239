package lint

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// suppressions are the `# noqa` comments of a file. As in ansible-lint a comment counts for its line, a comment that
// stands alone for the next line that is not empty, too, and a comment anywhere in a task for the whole task. A bare
// `# noqa` names no rule and suppresses nothing.
type suppressions struct {
	lines    map[int][]string
	comments []noqa
	tree     *yaml.Tree
}

type noqa struct {
	off int
	ids []string
}

// renamed are the old names of rules that comments and settings may still use.
var renamed = map[string]string{
	"102": "no-jinja-when", "104": "deprecated-bare-vars", "105": "deprecated-module", "106": "role-name", "202": "risky-octal",
	"203": "no-tabs", "205": "playbook-extension", "206": "jinja[spacing]", "207": "jinja[invalid]", "208": "risky-file-permissions",
	"301": "no-changed-when", "302": "deprecated-command-syntax", "303": "command-instead-of-module", "304": "inline-env-var",
	"305": "command-instead-of-shell", "306": "risky-shell-pipe", "401": "latest[git]", "402": "latest[hg]", "403": "package-latest",
	"404": "no-relative-paths", "501": "partial-become", "502": "name[missing]", "503": "no-handler", "504": "deprecated-local-action",
	"505": "missing-import", "601": "literal-compare", "602": "empty-string-compare", "702": "meta-no-tags", "703": "meta-incorrect",
	"704": "meta-video-links", "911": "syntax-check", "deprecated-command-syntax": "no-free-form", "fqcn-builtins": "fqcn[action-core]",
	"git-latest": "latest[git]", "hg-latest": "latest[hg]", "no-jinja-nesting": "jinja[invalid]", "no-loop-var-prefix": "loop-var-prefix",
	"unnamed-task": "name[missing]", "var-spacing": "jinja[spacing]",
}

// noqaIDs are the rules that a comment names.
func noqaIDs(comment string) []string {
	_, rest, ok := strings.Cut(comment, "# noqa")
	if !ok {
		return nil
	}
	ids := strings.Fields(strings.TrimLeft(rest, " :"))
	for i, id := range ids {
		if now, ok := renamed[id]; ok {
			ids[i] = now
		}
	}
	return ids
}

func readNoqa(f *File) *suppressions {
	s := &suppressions{tree: f.Tree}
	if f.Tree == nil {
		return s
	}
	for _, c := range f.Tree.Comments {
		text := f.Source.Text(c.Span)
		ids := noqaIDs(text)
		if len(ids) == 0 {
			continue
		}
		s.comments = append(s.comments, noqa{c.Span.Start, ids})
		if !strings.HasPrefix(text, "# noqa") {
			continue
		}
		if s.lines == nil {
			s.lines = map[int][]string{}
		}
		line := f.Source.Line(c.Span.Start)
		s.lines[line] = append(s.lines[line], ids...)
		if c.OwnLine {
			for next := line + 1; next <= f.Source.LineCount(); next++ {
				if strings.TrimSpace(f.Source.Text(f.Source.LineSpan(next))) != "" {
					s.lines[next] = append(s.lines[next], ids...)
					break
				}
			}
		}
	}
	return s
}

// line tells whether a finding with this tag is suppressed on its line.
func (s *suppressions) line(n int, tag string) bool {
	return s != nil && slices.Contains(s.lines[n], tag)
}

// task tells whether a comment in the task, or between it and what follows, names the tag or its rule.
func (s *suppressions) task(t *Task, tag, rule string) bool {
	if s == nil || len(s.comments) == 0 {
		return false
	}
	span := t.Node.Whole()
	content := s.tree.File.Content
	for _, c := range s.comments {
		if c.off < span.Start {
			continue
		}
		if c.off > span.End && !onlyComments(content[span.End:c.off]) {
			break
		}
		if slices.Contains(c.ids, tag) || slices.Contains(c.ids, rule) {
			return true
		}
	}
	return false
}

// onlyComments tells whether nothing but blanks and comments stands in a piece of the file.
func onlyComments(b []byte) bool {
	comment := false
	for _, c := range b {
		switch {
		case c == '\n':
			comment = false
		case comment || c == ' ' || c == '\t' || c == '\r':
		case c == '#':
			comment = true
		default:
			return false
		}
	}
	return true
}
