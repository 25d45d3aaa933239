package lint

import (
	"fmt"
	"path"
	"path/filepath"
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
		Subs: []Sub{{"yaml[truthy]", "Truthy value should be one of [false, true]"}},
		Doc: Doc{
			Summary: "YAML should be written plainly.",
			Problem: "YAML 1.1 reads yes, no, on and off as booleans, other programs and later versions of YAML read them as texts. `true` and `false` are booleans everywhere.",
			Examples: []Example{
				{Title: "A boolean that looks like a text", Want: []string{"yaml[truthy]"},
					Text:  "- name: Deploy\n  hosts: all\n  gather_facts: no\n  tasks: []\n",
					Fixed: "- name: Deploy\n  hosts: all\n  gather_facts: false\n  tasks: []\n"},
				{Title: "Right", Text: "- name: Deploy\n  hosts: all\n  gather_facts: false\n  vars:\n    answer: \"yes\"\n  tasks: []\n"},
			},
			Fix:     "The boolean is written as true or false.",
			Differs: "Of yamllint's rules only truthy is there yet. A .yamllint file of the project is read for it, and so are `# yamllint disable` comments.",
		},
		File: func(p *pass) { p.file.lintOff = nil },
		Scalar: func(p *pass, n, _ *yaml.Node) {
			if n.Style != yaml.Plain || n.Tag != "" || len(n.Text) < 2 || len(n.Text) > 5 || n.Span.Len() == 0 {
				return
			}
			yamlTruthy(p, n)
		},
	}
}

// YAMLConfig is what a .yamllint file says of the rules that are checked.
type YAMLConfig struct {
	Truthy        bool
	TruthyAllowed []string
	TruthyKeys    bool
	Ignore        []ignorePattern // files that yamllint leaves alone
	TruthyIgnore  []ignorePattern
}

func defaultYAML() YAMLConfig {
	return YAMLConfig{Truthy: true, TruthyAllowed: []string{"true", "false"}, TruthyKeys: true}
}

// truthyWords are YAML 1.1's booleans.
var truthyWords = []string{"YES", "Yes", "yes", "NO", "No", "no", "TRUE", "True", "true", "FALSE", "False", "false", "ON", "On", "on", "OFF", "Off", "off"}

func yamlTruthy(p *pass, n *yaml.Node) {
	c := &p.linter.config.YAML
	if !c.Truthy || !slices.Contains(truthyWords, n.Text) || slices.Contains(c.TruthyAllowed, n.Text) {
		return
	}
	if !c.TruthyKeys && isKey(p.file.Tree, n) {
		return
	}
	if strings.HasSuffix(path.Dir(p.file.Name), ".github/workflows") || ignored(c.Ignore, p.file.Name, false) || ignored(c.TruthyIgnore, p.file.Name, false) {
		return
	}
	line := p.file.Source.Line(n.Span.Start)
	if p.file.yamllintOff("truthy", line) {
		return
	}
	allowed := slices.Clone(c.TruthyAllowed)
	slices.Sort(allowed)
	f := p.report("yaml[truthy]", "Truthy value should be one of ["+strings.Join(allowed, ", ")+"]", n.Span, line, 0)
	want := "false"
	switch strings.ToLower(n.Text) {
	case "yes", "true", "on":
		want = "true"
	}
	if f.File != nil && slices.Contains(c.TruthyAllowed, want) {
		f.fix("Write "+want, diag.Edit{Span: n.Span, New: want})
	}
}

// isKey tells whether a scalar is a key of a mapping.
func isKey(t *yaml.Tree, n *yaml.Node) bool {
	p := t.Path(n.Span.Start)
	if len(p) < 2 {
		return false
	}
	for _, pair := range p[len(p)-2].Pairs {
		if pair.Key == n {
			return true
		}
	}
	return false
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

// load reads the project's .yamllint file, which extends ansible-lint's own settings.
func (c *YAMLConfig) load(fs source.FS, dir string) error {
	for _, name := range []string{".yamllint", ".yamllint.yaml", ".yamllint.yml"} {
		p := filepath.Join(dir, name)
		b, err := fs.ReadFile(p)
		if err != nil {
			continue
		}
		f := source.NewFile(p, b)
		t := yaml.Parse(f)
		if t.Err != nil {
			return &ConfigError{p, t.Err.Error()}
		}
		v, _ := t.Root().Value(f, yaml.Options{})
		d, ok := v.(*value.Dict)
		if !ok {
			return &ConfigError{p, "invalid config: not a dict"}
		}
		c.Ignore = ignoreLines(d)
		rules, _ := d.Raw("rules")
		rd, _ := rules.(*value.Dict)
		return c.truthy(rd, p)
	}
	return nil
}

func (c *YAMLConfig) truthy(rules *value.Dict, file string) error {
	v, ok := rules.Raw("truthy")
	if !ok {
		return nil
	}
	switch v := v.(type) {
	case value.Str:
		c.Truthy = v.S != "disable"
	case value.Bool:
		c.Truthy = bool(v)
	case *value.Dict:
		if l, ok := v.Raw("allowed-values"); ok {
			list, ok := l.(*value.List)
			if !ok {
				return &ConfigError{file, fmt.Sprintf("invalid config: option \"allowed-values\" of \"truthy\" should only contain values in %s", truthyWords)}
			}
			c.TruthyAllowed = nil
			for _, item := range list.Items {
				c.TruthyAllowed = append(c.TruthyAllowed, text(item))
			}
		}
		if k, ok := v.Raw("check-keys"); ok {
			c.TruthyKeys = truthy(k)
		}
		c.TruthyIgnore = ignoreLines(v)
	}
	return nil
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
