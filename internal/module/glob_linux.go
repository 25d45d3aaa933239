package module

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	errnoNotDir = syscall.ENOTDIR
	errnoAccess = syscall.EACCES
)

// glob lists what matches a pattern, as Python's glob.glob does: *, ?, [...], names with a leading dot only where the
// pattern has one. "**" is "*". The order is that of the file system.
func glob(pattern string) []string {
	dir, base := filepath.Split(pattern)
	if base == "" {
		var out []string
		for _, d := range globDirs(dir) {
			if isDir(d) {
				out = append(out, joinPath(d, ""))
			}
		}
		return out
	}
	var out []string
	for _, d := range globDirs(dir) {
		if !hasMagic(base) {
			if _, err := os.Lstat(joinPath(d, base)); err == nil {
				out = append(out, joinPath(d, base))
			}
			continue
		}
		from := d
		if from == "" {
			from = "."
		}
		entries, _ := readDir(from)
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(base, ".") {
				continue
			}
			if fnmatch(base, e.Name()) {
				out = append(out, joinPath(d, e.Name()))
			}
		}
	}
	return out
}

func globDirs(dir string) []string {
	clean := dir
	if strings.Trim(dir, "/") != "" {
		clean = strings.TrimRight(dir, "/")
	}
	if !hasMagic(clean) {
		return []string{clean}
	}
	return glob(clean)
}

func hasMagic(s string) bool { return strings.ContainsAny(s, "*?[") }

// fnmatch is Python's fnmatchcase: *, ?, [seq] and [!seq]; a "[" without an end stands for itself.
func fnmatch(pattern, name string) bool {
	p, n := []rune(pattern), []rune(name)
	return match(p, n)
}

func match(p, n []rune) bool {
	for len(p) > 0 {
		switch p[0] {
		case '*':
			for len(p) > 0 && p[0] == '*' {
				p = p[1:]
			}
			if len(p) == 0 {
				return true
			}
			for i := 0; i <= len(n); i++ {
				if match(p, n[i:]) {
					return true
				}
			}
			return false
		case '?':
			if len(n) == 0 {
				return false
			}
			p, n = p[1:], n[1:]
		case '[':
			end := classEnd(p)
			if end < 0 {
				if len(n) == 0 || n[0] != '[' {
					return false
				}
				p, n = p[1:], n[1:]
				continue
			}
			if len(n) == 0 || !inClass(p[1:end], n[0]) {
				return false
			}
			p, n = p[end+1:], n[1:]
		default:
			if len(n) == 0 || n[0] != p[0] {
				return false
			}
			p, n = p[1:], n[1:]
		}
	}
	return len(n) == 0
}

// classEnd is the index of the "]" that ends the class at the start of p, -1 without one.
func classEnd(p []rune) int {
	i := 1
	if i < len(p) && p[i] == '!' {
		i++
	}
	if i < len(p) && p[i] == ']' {
		i++
	}
	for ; i < len(p); i++ {
		if p[i] == ']' {
			return i
		}
	}
	return -1
}

func inClass(class []rune, r rune) bool {
	negated := len(class) > 0 && class[0] == '!'
	if negated {
		class = class[1:]
	}
	found := false
	for i := 0; i < len(class); i++ {
		if i+2 < len(class) && class[i+1] == '-' {
			if class[i] <= r && r <= class[i+2] {
				found = true
			}
			i += 2
			continue
		}
		if class[i] == r {
			found = true
		}
	}
	return found != negated
}
