package runner

import (
	"fmt"
	"math/rand"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// asyncDir is where the host keeps the state of jobs.
func (o *one) asyncDir() string {
	if d, ok := o.env["ANSIBLE_ASYNC_DIR"]; ok {
		return d
	}
	if v, err := o.connVar("ansible_async_dir"); err == nil && v != nil {
		return value.ToStr(v)
	}
	if o.o.Config != nil {
		if v := o.o.Config.Plugin("shell/sh", "async_dir"); v.Err == nil && v.Value != nil {
			return value.ToStr(v.Value)
		}
	}
	return "~/.ansible_async"
}

func (o *one) asyncJob() *transport.Async {
	return &transport.Async{JobID: fmt.Sprintf("j%d", rand.Int63n(999999999999)),
		Limit: time.Duration(o.async) * time.Second, Dir: o.asyncDir()}
}

// pollAsync waits for a job that was started in the background.
func (o *one) pollAsync(d *value.Dict) (*value.Dict, error) {
	jid, ok := d.Raw("ansible_job_id")
	if !ok {
		return value.NewDict("failed", value.Bool(true), "msg", value.S("No job id was returned by the async task")), nil
	}
	limit := o.async
	o.async = 0
	defer func() { o.async = limit }()
	show := func(e callback.Event) { o.emit(e) }
	var last *value.Dict
	left := limit
	for left > 0 {
		sleep(o.ctx, time.Duration(o.poll)*time.Second)
		r, err := o.jobStatus(jid)
		if err != nil {
			return nil, err
		}
		last = r
		if flagOf(r, "finished") || flagOf(r, "failed") || flagOf(r, "skipped") {
			break
		}
		left -= o.poll
		v := *o.res
		v.dict = r
		show(callback.AsyncPoll{Result: v.shown()})
	}
	v := *o.res
	if last == nil || !flagOf(last, "finished") {
		if last != nil && flagOf(last, "_ansible_parsed") {
			return last, nil
		}
		last = value.NewDict("failed", value.Bool(true), "msg", value.S("async task did not complete within the requested time - "+fmt.Sprint(limit)+"s"), "async_result", valueOr(last))
		v.dict = last
		show(callback.AsyncFailed{Result: v.shown()})
		return last, nil
	}
	if _, err := o.module(o.ctx, "ansible.builtin.async_status", value.NewDict("jid", jid, "mode", value.S("cleanup"), "_async_dir", value.S(o.asyncDir())), nil); err != nil {
		return nil, err
	}
	v.dict = last
	if flagOf(last, "failed") {
		show(callback.AsyncFailed{Result: v.shown()})
	} else {
		show(callback.AsyncOK{Result: v.shown()})
	}
	return last, nil
}

func valueOr(d *value.Dict) value.Value {
	if d == nil {
		return &value.Dict{}
	}
	return d
}

// jobStatus asks the host about a job, as the action async_status does.
func (o *one) jobStatus(jid value.Value) (*value.Dict, error) {
	r, err := o.module(o.ctx, "ansible.builtin.async_status", value.NewDict("jid", jid, "_async_dir", value.S(o.asyncDir())), nil)
	if err != nil {
		return nil, err
	}
	d := value.NewDict("started", value.Bool(true), "finished", value.Bool(false), "stdout", value.S(""), "stderr", value.S(""),
		"stdout_lines", &value.List{}, "stderr_lines", &value.List{}, "ansible_job_id", jid)
	for k, v := range r.RawAll() {
		d.Set(k, v)
	}
	for _, k := range []string{"started", "finished"} {
		d.Put(k, value.Bool(flagOf(d, k)))
	}
	return d, nil
}
