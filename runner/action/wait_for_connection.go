package action

import (
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

var waitForConnection = &Action{Name: "ansible.builtin.wait_for_connection", Run: func(c *Context) (*value.Dict, error) {
	if err := c.only("connect_timeout", "delay", "sleep", "timeout"); err != nil {
		return nil, err
	}
	get := func(key string, def int) (int, error) {
		v, ok := c.Args.Raw(key)
		if !ok {
			return def, nil
		}
		return wholeNumber(v)
	}
	delay, err := get("delay", 0)
	if err != nil {
		return nil, fail("%s", err)
	}
	pace, err := get("sleep", 1)
	if err != nil {
		return nil, fail("%s", err)
	}
	timeout, err := get("timeout", 600)
	if err != nil {
		return nil, fail("%s", err)
	}
	if c.Check {
		c.Verbose(2, "wait_for_connection: skipping for check_mode")
		return value.NewDict("skipped", value.Bool(true)), nil
	}
	start := time.Now()
	wait(c.Ctx, time.Duration(delay)*time.Second)
	end := time.Now().Add(time.Duration(timeout) * time.Second)
	var last error
	for time.Now().Before(end) && c.Ctx.Err() == nil {
		conn, _, err := c.Conn()
		if err == nil && !c.Local {
			err = conn.Reset()
		}
		if err == nil {
			var r *value.Dict
			c.Verbose(2, "wait_for_connection: attempting ping module test")
			if r, err = c.Module("ansible.legacy.ping", &value.Dict{}, nil); err == nil && text(r, "ping") == "pong" {
				return value.NewDict("elapsed", value.Int(int(time.Since(start).Seconds()))), nil
			}
		}
		last = err
		wait(c.Ctx, time.Duration(pace)*time.Second)
	}
	msg := "timed out waiting for ping module test"
	if last != nil {
		msg += ": " + last.Error()
	}
	return failed(msg, "elapsed", value.Int(int(time.Since(start).Seconds()))), nil
}}
