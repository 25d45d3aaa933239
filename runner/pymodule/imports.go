package pymodule

import "strings"

// imports lists the dotted names that a Python source may import, absolute: for `from a.b import c` both a.b and a.b.c,
// since c may be a module. It reads the text line by line without parsing Python, so it can name too much (an import in
// a docstring), never too little; who resolves the names leaves out what is not there. fqn is the dotted name of the
// file itself and pkg tells whether it is a package's __init__: both matter for relative imports.
func imports(source, fqn string, pkg bool) []string {
	var names []string
	lines := strings.Split(source, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(strings.TrimSuffix(lines[i], "\r"))
		if !strings.HasPrefix(line, "from ") && !strings.HasPrefix(line, "import ") {
			continue
		}
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, `\`) + " " + strings.TrimSpace(lines[i])
		}
		for strings.Contains(line, "(") && !strings.Contains(line, ")") && i+1 < len(lines) {
			i++
			next, _, _ := strings.Cut(lines[i], "#")
			line, _, _ = strings.Cut(line, "#")
			line += " " + strings.TrimSpace(next)
		}
		line, _, _ = strings.Cut(line, "#")
		line, _, _ = strings.Cut(line, ";")
		if rest, ok := strings.CutPrefix(line, "import "); ok {
			for _, item := range strings.Split(rest, ",") {
				if f := strings.Fields(item); len(f) > 0 {
					names = append(names, f[0])
				}
			}
			continue
		}
		from, what, ok := strings.Cut(strings.TrimPrefix(line, "from "), " import")
		if !ok {
			continue
		}
		base := absolute(strings.TrimSpace(from), fqn, pkg)
		if base == "" {
			continue
		}
		names = append(names, base)
		for _, item := range strings.Split(strings.Trim(strings.TrimSpace(what), "()"), ",") {
			if f := strings.Fields(strings.Trim(item, "() ")); len(f) > 0 {
				names = append(names, base+"."+f[0])
			}
		}
	}
	return names
}

// absolute resolves the leading dots of a relative import; "" when they lead above the top.
func absolute(name, fqn string, pkg bool) string {
	rest := strings.TrimLeft(name, ".")
	level := len(name) - len(rest)
	if level == 0 {
		return name
	}
	parts := strings.Split(fqn, ".")
	if pkg {
		level--
	}
	if level >= len(parts) {
		return ""
	}
	parts = parts[:len(parts)-level]
	if rest = strings.TrimSpace(rest); rest != "" {
		parts = append(parts, rest)
	}
	return strings.Join(parts, ".")
}
