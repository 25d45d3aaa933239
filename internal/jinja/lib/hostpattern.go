package lib

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// matchHosts finds the hosts that patterns name among the groups of the `groups` variable: the inventory_hostnames lookup
// sees no more of the inventory than that.
func matchHosts(groups *value.Dict, patterns []string) ([]string, error) {
	var all []string
	members := map[string][]string{}
	var names []string
	for k, v := range groups.All() {
		hosts, err := items(v)
		if err != nil {
			return nil, err
		}
		name := value.ToStr(k)
		names = append(names, name)
		for _, h := range hosts {
			s := value.ToStr(h)
			members[name] = append(members[name], s)
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	var plain, both, not []string
	for _, p := range patterns {
		for part := range splitPattern(p) {
			switch {
			case strings.HasPrefix(part, "&"):
				both = append(both, part[1:])
			case strings.HasPrefix(part, "!"):
				not = append(not, part[1:])
			case part != "":
				plain = append(plain, part)
			}
		}
	}
	if len(plain) == 0 {
		plain = []string{"all"}
	}
	var out []string
	one := func(p string) ([]string, error) { return matchOne(p, all, names, members) }
	for _, p := range plain {
		found, err := one(p)
		if err != nil {
			return nil, err
		}
		for _, h := range found {
			if !slices.Contains(out, h) {
				out = append(out, h)
			}
		}
	}
	for _, p := range both {
		found, err := one(p)
		if err != nil {
			return nil, err
		}
		out = slices.DeleteFunc(out, func(h string) bool { return !slices.Contains(found, h) })
	}
	for _, p := range not {
		found, err := one(p)
		if err != nil {
			return nil, err
		}
		out = slices.DeleteFunc(out, func(h string) bool { return slices.Contains(found, h) })
	}
	return out, nil
}

// splitPattern cuts at commas, else at colons outside brackets.
func splitPattern(p string) func(func(string) bool) {
	return func(yield func(string) bool) {
		if strings.Contains(p, ",") {
			for part := range strings.SplitSeq(p, ",") {
				if !yield(strings.TrimSpace(part)) {
					return
				}
			}
			return
		}
		depth, start := 0, 0
		for i := 0; i <= len(p); i++ {
			switch {
			case i == len(p) || p[i] == ':' && depth == 0:
				if !yield(p[start:i]) {
					return
				}
				start = i + 1
			case p[i] == '[':
				depth++
			case p[i] == ']':
				depth--
			}
		}
	}
}

func matchOne(p string, all, names []string, members map[string][]string) ([]string, error) {
	subscript := ""
	if !strings.HasPrefix(p, "~") && strings.HasSuffix(p, "]") {
		if i := strings.LastIndexByte(p, '['); i > 0 && strings.Trim(p[i+1:len(p)-1], "0123456789:-") == "" {
			p, subscript = p[:i], p[i+1:len(p)-1]
		}
	}
	match := func(s string) (bool, error) { ok, err := path.Match(p, s); return ok, err }
	if strings.HasPrefix(p, "~") {
		re := p[1:]
		match = func(s string) (bool, error) {
			m, err := compile(value.S(re), nil, nil)
			if err != nil {
				return false, err
			}
			found, err := m.Match(s)
			return found != nil, err
		}
	}
	var out []string
	if p == "all" || p == "*" {
		out = slices.Clone(all)
	} else {
		matched := false
		for _, n := range names {
			ok, err := match(n)
			if err != nil {
				return nil, err
			}
			if ok {
				matched = true
				for _, h := range members[n] {
					if !slices.Contains(out, h) {
						out = append(out, h)
					}
				}
			}
		}
		if !matched || strings.ContainsAny(p, "*?[~.") {
			for _, h := range all {
				ok, err := match(h)
				if err != nil {
					return nil, err
				}
				if ok && !slices.Contains(out, h) {
					out = append(out, h)
				}
			}
		}
	}
	if subscript == "" || len(out) == 0 {
		return out, nil
	}
	from, to, isRange := strings.Cut(subscript, ":")
	if !isRange {
		from, to, isRange = cutRange(subscript)
	}
	a, _ := strconv.Atoi(from)
	if a < 0 {
		a += len(out)
	}
	if !isRange {
		if a < 0 || a >= len(out) {
			return nil, nil
		}
		return out[a : a+1], nil
	}
	b := len(out) - 1
	if to != "" {
		b, _ = strconv.Atoi(to)
	}
	a, b = max(a, 0), min(b, len(out)-1)
	if a > b {
		return nil, nil
	}
	return out[a : b+1], nil
}

// cutRange reads the old form 0-2.
func cutRange(s string) (from, to string, ok bool) {
	if i := strings.LastIndexByte(s, '-'); i > 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}
