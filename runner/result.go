package runner

import (
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// result is the outcome of a task on a host, or of one item of its loop.
type result struct {
	host  *inventory.Host
	spec  *spec
	dict  *value.Dict
	fault *fault.Fault
	warn  []*fault.Fault
	depr  []callback.Deprecation
	items []*result // of a loop

	ignoreErrors, ignoreUnreachable bool
	anyErrorsFatal, runOnce         bool
	delegate                        string
	action                          string // what a templated name of the action gave, "" for others
	delegateFacts                   bool
	noLog, check, diff              bool
	notify                          []string
	vars                            *value.Dict // of the item: loop variables
	clean                           bool        // facts are variables, not facts of the host
	args                            *value.Dict // templated; nil where it did not come to that
	edited                          *value.Dict // variables that were set in the task debugger
}

func truthOf(d *value.Dict, key string) (truth, ok bool) {
	v, ok := d.Raw(key)
	if !ok {
		return false, false
	}
	t, err := value.Truth(v) // as Python has it: "false" is true
	return t || err != nil, true
}

// any is a flag of the result, or of any of its items where the result does not say.
func (r *result) any(key string) bool {
	if v, ok := truthOf(r.dict, key); ok {
		return v
	}
	for _, it := range r.items {
		if v, _ := truthOf(it.dict, key); v {
			return true
		}
	}
	return false
}

func (r *result) isFailed() bool {
	has := func(d *value.Dict) bool { _, ok := d.Raw("failed_when_result"); return ok }
	found := has(r.dict)
	for _, it := range r.items {
		found = found || has(it.dict)
	}
	if found {
		return r.any("failed_when_result")
	}
	return r.any("failed")
}

func (r *result) isSkipped() bool {
	if len(r.items) > 0 {
		all := true
		for _, it := range r.items {
			s, _ := truthOf(it.dict, "skipped")
			all = all && s
		}
		if all {
			return true
		}
	}
	s, _ := truthOf(r.dict, "skipped")
	return s
}

func (r *result) isChanged() bool     { return r.any("changed") }
func (r *result) isUnreachable() bool { return r.any("unreachable") }

func (r *result) status() callback.Status {
	switch {
	case r.isFailed():
		return callback.Failed
	case r.isUnreachable():
		return callback.Unreachable
	case r.isSkipped():
		return callback.Skipped
	}
	return callback.OK
}

// shown is what callbacks get.
func (r *result) shown() callback.Result {
	view := r.spec.view
	if view.Check != r.check || view.Diff != r.diff || view.NoLog != r.noLog || r.action != "" {
		v := *view
		v.Check, v.Diff, v.NoLog = r.check, r.diff, r.noLog
		if r.action != "" {
			v.Action = r.action
		}
		view = &v
	}
	return callback.Result{Host: r.host.Name, Task: view, Dict: r.dict, DelegateTo: r.delegate, Fault: r.fault, Warnings: r.warn, Deprecations: r.depr}
}

// untrust gives a module's result as data: no text in it is ever templated.
func untrust(v value.Value) value.Value {
	switch v := v.(type) {
	case value.Str:
		if v.Trusted || v.At != nil {
			return value.S(v.S)
		}
	case *value.Dict:
		if v.Lazy == nil && clean(v) {
			return v
		}
		out := &value.Dict{}
		for k, x := range v.All() {
			if s, ok := k.(value.Str); ok {
				k = value.S(s.S)
			}
			out.Set(k, untrust(x))
		}
		return out
	case *value.List:
		if v.Lazy == nil && clean(v) {
			return v
		}
		out := &value.List{Items: make([]value.Value, len(v.Items))}
		for i := range v.Items {
			out.Items[i] = untrust(v.Item(i))
		}
		return out
	case *value.Tuple:
		return untrust(&value.List{Items: v.Items})
	}
	return v
}

// clean tells that nothing inside was written by an author.
func clean(v value.Value) bool {
	switch v := v.(type) {
	case value.Str:
		return !v.Trusted && v.At == nil
	case *value.Dict:
		if v.Lazy != nil || v.At != nil {
			return false
		}
		for k, x := range v.RawAll() {
			if !clean(k) || !clean(x) {
				return false
			}
		}
	case *value.List:
		if v.Lazy != nil || v.At != nil || v.Gone != nil {
			return false
		}
		for _, x := range v.Items {
			if !clean(x) {
				return false
			}
		}
	case *value.Tuple:
		return false
	}
	return true
}

// registered is the form in which a result becomes a variable: no internal keys, no invocation.
func registered(d *value.Dict) *value.Dict {
	out := &value.Dict{}
	for k, v := range d.RawAll() {
		s, _ := k.(value.Str)
		if isInternal(s.S) || s.S == "invocation" {
			continue
		}
		out.Set(k, stripInternal(v))
	}
	return out
}

func isInternal(key string) bool { return len(key) > 9 && key[:9] == "_ansible_" }

func stripInternal(v value.Value) value.Value {
	switch v := v.(type) {
	case *value.Dict:
		if v.Lazy != nil {
			return v
		}
		var out *value.Dict
		for k, x := range v.RawAll() {
			s, _ := k.(value.Str)
			n := stripInternal(x)
			if out == nil && (isInternal(s.S) || n != x && !sameValue(n, x)) {
				out = v.Copy()
			}
			if out != nil {
				if isInternal(s.S) {
					out.Delete(k)
				} else {
					out.Set(k, n)
				}
			}
		}
		if out != nil {
			return out
		}
	case *value.List:
		if v.Lazy != nil {
			return v
		}
		var out *value.List
		if v.Gone != nil {
			out = &value.List{Items: append([]value.Value(nil), v.Items...), At: v.At}
		}
		for i, x := range v.Items {
			n := stripInternal(x)
			if out == nil && !sameValue(n, x) {
				out = &value.List{Items: append([]value.Value(nil), v.Items...), At: v.At}
			}
			if out != nil {
				out.Items[i] = n
			}
		}
		if out != nil {
			return out
		}
	}
	return v
}

// sameValue compares containers by identity; anything else is the same by construction.
func sameValue(a, b value.Value) bool {
	switch a.(type) {
	case *value.Dict, *value.List:
		return a == b
	}
	return true
}
