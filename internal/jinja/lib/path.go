package lib

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Filters on paths: Python's os.path on the controller, ntpath for Windows hosts.

func onPath(c *jinja.Call, f func(string) (value.Value, error)) (value.Value, error) {
	s, ok := str(c.Args[0])
	if !ok {
		return nil, typeError("expected str, bytes or os.PathLike object, not %s", value.NativeName(c.Args[0]))
	}
	return f(s)
}

func basename(c *jinja.Call) (value.Value, error) {
	return onPath(c, func(p string) (value.Value, error) { return value.S(pathBase(p)), nil })
}

func pathBase(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }

func dirname(c *jinja.Call) (value.Value, error) {
	return onPath(c, func(p string) (value.Value, error) { return value.S(pathDir(p)), nil })
}

func pathDir(p string) string {
	head := p[:strings.LastIndexByte(p, '/')+1]
	if strings.Trim(head, "/") != "" {
		head = strings.TrimRight(head, "/")
	}
	return head
}

func splitext(c *jinja.Call) (value.Value, error) {
	return onPath(c, func(p string) (value.Value, error) {
		dot, base := strings.LastIndexByte(p, '.'), strings.LastIndexByte(p, '/')+1
		if dot >= base && strings.Trim(p[base:dot], ".") != "" {
			return tuple(value.S(p[:dot]), value.S(p[dot:])), nil
		}
		return tuple(value.S(p), value.Str{}), nil
	})
}

func normpath(c *jinja.Call) (value.Value, error) {
	return onPath(c, func(p string) (value.Value, error) { return value.S(normPath(p)), nil })
}

func normPath(p string) string {
	if p == "" {
		return "."
	}
	lead := ""
	switch {
	case strings.HasPrefix(p, "//") && !strings.HasPrefix(p, "///"):
		lead = "//"
	case strings.HasPrefix(p, "/"):
		lead = "/"
	}
	var out []string
	for part := range strings.SplitSeq(p, "/") {
		switch {
		case part == "" || part == ".":
		case part != ".." || lead == "" && len(out) == 0 || len(out) > 0 && out[len(out)-1] == "..":
			out = append(out, part)
		case len(out) > 0:
			out = out[:len(out)-1]
		}
	}
	if s := lead + strings.Join(out, "/"); s != "" {
		return s
	}
	return "."
}

// absPath is os.path.abspath.
func absPath(c *jinja.Call, p string) (string, error) {
	if !strings.HasPrefix(p, "/") {
		dir, err := os.Getwd()
		if err != nil {
			return "", err
		}
		p = dir + "/" + p
	}
	return normPath(p), nil
}

func realpath(c *jinja.Call) (value.Value, error) {
	return onPath(c, func(p string) (value.Value, error) {
		p, err := absPath(c, p)
		if err != nil {
			return nil, err
		}
		rest := ""
		for q := p; ; q = pathDir(q) { // what does not exist is kept as it is
			if real, err := filepath.EvalSymlinks(q); err == nil {
				return value.S(normPath(real + "/" + rest)), nil
			}
			if q == "/" {
				return value.S(p), nil
			}
			rest = pathBase(q) + "/" + rest
		}
	})
}

func relpath(c *jinja.Call) (value.Value, error) {
	if !on(c.Args[0]) {
		return nil, valueError("no path specified")
	}
	return onPath(c, func(p string) (value.Value, error) {
		start, err := textArg(c.Args[1], ".")
		if err != nil {
			return nil, err
		}
		from, err := absPath(c, start)
		if err != nil {
			return nil, err
		}
		to, err := absPath(c, p)
		if err != nil {
			return nil, err
		}
		a, b := splitPath(from), splitPath(to)
		n := 0
		for n < len(a) && n < len(b) && a[n] == b[n] {
			n++
		}
		var out []string
		for range a[n:] {
			out = append(out, "..")
		}
		if out = append(out, b[n:]...); len(out) == 0 {
			return value.S("."), nil
		}
		return value.S(strings.Join(out, "/")), nil
	})
}

func splitPath(p string) []string {
	var out []string
	for part := range strings.SplitSeq(p, "/") {
		if part != "" {
			out = append(out, part)
		}
	}
	return out
}

func expanduser(c *jinja.Call) (value.Value, error) {
	return onPath(c, func(p string) (value.Value, error) { return value.S(expandUser(c, p)), nil })
}

func expandUser(c *jinja.Call, p string) string {
	if !strings.HasPrefix(p, "~") {
		return p
	}
	name, rest, _ := strings.Cut(p[1:], "/")
	if rest != "" || strings.Contains(p, "/") {
		rest = "/" + rest
	}
	home := ""
	if name == "" {
		home = getenv(c, "HOME")
	}
	if home == "" {
		home = homeOf(name)
	}
	if home == "" {
		return p
	}
	if home = strings.TrimRight(home, "/") + rest; home == "" {
		return "/"
	}
	return home
}

// homeOf reads an account's home directory from the password file; "" means this user's.
func homeOf(name string) string {
	data, err := os.ReadFile("/etc/passwd")
	if err != nil {
		return ""
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		f := strings.Split(line, ":")
		if len(f) >= 6 && (f[0] == name || name == "" && f[2] == value.ToStr(value.Int(os.Getuid()))) {
			return f[5]
		}
	}
	return ""
}

func getenv(c *jinja.Call, name string) string {
	v, _ := lookupEnv(c, name)
	return v
}

func expandvars(c *jinja.Call) (value.Value, error) {
	return onPath(c, func(p string) (value.Value, error) {
		re := mustCompile(`(?a)\$(?:(\w+)|\{([^}]*)\})`, 0)
		for at := 0; ; {
			m, err := re.Search(p[at:])
			if err != nil || m == nil {
				return value.S(p), err
			}
			start, end := m.Span(0)
			name, ok := m.Group(1)
			if !ok {
				name, _ = m.Group(2)
			}
			v, set := lookupEnv(c, name)
			if !set {
				at += end
				continue
			}
			p = p[:at+start] + v + p[at+end:]
			at += start + len(v)
		}
	})
}

func lookupEnv(c *jinja.Call, name string) (string, bool) {
	if f := c.Engine.Config().LookupEnv; f != nil {
		return f(name)
	}
	return os.LookupEnv(name)
}

func pathJoin(c *jinja.Call) (value.Value, error) {
	if s, ok := str(c.Args[0]); ok {
		return value.S(s), nil
	}
	if !isSequence(c.Args[0]) {
		return nil, value.Errorf("AnsibleTypeError", "|path_join expects string or sequence, got %s instead.", pyClass(c.Args[0]))
	}
	all, err := items(c.Args[0])
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, typeError("join() missing 1 required positional argument: 'a'")
	}
	out := ""
	for i, v := range all {
		s, ok := str(v)
		if !ok {
			if i == 0 {
				return nil, typeError("expected str, bytes or os.PathLike object, not %s", value.NativeName(v))
			}
			return nil, typeError("join() argument must be str, bytes, or os.PathLike object, not '%s'", value.TypeName(v))
		}
		switch {
		case i == 0 || strings.HasPrefix(s, "/"):
			out = s
		case out == "" || strings.HasSuffix(out, "/"):
			out += s
		default:
			out += "/" + s
		}
	}
	return value.S(out), nil
}

func commonpath(c *jinja.Call) (value.Value, error) {
	if !isSequence(c.Args[0]) {
		return nil, value.Errorf("AnsibleTypeError", "|commonpath expects sequence, got %s instead.", pyClass(c.Args[0]))
	}
	all, err := items(c.Args[0])
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, valueError("commonpath() arg is an empty sequence")
	}
	var common []string
	absolute := false
	for i, v := range all {
		p, ok := str(v)
		if !ok {
			return nil, typeError("expected str, bytes or os.PathLike object, not %s", value.NativeName(v))
		}
		var parts []string
		for _, part := range splitPath(p) {
			if part != "." {
				parts = append(parts, part)
			}
		}
		if i == 0 {
			common, absolute = parts, strings.HasPrefix(p, "/")
			continue
		}
		if strings.HasPrefix(p, "/") != absolute {
			return nil, valueError("Can't mix absolute and relative paths")
		}
		n := 0
		for n < len(common) && n < len(parts) && common[n] == parts[n] {
			n++
		}
		common = common[:n]
	}
	lead := ""
	if absolute {
		lead = "/"
	}
	return value.S(lead + strings.Join(common, "/")), nil
}

// winDrive splits a Windows path behind its drive or share.
func winDrive(p string) (drive, rest string) {
	n := strings.ReplaceAll(p, "/", `\`)
	if len(p) < 2 {
		return "", p
	}
	if strings.HasPrefix(n, `\\`) {
		start := 2
		if strings.HasPrefix(strings.ToUpper(n), `\\?\UNC\`) {
			start = 8
		}
		i := strings.IndexByte(n[start:], '\\')
		if i < 0 {
			return p, ""
		}
		j := strings.IndexByte(n[start+i+1:], '\\')
		if j < 0 {
			return p, ""
		}
		return p[:start+i+1+j], p[start+i+1+j:]
	}
	if n[1] == ':' {
		return p[:2], p[2:]
	}
	return "", p
}

func winSplitdrive(c *jinja.Call) (value.Value, error) {
	return onPath(c, func(p string) (value.Value, error) {
		drive, rest := winDrive(p)
		return tuple(value.S(drive), value.S(rest)), nil
	})
}

func winBasename(c *jinja.Call) (value.Value, error) {
	return onPath(c, func(p string) (value.Value, error) {
		_, rest := winDrive(p)
		return value.S(rest[strings.LastIndexAny(rest, `/\`)+1:]), nil
	})
}

func winDirname(c *jinja.Call) (value.Value, error) {
	return onPath(c, func(p string) (value.Value, error) {
		drive, rest := winDrive(p)
		head := rest[:strings.LastIndexAny(rest, `/\`)+1]
		if trimmed := strings.TrimRight(head, `/\`); trimmed != "" {
			head = trimmed
		}
		return value.S(drive + head), nil
	})
}
