package callback

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Format is how results are printed.
type Format struct {
	YAML   bool  // result_format
	Pretty *bool // pretty_results; nil: only where a result asks for it
}

// keptInternal are the internal keys that callbacks need.
var keptInternal = []string{"_ansible_verbose_always", "_ansible_item_label", "_ansible_no_log", "_ansible_verbose_override"}

// keptCensored are the keys that survive no_log.
var keptCensored = []string{"attempts", "changed", "retries", "_ansible_no_log"}

const censorText = "the output has been hidden due to the fact that 'no_log: true' was specified for this result"

// Censor is what is left of a result that must not be shown.
func Censor(d *value.Dict) *value.Dict {
	out := &value.Dict{}
	for _, k := range keptCensored {
		if v, ok := d.Raw(k); ok {
			out.Put(k, v)
		}
	}
	out.Put("censored", value.S(censorText))
	return out
}

// secret tells whether no_log hides the result.
func (r *Result) secret() bool {
	v, ok := r.Dict.Raw("_ansible_no_log")
	return r.Task.NoLog || ok && truth(v)
}

// shown is the part of a result that callbacks may see: a copy without internal keys, censored where no_log holds.
func (r *Result) shown() *value.Dict {
	var out *value.Dict
	if r.secret() {
		out = Censor(r.Dict)
		if items, ok := r.Items(); ok && len(items) > 0 {
			l := &value.List{}
			for _, it := range items {
				if d, ok := it.(*value.Dict); ok {
					if s, ok := d.Raw("_ansible_no_log"); ok && truth(s) {
						it = Censor(d)
					}
				}
				l.Items = append(l.Items, it)
			}
			out.Put("results", l)
		}
	} else {
		out = &value.Dict{}
		for k, v := range r.Dict.RawAll() {
			name, _ := k.(value.Str)
			switch {
			case name.S == "failed" || name.S == "skipped" || name.S == "exception" || name.S == "warnings" || name.S == "deprecations":
			case r.debug() && name.S == "invocation":
			case internal(name.S):
			default:
				out.Set(k, stripBut(v, internal))
			}
		}
	}
	return out
}

func internal(key string) bool {
	if !strings.HasPrefix(key, "_ansible_") {
		return false
	}
	for _, k := range keptInternal {
		if k == key {
			return false
		}
	}
	return true
}

// strip removes internal keys at any depth; what holds none is shared, not copied.
func strip(v value.Value) value.Value {
	return stripBut(v, func(key string) bool { return strings.HasPrefix(key, "_ansible_") })
}

// stripBut removes the keys of which drop says so, at any depth.
func stripBut(v value.Value, drop func(key string) bool) value.Value {
	switch v := v.(type) {
	case *value.Dict:
		if !holds(v, drop) {
			return v
		}
		out := &value.Dict{}
		for k, item := range v.RawAll() {
			if s, ok := k.(value.Str); ok && drop(s.S) {
				continue
			}
			out.Set(k, stripBut(item, drop))
		}
		return out
	case *value.List:
		if !holds(v, drop) {
			return v
		}
		out := &value.List{At: v.At}
		for _, item := range v.Items {
			out.Items = append(out.Items, stripBut(item, drop))
		}
		return out
	}
	return v
}

func holds(v value.Value, drop func(key string) bool) bool {
	switch v := v.(type) {
	case *value.Dict:
		for k, item := range v.RawAll() {
			if s, ok := k.(value.Str); ok && drop(s.S) || holds(item, drop) {
				return true
			}
		}
	case *value.List:
		for _, item := range v.Items {
			if holds(item, drop) {
				return true
			}
		}
	}
	return false
}

func (r *Result) debug() bool {
	switch r.Task.Action {
	case "debug", "ansible.builtin.debug", "ansible.legacy.debug":
		return true
	}
	return false
}

// hiddenInDebug are the keys that a debug of a variable does not show.
var hiddenInDebug = []string{"changed", "failed", "skipped", "invocation", "skip_reason", "ansible_loop_var", "ansible_index_var", "ansible_loop"}

// clean reduces the result of debug to what it was asked to show.
func clean(d *value.Dict, t *Task) *value.Dict {
	if !(&Result{Task: t}).debug() {
		return d
	}
	if _, ok := d.Raw("msg"); ok {
		for _, k := range d.Keys() {
			if s, ok := k.(value.Str); ok && s.S != "msg" && !strings.HasPrefix(s.S, "_") {
				d.Delete(k)
			}
		}
		return d
	}
	for _, k := range hiddenInDebug {
		d.Delete(value.S(k))
	}
	return d
}

// dumpOf prints a result; its _ansible_verbose_always decides about indentation.
func (c *Default) dumpOf(r *Result, shown *value.Dict, indent int, sort bool) string {
	return c.dump(shown, indent, sort)
}

func (c *Default) dump(d *value.Dict, indent int, sort bool) string {
	if c.apart {
		rest, texts := takeTexts(d)
		return c.dumpWhole(rest, indent, sort) + texts
	}
	return c.dumpWhole(d, indent, sort)
}

func (c *Default) dumpWhole(d *value.Dict, indent int, sort bool) string {
	always, _ := d.Raw("_ansible_verbose_always")
	pretty := c.Format.Pretty
	if indent == 0 && (always != nil && truth(always) || pretty == nil && c.Format.YAML || pretty != nil && *pretty || c.Verbosity > 2) {
		indent = 4
	}
	if pretty != nil && !*pretty {
		indent = 0
	}
	out := c.dumped(d)
	if c.Format.YAML {
		return c.dumpYAML(out, indent)
	}
	return dumpJSON(out, indent, sort, false)
}

// dumped is what is printed of a result: no internal keys and, below -vvv, neither its invocation nor its diff.
func (c *Default) dumped(d *value.Dict) *value.Dict {
	out := &value.Dict{}
	for k, v := range d.RawAll() {
		if s, ok := k.(value.Str); ok {
			if strings.HasPrefix(s.S, "_ansible_") || c.Verbosity < 3 && (s.S == "invocation" || s.S == "diff") {
				continue
			}
			if s.S == "exception" || s.S == "warnings" || s.S == "deprecations" {
				continue
			}
		}
		out.Set(k, strip(v))
	}
	return out
}
