package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
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
				names, form, text := s.Env, "%s%s=%s\n\n", envDefault(s)
				if c.format == "vars" {
					names, form, text = s.Vars, "%s%s: %s\n\n", varDefault(s)
				}
				if len(names) == 0 || strings.HasPrefix(strings.ToLower(names[len(names)-1]), "_ansible_") {
					continue
				}
				fmt.Fprintf(c.env.Stdout, "# (%s) %s\n"+form, s.Type, s.Name, mark, names[len(names)-1], text)
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
			def := s.Default
			if s.Type == "list" {
				def = strings.Join(strings.Split(def, ","), ", ")
			}
			def = strings.ReplaceAll(strings.ReplaceAll(def, "{{ANSIBLE_HOME}}", c.config.String("ANSIBLE_HOME")), "\n", " ")
			sections[at.Section] = append(sections[at.Section], fmt.Sprintf("# (%s) %s\n%s%s=%s\n\n", s.Type, s.Name, mark, at.Key, def))
		}
	}
	for _, name := range order {
		fmt.Fprintf(c.env.Stdout, "[%s]\n%s\n", name, strings.Join(sections[name], ""))
	}
}

// envDefault is a default as it is written in a shell: 1 and 0 for yes and no.
func envDefault(s *config.Setting) string {
	switch {
	case s.Type == "bool":
		if s.Default == "True" {
			return "1"
		}
		return "0"
	case s.Default == "":
		return ""
	case s.Type == "list":
		return module.QuoteWord(strings.Join(strings.Split(s.Default, ","), ", "))
	}
	return module.QuoteWord(s.Default)
}

// varDefault is a default as it is written in a vars file, in one line.
func varDefault(s *config.Setting) string {
	if s.NoDefault || s.Default == "" && s.Type != "list" {
		return "''"
	}
	v := typedDefault(s)
	if l, ok := v.(*value.List); ok {
		items := make([]string, len(l.Items))
		for i, item := range l.Items {
			items[i] = yamlLine(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return yamlLine(v)
}

func yamlLine(v value.Value) string {
	text, err := yaml.Dump(v, yaml.DumpOptions{})
	if err != nil {
		return value.Repr(v)
	}
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "\n..."))
}
