package runner

import (
	"errors"
	"io"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/pyeval"
	"github.com/rehearse-dev/rehearse/internal/terminal"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/callback"
)

// errQuit ends the run because the person at the task debugger said so.
var errQuit = errors.New("ended in the task debugger")

// wantsDebugger tells whether the result opens the task debugger: the keyword, the setting, the strategy "debug".
func (p *playRun) wantsDebugger(r *result) bool {
	setting := func(name string, otherwise bool) bool {
		if p.o.Config == nil {
			return otherwise
		}
		return p.o.Config.Bool(name)
	}
	on := p.set.strategy == "debug" || setting("ENABLE_TASK_DEBUGGER", false)
	keyword := ""
	if v, ok := r.spec.keywords["debugger"]; ok {
		keyword = value.ToStr(v)
		if r.spec.task.Loop == nil && templated(v) {
			job := p.jobFor(r)
			if x, err := r.spec.keyword(p.templar(job.scopeOf(), r.host, r.spec), "debugger"); err == nil && x != nil {
				keyword = value.ToStr(x)
			}
		}
	}
	if !on && keyword == "" {
		return false
	}
	failed := r.isFailed() && !(setting("TASK_DEBUGGER_IGNORE_ERRORS", true) && r.ignoreErrors)
	open := on && (failed || r.isUnreachable())
	switch keyword {
	case "always":
		open = true
	case "never":
		open = false
	case "on_failed":
		open = open || failed
	case "on_unreachable":
		open = open || r.isUnreachable()
	case "on_skipped":
		open = open || r.isSkipped()
	}
	return open
}

// jobFor is the job that gave a result.
func (p *playRun) jobFor(r *result) *job {
	return &job{playRun: p, ctx: p.ctx, host: r.host, spec: r.spec, edited: r.edited}
}

// before is what a redone task finds again: as ansible-core has it, not what it notified or registered.
type before struct {
	states                       map[string]state
	removed, failed, unreachable map[string]bool
}

func (p *playRun) remembered() *before {
	return &before{states: cloned(p.states), removed: cloned(p.removed), failed: cloned(p.failed), unreachable: cloned(p.unreachable)}
}

func cloned[V any](m map[string]V) map[string]V {
	out := make(map[string]V, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// redone is the place of a result among those of a step, and the task that is to give another one.
type redone struct {
	i   int
	job *job
}

// conclude processes a result and lets the person look at it; what it gives is the result of the last time that the task
// ran.
func (p *playRun) conclude(r *result) (*result, error) {
	again, err := p.receive(r)
	results := []*result{r}
	if err == nil && again != nil {
		err = p.redo(results, []redone{{0, again}})
	}
	return results[0], err
}

// receive processes a result and opens the task debugger where it is wanted; the job, where there is one, is to run again.
func (p *playRun) receive(r *result) (*job, error) {
	var b *before
	if p.debugging(r.spec) {
		b = p.remembered()
	}
	if err := p.process(r); err != nil || b == nil || !p.wantsDebugger(r) {
		return nil, err
	}
	again, err := p.debug(r)
	if again != nil {
		p.takeBack(r, b)
	}
	return again, err
}

// redo runs jobs of the task debugger, one after the other, until nobody asks for another time.
func (p *playRun) redo(results []*result, list []redone) error {
	for len(list) > 0 {
		var next []redone
		for _, a := range list {
			p.emit(callback.HostStart{Host: a.job.host.Name, Task: a.job.spec.view})
			r := a.job.execute()
			if p.ctx.Err() != nil {
				return p.ctx.Err()
			}
			r.edited = a.job.edited
			again, err := p.receive(r)
			if err != nil {
				return err
			}
			results[a.i] = r
			if again != nil {
				next = append(next, redone{a.i, again})
			}
		}
		list = next
	}
	return nil
}

// debugging tells whether the task debugger may open for a task at all.
func (p *playRun) debugging(s *spec) bool {
	if _, ok := s.keywords["debugger"]; ok {
		return true
	}
	return p.set.strategy == "debug" || p.o.Config != nil && p.o.Config.Bool("ENABLE_TASK_DEBUGGER")
}

// takeBack undoes what a result did to the host's way through the play, and the counts as ansible-core does: "ok" goes
// down even after a failure.
func (p *playRun) takeBack(r *result, b *before) {
	host := r.host.Name
	restore := func(name string) {
		p.states[name] = b.states[name]
		keep(p.removed, b.removed, name)
		keep(p.failed, b.failed, name)
		keep(p.unreachable, b.unreachable, name)
	}
	if r.runOnce {
		for name := range p.states {
			restore(name)
		}
	}
	restore(host)
	st := p.stat(host)
	down := func(n *int, yes bool) {
		if yes {
			*n = max(0, *n-1)
		}
	}
	down(&st.Failed, r.isFailed())
	down(&st.Unreachable, r.isUnreachable())
	down(&st.Changed, r.isChanged())
	down(&st.Skipped, r.isSkipped())
	down(&st.OK, true)
}

func keep(m, old map[string]bool, name string) {
	if old[name] {
		m[name] = true
	} else {
		delete(m, name)
	}
}

// debugger is one opening of the task debugger, with the commands of ansible-core's: Python's cmd.Cmd.
type debugger struct {
	p    *playRun
	r    *result
	job  *job
	task *debugTask
	vars *value.Dict // task_vars, once somebody asked for them
	seen map[string]value.Value
	env  *pyeval.Env
	last string // the command that an empty line repeats
}

const (
	debugGoOn = iota + 1
	debugRedo
	debugQuit
)

// debug talks with the person until they go on; what it gives is the task to run again, nil for going on.
func (p *playRun) debug(r *result) (*job, error) {
	p.display.Hold()
	defer p.display.Release()
	d := &debugger{p: p, r: r, job: p.jobFor(r)}
	d.task = newDebugTask(p, r)
	d.env = &pyeval.Env{Names: map[string]value.Value{}, Show: d.show, Change: func(f func()) {
		p.jobs.Lock() // nobody else reads the variables meanwhile
		defer p.jobs.Unlock()
		f()
	}}
	d.env.Names["task"], d.env.Names["host"] = d.task, &debugHost{r.host}
	d.env.Names["result"], d.env.Names["play_context"] = &debugResult{r, d.task}, &debugContext{p}
	prompt := "[" + r.host.Name + "] " + d.task.title() + " (debug)> "
	for {
		p.display.Flush()
		line, err := d.ask(prompt)
		switch {
		case errors.Is(err, terminal.ErrInterrupt):
			return nil, errQuit
		case errors.Is(err, io.EOF):
			line = "EOF"
		case err != nil:
			return nil, err
		}
		switch d.command(line) {
		case debugGoOn:
			return nil, nil
		case debugRedo:
			return d.again(), nil
		case debugQuit:
			return nil, errQuit
		}
	}
}

func (d *debugger) ask(prompt string) (string, error) {
	if d.p.o.Terminal == nil {
		d.p.display.Show(prompt, "")
		return "", io.EOF
	}
	return d.p.o.Terminal.Line(d.p.run.ctx, prompt, &d.p.run.debugHistory)
}

func (d *debugger) show(line string) { d.p.display.Show(line+"\n", ""); d.p.display.Flush() }

const (
	helpHeader = "Documented commands (type help <topic>):"
	helpNames  = "EOF  c  continue  h  help  p  pprint  q  quit  r  redo  u  update_task"
)

// helps are the texts of `help COMMAND`, which ansible-core and Python print.
var helps = map[string]string{
	"EOF": "Quit", "q": "Quit", "quit": "Quit", "c": "Continue to next result", "continue": "Continue to next result",
	"h": `List available commands with "help" or detailed help with "help cmd".`, "help": `List available commands with "help" or detailed help with "help cmd".`,
	"p": "Pretty Print", "pprint": "Pretty Print",
	"r": "Schedule task for re-execution. The re-execution may not be the next result", "redo": "Schedule task for re-execution. The re-execution may not be the next result",
	"u": "Recreate the task from ``task._ds``, and template with updated ``task_vars``", "update_task": "Recreate the task from ``task._ds``, and template with updated ``task_vars``",
}

// command runs one line.
func (d *debugger) command(line string) int {
	line = strings.TrimSpace(line)
	if line == "" {
		if d.last == "" {
			return 0
		}
		line = d.last
	}
	d.last = line
	if line == "EOF" {
		d.last = ""
	}
	text := line
	if rest, ok := strings.CutPrefix(text, "?"); ok {
		text = "help " + rest
	}
	n := 0
	for n < len(text) && (text[n] == '_' || '0' <= text[n] && text[n] <= '9' || 'a' <= text[n]|0x20 && text[n]|0x20 <= 'z') {
		n++
	}
	name, args := text[:n], strings.TrimSpace(text[n:])
	switch name {
	case "h", "help":
		d.help(args)
	case "EOF", "q", "quit":
		d.show("User interrupted execution")
		return debugQuit
	case "c", "continue":
		return debugGoOn
	case "r", "redo":
		return debugRedo
	case "u", "update_task":
		if err := d.task.update(d.edits()); err != nil {
			d.failed(err)
		}
	case "p", "pprint":
		d.needVars(args)
		v, err := d.env.Eval(args)
		if err != nil {
			d.failed(err)
			return 0
		}
		shown, err := lib.Pretty(v)
		if err != nil {
			d.failed(err)
			return 0
		}
		d.show(shown)
	default:
		d.needVars(line)
		if err := d.env.Exec(line); err != nil {
			d.failed(err)
		}
	}
	return 0
}

func (d *debugger) help(topic string) {
	if topic == "" {
		d.show("\n" + helpHeader + "\n" + strings.Repeat("=", len(helpHeader)) + "\n" + helpNames + "\n")
		return
	}
	if text, ok := helps[topic]; ok {
		d.show(text)
		return
	}
	d.show("*** No help on " + topic)
}

func (d *debugger) failed(err error) {
	class, text := pyeval.Failure(err)
	d.show("***" + class + ":" + text)
}

// needVars makes task_vars when a line speaks of them: all variables of the task, as written.
func (d *debugger) needVars(line string) {
	if d.vars != nil || !strings.Contains(line, "task_vars") {
		return
	}
	scope := d.job.scopeOf()
	d.vars, d.seen = &value.Dict{}, map[string]value.Value{}
	for _, n := range scope.Names() {
		if v, ok := scope.Lookup(n); ok && n != "omit" {
			d.vars.Put(n, v)
			d.seen[n] = v
		}
	}
	d.env.Names["task_vars"] = d.vars
}

// edits are the variables that the person set.
func (d *debugger) edits() *value.Dict {
	out := &value.Dict{}
	if d.r.edited != nil {
		out = d.r.edited.Copy()
	}
	if d.vars == nil {
		return out
	}
	for k, v := range d.vars.RawAll() {
		if old, ok := d.seen[value.ToStr(k)]; !ok || !sameVariable(old, v) {
			out.Set(k, v)
		}
	}
	return out
}

func sameVariable(a, b value.Value) bool {
	switch a.(type) {
	case *value.Dict, *value.List, value.Object:
		return a == b
	}
	return value.TypeName(a) == value.TypeName(b) && value.Equal(a, b)
}

// again is the task with what the person changed.
func (d *debugger) again() *job {
	return &job{playRun: d.p, ctx: d.p.ctx, host: d.r.host, spec: d.task.revised(), edited: d.edits()}
}
