package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// sample is one run.
type sample struct {
	wall   time.Duration
	memory int64 // peak resident bytes of the largest process
}

// key names a cell of the table.
type key struct{ workload, tool string }

// measure runs every workload with every tool, in rounds, so that what else the machine does hits all of them alike.
func (b *bench) measure(tools []tool) (map[key][]sample, error) {
	results := map[key][]sample{}
	for _, w := range b.workloads() {
		if b.only != nil && !slices.Contains(b.only, w.String()) {
			continue
		}
		rounds := 0
		for _, t := range tools {
			rounds = max(rounds, t.runs)
		}
		for round := range rounds {
			for _, t := range tools {
				if round >= t.runs {
					continue
				}
				argv, env := t.argv(w)
				if argv == nil {
					continue
				}
				if round == 0 && t.name != "ansible-core" { // once to warm caches: the agent is on the host, pages are in memory
					if _, err := b.once(w, t, argv, env); err != nil {
						return nil, err
					}
				}
				s, err := b.once(w, t, argv, env)
				if err != nil {
					return nil, err
				}
				results[key{w.String(), t.name}] = append(results[key{w.String(), t.name}], s)
				fmt.Fprintf(os.Stderr, "%-18s %-12s %8.1f ms %6.1f MB\n", w, t.name, float64(s.wall)/1e6, float64(s.memory)/1e6)
			}
		}
	}
	return results, nil
}

var recap = regexp.MustCompile(`(?m)^\S+ +: ok=(\d+) .*unreachable=(\d+) +failed=(\d+)`)

// once runs the workload and checks that it did what it should.
func (b *bench) once(w workload, t tool, argv, env []string) (sample, error) {
	cmd := exec.CommandContext(b.ctx, argv[0], argv[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Env = append(append(os.Environ(), "HOME="+b.home, "XDG_CACHE_HOME="), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	err := cmd.Run()
	s := sample{wall: time.Since(start)}
	if err != nil {
		return s, fmt.Errorf("%s with %s: %w\n%s", w, t.name, err, out.Bytes())
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.memory = usage.Maxrss << 10
	}
	if t.name == "limit" {
		return s, nil
	}
	lines := recap.FindAllSubmatch(out.Bytes(), -1)
	if len(lines) == 0 {
		return s, fmt.Errorf("%s with %s: there is no recap\n%s", w, t.name, out.Bytes())
	}
	for _, l := range lines {
		if string(l[1]) != strconv.Itoa(w.ok) || string(l[2]) != "0" || string(l[3]) != "0" {
			return s, fmt.Errorf("%s with %s: the recap says %s where ok=%d was expected", w, t.name, l[0], w.ok)
		}
	}
	return s, nil
}

func median(samples []sample, of func(sample) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	if n := len(values); n%2 == 0 {
		return (values[n/2-1] + values[n/2]) / 2
	}
	return values[len(values)/2]
}

func wall(s sample) float64   { return float64(s.wall) / 1e6 }
func memory(s sample) float64 { return float64(s.memory) / 1e6 }
