package feature

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
)

// variableDoc lists every definition of a variable, strongest level first, and who wins on which host.
func variableDoc(ctx context.Context, in *Input, s *subject) string {
	title := s.name
	for _, a := range s.path {
		title += "." + a
	}
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", title)
	for _, l := range localVariables(&s.place) {
		if l.name == s.name && (l.what == "loop item" || l.what == "loop index" || l.what == "loop details") {
			return b.String() + " — " + l.what
		}
	}
	if len(s.path) > 0 {
		for _, a := range attributesOf(in, append([]string{s.name}, s.path[:len(s.path)-1]...)) {
			if a.name == s.path[len(s.path)-1] {
				fmt.Fprintf(&b, " *%s*", a.what)
				if a.doc != "" {
					b.WriteString("\n\n" + a.doc)
				}
				return b.String()
			}
		}
	}
	found := slices.Clone(in.definitions(s.name))
	if len(found) == 0 {
		for _, m := range magic {
			if m.name == s.name {
				return b.String() + " — magic variable\n\n" + m.doc
			}
		}
		if v := config.FindHostVar(s.name); v != nil {
			return b.String() + " — " + hostVarDoc(v)
		}
		for _, f := range facts {
			if f.name == s.name {
				return b.String() + " — fact\n\n" + f.doc
			}
		}
		return ""
	}
	role := ""
	if in.File != nil {
		role = in.File.Role
	}
	slices.SortStableFunc(found, func(a, b project.Occurrence) int {
		return cmp.Or(cmp.Compare(rank(b.Level), rank(a.Level)), -compareBool(a.Scope == role, b.Scope == role))
	})
	if v := config.FindHostVar(s.name); v != nil {
		b.WriteString(" — " + hostVarDoc(v))
	}
	b.WriteString("\n\n")
	if w := winners(ctx, in, s); w != "" {
		b.WriteString(w + "\n")
	}
	const most = 20
	for i, d := range found {
		if i == most {
			fmt.Fprintf(&b, "- … %d more\n", len(found)-most)
			break
		}
		b.WriteString("- " + placeOf(in.Project, d.At))
		if d.Level != "" {
			b.WriteString(" *" + d.Level + "*")
		}
		if d.Scope != "" {
			fmt.Fprintf(&b, " of `%s`", scopeName(d.Scope))
		}
		if d.Value != nil && !secret(s.name, d.Value) {
			if p := preview(d.Value); p != "" {
				b.WriteString(" = " + code(p))
			}
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}

// rank is a level's place in the precedence table, weakest 0. What only a run can tell has the rank of the level that it
// writes to.
func rank(level string) int {
	switch level {
	case "register", "set_fact":
		level = vars.SetFacts.Name
	case "loop", "template":
		level = vars.LoopVars.Name
	}
	return slices.IndexFunc(vars.Levels, func(l *vars.Level) bool { return l.Name == level })
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// scopeName shows a scope: the name of a role's directory, of a host or of a group.
func scopeName(s string) string {
	if filepath.IsAbs(s) {
		return filepath.Base(s)
	}
	return s
}

// secret tells whether a value must not be shown: vaulted ones, passwords of connections.
func secret(name string, v value.Value) bool {
	if _, vault := v.(*value.Vault); vault {
		return true
	}
	h := config.FindHostVar(name)
	return h != nil && h.Secret
}

// relative shows a path below the project's root.
func relative(p *project.Snapshot, path string) string {
	if p != nil {
		if rel, err := filepath.Rel(p.Root, path); err == nil && !strings.HasPrefix(rel, "..") {
			return filepath.ToSlash(rel)
		}
	}
	return path
}
