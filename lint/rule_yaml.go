package lint

import (
	"path"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func yamlRule() *Rule {
	return &Rule{
		ID: "yaml", Severity: "VERY_LOW", Tags: []string{"formatting", "yaml"},
		Subs: []Sub{
			{"yaml[braces]", "Too many or too few spaces inside braces."},
			{"yaml[brackets]", "Too many or too few spaces inside brackets."},
			{"yaml[colons]", "Too many spaces before or after a colon."},
			{"yaml[commas]", "Too many or too few spaces before or after a comma."},
			{"yaml[comments]", "A comment should begin with a space, and stand apart from what is before it."},
			{"yaml[comments-indentation]", "Comment not indented like content."},
			{"yaml[document-start]", "Missing or forbidden document start."},
			{"yaml[empty-lines]", "Too many blank lines."},
			{"yaml[hyphens]", "Too many spaces after a hyphen."},
			{"yaml[indentation]", "Wrong indentation."},
			{"yaml[key-duplicates]", "Duplication of a key in a mapping."},
			{"yaml[line-length]", "Line too long."},
			{"yaml[new-line-at-end-of-file]", "No new line character at the end of file."},
			{"yaml[octal-values]", "Forbidden octal value."},
			{"yaml[trailing-spaces]", "Trailing spaces."},
			{"yaml[truthy]", "Truthy value should be one of [false, true]"},
		},
		Doc: Doc{
			Summary: "YAML should be written plainly.",
			Problem: "Files that look alike are read and compared easily. YAML 1.1 reads yes, no, on and off as booleans, other programs and later versions of YAML read them as texts. `true` and `false` are booleans everywhere.",
			Examples: []Example{
				{Title: "A boolean that looks like a text", Want: []string{"yaml[truthy]"},
					Text:  "- name: Deploy\n  hosts: all\n  gather_facts: no\n  tasks: []\n",
					Fixed: "- name: Deploy\n  hosts: all\n  gather_facts: false\n  tasks: []\n"},
				{Title: "Spaces at the end of a line", Want: []string{"yaml[trailing-spaces]"}, Path: "group_vars/all.yml", Text: "a: b \n"},
				{Title: "No line break at the end", Want: []string{"yaml[new-line-at-end-of-file]"}, Path: "group_vars/all.yml", Text: "a: b", Fixed: "a: b\n"},
				{Title: "Lists at two depths", Want: []string{"yaml[indentation]"}, Path: "group_vars/all.yml", Text: "a:\n  - b\nc:\n- d\n"},
				{Title: "A key twice", Want: []string{"yaml[key-duplicates]"}, Path: "group_vars/all.yml", Text: "a: b\na: c\n"},
				{Title: "An octal number", Want: []string{"yaml[octal-values]"}, Path: "group_vars/all.yml", Text: "a: 0644\n"},
				{Title: "Blanks in brackets", Want: []string{"yaml[brackets]", "yaml[commas]", "yaml[colons]"}, Path: "group_vars/all.yml", Text: "a: [ b]\nc: [d,e]\nf : g\n"},
				{Title: "Right", Text: "- name: Deploy\n  hosts: all\n  gather_facts: false\n  vars:\n    answer: \"yes\"\n  tasks: []\n"},
			},
			Fix:     "A boolean is written as true or false; a missing line break at the end of the file is added.",
			Differs: "The checks are those of yamllint that ansible-lint switches on; a .yamllint file of the project may change their settings, and `# yamllint disable` comments work. new-lines is not there: ansible-lint reads files so that it never finds any. comments-indentation and document-start run only where .yamllint asks for them. Other checks that are off by default (document-end, empty-values, float-values, key-ordering, quoted-strings, and anchors beyond what is a syntax error) are not there, nor is check-multi-line-strings of indentation; a .yamllint file that asks for them is named on standard error.",
		},
		File: yamlFile,
	}
}

// truthyWords are YAML 1.1's booleans.
var truthyWords = []string{"YES", "Yes", "yes", "NO", "No", "no", "TRUE", "True", "true", "FALSE", "False", "false", "ON", "On", "on", "OFF", "Off", "off"}

func (y *yamlCheck) truthy(n *yaml.Node, key bool) {
	c := y.c.Rules["truthy"]
	if len(n.Text) < 2 || len(n.Text) > 5 || !slices.Contains(truthyWords, n.Text) || slices.Contains(c.allowed, n.Text) || key && !c.keys {
		return
	}
	if strings.HasSuffix(path.Dir(y.p.file.Name), ".github/workflows") {
		return
	}
	allowed := slices.Clone(c.allowed)
	slices.Sort(allowed)
	f := y.report("truthy", "Truthy value should be one of ["+strings.Join(allowed, ", ")+"]", n.Span, y.file.Line(n.Span.Start))
	want := "false"
	switch strings.ToLower(n.Text) {
	case "yes", "true", "on":
		want = "true"
	}
	if f != nil && f.File != nil && slices.Contains(c.allowed, want) {
		f.fix("Write "+want, diag.Edit{Span: n.Span, New: want})
	}
}

// report adds a finding of one of yamllint's checks unless a comment or the settings switch it off there.
func (y *yamlCheck) report(check, message string, at source.Span, line int) *Finding {
	if y.p.file.yamllintOff(check, line) {
		return nil
	}
	return y.p.report("yaml["+check+"]", message, at, line, 0)
}

// yamlCheck is the run of yamllint's checks over one file.
type yamlCheck struct {
	p    *pass
	c    *YAMLConfig
	src  []byte
	file *source.File

	spaces int  // indentation of the file, 0 until it is seen
	dashes dash // whether lists are indented below their key
}

// on tells whether a check runs for the file.
func (y *yamlCheck) on(check string) bool {
	r := y.c.Rules[check]
	return r != nil && !ignoredFile(r.ignore, y.p.file.Name)
}

// num is a number among the options of a check.
func (y *yamlCheck) num(check, option string) int { return y.c.Rules[check].nums[option] }

func yamlFile(p *pass) {
	p.file.lintOff = nil
	c := &p.linter.config.YAML
	if strings.HasPrefix(string(p.file.Source.Content[:min(14, len(p.file.Source.Content))]), "$ANSIBLE_VAULT") || ignoredFile(c.Ignore, p.file.Name) {
		return
	}
	y := &yamlCheck{p: p, c: c, src: p.file.Source.Content, file: p.file.Source}
	y.lines()
	y.comments()
	for i, doc := range p.file.Tree.Docs {
		y.spaces, y.dashes = 0, dashUnknown
		if r := c.Rules["indentation"]; r != nil {
			y.spaces, y.dashes = r.nums["spaces"], r.dash
		}
		y.documentStart(doc, p.file.Tree.Starts[i])
		y.document(doc)
	}
}

// yamllintOff tells whether a `# yamllint disable` comment switches a rule off on a line.
func (f *File) yamllintOff(rule string, line int) bool {
	if f.lintOff == nil {
		f.lintOff = &yamllintComments{}
		for _, c := range f.Tree.Comments {
			f.lintOff.add(f.Source.Text(c.Span), f.Source.Line(c.Span.Start), c.OwnLine)
		}
	}
	return f.lintOff.off(rule, line)
}

// yamllintComments are the directives of a file in their order.
type yamllintComments struct {
	file   bool
	ranges []yamllintRange
}

type yamllintRange struct {
	from, to int // to is 0 while open
	rules    []string
}

func (y *yamllintComments) add(comment string, line int, own bool) {
	rest, ok := strings.CutPrefix(comment, "# yamllint ")
	if !ok {
		return
	}
	words := strings.Fields(rest)
	var rules []string
	for _, w := range words[1:] {
		rules = append(rules, strings.TrimPrefix(w, "rule:"))
	}
	switch words[0] {
	case "disable-file":
		y.file = y.file || line == 1 && len(rules) == 0
	case "disable-line":
		if own {
			line++
		}
		y.ranges = append(y.ranges, yamllintRange{line, line, rules})
	case "disable":
		y.ranges = append(y.ranges, yamllintRange{line, 0, rules})
	case "enable":
		for i := range y.ranges {
			r := &y.ranges[i]
			if r.to != 0 {
				continue
			}
			if len(rules) == 0 || len(r.rules) > 0 && !slices.ContainsFunc(r.rules, func(s string) bool { return !slices.Contains(rules, s) }) {
				r.to = line
			} else if len(r.rules) == 0 {
				// All but these stay off: they are on again from here.
				y.ranges = append(y.ranges, yamllintRange{-line, 0, rules})
			}
		}
	}
}

func (y *yamllintComments) off(rule string, line int) bool {
	if y.file {
		return true
	}
	out := false
	for _, r := range y.ranges {
		if r.from < 0 {
			if -r.from <= line && slices.Contains(r.rules, rule) {
				out = false
			}
			continue
		}
		if r.from <= line && (r.to == 0 || line <= r.to) && (len(r.rules) == 0 || slices.Contains(r.rules, rule)) {
			out = true
		}
	}
	return out
}

// ignoreLines are the patterns of an `ignore` setting: a text of lines, or a list.
func ignoreLines(d *value.Dict) []ignorePattern {
	v, ok := d.Raw("ignore")
	if !ok {
		return nil
	}
	switch v := v.(type) {
	case value.Str:
		return parseIgnore("", strings.Split(v.S, "\n"))
	case *value.List:
		var lines []string
		for _, item := range v.Items {
			lines = append(lines, text(item))
		}
		return parseIgnore("", lines)
	}
	return nil
}
