package argspec

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// The relations count an option as given when its key is there, even with null; required_by alone looks at the value.

func given(args *value.Dict, names []string) int {
	n := 0
	for i, name := range names {
		if has(args, name) && !strIn(names[:i], name) {
			n++
		}
	}
	return n
}

func strIn(list []string, s string) bool {
	for _, t := range list {
		if t == s {
			return true
		}
	}
	return false
}

func (c *checker) exclusive(l *level, groups [][]string) {
	var broken []string
	for _, group := range groups {
		if given(l.args, group) > 1 {
			broken = append(broken, strings.Join(group, "|"))
		}
	}
	if broken != nil {
		c.problem(l, "", MutuallyExclusive, l.foundIn("parameters are mutually exclusive: "+strings.Join(broken, ", ")), nil)
	}
}

func (c *checker) relations(l *level, r *Relations) {
	c.together(l, r.RequiredTogether)
	c.oneOf(l, r.RequiredOneOf)
	c.requiredIf(l, r.RequiredIf)
	c.requiredBy(l, r.RequiredBy)
}

func (c *checker) together(l *level, groups [][]string) {
	for _, group := range groups {
		n := 0
		for _, name := range group {
			if has(l.args, name) {
				n++
			}
		}
		if n > 0 && n < len(group) {
			c.problem(l, "", RequiredTogether, l.foundIn("parameters are required together: "+strings.Join(group, ", ")), nil)
			return
		}
	}
}

func (c *checker) oneOf(l *level, groups [][]string) {
	for _, group := range groups {
		if given(l.args, group) == 0 {
			c.problem(l, "", RequiredOneOf, l.foundIn("one of the following is required: "+strings.Join(group, ", ")), nil)
			return
		}
	}
}

func (c *checker) requiredIf(l *level, rules []RequiredIf) {
	for _, rule := range rules {
		v, ok := l.args.Raw(rule.Option)
		if !ok || c.skip(v) || !value.Equal(v, rule.Value) {
			continue
		}
		var missing []string
		for _, name := range rule.Needs {
			if !has(l.args, name) {
				missing = append(missing, name)
			}
		}
		if len(missing) == 0 || rule.Any && len(missing) < len(rule.Needs) {
			continue
		}
		which := "all"
		if rule.Any {
			which = "any"
		}
		message := rule.Option + " is " + value.ToStr(rule.Value) + " but " + which + " of the following are missing: " + strings.Join(missing, ", ")
		c.problem(l, "", RequiredIfKind, l.foundIn(message), nil)
		return
	}
}

func (c *checker) requiredBy(l *level, rules []RequiredBy) {
	for _, rule := range rules {
		if isNone(l.args, rule.Option) {
			continue
		}
		var missing []string
		for _, name := range rule.Needs {
			if isNone(l.args, name) {
				missing = append(missing, name)
			}
		}
		if missing != nil {
			message := "missing parameter(s) required by '" + rule.Option + "': " + strings.Join(missing, ", ")
			c.problem(l, "", RequiredByKind, l.foundIn(message), nil)
			return
		}
	}
}

func isNone(args *value.Dict, name string) bool {
	v, ok := args.Raw(name)
	if !ok {
		return true
	}
	_, none := v.(value.None)
	return none
}
