package runner

import (
	"context"
	"errors"
	"time"

	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/action"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// call runs the action, or the module where there is no action of the name. A host that is reached by a connection plugin in
// Python is left to ansible-core's own actions, in the Python host.
func (o *one) call(ctx context.Context) (*value.Dict, error) {
	d, err := o.ownCall(ctx)
	var other *otherConnection
	if errors.As(err, &other) {
		if path := o.coreAction(); path != "" {
			return o.inPythonAction(ctx, path)
		}
	}
	return d, err
}

func (o *one) ownCall(ctx context.Context) (*value.Dict, error) {
	if path := o.run_().pythonAction(o.target); path != "" {
		return o.inPythonAction(ctx, path)
	}
	if o.target.action == nil {
		if o.target.fqcn == "ansible.builtin.shell" && has(o.args, "expand_argument_vars") {
			f := fault.New(source.Location{}, "Unsupported parameters for (%s) module: expand_argument_vars", o.spec.name)
			f.Result = value.NewDict("msg", value.S(f.Msg))
			return nil, f
		}
		d, err := o.module(ctx, o.target.fqcn, o.args, nil)
		if d != nil && o.target.fqcn == "ansible.builtin.setup" {
			d.Put("_ansible_verbose_override", value.Bool(true)) // -v does not show all facts
		}
		return d, err
	}
	c := &action.Context{
		Ctx: ctx, Name: o.target.fqcn, Written: o.spec.name, Task: o.spec.task, Host: o.runHost(), Inventory: o.o.Inventory, Args: o.args,
		Templar: o.tpl, Scope: o.scope, Check: o.res.check, Diff: o.res.diff, NoLog: o.res.noLog, Verbosity: o.o.Verbosity,
		FS: o.o.FS, SearchPath: o.spec.path, BaseDir: o.play.BaseDir, Decrypt: o.o.Decrypt, Env: o.env, Async: o.async > 0, AsyncDir: o.asyncDir(), TaskName: o.spec.view.Name,
		Local: o.isLocal(), Until: o.until, Show: func(text string) { o.display.Show(text, "") },
		Verbose: func(level int, text string) { o.display.Verbose(level, "", text) },
		Module: func(name string, args *value.Dict, blobs map[string]transport.Blob) (*value.Dict, error) {
			return o.module(ctx, name, args, blobs)
		},
		Conn: func() (transport.Conn, *transport.Become, error) {
			c, err := o.connection(ctx)
			if err != nil {
				return nil, nil, err
			}
			b, err := o.become()
			return c, b, err
		},
		WarnAt: func(f *fault.Fault) { o.warnings = append(o.warnings, f) },
		Warn:   func(text string) { o.warnings = append(o.warnings, &fault.Fault{Msg: text}) },
		Defaults: func(m string) (*value.Dict, error) {
			t, err := o.resolve(m, o.spec.task)
			if err != nil {
				return nil, nil
			}
			d, err := o.moduleDefaults(o.tpl, t.fqcn)
			if err != nil || d == nil {
				return nil, err
			}
			v, err := o.tpl.Resolve(d)
			if err != nil {
				return nil, err
			}
			out, _ := v.(*value.Dict)
			return out, nil
		},
		Several: func() { o.turn.solo() },
		Known:   func(m string) bool { t, err := o.resolve(m, o.spec.task); return err == nil && o.runnable(t) },
		Setting: func(name string) (value.Value, bool) {
			if o.o.Config == nil {
				return nil, false
			}
			v := o.o.Config.Get(name)
			return v.Value, v.Value != nil
		},
		Fact: func(name string) (value.Value, bool) {
			v, ok := o.connTemplar().Lookup("ansible_facts")
			if !ok {
				return nil, false
			}
			d, ok := v.(*value.Dict)
			if !ok {
				return nil, false
			}
			return d.Get(name)
		},
	}
	if o.async > 0 && !o.target.action.Async {
		return nil, action.Refusal("This action (%s) does not support async.", c.Written)
	}
	return o.target.action.Run(c)
}

// module runs a module on the host.
func (o *one) module(ctx context.Context, name string, args *value.Dict, blobs map[string]transport.Blob) (*value.Dict, error) {
	d, err := o.moduleResult(ctx, name, args, blobs)
	if err != nil {
		return nil, err
	}
	if failed, _ := truthOf(d, "failed"); failed {
		d.Put(moduleKey, value.Bool(true))
	}
	return d, nil
}

// moduleResult runs a module and gives its result with the keys that are meant for the controller.
func (o *one) moduleResult(ctx context.Context, name string, args *value.Dict, blobs map[string]transport.Blob) (*value.Dict, error) {
	t := o.target
	if name == module.CopyFile {
		t = target{fqcn: name}
	} else if name != t.fqcn {
		var err error
		if t, err = o.resolve(name, o.spec.task); err != nil {
			return nil, err
		}
	}
	c, err := o.connection(ctx)
	if err != nil {
		return nil, err
	}
	become, err := o.become()
	if err != nil {
		return nil, err
	}
	req := &transport.Request{Module: t.fqcn, Args: args, Check: o.res.check, Diff: o.res.diff, Env: o.env, Become: become,
		Blobs: blobs, NoLog: o.res.noLog, Verbosity: o.o.Verbosity}
	if o.isLocal() {
		req.Cwd = o.play.BaseDir
	}
	if state, _ := args.Raw("state"); t.fqcn == "ansible.builtin.user" && state != nil && value.ToStr(state) == "absent" {
		if name, ok := args.Raw("name"); ok { // a process of the account keeps it from being removed
			req.Leave = value.ToStr(name)
		}
	}
	if t.fqcn == "ansible.builtin.setup" {
		if req.Interpreter, err = o.namedInterpreter(); err != nil {
			return nil, err
		}
	}
	if o.async > 0 {
		req.Async = o.asyncJob()
	}
	if m := t.native(); m != nil {
		req.Args = o.known(m, args)
	} else {
		if err := o.pythonRequest(req, t, args); err != nil {
			return nil, err
		}
	}
	if o.timeout > 0 {
		req.Timeout = time.Duration(o.timeout) * time.Second
	}
	r := o.send(ctx, c, req)
	if r.Err == nil {
		if v, ok := r.Value.Raw(module.PythonKey); ok {
			if r, err = o.inPython(ctx, c, req, value.ToStr(v), args); err != nil {
				return nil, err
			}
		}
	}
	if r.Err != nil {
		return nil, r.Err
	}
	if err := o.strictUTF8(r.Value); err != nil {
		return nil, err
	}
	d := untrust(r.Value).(*value.Dict)
	d.Delete(value.S(module.StderrKey))
	o.renamed(d, name, t.fqcn)
	if req.Async != nil {
		d.Put("changed", value.Bool(true))
	}
	splitLines(d, "stdout")
	splitLines(d, "stderr")
	return d, nil
}

// inPython repeats a request that the native module does not cover with the Python module of the given name.
func (o *one) inPython(ctx context.Context, c transport.Conn, req *transport.Request, name string, args *value.Dict) (transport.Result, error) {
	t, err := o.resolve(name, o.spec.task)
	if err != nil {
		return transport.Result{}, err
	}
	args = args.Copy()
	args.Delete(value.S("use"))
	again := *req
	again.Module, again.Args = t.fqcn, args
	if err := o.pythonRequest(&again, t, args); err != nil {
		return transport.Result{}, err
	}
	return o.send(ctx, c, &again), nil
}

// send waits for the answer to one request.
func (o *one) send(ctx context.Context, c transport.Conn, req *transport.Request) transport.Result {
	if o.turn != nil {
		return o.turn.ask(ctx, c, req)
	}
	return c.Run(ctx, req)
}

// splitLines adds stdout_lines beside stdout where the module has not.
func splitLines(d *value.Dict, key string) {
	v, ok := d.Raw(key)
	if !ok || has(d, key+"_lines") {
		return
	}
	l := &value.List{}
	if s, ok := v.(value.Str); ok {
		for _, line := range value.Splitlines(s.S, false) {
			l.Items = append(l.Items, value.S(line))
		}
	}
	d.Put(key+"_lines", l)
}

// runnable tells whether there is something that can run the target.
func (o *one) runnable(t target) bool { return o.run_().runnable(t) }

// known leaves out arguments that a module does not have, where the caller wants that.
func (o *one) known(m *module.Module, args *value.Dict) *value.Dict {
	if !o.ignoreUnknown || m.Spec == nil {
		return args
	}
	out := &value.Dict{}
	for k, v := range args.RawAll() {
		if m.Spec.Option(value.ToStr(k)) != nil {
			out.Set(k, v)
		}
	}
	return out
}
