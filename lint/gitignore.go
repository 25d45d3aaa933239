package lint

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// ignorePattern is one line of a .gitignore file, or of exclude_paths.
type ignorePattern struct {
	base    string // folder that the pattern is relative to, "" for the root
	glob    string
	negated bool
	dirOnly bool
	simple  bool // a name without a slash and without wildcards: matches at any depth
	any     bool // a name without a slash: matches at any depth
}

// parseIgnore reads the lines of a .gitignore file that stands in the folder base.
func parseIgnore(base string, lines []string) (ps []ignorePattern) {
	for _, line := range lines {
		line = strings.TrimRight(line, "\r")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !strings.HasSuffix(line, `\ `) {
			line = strings.TrimRight(line, " \t")
		}
		p := ignorePattern{base: base}
		if rest, ok := strings.CutPrefix(line, "!"); ok {
			p.negated, line = true, rest
		}
		line = strings.TrimPrefix(line, `\`)
		if rest, ok := strings.CutSuffix(line, "/"); ok {
			p.dirOnly, line = true, rest
		}
		line = strings.TrimPrefix(line, "./")
		if line == "" {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "/"); ok {
			line = rest
		} else if !strings.Contains(line, "/") {
			p.any = true
			p.simple = !strings.ContainsAny(line, `*?[\`)
		}
		p.glob = line
		ps = append(ps, p)
	}
	return ps
}

// ignored tells whether the path is left out: the last pattern that matches decides. A file below an ignored folder is
// never asked for, because the walk does not go in there.
func ignored(ps []ignorePattern, rel string, dir bool) bool {
	out := false
	for i := range ps {
		if p := &ps[i]; p.negated == out && p.match(rel, dir) {
			out = !p.negated
		}
	}
	return out
}

// ignoredFile is ignored for a file that no walk has led to: the folders above it count, too.
func ignoredFile(ps []ignorePattern, rel string) bool {
	if len(ps) == 0 {
		return false
	}
	for i := range len(rel) {
		if rel[i] == '/' && ignored(ps, rel[:i], true) {
			return true
		}
	}
	return ignored(ps, rel, false)
}

func (p *ignorePattern) match(rel string, dir bool) bool {
	if p.dirOnly && !dir {
		return false
	}
	if p.base != "" {
		rest, ok := strings.CutPrefix(rel, p.base+"/")
		if !ok {
			return false
		}
		rel = rest
	}
	if p.any {
		name := path.Base(rel)
		if p.simple {
			return name == p.glob
		}
		ok, _ := path.Match(p.glob, name)
		return ok
	}
	ok, _ := doublestar.Match(p.glob, rel)
	return ok
}
