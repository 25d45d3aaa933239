package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// goals are what the design sets; a ratio is to the limit program, the others are milliseconds.
var goals = []struct {
	workload string
	ratio    float64
	millis   float64
}{
	{"bench/local", 3, 0},
	{"bench/ssh", 2, 0},
	{"hello/local", 0, 20},
	{"hosts50/local", 0, 1000},
}

// memoryGoal is the peak resident memory in MB that rehearse stays under.
const memoryGoal = 60

var words = map[string]string{
	"bench":        "402 operations: 200 `copy` and 200 `lineinfile` in loops",
	"unrolled":     "100 separate mixed tasks",
	"hello":        "one `debug`",
	"hosts50":      "50 local hosts x 10 tasks, 5 forks",
	"templates200": "one template rendered 200 times",
}

func report(b *bench, tools []tool, results map[key][]sample) string {
	var p strings.Builder
	fmt.Fprintf(&p, "# Benchmarks\n\nWritten by `make bench` on %s: %d cores of %s, %s. The playbooks are in `examples/bench`; the limit program (`bench/limit`) is Go that\n"+
		"does the same system calls with no playbook around them. Tools take turns in one run; a figure is the median of the wall times of\n"+
		"whole processes in milliseconds (runs in brackets), after one run to warm the caches where it takes less than a minute. Absolute times change\n"+
		"from machine to machine: compare the ratios.\n\n", time.Now().Format(time.DateOnly), runtime.NumCPU(), processor(), kernel())
	for _, t := range tools {
		fmt.Fprintf(&p, "- %s: %s\n", t.name, t.version)
	}
	p.WriteString("\n| work | where |")
	for _, t := range tools {
		fmt.Fprintf(&p, " %s |", t.name)
	}
	p.WriteString(" rehearse / limit | ")
	p.WriteString("Mitogen / rehearse | ansible-core / rehearse |\n|---|---|" + strings.Repeat("---:|", len(tools)+3) + "\n")
	for _, w := range b.workloads() {
		if results[key{w.String(), "rehearse"}] == nil {
			continue
		}
		fmt.Fprintf(&p, "| %s | %s |", words[w.playbook], map[place]string{local: "localhost", ssh: "SSH loopback"}[w.place])
		for _, t := range tools {
			if s := results[key{w.String(), t.name}]; s != nil {
				fmt.Fprintf(&p, " %s (%d) |", number(median(s, wall)), len(s))
			} else {
				p.WriteString(" |")
			}
		}
		for _, pair := range [][2]string{{"rehearse", "limit"}, {"Mitogen", "rehearse"}, {"ansible-core", "rehearse"}} {
			a, c := results[key{w.String(), pair[0]}], results[key{w.String(), pair[1]}]
			if a == nil || c == nil {
				p.WriteString(" |")
				continue
			}
			fmt.Fprintf(&p, " %s x |", number(median(a, wall)/median(c, wall)))
		}
		p.WriteString("\n")
	}
	p.WriteString("\nPeak resident memory in MB, of the largest process:\n\n| work | where |")
	for _, t := range tools {
		fmt.Fprintf(&p, " %s |", t.name)
	}
	p.WriteString("\n|---|---|" + strings.Repeat("---:|", len(tools)) + "\n")
	peak := 0.0
	for _, w := range b.workloads() {
		s := results[key{w.String(), "rehearse"}]
		if s == nil {
			continue
		}
		peak = max(peak, median(s, memory))
		fmt.Fprintf(&p, "| %s | %s |", w.playbook, w.place)
		for _, t := range tools {
			if s := results[key{w.String(), t.name}]; s != nil {
				fmt.Fprintf(&p, " %.1f |", median(s, memory))
			} else {
				p.WriteString(" |")
			}
		}
		p.WriteString("\n")
	}
	p.WriteString("\nGoals:\n\n")
	for _, g := range goals {
		s, l := results[key{g.workload, "rehearse"}], results[key{g.workload, "limit"}]
		switch {
		case s == nil:
		case g.ratio > 0 && l != nil:
			r := median(s, wall) / median(l, wall)
			fmt.Fprintf(&p, "- %s within %s x the limit: %s, %.2f x\n", g.workload, number(g.ratio), verdict(r <= g.ratio), r)
		case g.millis > 0:
			m := median(s, wall)
			fmt.Fprintf(&p, "- %s within %s ms: %s, %s ms\n", g.workload, number(g.millis), verdict(m <= g.millis), number(m))
		}
	}
	fmt.Fprintf(&p, "- peak memory under %d MB: %s, %.1f MB\n", memoryGoal, verdict(peak < memoryGoal), peak)
	return p.String()
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "**missed**"
}

// number prints three significant digits or so.
func number(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if name, found := strings.CutPrefix(line, "model name"); found {
			return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(name), ":"))
		}
	}
	return runtime.GOARCH
}

func kernel() string {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return runtime.GOOS
	}
	return runtime.GOOS + " " + strings.TrimSpace(string(text))
}
