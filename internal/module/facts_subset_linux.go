package module

import (
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// collector gathers some facts. ids are other names for it in gather_subset; needs are collectors whose facts it reads.
type collector struct {
	name    string
	ids     []string
	needs   []string
	collect func(*factRun) *value.Dict
}

// minimal are the collectors that run even with gather_subset: ['!all'].
var minimal = []string{"apparmor", "caps", "cmdline", "date_time", "distribution", "dns", "env", "fips", "local", "lsb",
	"pkg_mgr", "platform", "python", "selinux", "service_mgr", "ssh_pub_keys", "user"}

// chosen resolves gather_subset to the names of collectors, as ansible-core does: everything starts with the minimal
// ones; what is named beats what is excluded.
func chosen(all []collector, subsets []string) (map[string]bool, error) {
	byID := map[string][]string{}
	aliases := map[string][]string{}
	var valid []string
	for _, c := range all {
		byID[c.name] = append(byID[c.name], c.name)
		valid = append(valid, c.name)
		for _, id := range c.ids {
			byID[id] = append(byID[id], c.name)
			aliases[c.name] = append(aliases[c.name], id)
			valid = append(valid, id)
		}
	}
	wanted, excluded, named := map[string]bool{}, map[string]bool{}, map[string]bool{}
	add := func(set map[string]bool, names []string) {
		for _, n := range names {
			set[n] = true
		}
	}
	add(wanted, minimal)
	for _, s := range subsets {
		switch {
		case s == "min":
			add(wanted, minimal)
		case s == "all":
			add(wanted, valid)
		case s == "!min":
			add(excluded, minimal)
		case s == "!all":
			for _, n := range valid {
				if !contains(minimal, n) {
					excluded[n] = true
				}
			}
		case strings.HasPrefix(s, "!"):
			add(excluded, aliases[s[1:]])
			excluded[s[1:]] = true
		default:
			if byID[s] == nil {
				sort.Strings(valid)
				return nil, Fail("Bad subset '" + s + "' given to Ansible. gather_subset options allowed: all, " + strings.Join(unique(valid), ", "))
			}
			named[s], wanted[s] = true, true
		}
	}
	for n := range excluded {
		if !named[n] {
			delete(wanted, n)
		}
	}
	run := map[string]bool{}
	for id := range wanted {
		add(run, byID[id])
	}
	for grown := true; grown; {
		grown = false
		for _, c := range all {
			if !run[c.name] {
				continue
			}
			for _, need := range c.needs {
				if !run[need] {
					run[need], grown = true, true
				}
			}
		}
	}
	return run, nil
}

func contains(list []string, s string) bool {
	for _, t := range list {
		if t == s {
			return true
		}
	}
	return false
}

// unique drops repeats from a sorted list.
func unique(sorted []string) []string {
	var out []string
	for i, s := range sorted {
		if i == 0 || sorted[i-1] != s {
			out = append(out, s)
		}
	}
	return out
}

// filtered keeps the facts whose names match one of the patterns, with or without ansible_ before them.
func filtered(facts *value.Dict, patterns []string) *value.Dict {
	if len(patterns) == 0 || len(patterns) == 1 && (patterns[0] == "*" || patterns[0] == "") {
		return facts
	}
	out := &value.Dict{}
	for k, v := range facts.RawAll() {
		name := value.ToStr(k)
		for _, p := range patterns {
			prefixed := strings.HasPrefix(p, "ansible_") || strings.HasPrefix(p, "facter") || strings.HasPrefix(p, "ohai")
			if p == "" || fnmatch(p, name) || !prefixed && fnmatch("ansible_"+p, name) {
				out.Set(k, v)
				break
			}
		}
	}
	return out
}
