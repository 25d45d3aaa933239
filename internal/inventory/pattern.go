package inventory

import (
	"bufio"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/dlclark/regexp2/v2"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// Match gives the hosts that a pattern names, in ansible-core's order. What matches nothing is a warning of the
// inventory, not an error.
func (i *Inventory) Match(pattern string) ([]*Host, error) { return i.MatchAll([]string{pattern}) }

// MatchAll is Match for the list form of hosts:.
func (i *Inventory) MatchAll(patterns []string) ([]*Host, error) {
	var split []string
	for _, p := range patterns {
		split = append(split, SplitPattern(p)...)
	}
	return i.evaluate(split)
}

// Limit is a parsed --limit option.
type Limit struct{ patterns []string }

// ParseLimit reads --limit; an entry @FILE stands for the lines of the file.
func ParseLimit(fsys source.FS, text string) (*Limit, error) {
	l := &Limit{}
	for _, p := range SplitPattern(text) {
		file, ok := strings.CutPrefix(p, "@")
		if !ok {
			l.patterns = append(l.patterns, p)
			continue
		}
		info, err := fsys.Stat(file)
		if err != nil {
			return nil, fmt.Errorf("Unable to find limit file b'%s'", file)
		}
		if info.IsDir() {
			return nil, fmt.Errorf("Limit starting with \"@\" must be a file, not a directory: b'%s'", file)
		}
		content, err := fsys.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read limit file %s: %w", file, err)
		}
		lines := bufio.NewScanner(strings.NewReader(string(content)))
		for lines.Scan() {
			l.patterns = append(l.patterns, strings.TrimSpace(lines.Text()))
		}
		l.patterns = append(l.patterns, "")
	}
	return l, nil
}

// Within keeps the hosts that the limit names; a nil limit keeps all.
func (i *Inventory) Within(hosts []*Host, l *Limit) ([]*Host, error) {
	if l == nil || len(l.patterns) == 0 {
		return hosts, nil
	}
	allowed, err := i.evaluate(l.patterns)
	if err != nil {
		return nil, err
	}
	keep := map[*Host]bool{}
	for _, h := range allowed {
		keep[h] = true
	}
	var out []*Host
	for _, h := range hosts {
		if keep[h] {
			out = append(out, h)
		}
	}
	return out, nil
}

var patternParts = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:[^\s:\[\]]|\[[^\]]*\])+`) })

// SplitPattern splits a host pattern at commas, or at colons where it is no address or range.
func SplitPattern(pattern string) []string {
	var parts []string
	switch {
	case strings.Contains(pattern, ","):
		parts = strings.Split(pattern, ",")
	default:
		if _, _, err := ParseAddress(pattern, true); err == nil {
			parts = []string{pattern}
		} else {
			parts = patternParts().FindAllString(pattern, -1)
		}
	}
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// evaluate applies patterns: plain ones first, then intersections, then exclusions.
func (i *Inventory) evaluate(patterns []string) ([]*Host, error) {
	var plain, and, not []string
	for _, p := range patterns {
		switch {
		case p == "":
		case p[0] == '!':
			not = append(not, p[1:])
		case p[0] == '&':
			and = append(and, p[1:])
		default:
			plain = append(plain, p)
		}
	}
	if len(plain) == 0 {
		plain = []string{"all"}
	}
	var hosts []*Host
	has := map[*Host]bool{}
	for _, p := range plain {
		if h := i.byHost[p]; h != nil {
			if !has[h] {
				hosts, has[h] = append(hosts, h), true
			}
			continue
		}
		found, err := i.one(p)
		if err != nil {
			return nil, err
		}
		for _, h := range found {
			if !has[h] {
				hosts, has[h] = append(hosts, h), true
			}
		}
	}
	for _, group := range [...]struct {
		list []string
		keep bool
	}{{and, true}, {not, false}} {
		for _, p := range group.list {
			found, err := i.one(p)
			if err != nil {
				return nil, err
			}
			in := make(map[*Host]bool, len(found))
			for _, h := range found {
				in[h] = true
			}
			hosts = slices.DeleteFunc(slices.Clone(hosts), func(h *Host) bool { return in[h] != group.keep })
		}
	}
	return hosts, nil
}

var subscripted = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(.+)\[(?:(-?[0-9]+)|([0-9]+)([:-])([0-9]*))\]$`)
})

// one matches a single pattern without its modifier; a subscript selects from what matched.
func (i *Inventory) one(pattern string) ([]*Host, error) {
	if pattern == "" {
		return nil, nil
	}
	expr := pattern
	var m []string
	if pattern[0] != '~' {
		if m = subscripted().FindStringSubmatch(pattern); m != nil {
			expr = m[1]
			if m[4] == "-" {
				i.warn("Use [x:y] inclusive subscripts instead of [x-y] which has been removed")
			}
		}
	}
	hosts, err := i.enumerate(expr)
	if err != nil || m == nil || len(hosts) == 0 {
		return hosts, err
	}
	none := fmt.Errorf("No hosts matched the subscripted pattern '%s'", pattern)
	if m[2] != "" {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			return nil, none
		}
		if n < 0 {
			n += len(hosts)
		}
		if n < 0 || n >= len(hosts) {
			return nil, none
		}
		return hosts[n : n+1], nil
	}
	start, err := strconv.Atoi(m[3])
	if err != nil {
		return nil, none
	}
	end := len(hosts) - 1
	if m[5] != "" {
		if end, err = strconv.Atoi(m[5]); err != nil {
			return nil, none
		}
		if end == 0 { // ansible-core takes [n:0] for the single host n
			if start >= len(hosts) {
				return nil, none
			}
			return hosts[start : start+1], nil
		}
	}
	end = min(end+1, len(hosts))
	return hosts[min(start, end):end], nil
}

// enumerate lists the hosts of the groups that match, and the hosts that match themselves.
func (i *Inventory) enumerate(pattern string) ([]*Host, error) {
	match, err := compile(pattern)
	if err != nil {
		return nil, err
	}
	var hosts []*Host // with repeats: a subscript counts them, as in ansible-core
	add := func(h *Host) { hosts = append(hosts, h) }
	anyGroup := false
	if match == nil {
		if g := i.byName[pattern]; g != nil {
			anyGroup = true
			for _, h := range g.Hosts() {
				add(h)
			}
		}
	} else {
		for _, g := range i.groups {
			if match(g.Name) {
				anyGroup = true
				for _, h := range g.Hosts() {
					add(h)
				}
			}
		}
	}
	if !anyGroup || pattern[0] == '~' || strings.ContainsAny(pattern, ".?*[") {
		if match == nil {
			if h := i.byHost[pattern]; h != nil {
				add(h)
			}
		} else {
			for _, h := range i.hosts {
				if match(h.Name) {
					add(h)
				}
			}
		}
	}
	if len(hosts) == 0 && IsLocalhost(pattern) {
		add(i.Host(pattern))
	}
	if len(hosts) == 0 && !anyGroup && pattern != "all" {
		text := "Could not match supplied host pattern, ignoring: " + pattern
		switch {
		case i.strict:
			return nil, fmt.Errorf("%s", text)
		case !i.quiet:
			i.warn("%s", text)
		}
	}
	return hosts, nil
}

// compile makes a matcher of a shell pattern or, after "~", of a regular expression; nil stands for a plain word.
func compile(pattern string) (func(string) bool, error) {
	if pattern[0] == '~' {
		re, err := regexp2.Compile(`\A(?:`+pattern[1:]+`)`, regexp2.None)
		if err != nil {
			return nil, fmt.Errorf("Invalid host list pattern: %s", pattern)
		}
		re.MatchTimeout = matchTimeout
		return func(s string) bool { ok, err := re.MatchString(s); return ok && err == nil }, nil
	}
	if !strings.ContainsAny(pattern, "*?[") {
		return nil, nil
	}
	re, err := regexp.Compile(translate(pattern))
	if err != nil {
		return nil, fmt.Errorf("Invalid host list pattern: %s", pattern)
	}
	return re.MatchString, nil
}

// translate turns a shell pattern into a regular expression, as Python's fnmatch does.
func translate(p string) string {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for i := 0; i < len(p); {
		switch c := p[i]; c {
		case '*':
			b.WriteString(".*")
			i++
		case '?':
			b.WriteString(".")
			i++
		case '[':
			end := i + 1
			if end < len(p) && p[end] == '!' {
				end++
			}
			if end < len(p) && p[end] == ']' {
				end++
			}
			for end < len(p) && p[end] != ']' {
				end++
			}
			if end >= len(p) {
				b.WriteString(`\[`)
				i++
				continue
			}
			set := p[i+1 : end]
			b.WriteString(class(set))
			i = end + 1
		default:
			b.WriteString(regexp.QuoteMeta(p[i : i+1]))
			i++
		}
	}
	b.WriteString(`\z`)
	return b.String()
}

// class translates the inside of a bracket expression; reversed ranges are empty.
func class(set string) string {
	negate := strings.HasPrefix(set, "!")
	set = strings.TrimPrefix(set, "!")
	var b strings.Builder
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' {
			if set[i] <= set[i+2] {
				b.WriteString(regexp.QuoteMeta(set[i:i+1]) + "-" + regexp.QuoteMeta(set[i+2:i+3]))
			}
			i += 2
			continue
		}
		if set[i] == '-' {
			b.WriteString(`\-`)
			continue
		}
		b.WriteString(regexp.QuoteMeta(set[i : i+1]))
	}
	switch {
	case b.Len() == 0 && negate:
		return "."
	case b.Len() == 0:
		return `[^\x00-\x{10FFFF}]`
	case negate:
		return "[^" + b.String() + "]"
	}
	return "[" + b.String() + "]"
}
