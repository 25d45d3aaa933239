package module

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runCommand(c *Call) *value.Dict {
	result, err := (&commandTask{Call: c, shell: c.bool("_uses_shell")}).run()
	if err != nil {
		return c.failed(err)
	}
	return result
}

// runShell is runCommand for the shell module, which takes one option less.
func runShell(c *Call) *value.Dict {
	if c.given("expand_argument_vars") {
		return c.failed(Fail("Unsupported parameters for (" + c.Name + ") module: expand_argument_vars"))
	}
	c.Args.Put("expand_argument_vars", value.Bool(true))
	return runCommand(c)
}

type commandTask struct {
	*Call
	shell bool
	line  string   // the command line of a shell
	argv  []string // else the words
	cmd   value.Value
}

func (t *commandTask) run() (*value.Dict, error) {
	executable := t.text("executable")
	if !t.shell && executable != "" {
		t.Warn("As of Ansible 2.4, the parameter 'executable' is no longer supported with the 'command' module. Not using '" + executable + "'.")
		executable = ""
	}
	if err := t.words(); err != nil {
		return nil, err
	}
	r := value.NewDict("changed", value.Bool(false), "stdout", value.S(""), "stderr", value.S(""), "rc", value.None{},
		"cmd", t.cmd, "start", value.None{}, "end", value.None{}, "delta", value.None{}, "msg", value.S(""))
	dir := t.Cwd
	if chdir := t.text("chdir"); chdir != "" {
		dir = t.in(chdir)
		if err := enterable(dir, chdir); err != nil {
			f := &failure{message: "Unable to change directory before execution.", extra: r, cause: bytesInError(err)}
			return nil, f
		}
	}
	if t.skip(r, dir) {
		return r, nil
	}
	r.Put("changed", value.Bool(true))
	if t.Check {
		r.Put("rc", value.Int(0))
		r.Put("msg", value.S("Command would have run if not in check mode"))
		if !t.given("creates") && !t.given("removes") {
			r.Put("skipped", value.Bool(true))
			r.Put("changed", value.Bool(false))
		}
		return r, nil
	}
	return t.execute(r, dir, executable)
}

// in makes a path relative to the call's directory absolute.
func (c *Call) in(path string) string {
	if c.Cwd == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.Cwd, path)
}

func enterable(dir, shown string) error {
	f, err := os.Stat(dir)
	switch {
	case err != nil:
		return &os.PathError{Op: "chdir", Path: shown, Err: errnoOf(err)}
	case !f.IsDir():
		return &os.PathError{Op: "chdir", Path: shown, Err: errnoNotDir}
	case !accessible(dir, accessExecute):
		return &os.PathError{Op: "chdir", Path: shown, Err: errnoAccess}
	}
	return nil
}

// words finds what to run.
func (t *commandTask) words() error {
	line := t.text("_raw_params")
	if line == "" {
		line = t.text("cmd")
	}
	switch {
	case line != "" && t.shell:
		t.line, t.cmd = line, value.S(line)
	case line != "":
		argv, err := shellWords(line)
		if err != nil {
			return crashed(nil, err.Error())
		}
		t.argv = argv
	}
	if line == "" || !t.shell && len(t.argv) == 0 {
		if !t.given("argv") {
			if line == "" && t.given("_raw_params") || t.given("cmd") {
				return Fail("Argument 'args' to run_command must be list or string", "rc", value.Int(257), "cmd", value.None{})
			}
		}
		t.argv = t.texts("argv")
	}
	if t.cmd == nil {
		t.cmd = value.Strings(t.argv)
		if t.shell {
			t.line = quoteWords(t.argv)
		}
	}
	return nil
}

// skip tells, and says in the result, that creates or removes make the command needless.
func (t *commandTask) skip(r *value.Dict, dir string) bool {
	did := "Did"
	if t.Check {
		did = "Would"
	}
	say := func(path, state string) {
		r.Put("msg", value.S(did+" not run command since '"+path+"' "+state))
		r.Put("stdout", value.S("skipped, since "+path+" "+state))
		r.Put("rc", value.Int(0))
	}
	if creates := t.text("creates"); creates != "" && globs(dir, creates) {
		say(creates, "exists")
		return true
	}
	if removes := t.text("removes"); removes != "" && !globs(dir, removes) {
		say(removes, "does not exist")
		return true
	}
	return false
}

// globs tells whether a pattern matches anything.
func globs(dir, pattern string) bool {
	if dir != "" && !filepath.IsAbs(pattern) {
		pattern = joinPath(dir, pattern)
	}
	if !strings.ContainsAny(pattern, "*?[") {
		_, err := os.Lstat(pattern)
		return err == nil
	}
	return len(glob(pattern)) > 0
}

func (t *commandTask) execute(r *value.Dict, dir, executable string) (*value.Dict, error) {
	p := process{dir: dir}
	switch {
	case t.shell:
		if executable == "" {
			executable = "/bin/sh"
		}
		p.args = []string{executable, "-c", t.line}
	default:
		p.args = append([]string(nil), t.argv...)
		if t.bool("expand_argument_vars") {
			for i := range p.args {
				p.args[i] = argspec.Expand(p.args[i], t.getenv, t.home)
			}
		}
	}
	if len(p.args) == 0 {
		return nil, Fail("Argument 'args' to run_command must be list or string", "rc", value.Int(257), "cmd", value.None{})
	}
	if stdin, _ := t.str("stdin"); stdin != "" {
		if t.bool("stdin_add_newline") {
			stdin += "\n"
		}
		p.stdin = []byte(stdin)
	}
	start := time.Now()
	rc, out, errOut, err := t.start(p)
	end := time.Now()
	if err != nil {
		return nil, commandError(err, quoteWords(p.args))
	}
	stdout, stderr := validText(out), validText(errOut)
	if t.bool("strip_empty_ends") {
		stdout, stderr = strings.TrimRight(stdout, "\r\n"), strings.TrimRight(stderr, "\r\n")
	}
	r.Put("rc", value.Int(rc))
	r.Put("stdout", value.S(stdout))
	r.Put("stderr", value.S(stderr))
	r.Put("start", value.S(pythonClock(start)))
	r.Put("end", value.S(pythonClock(end)))
	r.Put("delta", value.S(pythonDelta(end.Sub(start))))
	if rc != 0 {
		r.Put("msg", value.S("non-zero return code"))
		r.Put("failed", value.Bool(true))
	}
	return r, nil
}

// validText is output as text; bytes that are not UTF-8 become the replacement character where the result travels.
func validText(b []byte) string { return string(b) }

// pythonClock is Python's str() of a local time: the fraction is left out when it is zero.
func pythonClock(t time.Time) string {
	s := t.Format("2006-01-02 15:04:05")
	if us := t.Nanosecond() / 1000; us != 0 {
		s += fmt.Sprintf(".%06d", us)
	}
	return s
}

// pythonDelta is Python's str() of a time difference: "0:00:01.234567", "1 day, 0:00:00".
func pythonDelta(d time.Duration) string {
	us := int64(d / time.Microsecond)
	seconds := us / 1e6
	us %= 1e6
	s := ""
	if days := seconds / 86400; days > 0 {
		s = fmt.Sprintf("%d day", days)
		if days != 1 {
			s += "s"
		}
		s += ", "
	}
	seconds %= 86400
	s += fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	if us != 0 {
		s += fmt.Sprintf(".%06d", us)
	}
	return s
}
