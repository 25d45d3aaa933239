package feature

import (
	"os"
	"path/filepath"

	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// Target is where something is defined. A Location without a File stands for the start of Path.
type Target struct {
	At   source.Location
	Path string
}

// Definition finds where what stands at off comes from: included and imported files, roles, templates and copied
// files, vars files, modules that are files, variables, handlers. origin is the text that names it.
func Definition(in *Input, off int) (targets []Target, origin source.Span) {
	if in.TooLarge {
		return nil, origin
	}
	if link, ok := linkAt(in, off); ok {
		for _, path := range link.To {
			targets = append(targets, Target{Path: fileOf(in, path)})
		}
		if len(targets) > 0 {
			return targets, link.From.Span
		}
	}
	s, ok := subjectAt(in, off)
	if !ok {
		return nil, origin
	}
	switch {
	case s.entry != nil && s.entry.Source != "":
		targets = append(targets, Target{Path: s.entry.Source})
	case s.isSymbol && s.symbol == project.RoleName && in.Project != nil:
		if dir, ok := in.Project.Roles()[s.name]; ok {
			targets = append(targets, Target{Path: fileOf(in, dir)})
		}
	case s.isSymbol && in.Project != nil:
		for _, d := range in.Project.Definitions(s.symbol, s.name) {
			if d.At.Known() {
				targets = append(targets, Target{At: d.At, Path: d.At.File.Path})
			}
		}
	}
	return targets, s.span
}

// linkAt finds the reference to another file that is written at off.
func linkAt(in *Input, off int) (project.Link, bool) {
	if in.Project == nil || in.File == nil {
		return project.Link{}, false
	}
	for _, l := range in.Project.Links(in.File) {
		if l.From.File != nil && l.From.Span.Contains(off) {
			return l, true
		}
	}
	return project.Link{}, false
}

// fileOf gives a file to open: a role's directory stands for its first tasks file, or what else it has.
func fileOf(in *Input, path string) string {
	fs := in.Project.FS
	info, err := fs.Stat(path)
	if err != nil || !info.IsDir() {
		return path
	}
	for _, name := range []string{"tasks/main.yml", "tasks/main.yaml", "tasks/main", "meta/main.yml", "defaults/main.yml", "README.md"} {
		p := filepath.Join(path, filepath.FromSlash(name))
		if info, err := fs.Stat(p); err == nil && !info.IsDir() {
			return p
		}
	}
	if entries, err := os.ReadDir(path); err == nil {
		for _, e := range entries {
			if e.Type().IsRegular() {
				return filepath.Join(path, e.Name())
			}
		}
	}
	return path
}
