package module

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// process says how a program is started.
type process struct {
	args  []string // program and arguments; the program is looked up in PATH
	dir   string   // where it starts, the call's Cwd when empty
	stdin []byte   // nil: what the process itself has
	env   []string // "NAME=value" on top of the task's environment
}

// command runs a program and gives its exit status, output and error output. env is on top of the task's environment;
// err means that it could not be started.
func (c *Call) command(env []string, args ...string) (rc int, stdout, stderr string, err error) {
	rc, out, errOut, err := c.start(process{args: args, env: env})
	return rc, string(out), string(errOut), err
}

// start runs a process to its end. A process that was killed by signal N has the status -N, as in Python.
func (c *Call) start(p process) (rc int, stdout, stderr []byte, err error) {
	environ := c.environ(p.env)
	program := p.args[0]
	if !strings.Contains(program, "/") {
		program = lookPath(program, environ)
		if program == "" {
			return 0, nil, nil, &os.PathError{Op: "exec", Path: p.args[0], Err: syscall.ENOENT}
		}
	}
	cmd := exec.Command(program, p.args[1:]...)
	cmd.Args[0] = p.args[0]
	cmd.Env = environ
	cmd.Dir = p.dir
	if cmd.Dir == "" {
		cmd.Dir = c.Cwd
	}
	if p.stdin != nil {
		cmd.Stdin = bytes.NewReader(p.stdin)
	}
	// A session of its own, as ansible-core's workers give: no terminal to ask on, and all of it can be ended.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	var out, errOut bytes.Buffer
	if err := c.pump(cmd, &out, &errOut); err != nil {
		return 0, nil, nil, err
	}
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	rc = status.ExitStatus()
	if status.Signaled() {
		rc = -int(status.Signal())
	}
	return rc, out.Bytes(), errOut.Bytes(), nil
}

// idle is how long a process that left children behind may stay silent before its output counts as complete.
const idle = time.Second

// maxOutput is the most that a command may print, in bytes: its result has to be held in memory and sent.
const maxOutput = 120 << 20

var errOutput = fmt.Errorf("it printed more than %d bytes and was stopped", maxOutput)

// pump starts the process and reads its output until the process has ended and all that it wrote is read. A daemon that
// the process left behind with its pipes open is waited for only while it writes.
func (c *Call) pump(cmd *exec.Cmd, out, errOut *bytes.Buffer) error {
	outR, outW, err := os.Pipe()
	if err != nil {
		return err
	}
	errR, errW, err := os.Pipe()
	if err != nil {
		outR.Close()
		outW.Close()
		return err
	}
	cmd.Stdout, cmd.Stderr = outW, errW
	if err = c.context().Err(); err == nil {
		err = cmd.Start()
	}
	outW.Close()
	errW.Close()
	if err != nil {
		outR.Close()
		errR.Close()
		return err
	}
	group := cmd.Process.Pid
	ended := watch(group)
	stopped := make(chan struct{})
	stop := context.AfterFunc(c.context(), func() { defer close(stopped); stopGroup(group) })
	defer func() {
		if !stop() { // cancelled: what the process left behind goes with it
			<-stopped
		}
		ended()
	}()
	var exited atomic.Bool
	var size atomic.Int64
	done := make(chan struct{}, 2)
	read := func(r *os.File, b *bytes.Buffer) {
		defer func() { done <- struct{}{} }()
		chunk := make([]byte, 32<<10)
		for {
			n, err := r.Read(chunk)
			if err != nil {
				return
			}
			if before := size.Add(int64(n)) - int64(n); before > maxOutput {
				continue // what comes until it has ended
			} else if before+int64(n) > maxOutput {
				go stopGroup(group)
				continue
			}
			b.Write(chunk[:n])
			if exited.Load() {
				r.SetReadDeadline(time.Now().Add(idle))
			}
		}
	}
	go read(outR, out)
	go read(errR, errOut)
	err = cmd.Wait()
	exited.Store(true)
	outR.SetReadDeadline(time.Now().Add(idle))
	errR.SetReadDeadline(time.Now().Add(idle))
	<-done
	<-done
	outR.Close()
	errR.Close()
	if size.Load() > maxOutput {
		return errOutput
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}

// environ is the environment of commands: the process's, the task's, then extra.
func (c *Call) environ(extra []string) []string {
	if len(c.Env) == 0 && len(extra) == 0 {
		return os.Environ()
	}
	env := os.Environ()
	names := make([]string, 0, len(c.Env))
	for name := range c.Env {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		env = setenv(env, name, c.Env[name])
	}
	for _, e := range extra {
		name, v, _ := strings.Cut(e, "=")
		env = setenv(env, name, v)
	}
	return env
}

func setenv(env []string, name, v string) []string {
	for i, e := range env {
		if len(e) > len(name) && e[len(name)] == '=' && e[:len(name)] == name {
			env[i] = name + "=" + v
			return env
		}
	}
	return append(env, name+"="+v)
}

// lookPath finds a program in the PATH of an environment.
func lookPath(program string, environ []string) string {
	path := "/bin:/usr/bin"
	for _, e := range environ {
		if v, ok := strings.CutPrefix(e, "PATH="); ok {
			path = v
		}
	}
	for _, dir := range filepath.SplitList(path) {
		if dir == "" {
			dir = "."
		}
		full := dir + "/" + program
		if st, err := os.Stat(full); err == nil && !st.IsDir() && st.Mode()&0o111 != 0 {
			return full
		}
	}
	return ""
}

// programs keeps where findProgram found a program, by PATH and name.
var programs sync.Map

// findProgram looks for a program in PATH and in the sbin folders; "" where there is none.
func (c *Call) findProgram(name string) string {
	path, _ := c.getenv("PATH")
	key := path + "\x00" + name
	if known, ok := programs.Load(key); ok && accessible(known.(string), accessExecute) {
		return known.(string)
	}
	found := c.searchProgram(path, name)
	if found != "" {
		programs.Store(key, found)
	}
	return found
}

func (c *Call) searchProgram(path, name string) string {
	for _, dir := range searched(path) {
		if dir == "" {
			continue
		}
		full := filepath.Join(dir, name)
		if st, err := os.Stat(full); err == nil && !st.IsDir() && st.Mode()&0o111 != 0 {
			return full
		}
	}
	return ""
}

// needProgram is findProgram with ansible-core's failure.
func (c *Call) needProgram(name string) (string, error) {
	if p := c.findProgram(name); p != "" {
		return p, nil
	}
	path, _ := c.getenv("PATH")
	return "", Fail("Failed to find required executable \"" + name + "\" in paths: " + strings.Join(searched(path), ":"))
}

// searched lists the directories of PATH and, behind them, those of the system's programs that are there.
func searched(path string) []string {
	dirs := filepath.SplitList(path)
	for _, sbin := range [...]string{"/sbin", "/usr/sbin", "/usr/local/sbin"} {
		if slices.Contains(dirs, sbin) {
			continue
		}
		if st, err := os.Stat(sbin); err == nil && st.IsDir() {
			dirs = append(dirs, sbin)
		}
	}
	return dirs
}

// commandError is what ansible-core reports of a program that could not be started.
func commandError(err error, cmd string) error {
	rc := int(errnoOf(err))
	if rc == 0 {
		rc = 257
	}
	var path *os.PathError
	cause := errnoText(errnoOf(err))
	if errors.Is(err, errOutput) {
		cause = err.Error()
	}
	if errors.As(err, &path) {
		cause += ": b" + value.Repr(value.S(path.Path))
	}
	return &failure{message: "Error executing command.", cause: cause,
		extra: value.NewDict("rc", value.Int(rc), "stdout", value.S(""), "stderr", value.S(""), "cmd", value.S(cmd))}
}
