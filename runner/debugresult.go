package runner

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/pyeval"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// debugResult is `result` in the task debugger.
type debugResult struct {
	r    *result
	task *debugTask
}

// TypeName is Python's name of the class.
func (d *debugResult) TypeName() string { return "_RawTaskResult" }

// Class is the class with its module.
func (d *debugResult) Class() string { return "ansible.executor.task_result._RawTaskResult" }

// PyStr is str(), PyRepr repr().
func (d *debugResult) PyStr() (string, error) { return d.PyRepr() }

// PyRepr is repr() without the object's own address.
func (d *debugResult) PyRepr() (string, error) {
	return "<" + d.Class() + " object at 0x7f0000000000>", nil
}

// Attr gives what the result says.
func (d *debugResult) Attr(name string) (value.Value, bool) {
	flag := func(b bool) (value.Value, bool) {
		return pyeval.Method(name, func() value.Value { return value.Bool(b) }), true
	}
	switch name {
	case "_return_data":
		return returned(d.r), true
	case "task", "_task":
		return d.task, true
	case "host", "_host":
		return &debugHost{d.r.host}, true
	case "task_name":
		return value.S(d.task.name), true
	case "exception":
		if d.r.fault == nil {
			return value.None{}, true
		}
		return errorSummary(d.r.fault), true
	case "is_failed":
		return flag(d.r.isFailed())
	case "is_changed":
		return flag(d.r.isChanged())
	case "is_skipped":
		return flag(d.r.isSkipped())
	case "is_unreachable":
		return flag(d.r.isUnreachable())
	case "needs_debugger":
		return flag(d.task.p.wantsDebugger(d.r))
	case "warnings":
		v, ok := d.r.dict.Raw("warnings")
		if !ok {
			return &value.List{}, true
		}
		return v, true
	}
	return nil, false
}

// returned is the dict of a result with the error as ansible-core keeps it.
func returned(r *result) *value.Dict {
	out := r.dict.Copy()
	if r.fault != nil {
		out.Put("exception", errorSummary(r.fault))
	} else {
		out.Delete(value.S("exception"))
	}
	if len(r.items) > 0 {
		l := &value.List{}
		for _, it := range r.items {
			d := returned(it)
			for _, k := range []string{"ignore_errors", "ignore_unreachable"} {
				var v value.Value = value.None{}
				if x, ok := r.spec.keywords[k]; ok {
					v = x
				}
				d.Put("_ansible_"+k, v)
			}
			l.Items = append(l.Items, d)
		}
		out.Put("results", l)
	}
	return out
}

// record is an object that shows itself as a dataclass does.
type record struct {
	class  string
	names  []string
	values []value.Value
}

// TypeName is Python's name of the class.
func (r *record) TypeName() string { return r.class }

// Fields give what pprint breaks the object at.
func (r *record) Fields() (string, []string, []value.Value) { return r.class, r.names, r.values }

// Attr gives a field.
func (r *record) Attr(name string) (value.Value, bool) {
	for i, n := range r.names {
		if n == name {
			return r.values[i], true
		}
	}
	return nil, false
}

// PyStr is str(), PyRepr repr().
func (r *record) PyStr() (string, error) { return r.PyRepr() }

// PyRepr is the class with its fields.
func (r *record) PyRepr() (string, error) {
	var parts []string
	for i, n := range r.names {
		s, err := value.TryRepr(r.values[i])
		if err != nil {
			return "", err
		}
		parts = append(parts, n+"="+s)
	}
	return r.class + "(" + strings.Join(parts, ", ") + ")", nil
}

// errorSummary is ansible-core's ErrorSummary of a fault.
func errorSummary(f *fault.Fault) value.Value {
	return &record{"ErrorSummary", []string{"event"}, []value.Value{errorEvent(f)}}
}

func errorEvent(f *fault.Fault) value.Value {
	none := value.Value(value.None{})
	msg, source := f.Msg, none
	if f.At.Known() {
		source = value.S(fault.Origin(f.At, f.Redacted))
	}
	var next *fault.Fault
	reason := "The above exception was the direct cause of the following exception:"
	if f.Cause != nil {
		next = fault.From(f.Cause)
	}
	for _, kind := range []string{"Action", "Module"} {
		if rest, ok := strings.CutPrefix(msg, kind+" failed: "); ok && next == nil {
			msg, next = kind+" failed.", &fault.Fault{Msg: rest}
			side := map[string]string{"Action": "action", "Module": "target"}[kind]
			reason = "The above " + side + " exception was the direct cause of the following controller exception:"
		}
	}
	help, chain := none, none
	if f.Help != "" {
		help = value.S(f.Help)
	}
	if next != nil {
		chain = &record{"EventChain", []string{"msg_reason", "traceback_reason", "event", "follow"},
			[]value.Value{value.S("<<< caused by >>>"), value.S(reason), errorEvent(next), value.Bool(true)}}
	}
	return &record{"Event", []string{"msg", "formatted_source_context", "formatted_traceback", "help_text", "chain", "events"},
		[]value.Value{value.S(msg), source, none, help, chain, none}}
}
