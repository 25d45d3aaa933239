package cli

import (
	"fmt"
	"slices"
	"strings"
)

// initial prints every setting with its type and default, as a start for an ansible.cfg, a shell profile or a vars file.
func (c *configRun) initial() error {
	mark := ""
	if c.disabled {
		mark = ";"
	}
	switch c.format {
	case "ini":
		c.initialINI(mark)
	case "env", "vars":
		if c.disabled {
			mark = "#"
		}
		for _, g := range c.groups() {
			for _, s := range g.settings {
				names, form := s.Env, "%s%s=%s\n\n"
				if c.format == "vars" {
					names, form = s.Vars, "%s%s: %s\n\n"
				}
				if len(names) > 0 {
					fmt.Fprintf(c.env.Stdout, "# (%s) %s\n"+form, s.Type, s.Name, mark, names[len(names)-1], s.Default)
				}
			}
		}
	default:
		return c.badFormat("ini", "env", "vars")
	}
	return nil
}

func (c *configRun) initialINI(mark string) {
	var order []string
	sections := map[string][]string{}
	seen := map[string]bool{}
	for _, g := range c.groups() {
		for _, s := range g.settings {
			if len(s.Ini) == 0 {
				continue
			}
			at := s.Ini[len(s.Ini)-1]
			if id := at.Section + "\x00" + strings.ToLower(at.Key); seen[id] {
				continue
			} else {
				seen[id] = true
			}
			if !slices.Contains(order, at.Section) {
				order = append(order, at.Section)
			}
			def := strings.ReplaceAll(strings.ReplaceAll(s.Default, "{{ANSIBLE_HOME}}", c.config.String("ANSIBLE_HOME")), "\n", " ")
			sections[at.Section] = append(sections[at.Section], fmt.Sprintf("# (%s) %s\n%s%s=%s\n\n", s.Type, s.Name, mark, at.Key, def))
		}
	}
	for _, name := range order {
		fmt.Fprintf(c.env.Stdout, "[%s]\n%s\n", name, strings.Join(sections[name], ""))
	}
}
