package feature

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/config"
)

// hostVarDoc tells what a variable that Ansible reads is for, and what else sets the same.
func hostVarDoc(v *config.HostVar) string {
	var b strings.Builder
	b.WriteString("connection variable")
	if p := v.Plugins(); len(p) > 0 {
		b.WriteString(" of " + strings.Join(p, ", "))
	}
	b.WriteString("\n\n" + v.Doc)
	var others, env, ini, keywords []string
	fallback := ""
	add := func(list *[]string, items ...string) {
		for _, i := range items {
			if i = code(i); !slices.Contains(*list, i) {
				*list = append(*list, i)
			}
		}
	}
	for _, s := range v.Settings {
		for _, name := range s.Vars {
			if name != v.Name && config.FindHostVar(name) != nil {
				add(&others, name)
			}
		}
		add(&env, s.Env...)
		add(&keywords, s.Keywords...)
		for _, at := range s.Ini {
			add(&ini, fmt.Sprintf("[%s] %s", at.Section, at.Key))
		}
		if fallback == "" && len(s.Choices) > 0 {
			b.WriteString(" One of " + code(strings.Join(s.Choices, ", ")) + ".")
		}
		if fallback == "" {
			fallback = s.Default
		}
	}
	line := func(what string, list []string) {
		if len(list) > 0 {
			b.WriteString("\n- " + what + ": " + strings.Join(list, ", "))
		}
	}
	if fallback != "" {
		b.WriteString("\n\nDefault: " + code(fallback))
	}
	if len(others)+len(keywords)+len(env)+len(ini) > 0 {
		b.WriteString("\n")
	}
	line("also", others)
	line("keyword", keywords)
	line("environment", env)
	line("ansible.cfg", ini)
	return b.String()
}
