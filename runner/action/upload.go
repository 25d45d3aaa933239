package action

import (
	"context"
	"fmt"
	"math/rand"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// upload makes a file of the controller readable on the host: where the host is this machine and the account this one,
// it is already. done removes what was uploaded.
func (c *Context) upload(path string, decrypt bool) (remote string, done func(), err error) {
	conn, become, err := c.Conn()
	if err != nil {
		return "", nil, err
	}
	_, blob, err := FileBlob(c, path, decrypt)
	if err != nil {
		return "", nil, err
	}
	if c.Local && become == nil && (blob.Path != "" || !decrypt || !vaulted(path)) {
		return path, func() {}, nil
	}
	remote = fmt.Sprintf("/tmp/.rehearse-%08x-%s", rand.Uint32(), filepath.Base(path))
	if err := conn.Put(c.Ctx, remote, 0o700, blob, become); err != nil {
		return "", nil, err
	}
	return remote, func() {
		conn.Exec(context.WithoutCancel(c.Ctx), &transport.Command{Line: "rm -f " + shellQuote(remote), Exe: "/bin/sh", Become: become})
	}, nil
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'" }

// skip ends an action without doing anything.
func skip(msg string, pairs ...any) *value.Dict {
	d := value.NewDict("skipped", value.Bool(true), "msg", value.S(msg))
	for i := 0; i+1 < len(pairs); i += 2 {
		d.Put(pairs[i].(string), pairs[i+1].(value.Value))
	}
	return d
}

// statOf looks at a path of the host; nil where nothing is there.
func (c *Context) statOf(path string) (*value.Dict, error) {
	r, err := c.Module("ansible.legacy.stat", value.NewDict("path", value.S(path), "follow", value.Bool(true), "get_checksum", value.Bool(true),
		"get_mime", value.Bool(false), "get_attributes", value.Bool(false), "checksum_algorithm", value.S("sha1")), nil)
	if err != nil {
		return nil, err
	}
	if isFailed(r) {
		f := fault.From(broken("Failed to get information on remote file (%s): %s", path, text(r, "msg")))
		return nil, f
	}
	s, _ := r.Raw("stat")
	d, ok := s.(*value.Dict)
	if !ok || !truth(d, "exists") {
		return nil, nil
	}
	return d, nil
}

// output is the result of a command that ran without a module.
func output(out *transport.Output) *value.Dict {
	lines := func(s string) value.Value { return value.Strings(value.Splitlines(s, false)) }
	stdout, stderr := string(out.Stdout), string(out.Stderr)
	return value.NewDict("rc", value.Int(out.Code), "stdout", value.S(stdout), "stdout_lines", lines(stdout),
		"stderr", value.S(stderr), "stderr_lines", lines(stderr))
}
