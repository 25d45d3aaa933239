package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

func convert(typ string, v value.Value) (value.Value, error) {
	x, err := argspec.Convert(typ, v)
	if err != nil {
		return nil, unconverted(v, v, typ)
	}
	return x, nil
}

// unconverted is the error of a keyword that does not fit its type; raw is what the author wrote.
func unconverted(raw, v value.Value, typ string) *fault.Fault {
	f := fault.New(fault.Of(raw), "The value %s could not be converted to %s.", value.Repr(v), value.Quote(typ))
	f.Handling = true
	return f
}

// one is one call of an action: a task without a loop, or an item of one.
type one struct {
	*job
	scope *vars.Scope
	tpl   *jinja.Templar
	res   *result

	target    target
	args      *value.Dict
	delegated *inventory.Host
	connTpl   *jinja.Templar
	env       map[string]string
	retries   int
	timeout   int
	async     int
	poll      int
	// ignoreUnknown: the module leaves out arguments that it does not have, instead of refusing them.
	ignoreUnknown bool
	controller    bool  // modules run on this machine instead of the host
	asLogin       bool  // without become
	told          error // what the result of an action in Python says of its failure
	warnings      []*fault.Fault
	gone          []jinja.Deprecation // what templates used that goes away
	said          *jinja.Notes
}

// once runs the action for one item and turns every error into a failed result.
func (j *job) once(scope *vars.Scope, loopErr error) *result {
	o := &one{job: j, scope: scope, tpl: j.templar(scope, j.host, j.spec), res: j.newResult(), target: j.spec.target}
	o.said = o.notes()
	o.tpl.Ctx, o.tpl.Notes = j.ctx, o.said
	o.res.clean = o.cleanFacts()
	d, err := o.run(loopErr)
	res := o.res
	if err == nil {
		res.dict = d
		if f := o.failure(d); f != nil {
			err = f
		}
	}
	if err != nil {
		o.fail(err)
	}
	if f := j.noLog(o.tpl, res); f != nil {
		o.warnings = append(o.warnings, f)
	}
	if res.noLog {
		o.hide()
	}
	o.collect()
	o.deprecated()
	return res
}

// failure gives the fault of a result that says it failed; nil for any other.
func (o *one) failure(d *value.Dict) error {
	failed, _ := truthOf(d, "failed")
	if !failed {
		return nil
	}
	msg := "Unknown error."
	if m, ok := d.Raw("msg"); ok {
		msg = value.ToStr(m)
	}
	if o.told != nil {
		f := fault.From(o.told)
		f.Result = d
		return f
	}
	if help, ok := d.Raw(module.UndecodedKey); ok { // there was no result: the cause is told with advice
		for _, k := range []string{module.UndecodedKey, moduleKey, "cmd"} {
			d.Delete(value.S(k))
		}
		f := fault.Wrap(&fault.Fault{Msg: msg, Help: value.ToStr(help)}, source.Location{}, "Action failed.")
		f.Result = d
		return f
	}
	prefix := "Action failed"
	if m, _ := truthOf(d, moduleKey); m {
		prefix = "Module failed"
	}
	if msg == "" {
		f := fault.New(source.Location{}, "%s", prefix+".")
		f.Result = d
		return f
	}
	f := fault.New(source.Location{}, "%s", prefix+": "+msg)
	if cause, ok := d.Raw(module.CauseKey); ok {
		f = fault.New(source.Location{}, "%s", prefix+": "+join(msg, value.ToStr(cause)))
	}
	f.Result = d
	return f
}

func join(msg, cause string) string {
	if strings.HasSuffix(msg, cause) {
		return msg
	}
	return strings.TrimRight(msg, ". ") + ": " + cause
}

// moduleKey marks a failed result that a module gave, as opposed to one that an action made up.
const moduleKey = "_ansible_module_failed"

// fail turns an error into the result.
func (o *one) fail(err error) {
	res := o.res
	var unreachable *transport.Unreachable
	if errors.As(err, &unreachable) {
		res.dict = value.NewDict("changed", value.Bool(false), "msg", value.S("Task failed: "+unreachable.Message), "unreachable", value.Bool(true))
		res.fault = o.spec.taskFault(fault.New(source.Location{}, "%s", unreachable.Message))
		return
	}
	var lost *omitted
	if errors.As(err, &lost) {
		res.dict = value.NewDict("failed", value.Bool(true), "exception", value.S(noTraceback), "msg", value.S(lost.message))
		res.fault = fault.From(err)
		return
	}
	cause := fault.From(err)
	res.fault = o.spec.taskFault(cause)
	if cause.Result == nil {
		for f := cause; f != nil; {
			if f.Result != nil {
				cause = f
				break
			}
			if f.Cause == nil {
				break
			}
			f = fault.From(f.Cause)
		}
	}
	d := &value.Dict{}
	if cause.Result != nil {
		d = cause.Result.Copy()
	}
	d.Put("failed", value.Bool(true))
	d.Put("exception", value.S(noTraceback))
	if crash, _ := d.Raw(module.CrashKey); crash != nil || !has(d, "msg") {
		d.Put("msg", value.S(res.fault.Error()))
	}
	if !has(d, "changed") {
		d.Put("changed", value.Bool(false))
	}
	d.Delete(value.S(moduleKey))
	d.Delete(value.S(module.CauseKey))
	d.Delete(value.S(module.CrashKey))
	res.dict = d
}

// collect moves the warnings and deprecations of the result to where callbacks look for them.
func (o *one) collect() {
	d := o.res.dict
	seen := map[string]bool{}
	add := func(f *fault.Fault) {
		if k := fault.Format(f); !seen[k] {
			seen[k] = true
			o.res.warn = append(o.res.warn, f)
		}
	}
	for _, f := range o.warnings {
		add(f)
	}
	if v, ok := d.Raw("warnings"); ok {
		if l, ok := v.(*value.List); ok {
			for _, w := range l.Items {
				add(&fault.Fault{Msg: value.ToStr(w)})
			}
		}
	}
	if v, ok := d.Raw("deprecations"); ok {
		if l, ok := v.(*value.List); ok {
			for _, w := range l.Items {
				if e, ok := w.(*value.Dict); ok {
					o.res.depr = append(o.res.depr, deprecation(e))
				}
			}
		}
		if l, ok := v.(*value.List); !ok || l.Len() == 0 {
			d.Delete(value.S("deprecations"))
		}
	}
	if len(o.res.warn) > 0 {
		l := &value.List{}
		for _, f := range o.res.warn {
			l.Items = append(l.Items, value.S(f.Error()))
		}
		d.Put("warnings", l)
	} else {
		d.Delete(value.S("warnings"))
	}
}

func deprecation(d *value.Dict) callback.Deprecation {
	get := func(k string) string {
		v, ok := d.Raw(k)
		if !ok {
			return ""
		}
		if _, none := v.(value.None); none {
			return ""
		}
		return value.ToStr(v)
	}
	when := "This feature will be removed"
	switch c := get("collection_name"); {
	case c == "":
		return callback.Deprecation{Fault: &fault.Fault{Msg: get("msg")}, When: when + " in the future."}
	case c == "ansible.builtin":
		when += " from ansible-core"
	default:
		when += " from collection " + value.Quote(c)
	}
	switch {
	case get("date") != "":
		when += " in a release after " + get("date")
	case get("version") != "":
		when += " version " + get("version")
	default:
		when += " in a future release"
	}
	return callback.Deprecation{Fault: &fault.Fault{Msg: get("msg")}, When: when + "."}
}

// noLog decides whether the result may be shown; a value that cannot be evaluated hides it and gives a warning.
func (j *job) noLog(t *jinja.Templar, res *result) (warning *fault.Fault) {
	hide, err := j.spec.flag(t, "no_log", false)
	if err != nil {
		warning = fault.Wrap(err, source.Location{}, "Invalid no_log value for task, output will be masked.")
		hide = true
	}
	if own, _ := truthOf(res.dict, "_ansible_no_log"); own { // anything true, as in Python: "no" hides, too
		hide = true
	}
	res.noLog = hide
	res.dict.Put("_ansible_no_log", value.Bool(hide))
	return warning
}

// run evaluates the conditions, templates keywords and arguments, and calls the action until it is content.
func (o *one) run(loopErr error) (*value.Dict, error) {
	if err := o.delegation(); err != nil {
		return nil, err
	}
	if len(o.spec.when) > 0 {
		ok, cond, err := all_(o.tpl, o.spec.when)
		if err != nil {
			if loopErr != nil {
				return nil, fault.From(loopErr)
			}
			return nil, err
		}
		if !ok {
			return value.NewDict("changed", value.Bool(false), "skipped", value.Bool(true),
				"skip_reason", value.S("Conditional result was False"), "false_condition", cond), nil
		}
	}
	if loopErr != nil {
		return nil, fault.From(loopErr)
	}
	if err := o.finalize(); err != nil {
		return nil, err
	}
	switch o.target.kind {
	case includeTasks:
		file, _ := o.args.Raw("_raw_params")
		if file == nil {
			file, _ = o.args.Raw("file")
		}
		if file == nil || value.ToStr(file) == "" {
			return value.NewDict("failed", value.Bool(true), "msg", value.S("No include file was specified to the include")), nil
		}
		a := o.args.Copy()
		a.Delete(value.S("_raw_params"))
		return value.NewDict("include", file, "include_args", a), nil
	case includeRole:
		return value.NewDict("include_args", o.args), nil
	}
	return o.attempts()
}

// attempts calls the action, again while `until` asks for it, and judges its results.
func (o *one) attempts() (*value.Dict, error) {
	delay, err := o.spec.float(o.tpl, "delay", 5)
	if err != nil {
		return nil, err
	}
	if delay < 0 {
		delay = 1
	}
	var d *value.Dict
	for attempt := 1; attempt <= o.retries; attempt++ {
		d, err = o.timed()
		if err != nil {
			return nil, err
		}
		if o.async > 0 && o.poll > 0 && !flagOf(d, "skipped") && !flagOf(d, "failed") {
			if d, err = o.pollAsync(d); err != nil {
				return nil, err
			}
		}
		if !has(d, "failed") {
			rc, ok := d.Raw("rc")
			bad := ok && rc != value.Value(value.Int(0)) && value.ToStr(rc) != "0"
			d.Put("failed", value.Bool(bad))
		}
		if o.retries > 1 {
			d.Put("attempts", value.Int(attempt))
		}
		if !has(d, "changed") {
			d.Put("changed", value.Bool(false))
		}
		after := o.after(d)
		if !has(d, "skipped") {
			o.judge(after, d)
		}
		if o.retries > 1 {
			done := !flagOf(d, "failed")
			if len(o.spec.until) > 0 {
				if done, _, err = all_(o.after(d), o.spec.until); err != nil {
					return nil, err
				}
			}
			if done {
				return o.finish(d), nil
			}
			if attempt < o.retries {
				d.Put("_ansible_retry", value.Bool(true))
				d.Put("retries", value.Int(o.retries))
				r := *o.res
				r.dict = d
				o.emit(callback.Retry{Result: r.shown(), Attempts: attempt, Retries: o.retries})
				sleep(o.ctx, time.Duration(delay*float64(time.Second)))
				if o.ctx.Err() != nil {
					break
				}
			}
		}
	}
	if o.retries > 1 {
		d.Put("attempts", value.Int(o.retries-1))
		d.Put("failed", value.Bool(true))
	}
	return o.finish(d), nil
}

func flagOf(d *value.Dict, key string) bool { v, _ := truthOf(d, key); return v }

// after is the templar of the conditions that see the result.
func (o *one) after(d *value.Dict) *jinja.Templar {
	if o.spec.register == "" && !has(d, "ansible_facts") {
		return o.tpl
	}
	if len(o.spec.changed)+len(o.spec.failed)+len(o.spec.until) == 0 {
		return o.tpl
	}
	over := &value.Dict{}
	if f, ok := d.Raw("ansible_facts"); ok && o.cleanFacts() {
		if fd, ok := f.(*value.Dict); ok {
			for k, v := range fd.RawAll() {
				over.Set(k, v)
			}
		}
	}
	if o.spec.register != "" {
		over.Put(o.spec.register, registered(d))
	}
	t := o.templar(o.scope.With(over), o.host, o.spec)
	t.Notes = o.said
	return t
}

// cleanFacts tells that the action's facts are variables: set_fact and include_vars.
func (o *one) cleanFacts() bool {
	switch o.target.fqcn {
	case "ansible.builtin.set_fact", "ansible.builtin.include_vars":
		return true
	}
	return false
}

// judge applies changed_when and failed_when.
func (o *one) judge(t *jinja.Templar, d *value.Dict) {
	name := "changed"
	note := func(err error) {
		d.Put("failed", value.Bool(true))
		d.Put(name+"_when_result", value.S(fault.From(err).Error()))
	}
	if len(o.spec.changed) > 0 {
		ok, _, err := all_(t, o.spec.changed)
		if err != nil {
			note(err)
			return
		}
		d.Put("changed", value.Bool(ok))
	}
	name = "failed"
	if len(o.spec.failed) > 0 {
		if o.spec.register != "" {
			t = o.after(d)
		}
		ok, _, err := all_(t, o.spec.failed)
		if err != nil {
			note(err)
			return
		}
		d.Put("failed", value.Bool(ok))
		d.Put("failed_when_result", value.Bool(ok))
		if !ok && (has(d, moduleKey) || has(d, "exception")) {
			d.Delete(value.S(moduleKey))
			d.Delete(value.S("exception"))
			d.Put("failed_when_suppressed_exception", value.S(noTraceback))
		}
	}
}

// finish notes where a delegated task ran.
func (o *one) finish(d *value.Dict) *value.Dict {
	if o.delegated != nil {
		dv := value.NewDict("ansible_delegated_host", value.S(o.delegated.Name))
		for _, k := range []string{"ansible_host", "ansible_port", "ansible_user", "ansible_connection"} {
			if v, ok := o.connTemplar().Lookup(k); ok {
				if x, err := value.Force(v); err == nil {
					dv.Put(k, x)
				}
			}
		}
		d.Put("_ansible_delegated_vars", dv)
	}
	return d
}

// timed calls the action within the task's timeout.
func (o *one) timed() (*value.Dict, error) {
	ctx := o.ctx
	const longest = 100_000_000
	if o.timeout < 0 || o.timeout > longest {
		return nil, fault.New(source.Location{}, "Timeout %d is invalid, it must be between 0 and %d.", o.timeout, longest)
	}
	if o.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(o.timeout)*time.Second)
		defer cancel()
	}
	d, err := o.call(ctx)
	if o.timeout > 0 && errors.Is(ctx.Err(), context.DeadlineExceeded) && o.ctx.Err() == nil {
		f := fault.New(source.Location{}, "%s", fmt.Sprintf("Timed out after %d second(s).", o.timeout))
		f.Result = value.NewDict("timedout", value.NewDict("frame", value.S("Configure `DISPLAY_TRACEBACK` to see a traceback on timeout errors."), "period", value.Int(o.timeout)))
		return nil, f
	}
	return d, err
}
