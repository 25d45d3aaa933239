// Command cmd measures rehearse against a program that only does the system calls, against ansible-core and against
// Mitogen, alternating in one run on this machine, on localhost and over an SSH server that it starts on the loopback. It prints
// medians, ratios and peak memory, and writes them as a page.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	b := &bench{}
	flag.StringVar(&b.out, "out", "", "write the page to this file")
	flag.StringVar(&b.binary, "rehearse", "./rehearse", "the binary to measure")
	flag.StringVar(&b.dir, "dir", "build/bench", "working directory: virtual environment, keys, inventories")
	flag.StringVar(&b.venv, "venv", "", "a virtual environment with ansible-core and mitogen; made in the working directory when empty")
	flag.IntVar(&b.runs, "runs", 7, "runs of rehearse and of the limit program")
	flag.IntVar(&b.mitogenRuns, "mitogen-runs", 3, "runs of Mitogen")
	flag.IntVar(&b.ansibleRuns, "ansible-runs", 1, "runs of ansible-core")
	only := flag.String("only", "", "comma-separated cases, as \"bench/local\"; all when empty")
	flag.Parse()
	if *only != "" {
		b.only = strings.Split(*only, ",")
	}
	var stop func()
	b.ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := b.run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type bench struct {
	out, binary, dir, venv         string
	runs, mitogenRuns, ansibleRuns int
	only                           []string

	ctx   context.Context // ends with an interrupt
	limit string          // the limit program
	sshd  *sshd
	home  string // HOME of what is measured
}

// place is where a playbook runs.
type place string

const (
	local place = "local"
	ssh   place = "ssh"
)

// workload is one playbook in one place, and how much of it is good: what the recap must say for each host.
type workload struct {
	playbook string
	place    place
	hosts    string // inventory beside the playbooks, "" is the common one
	ok       int    // ok= of each host
	limit    []string
}

func (w workload) String() string { return w.playbook + "/" + string(w.place) }

func (b *bench) workloads() []workload {
	return []workload{
		{playbook: "bench", place: local, ok: 4, limit: []string{"local"}},
		{playbook: "bench", place: ssh, ok: 4, limit: b.sshd.limitArgs()},
		{playbook: "unrolled", place: local, ok: 100},
		{playbook: "unrolled", place: ssh, ok: 100},
		{playbook: "hello", place: local, ok: 1},
		{playbook: "hosts50", place: local, hosts: "hosts50.ini", ok: 10},
		{playbook: "templates200", place: local, ok: 3},
		{playbook: "templates200", place: ssh, ok: 3},
	}
}

func (b *bench) run() error {
	var err error
	for _, path := range []*string{&b.dir, &b.binary} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	if _, err := os.Stat(b.binary); err != nil {
		return fmt.Errorf("%w; build it with `make build`", err)
	}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return err
	}
	b.home = filepath.Join(b.dir, "home")
	if err := os.MkdirAll(b.home, 0o700); err != nil {
		return err
	}
	b.limit = filepath.Join(b.dir, "limit")
	if err := command("go", "build", "-trimpath", "-o", b.limit, "./bench/limit"); err != nil {
		return err
	}
	if b.sshd, err = startSSHD(b.dir, b.home); err != nil {
		return err
	}
	defer b.sshd.stop()
	tools, err := b.tools()
	if err != nil {
		return err
	}
	results, err := b.measure(tools)
	if err != nil {
		return err
	}
	page := report(b, tools, results)
	fmt.Print(page)
	if b.out != "" {
		if err := os.WriteFile(b.out, []byte(page), 0o644); err != nil {
			return err
		}
	}
	if len(results) == 0 {
		return errors.New("no case was measured")
	}
	return nil
}
