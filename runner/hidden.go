package runner

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// hidden stands for what no_log keeps from being shown, as for arguments that a module's specification marks as secret.
const hidden = "********"

// hide takes what templates gave the arguments of a task with no_log out of the texts of its errors and warnings, which
// ansible-core shows beside the censored result. What the author wrote in clear text stays.
func (o *one) hide() {
	if o.args == nil || o.res.fault == nil && len(o.warnings) == 0 {
		return
	}
	written := map[string]bool{}
	if o.spec.task != nil && o.spec.task.Action.Args != nil {
		texts(o.spec.task.Action.Args, func(s string) { written[s] = true })
	}
	var secrets []string
	texts(o.args, func(s string) {
		if s = strings.TrimSpace(s); len(s) > 2 && !written[s] {
			secrets = append(secrets, s)
		}
	})
	if len(secrets) == 0 {
		return
	}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // a secret may be part of another
	var pairs []string
	for _, s := range slices.Compact(secrets) {
		pairs = append(pairs, s, hidden)
	}
	replace := strings.NewReplacer(pairs...).Replace
	if o.res.fault != nil {
		o.res.fault = o.res.fault.Rewrite(replace)
	}
	for i, w := range o.warnings {
		o.warnings[i] = w.Rewrite(replace)
	}
}

// texts gives every text in a value but the keys.
func texts(v value.Value, each func(string)) {
	switch v := v.(type) {
	case value.Str:
		each(v.S)
	case *value.List:
		for _, item := range v.Items {
			texts(item, each)
		}
	case *value.Dict:
		for _, item := range v.RawAll() {
			texts(item, each)
		}
	}
}
