package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/lint"
	"github.com/rehearse-dev/rehearse/runner/action"
	"github.com/rehearse-dev/rehearse/runner/callback"
)

// features is the table of what there is, from the tables that the program itself uses.
func features() string {
	var modules, actions, rules []string
	for _, m := range module.Table() {
		modules = append(modules, short(m.Name))
	}
	for _, name := range action.Names() {
		if name := short(name); !slices.Contains(modules, name) {
			actions = append(actions, name)
		}
	}
	for _, r := range lint.Rules() {
		rules = append(rules, r.ID)
	}
	for _, list := range [][]string{modules, actions, rules} {
		slices.Sort(list)
	}
	var b strings.Builder
	row := func(what, text string) { fmt.Fprintf(&b, "| %s | %s |\n", what, text) }
	b.WriteString("| | |\n|---|---|\n")
	row(fmt.Sprintf("modules without Python (%d)", len(modules)), strings.Join(modules, ", "))
	row(fmt.Sprintf("actions on the controller (%d)", len(actions)), strings.Join(actions, ", "))
	row("other modules", "in Python with the installed ansible-core and collections, in a fork of a warm interpreter; scripts in any language and binaries")
	row("plugins in Python", "filters, tests, lookups, actions, callbacks, inventories, vars and caches of projects and collections ([how](docs/python.md))")
	row("templates", fmt.Sprintf("an engine of our own: %d filters, %d tests, %d lookups of Jinja2, ansible-core and much used collections", len(lib.Filters()), len(lib.Tests()), len(lib.Lookups())))
	row(fmt.Sprintf("lint rules (%d)", len(rules)), strings.Join(rules, ", "))
	row("outputs", "`"+strings.Join(append(slices.Clone(callback.Stdout), callback.Enabled...), "`, `")+"`, and `--output json`: one event a line")
	row("connections", "local in process; SSH with an agent that brings itself; become by sudo and su")
	if text := conformance(); text != "" {
		row("Ansible's own integration tests", text)
	}
	return b.String()
}

func short(name string) string { return strings.TrimPrefix(name, "ansible.builtin.") }

// conformance is the line that docs/conformance.md shows in bold.
func conformance() string {
	text, err := os.ReadFile("docs/conformance.md")
	if err != nil {
		return ""
	}
	m := regexp.MustCompile(`(?s)\*\*(.+?)\*\*`).FindSubmatch(text)
	if m == nil {
		return ""
	}
	return strings.TrimSuffix(strings.Join(strings.Fields(string(m[1])), " "), ".") + " ([table](docs/conformance.md))"
}

// speed is the table of docs/benchmarks.md that `make bench` has written last.
func speed() string {
	text, err := os.ReadFile("docs/benchmarks.md")
	if err != nil {
		return "`make bench` measures this machine."
	}
	var table []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "|") {
			table = append(table, strings.TrimRight(line, "\n"))
		} else if len(table) > 0 {
			break
		}
	}
	return strings.Join(table, "\n") + "\n\nMeasured by `make bench`: [all figures](docs/benchmarks.md)."
}
