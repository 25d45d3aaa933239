package lint

import (
	"fmt"
	"regexp"
	"strings"
)

func loopVarPrefixRule() *Rule {
	return &Rule{
		ID: "loop-var-prefix", Severity: "MEDIUM", Tags: []string{"idiom"},
		Subs: []Sub{
			{"loop-var-prefix[wrong]", "Loop variable name does not match regex."},
			{"loop-var-prefix[missing]", "Replace unsafe implicit `item` loop variable."},
		},
		Doc: Doc{
			Summary: "A loop of a role should have its own variable.",
			Problem: "A role that is called in a loop and loops itself loses the outer `item`. Runs only where loop_var_prefix of the configuration gives a pattern; {role} in it stands for the role's name.",
			Examples: []Example{
				{Title: "Right", Path: "roles/web/tasks/main.yml", Text: "- name: Say hello\n  ansible.builtin.debug:\n    msg: \"{{ web_word }}\"\n  loop: [hello]\n  loop_control:\n    loop_var: web_word\n"},
			},
		},
		Task: func(p *pass, t *Task) {
			pattern := p.linter.config.LoopVarPrefix
			role := p.linter.role(p.file)
			if pattern == "" || role == "" {
				return
			}
			for i := range t.Attrs {
				a := &t.Attrs[i]
				if a.Name != "loop" && !strings.HasPrefix(a.Name, "with_") {
					continue
				}
				name := strings.NewReplacer(" ", "_", "-", "_").Replace(role)
				re, err := regexp.Compile(strings.ReplaceAll(pattern, "{role}", name))
				if err != nil {
					return
				}
				control := t.Node.Get("loop_control").Resolve()
				if v := control.Get("loop_var"); v != nil && v.Text != "" {
					if loc := re.FindStringIndex(v.Text); loc == nil || loc[0] != 0 {
						p.at("loop-var-prefix[wrong]", fmt.Sprintf("Loop variable name does not match /%s/ regex, where role=%s.", pattern, name), v)
					}
					return
				}
				n := a.Node
				if a.Name != "loop" {
					n = a.Key
				}
				p.at("loop-var-prefix[missing]", fmt.Sprintf("Replace unsafe implicit `item` loop variable by adding a `loop_var` that is matching /%s/ regex.", pattern), n)
				return
			}
		},
	}
}
