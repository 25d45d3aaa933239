package runner

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/durable"
	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// answer does what the plugin wants done.
func (a *pythonCall) answer(ctx context.Context, method string, args value.Value) (value.Value, error) {
	d, _ := args.(*value.Dict)
	if d == nil {
		d = &value.Dict{}
	}
	var v value.Value
	var err error
	switch method {
	case "execute_module":
		v, err = a.executeModule(ctx, d)
	case "exec":
		v, err = a.exec(ctx, d)
	case "put":
		err = a.put(ctx, a.inControllerDir(textOf(d, "from")), textOf(d, "to"))
	case "fetch":
		err = a.fetch(ctx, textOf(d, "from"), a.inControllerDir(textOf(d, "to")))
	case "reset":
		var c transport.Conn
		if c, err = a.way(ctx); err == nil {
			err = c.Reset()
		}
	case "warnings":
		a.warned(d)
	case "printed":
		a.printed(textOf(d, "stream"), textOf(d, "text"))
	case "contribution":
		if r, ok := d.Raw("result"); ok {
			a.contribution, _ = r.(*value.Dict)
		}
		a.notFailed = flagOf(d, "omit_failed")
	default:
		return nil, pyplugin.ErrNoMethod
	}
	return v, a.raised(err)
}

// raised gives an error the class that Python knows it by.
func (a *pythonCall) raised(err error) error {
	var lost *transport.Unreachable
	var file *transport.FileError
	var missing *catalog.NotFound
	switch {
	case err == nil:
		return nil
	case errors.As(err, &lost):
		a.lost = lost
		return &pyplugin.Error{Class: "AnsibleConnectionFailure", Message: lost.Message}
	case errors.Is(err, os.ErrNotExist) || errors.As(err, &file):
		return &pyplugin.Error{Class: "AnsibleFileNotFound", Message: err.Error()}
	case errors.As(err, &missing):
		return &pyplugin.Error{Class: "AnsibleError", Message: "The module " + missing.Name + " was not found in configured module paths"}
	}
	return &pyplugin.Error{Class: "AnsibleError", Message: err.Error()}
}

func (a *pythonCall) way(ctx context.Context) (transport.Conn, error) {
	if a.host == nil {
		c, err := a.connection(ctx)
		if err != nil {
			return nil, err
		}
		a.host = c
	}
	return a.host, nil
}

// warned takes over what the plugin warned of.
func (a *pythonCall) warned(d *value.Dict) {
	list := func(key string) []value.Value {
		v, _ := d.Raw(key)
		l, _ := v.(*value.List)
		if l == nil {
			return nil
		}
		return l.Items
	}
	for _, w := range list("warnings") {
		if e, ok := w.(*value.Dict); ok {
			a.warnings = append(a.warnings, &fault.Fault{Msg: textOf(e, "msg"), Help: textOf(e, "help")})
		}
	}
	for _, w := range list("deprecations") {
		if e, ok := w.(*value.Dict); ok {
			a.res.depr = append(a.res.depr, deprecation(e))
		}
	}
}

// executeModule runs a module for the plugin: on the task's host, or on this machine.
func (a *pythonCall) executeModule(ctx context.Context, d *value.Dict) (value.Value, error) {
	own, res := *a.one, *a.res
	own.res, own.turn = &res, nil
	res.check, res.diff, res.noLog = flagOf(d, "check"), flagOf(d, "diff"), flagOf(d, "no_log")
	own.ignoreUnknown = flagOf(d, "ignore_unknown")
	own.asLogin = !flagOf(d, "become")
	own.controller = textOf(d, "link") == "controller"
	if !flagOf(d, "async") {
		own.async = 0
	}
	v, _ := d.Raw("args")
	args, _ := untrust(v).(*value.Dict)
	if args == nil {
		args = &value.Dict{}
	}
	result, err := own.moduleResult(ctx, textOf(d, "name"), args, nil)
	a.warnings = own.warnings
	if err != nil {
		return nil, err
	}
	return result, nil
}

// exec runs a shell command on the host.
func (a *pythonCall) exec(ctx context.Context, d *value.Dict) (value.Value, error) {
	c, err := a.way(ctx)
	if err != nil {
		return nil, err
	}
	cmd := &transport.Command{Line: textOf(d, "cmd"), Exe: textOf(d, "executable")}
	if a.isLocal() {
		cmd.Cwd = a.play.BaseDir
	}
	if flagOf(d, "become") {
		if cmd.Become, err = a.become(); err != nil {
			return nil, err
		}
	}
	if v, ok := d.Raw("stdin"); ok {
		if b, ok := v.(value.Bytes); ok {
			cmd.Stdin = bytes.NewReader([]byte(b))
		}
	}
	out, err := c.Exec(ctx, cmd)
	if err != nil {
		return nil, err
	}
	return value.NewDict("rc", value.Int(out.Code), "stdout", value.Bytes(out.Stdout), "stderr", value.Bytes(out.Stderr)), nil
}

// put copies a file of this machine to the host: over SSH with its permissions, on this machine with those of a new file.
func (a *pythonCall) put(ctx context.Context, from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if a.isLocal() {
		return copyHere(from, a.inControllerDir(to))
	}
	c, err := a.way(ctx)
	if err != nil {
		return err
	}
	return c.Put(ctx, to, uint32(info.Mode().Perm()&^0o022), transport.Blob{Path: from, Size: info.Size()}, nil)
}

// fetch copies a file of the host to this machine.
func (a *pythonCall) fetch(ctx context.Context, from, to string) error {
	c, err := a.way(ctx)
	if err != nil {
		return err
	}
	f, err := durable.Create(to, 0o666)
	if err != nil {
		return err
	}
	defer f.Discard()
	if err := c.Fetch(ctx, from, f, nil); err != nil {
		return err
	}
	return f.Commit()
}

// copyHere copies a file on this machine; one that is there keeps its permissions.
func copyHere(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := durable.Create(to, 0o666)
	if err != nil {
		return err
	}
	defer out.Discard()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Commit()
}

// printed warns of what the plugin printed itself.
func (a *pythonCall) printed(stream, text string) {
	var b strings.Builder
	for line := range strings.Lines(text[:min(len(text), 256)]) {
		if strings.TrimSpace(line) != "" {
			line = "    " + line
		}
		b.WriteString(line)
	}
	a.display.Warn("WorkerProcess for [" + a.res.host.Name + "/TASK: " + a.spec.view.Name + "] errantly sent data directly to " + stream +
		" instead of using Display:\n" + b.String() + "\n")
}
