package runner

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// Deprecated is the message of a feature that ansible-core drops in a version to come.
func Deprecated(d jinja.Deprecation) callback.Deprecation {
	f := fault.New(d.At, "%s", d.Message)
	f.Help = d.Help
	return callback.Deprecation{Fault: f, When: "This feature will be removed from ansible-core version " + d.Version + "."}
}

// notes takes what templates warn of while the action is prepared and judged: as in ansible-core 2.19 it belongs to
// the result, so that it is there in the registered variable and shown with the result.
func (o *one) notes() *jinja.Notes {
	return &jinja.Notes{
		Warn: func(w jinja.Caution) {
			f := fault.New(w.At, "%s", w.Message)
			f.Help = w.Help
			o.warnings = append(o.warnings, f)
		},
		Deprecate: func(d jinja.Deprecation) { o.gone = append(o.gone, d) },
	}
}

// deprecated adds the deprecations that templates gave to the result, before those of its module.
func (o *one) deprecated() {
	if len(o.gone) == 0 {
		return
	}
	list := &value.List{}
	var found []callback.Deprecation
	seen := map[string]bool{}
	for _, g := range o.gone {
		d := Deprecated(g)
		if k := fault.Format(d.Fault); !seen[k] {
			seen[k] = true
			found = append(found, d)
			list.Items = append(list.Items, value.NewDict("msg", value.S(g.Message), "collection_name", value.S("ansible.builtin"), "version", value.S(g.Version),
				"deprecator", value.NewDict("resolved_name", value.S("ansible.builtin"), "type", value.None{})))
		}
	}
	o.res.depr = append(found, o.res.depr...)
	if v, ok := o.res.dict.Raw("deprecations"); ok {
		if l, ok := v.(*value.List); ok {
			list.Items = append(list.Items, l.Items...)
		}
	}
	o.res.dict.Put("deprecations", list)
}
