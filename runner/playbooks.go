package runner

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/durable"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/nearest"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/terminal"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// playbooks runs all playbooks of the command line and gives the exit status.
func (r *run) playbooks(ctx context.Context) int {
	status := ExitOK
	books := make([]*playbook.Playbook, len(r.o.Playbooks))
	for i, path := range r.o.Playbooks {
		var problems []diag.Diagnostic
		books[i], problems = r.loader.Playbook(path)
		if r.o.Describe != nil && len(books[i].Plays) > 0 {
			file := books[i].Plays[0].File
			file.Describe = func(s source.Span) string { return r.o.Describe(file.Text(s)) }
		}
		if code := r.problems(problems); code != ExitOK {
			return code
		}
	}
	if code := r.preflight(ctx, books); code != ExitOK || r.handedOver {
		return code
	}
	for i, path := range r.o.Playbooks {
		pb := books[i]
		if place, ok := r.unreached(pb); ok {
			r.display.Error(&fault.Fault{Msg: fmt.Sprintf("no task at %s:%d is reached from %s", place.Path, place.Line, path)}, true)
			return ExitError
		}
		if r.listing() || r.o.Syntax {
			if code := r.preview(pb); code != ExitOK {
				return code
			}
		}
		if r.listing() {
			if code := r.list(pb, path); code != ExitOK {
				return code
			}
			continue
		}
		if r.o.Syntax {
			if code := r.syntax(path); code != ExitOK {
				return code
			}
			continue
		}
		if r.o.Begun != nil && i == 0 {
			r.o.Begun()
		}
		r.emit(callback.PlaybookStart{File: path, Given: r.o.Given})
		if r.o.Adhoc == "" {
			r.display.Verbose(1, "", fmt.Sprintf("%d plays in %s", len(pb.Plays), path))
		}
		var err error
		status, err = r.plays(ctx, pb)
		if err := r.brokenBy(); err != nil {
			return r.breakOff(err)
		}
		if ctx.Err() != nil || errors.Is(err, terminal.ErrInterrupt) {
			return r.interrupted()
		}
		if errors.Is(err, errQuit) {
			return ExitInterrupted
		}
		if err != nil {
			return r.ended(err)
		}
		r.retryFile(path)
		r.emit(r.recap())
		if err := r.brokenBy(); err != nil {
			return r.breakOff(err)
		}
		if status != ExitOK {
			break
		}
	}
	if r.o.StartAt != "" && !r.startDone && !r.listing() && len(r.o.Playbooks) > 0 {
		msg := fmt.Sprintf("No matching task \"%s\" found. Note: --start-at-task can only follow static includes.", r.o.StartAt)
		if near := nearest.Name(r.o.StartAt, r.passed); near != "" {
			msg += " Did you mean \"" + near + "\"?"
		}
		r.display.Error(&fault.Fault{Msg: msg}, true)
	}
	return status
}

// interrupted says that the person broke the run off; a signal that ends the process is not commented on.
func (r *run) interrupted() int {
	r.display.Flush()
	if !errors.Is(context.Cause(r.ctx), ErrKilled) {
		r.display.ShowErr("[ERROR]: User interrupted execution", "")
	}
	return ExitInterrupted
}

// ended shows the error that ends the run and gives the exit status.
func (r *run) ended(err error) int {
	var p *parseError
	if errors.As(err, &p) {
		r.display.Error(p.Fault, true)
		return ExitParser
	}
	if b := (*pluginError)(nil); errors.As(err, &b) {
		return r.breakOff(b.error)
	}
	if o := (*orderError)(nil); errors.As(err, &o) {
		r.display.Error(o.Fault, true)
		return ExitOptions
	}
	r.display.Error(fault.From(err), true)
	if u := (*errUnanswered)(nil); errors.As(err, &u) {
		return ExitUnexpected
	}
	return ExitError
}

// orderError is an order of hosts that does not exist.
type orderError struct{ *fault.Fault }

// problems shows what is wrong with the files; an error ends the run.
func (r *run) problems(list []diag.Diagnostic) int {
	code := ExitOK
	for _, d := range list {
		f := diagFault(d)
		if d.Severity == diag.Error {
			if strings.HasPrefix(d.Message, "Unable to retrieve file contents.") {
				f.At = source.Location{} // ansible-core names the file only, not what imports it
			}
			r.display.Error(f, true)
			code = ExitParser
			if strings.HasPrefix(d.Rule, "load-failure[") {
				code = ExitError
			}
			break
		}
		if d.Rule == "deprecated" {
			r.display.Deprecated(callback.Deprecation{Fault: f, When: "This feature will be removed from ansible-core version 2.23."})
			continue
		}
		r.display.Warning(f)
	}
	return code
}

// unread is the error of a file of variables that could not be read, or of a vars plugin.
func (r *run) unread() error {
	d := r.store.Unread()
	if d == nil {
		return nil
	}
	var raised *pyplugin.Error
	if errors.As(d.Cause, &raised) {
		if raised.IsA("AnsibleParserError") {
			return &parseError{Fault: fault.From(raised)}
		}
		return &pluginError{raised}
	}
	return &parseError{Fault: fault.New(d.At, "%s", d.Message)}
}

// pluginError is what a plugin raised where that ends the run.
type pluginError struct{ error }

func (e *pluginError) Unwrap() error { return e.error }

// plays runs the plays of one playbook in order.
func (r *run) plays(ctx context.Context, pb *playbook.Playbook) (int, error) {
	status := ExitOK
	for _, play := range pb.Plays {
		if ctx.Err() != nil {
			return status, ctx.Err()
		}
		if r.leftOut(play) {
			continue
		}
		if err := r.patternWarnings(play); err != nil {
			return ExitError, err
		}
		if err := r.prompts(play); err != nil {
			return ExitError, err
		}
		set, err := r.settings(play)
		if err != nil {
			return ExitError, err
		}
		if err := r.unread(); err != nil {
			return ExitParser, err
		}
		hosts, err := r.playHosts(set)
		if err != nil {
			return ExitError, err
		}
		var all []string
		for _, h := range hosts {
			all = append(all, h.Name)
		}
		batches, err := serial(hosts, set.serial)
		if err != nil {
			return ExitError, err
		}
		if len(batches) == 0 {
			r.emit(r.playStart(play, set))
			r.emit(callback.NoHostsMatched{})
		}
		failedBefore, unreachableBefore := len(r.failed), len(r.unreachable)
		breakPlay := false
		for _, batch := range batches {
			var end bool
			status, end, err = r.batchRun(ctx, play, set, batch, all)
			if err != nil {
				return status, err
			}
			if end {
				break
			}
			if status&ExitBreakPlay != 0 {
				status = ExitFailed
				breakPlay = true
			}
			if len(batch) == len(r.failed)+len(r.unreachable)-failedBefore-unreachableBefore {
				breakPlay = true
				break
			}
			failedBefore, unreachableBefore = len(r.failed), len(r.unreachable)
		}
		if breakPlay {
			break
		}
	}
	return status, nil
}

// playHosts gives the hosts of a play in its order.
func (r *run) playHosts(set *playSettings) ([]*inventory.Host, error) {
	hosts, err := r.o.Inventory.MatchAll(set.patterns)
	if err != nil {
		return nil, err
	}
	if hosts, err = r.o.Inventory.Within(hosts, r.o.Limit); err != nil {
		return nil, err
	}
	r.inventoryWarnings()
	hosts = slices.Clone(hosts)
	switch set.order {
	case "sorted":
		sort.SliceStable(hosts, func(i, j int) bool { return hosts[i].Name < hosts[j].Name })
	case "reverse_sorted":
		sort.SliceStable(hosts, func(i, j int) bool { return hosts[i].Name > hosts[j].Name })
	case "reverse_inventory":
		slices.Reverse(hosts)
	case "shuffle":
		rand.Shuffle(len(hosts), func(i, j int) { hosts[i], hosts[j] = hosts[j], hosts[i] })
	case "", "inventory":
	default:
		return nil, &orderError{fault.New(source.Location{}, "Invalid 'order' specified for inventory hosts: %s", set.order)}
	}
	return hosts, nil
}

// inventoryWarnings shows what the inventory has found since it was asked last.
func (r *run) inventoryWarnings() {
	inv := r.o.Inventory
	for ; r.warned < len(inv.Warnings); r.warned++ {
		r.display.Warn(inv.Warnings[r.warned])
	}
}

// serial splits the hosts into batches: numbers and percentages, the last one repeated.
func serial(hosts []*inventory.Host, sizes []value.Value) ([][]*inventory.Host, error) {
	if len(sizes) == 0 {
		sizes = []value.Value{value.Int(-1)}
	}
	var out [][]*inventory.Host
	total := len(hosts)
	for i := 0; len(hosts) > 0; i = min(i+1, len(sizes)-1) {
		n, err := count(sizes[i], total)
		if err != nil {
			return nil, err
		}
		if n <= 0 || n > len(hosts) {
			n = len(hosts)
		}
		out = append(out, hosts[:n])
		hosts = hosts[n:]
	}
	return out, nil
}

// count reads a batch size; a percentage is at least one host.
func count(v value.Value, total int) (int, error) {
	if s, ok := v.(value.Str); ok && strings.HasSuffix(s.S, "%") {
		var p float64
		if _, err := fmt.Sscanf(strings.TrimSuffix(s.S, "%"), "%g", &p); err != nil {
			return 0, fault.New(fault.Of(v), "Invalid batch size: %s", value.Repr(v))
		}
		return max(1, int(p/100*float64(total))), nil
	}
	x, err := convert("int", v)
	if err != nil {
		return 0, err
	}
	n, _ := x.(value.Int)
	return int(n), nil
}

// retryFile writes the names of the hosts that failed, where the configuration asks for it.
func (r *run) retryFile(path string) {
	if r.o.Config == nil || !r.o.Config.Bool("RETRY_FILES_ENABLED") {
		return
	}
	var hosts []string
	for h := range r.failed {
		hosts = append(hosts, h)
	}
	for h := range r.unreachable {
		if !r.failed[h] {
			hosts = append(hosts, h)
		}
	}
	if len(hosts) == 0 {
		return
	}
	sort.Strings(hosts)
	dir := r.o.Config.String("RETRY_FILES_SAVE_PATH")
	if dir == "" {
		dir = filepath.Dir(absPath(path))
	}
	base := filepath.Base(path)
	name := filepath.Join(dir, strings.TrimSuffix(base, filepath.Ext(base))+".retry")
	err := os.MkdirAll(dir, 0o777)
	if err == nil {
		err = durable.Write(name, []byte(strings.Join(hosts, "\n")+"\n"), 0o666)
	}
	if err != nil {
		r.display.Warn("Could not create retry file '" + name + "'.\n\t" + err.Error())
		return
	}
	r.display.Show("\tto retry, use: --limit @"+name+"\n", "")
}

// prompts asks for the variables of vars_prompt that the command line does not give.
func (r *run) prompts(play *playbook.Play) error {
	for _, p := range play.Prompts {
		if err := r.promptVar(play, p); err != nil {
			return err
		}
	}
	return nil
}

// setupTask is the task that gathers facts.
func (r *run) setupTask(play *playbook.Play) *playbook.Task {
	args := &value.Dict{}
	for _, k := range []string{"gather_subset", "gather_timeout", "fact_path"} {
		if v := play.Value(k); v != nil {
			args.Put(k, v)
		}
	}
	return r.loader.SetupTask(play, args)
}
