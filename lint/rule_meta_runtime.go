package lint

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// versionSpec is one clause of a requirement by the rules of Python's packages.
var versionSpec = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*(~=|==|!=|<=|>=|<|>|===)\s*v?([0-9]+!)?[0-9]+(\.[0-9]+)*(\.\*|[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?[0-9]*)?([-_.]?(post|rev|r)[-_.]?[0-9]*|-[0-9]+)?([-_.]?dev[-_.]?[0-9]*)?(\+[a-zA-Z0-9.]+)?\s*$`)
})

func metaRuntimeRule() *Rule {
	supported := []string{"2.15.", "2.16.", "2.17.", "2.18.", "2.19."}
	return &Rule{
		ID: "meta-runtime", Severity: "VERY_HIGH", Tags: []string{"metadata"},
		Subs: []Sub{
			{"meta-runtime[unsupported-version]", "'requires_ansible' key must refer to a currently supported version"},
			{"meta-runtime[invalid-version]", "'requires_ansible' is not a valid requirement specification"},
		},
		Doc: Doc{
			Summary: "A collection should say which versions of Ansible it needs.",
			Problem: "ansible-core reads requires_ansible and warns, or refuses, when its own version is another. supported_ansible_also of the configuration names more versions.",
			Examples: []Example{
				{Title: "An old version", Want: []string{"meta-runtime[unsupported-version]"}, Path: "meta/runtime.yml", Text: "requires_ansible: \">=2.9.10\"\n"},
				{Title: "No requirement", Want: []string{"meta-runtime[invalid-version]"}, Path: "meta/runtime.yml", Text: "requires_ansible: about 2.19.0\n"},
				{Title: "Right", Path: "meta/runtime.yml", Text: "requires_ansible: \">=2.17.0,<2.20\"\n"},
			},
		},
		File: func(p *pass) {
			if p.file.Kind != "meta-runtime" {
				return
			}
			n := p.file.Tree.Root().Get("requires_ansible").Resolve()
			if n == nil || n.Kind != yaml.Scalar || n.Text == "" {
				return
			}
			all := append(slices.Clone(supported), p.linter.config.SupportedAlso...)
			slices.Sort(all)
			if !slices.ContainsFunc(all, func(v string) bool { return strings.Contains(n.Text, v) }) {
				var words []string
				for _, v := range all {
					words = append(words, ">="+v+"0")
				}
				p.report("meta-runtime[unsupported-version]", "'requires_ansible' key must refer to a currently supported version such as: "+strings.Join(words, ", "), n.Span, 1, 0)
			}
			for _, clause := range strings.Split(n.Text, ",") {
				if strings.TrimSpace(clause) != "" && !versionSpec().MatchString(clause) {
					p.report("meta-runtime[invalid-version]", "'requires_ansible' is not a valid requirement specification", n.Span, 1, 0)
					break
				}
			}
		},
	}
}
