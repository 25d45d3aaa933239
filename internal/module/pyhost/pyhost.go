//go:build unix

// Package pyhost runs Ansible modules that are written in Python: it keeps one Python process per interpreter that has
// the common module code imported and forks for every call. It runs on the target, inside the agent, and in the
// controller for local connections. It imports the standard library only.
//
// A module travels as two zip archives: the common module_utils, the same for every module of an installation, and the
// module with what else it imports. Arguments never reach argv, the environment or a file.
package pyhost

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed server.py
var server string

// Request is one call of a module.
type Request struct {
	Interpreter string            `json:"-"`       // path or name of the Python interpreter
	Base        string            `json:"base"`    // path of the archive of common module_utils
	Payload     string            `json:"payload"` // path of the module's archive
	FQN         string            `json:"fqn"`     // dotted module name: ansible.modules.user
	Params      string            `json:"params"`  // JSON text: {"ANSIBLE_MODULE_ARGS": {...}}
	Profile     string            `json:"profile,omitempty"`
	Env         map[string]string `json:"env,omitempty"`
	Cwd         string            `json:"cwd,omitempty"`
	Files       int64             `json:"files,omitempty"` // how many files the module may have open; 0 leaves that
}

// Reply is what the module's process gave. RC is negative for a signal.
type Reply struct {
	RC             int
	Stdout, Stderr []byte
}

// Pool owns the Python processes of one agent or one run. The zero value is ready; Close ends them all.
type Pool struct {
	mu      sync.Mutex
	servers map[string]*process
	closed  bool
}

// Run calls the module and waits for it. The end of ctx kills the module's process group and ends the call.
func (p *Pool) Run(ctx context.Context, r *Request) (*Reply, error) {
	s, err := p.server(r)
	if err != nil {
		return nil, err
	}
	reply, err := s.call(ctx, r)
	if err != nil {
		p.drop(r, s)
	}
	return reply, err
}

// Close ends every Python process of the pool.
func (p *Pool) Close() error {
	p.mu.Lock()
	servers := p.servers
	p.servers, p.closed = nil, true
	p.mu.Unlock()
	for _, s := range servers {
		s.end()
	}
	return nil
}

func key(r *Request) string { return r.Interpreter + "\x00" + r.Base }

func (p *Pool) server(r *Request) (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errors.New("the Python processes have been ended")
	}
	if s := p.servers[key(r)]; s != nil {
		return s, nil
	}
	s, err := start(r.Interpreter, r.Base)
	if err != nil {
		return nil, err
	}
	if p.servers == nil {
		p.servers = map[string]*process{}
	}
	p.servers[key(r)] = s
	return s, nil
}

func (p *Pool) drop(r *Request, s *process) {
	p.mu.Lock()
	if p.servers[key(r)] == s {
		delete(p.servers, key(r))
	}
	p.mu.Unlock()
	s.end()
}

// process is one running server.py. One call at a time holds mu.
type process struct {
	mu     sync.Mutex
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr tail
	once   sync.Once
}

// start runs the interpreter with a short argument list: the program itself goes in by a pipe on descriptor 3.
func start(interpreter, base string) (*process, error) {
	path, err := exec.LookPath(interpreter)
	var words []string
	if err != nil { // "/usr/bin/env python3", "/usr/bin/python3 -s"
		if words = strings.Fields(interpreter); len(words) > 1 {
			path, err = exec.LookPath(words[0])
			words = words[1:]
		}
	}
	if err != nil {
		return nil, &NoInterpreter{interpreter, err}
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cmd := exec.Command(path, append(words, "-c", "import os,sys\nwith os.fdopen(3) as f: code = f.read()\nexec(compile(code, 'rehearse', 'exec'))", base)...)
	cmd.ExtraFiles = []*os.File{r}
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	s := &process{cmd: cmd}
	cmd.Stderr = &s.stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = patience
	if s.in, err = cmd.StdinPipe(); err != nil {
		w.Close()
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.Close()
		return nil, err
	}
	s.out = bufio.NewReaderSize(out, 1<<16)
	if err := cmd.Start(); err != nil {
		w.Close()
		return nil, &NoInterpreter{interpreter, err}
	}
	go func() {
		io.WriteString(w, server)
		w.Close()
	}()
	return s, nil
}

func (s *process) call(ctx context.Context, r *Request) (*Reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	line, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	if _, err := s.in.Write(append(line, '\n')); err != nil {
		return nil, s.lost(err)
	}
	var started struct{ Pid int }
	if err := s.read(&started); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-ctx.Done():
			// The fork makes a group of its own as its first step, which may still be ahead of it.
			syscall.Kill(-started.Pid, syscall.SIGKILL)
			syscall.Kill(started.Pid, syscall.SIGKILL)
			syscall.Kill(-started.Pid, syscall.SIGKILL)
		case <-done:
		}
	}()
	var reply struct {
		RC             int
		Stdout, Stderr string
	}
	err = s.read(&reply)
	close(done)
	<-ended
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	out := &Reply{RC: reply.RC}
	if out.Stdout, err = base64.StdEncoding.DecodeString(reply.Stdout); err != nil {
		return nil, err
	}
	out.Stderr, err = base64.StdEncoding.DecodeString(reply.Stderr)
	return out, err
}

func (s *process) read(to any) error {
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		return s.lost(err)
	}
	return json.Unmarshal(line, to)
}

// lost explains why the Python process is gone by the last that it said.
func (s *process) lost(err error) error {
	s.end()
	if said := strings.TrimSpace(s.stderr.String()); said != "" {
		return fmt.Errorf("%s ended: %s", s.cmd.Path, said)
	}
	return fmt.Errorf("%s ended without a word: %w", s.cmd.Path, err)
}

// patience is how long a Python process may take to end by itself when its input has ended.
const patience = 2 * time.Second

func (s *process) end() {
	s.once.Do(func() {
		s.in.Close()
		force := time.AfterFunc(patience, func() { syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) })
		s.cmd.Wait()
		force.Stop()
	})
}

// tail keeps the last few kilobytes that are written to it.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if len(t.b) > 4096 {
		t.b = bytes.Clone(t.b[len(t.b)-4096:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}

// Cached gives the path of an archive that is stored under dir already, "" when it is not. A file of another account,
// or one that others may write, is refused: Python would run what it holds.
func Cached(dir, hash string) (string, error) {
	path := filepath.Join(dir, "py-"+hash+".zip")
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o022 != 0 || !ok || int(st.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s is not a file of this account alone: remove it", path)
	}
	return path, nil
}

// Archive stores content under dir by its hash, once, for the interpreter to import from, and gives its path.
func Archive(dir, hash string, content io.Reader) (string, error) {
	path := filepath.Join(dir, "py-"+hash+".zip")
	if there, err := Cached(dir, hash); err != nil || there != "" {
		return there, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, ".py-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, content)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return "", fmt.Errorf("write %s: %w", path, err)
	}
	return path, nil
}
