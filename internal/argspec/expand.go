package argspec

import "strings"

// expand is what ansible-core does with an option of type path: $NAME and ${NAME}, then a leading ~ or ~user. What is
// not known stays as it is.
func (c *checker) expand(path string) string { return Expand(path, c.o.Env, c.o.Home) }

// Expand replaces $NAME and ${NAME} and then a leading ~ or ~user; a nil function expands nothing of its kind.
func Expand(path string, env func(string) (string, bool), home func(string) (string, bool)) string {
	if env != nil && strings.Contains(path, "$") {
		path = expandVars(path, env)
	}
	if home != nil && strings.HasPrefix(path, "~") {
		user, rest, found := strings.Cut(path[1:], "/")
		if found {
			rest = "/" + rest
		}
		if dir, ok := home(user); ok {
			path = strings.TrimRight(dir, "/") + rest
			if path == "" {
				path = "/"
			}
		}
	}
	return path
}

func expandVars(s string, env func(string) (string, bool)) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '$' || i+1 == len(s) {
			b.WriteByte(s[i])
			i++
			continue
		}
		var name string
		end := i + 1
		if s[end] == '{' {
			n := strings.IndexByte(s[end:], '}')
			if n < 0 {
				b.WriteByte(s[i])
				i++
				continue
			}
			name, end = s[end+1:end+n], end+n+1
		} else {
			for end < len(s) && (s[end] == '_' || s[end] >= '0' && s[end] <= '9' || s[end] >= 'a' && s[end] <= 'z' || s[end] >= 'A' && s[end] <= 'Z') {
				end++
			}
			name = s[i+1 : end]
		}
		if v, ok := env(name); ok && end > i+1 {
			b.WriteString(v)
		} else {
			b.WriteString(s[i:end])
			if end == i+1 {
				i = end
				continue
			}
		}
		i = end
	}
	return b.String()
}
