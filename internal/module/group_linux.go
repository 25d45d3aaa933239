package module

import (
	"strconv"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func runGroup(c *Call) *value.Dict {
	result, err := manageGroup(c)
	if err != nil {
		return c.failed(err)
	}
	return result
}

func manageGroup(c *Call) (*value.Dict, error) {
	if c.bool("local") {
		return nil, NeedsPython("ansible.builtin.group", "the option local of ansible.builtin.group")
	}
	name, state := c.text("name"), c.text("state")
	old := groups.name(name)
	var args []string
	switch {
	case state == "absent" && old != nil:
		args = []string{"groupdel"}
		if c.bool("force") {
			args = append(args, "-f")
		}
	case state == "present" && old == nil:
		args = []string{"groupadd"}
		if gid, ok := c.integer("gid"); ok {
			args = append(args, "-g", strconv.FormatInt(gid, 10))
			if c.bool("non_unique") {
				args = append(args, "-o")
			}
		}
		if c.bool("system") {
			args = append(args, "-r")
		}
		for _, limit := range [][2]string{{"gid_min", "GID_MIN="}, {"gid_max", "GID_MAX="}} {
			if n, ok := c.integer(limit[0]); ok {
				args = append(args, "-K", limit[1]+strconv.FormatInt(n, 10))
			}
		}
	case state == "present":
		if gid, ok := c.integer("gid"); ok && int(gid) != old.id {
			args = []string{"groupmod", "-g", strconv.FormatInt(gid, 10)}
			if c.bool("non_unique") {
				args = append(args, "-o")
			}
		}
	}
	if c.Check && args != nil && args[0] != "groupmod" {
		return value.NewDict("changed", value.Bool(true)), nil
	}
	r := value.NewDict("name", value.S(name), "state", value.S(state), "changed", value.Bool(args != nil))
	if args != nil {
		out, errOut, err := c.account(append(args, name), false, "name", value.S(name))
		if err != nil {
			return nil, err
		}
		if out != "" {
			r.Put("stdout", value.S(out))
		}
		if errOut != "" {
			r.Put("stderr", value.S(errOut))
		}
	}
	if now := groups.name(name); now != nil {
		r.Put("system", value.Bool(c.bool("system")))
		r.Put("gid", value.Int(now.id))
	}
	return r, nil
}

// account runs a command of shadow-utils; a status other than 0 fails with its error output and the given keys,
// the status among them when it is wanted.
func (c *Call) account(args []string, withStatus bool, extra ...any) (stdout, stderr string, err error) {
	program, err := c.needProgram(args[0])
	if err != nil {
		return "", "", err
	}
	err = c.Change(func() error {
		var rc int
		var err error
		rc, stdout, stderr, err = c.command(nil, append([]string{program}, args[1:]...)...)
		if err != nil {
			return commandError(err, quoteWords(args))
		}
		if rc != 0 {
			if withStatus {
				extra = append(extra, "rc", value.Int(rc))
			}
			return Fail(stderr, extra...)
		}
		return nil
	})
	return stdout, stderr, err
}
