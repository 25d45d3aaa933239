package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/wire"
)

// JobArg is the one argument that makes a program run one asynchronous job, which it reads from standard input.
const JobArg = "--run-async-job"

// startJob starts the call in a process of its own, which goes on when the agent ends, and keeps its result in the
// file that ansible's async_status reads. The job's number ends in the number of the process, as ansible-core's does.
func startJob(c *wire.Call) *wire.Answer {
	exe, err := os.Executable()
	if err != nil {
		return &wire.Answer{Value: failure("FATAL ERROR: " + err.Error())}
	}
	dir, err := jobDir(c.Async.Dir)
	if err != nil {
		return &wire.Answer{Value: failure(fmt.Sprintf("could not create directory: %s - %v", dir, bare(err)))}
	}
	payload, err := c.Encode(nil)
	if err != nil {
		return &wire.Answer{Error: err.Error()}
	}
	cmd := exec.Command(exe, JobArg)
	ownSession(cmd)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return &wire.Answer{Error: err.Error()}
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return &wire.Answer{Error: err.Error()}
	}
	if err := cmd.Start(); err != nil {
		return &wire.Answer{Value: failure("FATAL ERROR: " + err.Error())}
	}
	_, err = stdin.Write(payload)
	stdin.Close()
	// The job closes its output when its status file is there.
	text, _ := io.ReadAll(stdout)
	go cmd.Wait()
	if err == nil && len(text) > 0 {
		err = errors.New(string(text))
	}
	if err != nil {
		return &wire.Answer{Value: failure("FATAL ERROR: " + err.Error())}
	}
	jid := c.Async.JobID + "." + strconv.Itoa(cmd.Process.Pid)
	return &wire.Answer{Value: value.NewDict("failed", value.Bool(false), "started", value.Bool(true), "finished", value.Bool(false),
		"ansible_job_id", value.S(jid), "results_file", value.S(filepath.Join(dir, jid)))}
}

func jobDir(dir string) (string, error) {
	if dir == "" {
		dir = "~/.ansible_async"
	}
	dir = expandHome(dir)
	return dir, os.MkdirAll(dir, 0o700)
}

// JobMain runs the job on standard input and gives the exit status. Errors before the job has begun go to standard
// output, which is closed as soon as the status file exists.
func JobMain() int {
	surviveFileLimit()
	payload, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Print(err)
		return 1
	}
	c, err := wire.DecodeCall(payload)
	if err != nil || c.Async == nil {
		fmt.Print("not a job: ", err)
		return 1
	}
	dir, err := jobDir(c.Async.Dir)
	if err != nil {
		fmt.Print(err)
		return 1
	}
	jid := c.Async.JobID + "." + strconv.Itoa(os.Getpid())
	path := filepath.Join(dir, jid)
	status := func(d *value.Dict) error {
		text, err := value.ToJSON(d, value.JSONOptions{})
		if err != nil {
			text = []byte(`{"failed": true, "msg": "the result cannot be written as JSON"}`)
		}
		return WriteFile(path, 0o600, bytes.NewReader(text))
	}
	err = status(value.NewDict("started", value.Bool(true), "finished", value.Bool(false), "ansible_job_id", value.S(jid)))
	if err != nil {
		fmt.Print(err)
		return 1
	}
	os.Stdout.Close()
	os.Stdin.Close()
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	done := make(chan *value.Dict, 1)
	go func() {
		var kept blobs
		for sha, content := range c.Blobs {
			kept.add(sha, content)
		}
		defer kept.remove()
		var host Host
		defer host.Close()
		done <- host.Invoke(ctx, c, func(sha string) (io.ReadSeeker, error) {
			r, err := kept.open(sha)
			if r == nil && err == nil {
				err = errors.New("content that is not part of the request cannot be had in the background")
			}
			return r, err
		}).Value
	}()
	var limit <-chan time.Time
	if c.Async.Limit > 0 {
		limit = time.After(c.Async.Limit)
	}
	res := failure("the job was stopped")
	select {
	case r := <-done:
		if r != nil {
			res = module.OfJob(r)
		}
	case <-limit:
		stop(errors.New("Timeout exceeded"))
		select {
		case <-done:
		case <-time.After(grace):
		}
		res = value.NewDict("msg", value.S("Timeout exceeded"), "failed", value.Bool(true), "child_pid", value.Int(os.Getpid()))
	}
	if status(res) != nil {
		return 1
	}
	return 0
}
