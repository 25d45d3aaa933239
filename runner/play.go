package runner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/iterator"
)

type (
	state   = iterator.State[*playbook.Task]
	block   = iterator.Block[*playbook.Task]
	runItem = iterator.Item[*playbook.Task]
)

// playRun is one play on one batch of hosts.
type playRun struct {
	run_ func() *run
	*run
	ctx                 context.Context
	play                *playbook.Play
	set                 *playSettings
	batch               []*inventory.Host
	batchName           []string
	allNames            []string // hosts of the whole play
	stayed, stayedBatch []string // those of them that have not failed

	states        map[string]state
	lock          *iterator.Lockstep[*playbook.Task]
	handlers      []*playbook.Task
	names         map[*playbook.Task]string // templated names of handlers
	handlerBlocks []*playbook.Block
	ownHandlers   int // of the play's own list that are known

	notes    map[string][]string // notifications that wait for a flush, by host
	notified map[*playbook.Task]map[string]bool
	ranRole  map[string]map[string]bool // role -> hosts that ran a task of it
	doneRole map[string]map[string]bool
	current  *value.List // ansible_current_hosts and ansible_failed_hosts of the step
	failedL  *value.List
	removed  map[string]bool
	endPlay  bool
	setup    *playbook.Task

	jobs sync.RWMutex // held by every job; the task debugger changes variables only while none runs
}

// playSettings are the keywords of a play, templated.
type playSettings struct {
	name          string
	strategy      string
	order         string
	serial        []value.Value
	maxFail       float64
	hasMaxFail    bool
	gather        value.Value
	forceHandlers bool
	check         bool
	hosts         string
	patterns      []string
}

// scope is what a task sees on a host.
func (p *playRun) scope(h *inventory.Host, s *spec) *vars.Scope {
	q := vars.Query{Host: h, Play: p.play, PlayName: p.set.name, PlayHosts: p.allNames, Hosts: p.stayed, Batch: p.stayedBatch}
	if h != nil {
		q.Connection, q.ConnectionNames = p.connectionVars(h, s), connectionNames()
	}
	over := &value.Dict{}
	if s != nil {
		q.Task = s.task
		over.Put("ansible_search_path", s.pathList)
	}
	if p.current != nil {
		over.Put("ansible_current_hosts", p.current)
		over.Put("ansible_failed_hosts", p.failedL)
	}
	return p.store.Scope(q).With(over)
}

// Skip passes over what has nothing to do: an implicit flush without notifications, a role that has run already.
func (v hostView) Skip(t *playbook.Task) bool {
	p := v.p
	if t.Implicit && t.Is("meta") && metaName(t) == "flush_handlers" {
		if len(p.notes[v.host]) > 0 {
			return false
		}
		for _, h := range p.handlers {
			if len(p.notified[h]) > 0 {
				return false
			}
		}
		return true
	}
	if t == p.setup {
		return !p.gathers(v.host)
	}
	return t.Role != nil && !t.Role.AllowDuplicates && p.doneRole[roleKey(t.Role)][v.host]
}

// Notified tells that a handler is to run on the host.
func (v hostView) Notified(t *playbook.Task) bool { return v.p.notified[t][v.host] }

type hostView struct {
	p    *playRun
	host string
}

func metaName(t *playbook.Task) string {
	v, ok := t.Action.Args.Raw("_raw_params")
	if !ok {
		return ""
	}
	return value.ToStr(v)
}

// roleKey names a use of a role: equal uses run once.
func roleKey(r *playbook.Role) string {
	key := r.Path
	if r.Params != nil {
		key += "\x00" + value.Repr(r.Params)
	}
	if r.Syntax == nil {
		return key + "\x00include"
	}
	for _, k := range []string{"vars", "when", "tags"} {
		if v := r.Syntax.Value(k); v != nil {
			key += "\x00" + k + value.Repr(v)
		}
	}
	return key
}

// gathers tells whether facts are gathered on the host.
func (p *playRun) gathers(host string) bool {
	implied := p.set.gather == nil || truthy(p.set.gather)
	switch p.gathering() {
	case "explicit":
		return p.set.gather != nil && truthy(p.set.gather)
	case "smart":
		return implied && !p.gathered[host]
	}
	return implied
}

func (r *run) gathering() string {
	if r.o.Config == nil {
		return "implicit"
	}
	return r.o.Config.String("DEFAULT_GATHERING")
}

// settings templates the keywords of the play that are read before its tasks, in ansible-core's order: the first one
// that is wrong is the one that is shown. Errors are parse errors.
func (r *run) settings(play *playbook.Play) (*playSettings, error) {
	tpl := r.engine.Templar(r.store.Scope(vars.Query{Play: play, PlayHosts: r.everybody(play)}))
	s := &playSettings{strategy: "linear", forceHandlers: r.o.ForceHandlers, check: r.o.Check}
	if r.o.Config != nil {
		if d := r.o.Config.String("DEFAULT_STRATEGY"); d != "" {
			s.strategy = d
		}
		s.forceHandlers = s.forceHandlers || r.o.Config.Bool("DEFAULT_FORCE_HANDLERS")
	}
	var err error
	read := func(name, typ string, set func(v value.Value)) {
		if err != nil {
			return
		}
		a := play.Attr(name)
		if a == nil {
			return
		}
		var v value.Value
		v, err = playKeyword(tpl, a.Value, typ)
		if err == nil && typ == "strings" {
			err = onlyTexts(name, a.Value, v)
		}
		if err != nil {
			err = &parseError{Fault: fault.From(keywordFault(err, name, a.Value))}
			return
		}
		switch v.(type) {
		case nil, value.None, value.Omit:
		default:
			set(v)
		}
	}
	hosts := func(v value.Value) { s.patterns = names(v); s.hosts = strings.Join(s.patterns, ",") }
	if raw := play.Value("hosts"); raw != nil && (play.Value("name") == nil || value.ToStr(play.Value("name")) == "") {
		// A play without a name has that of its hosts: templates in a list are not evaluated for it.
		if list, ok := raw.(*value.List); ok {
			s.name = strings.Join(names(list), ",")
		} else if n, e := playKeyword(tpl, raw, "str"); e != nil {
			return nil, &parseError{Fault: fault.From(keywordFault(e, "name", raw))}
		} else {
			s.name = value.ToStr(n)
		}
	}
	read("name", "str", func(v value.Value) { s.name = value.ToStr(v) })
	read("hosts", "strings", hosts)
	if s.name == "" {
		s.name = s.hosts
	}
	read("gather_facts", "bool", func(v value.Value) { s.gather = v })
	read("gather_subset", "strings", func(value.Value) {})
	read("gather_timeout", "int", func(value.Value) {})
	read("force_handlers", "bool", func(v value.Value) { s.forceHandlers = bool(v.(value.Bool)) })
	read("max_fail_percentage", "percent", func(v value.Value) { s.maxFail, s.hasMaxFail = float64(v.(value.Float)), true })
	read("serial", "", func(v value.Value) { s.serial = conditions(v) })
	read("strategy", "str", func(v value.Value) { s.strategy = value.ToStr(v) })
	read("order", "str", func(v value.Value) { s.order = value.ToStr(v) })
	read("check_mode", "", func(v value.Value) { s.check = truthy(v) })
	s.strategy = strings.TrimPrefix(strings.TrimPrefix(s.strategy, "ansible.builtin."), "ansible.legacy.")
	return s, err
}

// playKeyword evaluates a keyword of a play and gives it in its type: bool, int, str, percent (a Float), or "" for any.
func playKeyword(tpl *jinja.Templar, raw value.Value, typ string) (value.Value, error) {
	v := raw
	if templated(raw) {
		var err error
		if v, err = tpl.Resolve(raw); err != nil {
			return nil, err
		}
	}
	switch v.(type) {
	case nil, value.None, value.Omit:
		return v, nil
	}
	if typ == "" || typ == "strings" {
		return v, nil
	}
	x, want := v, typ
	if typ == "percent" {
		if t, ok := v.(value.Str); ok {
			x = value.S(strings.ReplaceAll(t.S, "%", ""))
		}
		want = "float"
	}
	out, err := argspec.Convert(want, x)
	if err != nil {
		return nil, unconverted(raw, v, typ)
	}
	return out, nil
}

// everybody are the hosts that the keywords of a play see as its hosts: those of its pattern or, where that is a
// template, all of them. It is nil for a play without templates among its keywords, which nobody asks.
func (r *run) everybody(play *playbook.Play) []string {
	if !slices.ContainsFunc(play.Attrs, func(a playbook.Attr) bool { return a.Value != nil && a.Keyword != nil && templated(a.Value) }) {
		return nil
	}
	patterns := []string{"all"}
	if raw := play.Value("hosts"); raw != nil && !templated(raw) {
		patterns = names(raw)
	}
	hosts, err := r.o.Inventory.MatchAll(patterns)
	if err != nil {
		return nil
	}
	list := make([]string, len(hosts))
	for i, h := range hosts {
		list[i] = h.Name
	}
	return list
}

// onlyTexts refuses a keyword that lists something else than texts.
func onlyTexts(name string, raw, v value.Value) error {
	items := []value.Value{v}
	switch v := v.(type) {
	case nil, value.None, value.Omit:
		return nil
	case *value.List:
		items = v.Items
	}
	for i, item := range items {
		if _, ok := item.(value.Str); !ok {
			at := fault.Of(item)
			if l, ok := raw.(*value.List); ok && i < len(l.Items) && !at.Known() {
				at = fault.Of(l.Items[i])
			}
			if !at.Known() {
				at = fault.Of(raw)
			}
			return fault.New(at, "Keyword %s items must be of type 'str', not %s.", value.Quote(name), value.Quote(value.NativeName(item)))
		}
	}
	return nil
}

// errBreak ends the run of a batch with a status.
type errBreak struct{ status int }

func (e *errBreak) Error() string { return fmt.Sprint("play ends with ", e.status) }

// batchRun runs the play on one batch.
func (r *run) batchRun(ctx context.Context, play *playbook.Play, set *playSettings, batch []*inventory.Host, all []string) (int, bool, error) {
	p := &playRun{run_: func() *run { return r }, run: r, ctx: ctx, play: play, set: set, batch: batch, allNames: all,
		states: map[string]state{}, names: map[*playbook.Task]string{}, notes: map[string][]string{},
		notified: map[*playbook.Task]map[string]bool{}, ranRole: map[string]map[string]bool{}, doneRole: map[string]map[string]bool{},
		removed: map[string]bool{}}
	for _, h := range batch {
		r.recall(h.Name)
		p.batchName = append(p.batchName, h.Name)
	}
	r.emit(r.playStart(play, set))
	if err := r.uncached(); err != nil {
		return ExitError, false, err
	}
	for _, h := range batch {
		p.scope(h, nil) // reads the files of the host's variables
	}
	if err := r.unread(); err != nil {
		return ExitParser, false, err
	}
	p.addHandlers(play.AllHandlers())
	p.ownHandlers = len(play.Handlers)
	p.setup = r.setupTask(play)
	blocks, plan, err := p.compile()
	if err != nil {
		return ExitError, false, err
	}
	var setup []*playbook.Task
	if keep, err := p.selects(p.setup); err != nil {
		return ExitError, false, err
	} else if keep {
		setup = []*playbook.Task{p.setup}
	}
	p.lock = iterator.NewLockstep(append(slices.Clone(setup), plan...))
	for _, h := range batch {
		s := iterator.New(setup, blocks)
		if r.o.StartAt != "" && !r.startDone {
			if at, ok := p.startAt(h.Name, s); ok {
				s = at.WithSetup(setup)
			} else {
				s = s.End()
			}
		}
		p.states[h.Name] = s
	}
	if r.o.StartAt != "" && !r.startDone {
		for _, s := range p.states {
			r.startDone = r.startDone || !s.Done()
		}
	}
	var before []string // failed in an earlier play or batch
	for h := range r.failed {
		if s, ok := p.states[h]; ok {
			p.states[h] = s.Fail()
		}
		p.removed[h] = true
		before = append(before, h)
	}
	for h := range r.unreachable {
		p.removed[h] = true
	}
	clear(r.failed)
	status, err := p.strategy()
	if status == ExitOK && err == nil && len(before) > 0 {
		status = ExitFailed
	}
	for _, h := range before {
		if s, ok := p.states[h]; !ok || s.Failed() {
			r.failed[h] = true
		}
	}
	for _, h := range batch {
		if p.states[h.Name].Failed() {
			r.failed[h.Name] = true
		}
	}
	var b *errBreak
	if errors.As(err, &b) {
		return b.status, p.endPlay, nil
	}
	return status, p.endPlay, err
}

// strategy runs the batch and gives the status of ansible-core's strategies.
func (p *playRun) strategy() (int, error) {
	var status int
	var err error
	switch p.set.strategy {
	case "linear", "debug":
		status, err = p.linear()
	case "free", "host_pinned":
		status, err = p.free()
	default:
		return ExitError, fault.New(attrAt(p.play, "strategy"), "Invalid play strategy specified: %s", p.set.strategy)
	}
	if err != nil || status != ExitOK {
		return status, err
	}
	switch {
	case len(p.unreachable) > 0:
		return ExitUnreachable, nil
	case slices.ContainsFunc(p.batch, func(h *inventory.Host) bool { return p.states[h.Name].Failed() }):
		return ExitFailed, nil
	}
	return ExitOK, nil
}

// startAt walks a host forward to the task of --start-at-task.
func (p *playRun) startAt(host string, s state) (state, bool) {
	for {
		next, t, ok := s.Next(hostView{p, host})
		if !ok {
			return s, false
		}
		if t != p.setup {
			for _, n := range []string{t.Name(), t.DisplayName()} {
				if n == "" {
					continue
				}
				p.run.passed = append(p.run.passed, n)
				if m, err := filepath.Match(p.o.StartAt, n); n == p.o.StartAt || err == nil && m {
					return s, true
				}
			}
		}
		s = next
	}
}

// compile gives the blocks that the tags select and their tasks in order.
func (p *playRun) compile() (blocks []*block, plan []*playbook.Task, err error) {
	for _, b := range p.play.Compile(p.loader, p.set.forceHandlers) {
		c, err := p.filter(b)
		if err != nil {
			return nil, nil, err
		}
		if c != nil {
			blocks = append(blocks, c)
			plan = append(plan, iterator.Flatten(c)...)
		}
	}
	if len(p.o.Only) > 0 {
		b := &block{}
		for _, h := range p.chosenHandlers() {
			b.Tasks = append(b.Tasks, runItem{Task: h})
		}
		blocks, plan = append(blocks, b), append(plan, iterator.Flatten(b)...)
	}
	return blocks, plan, nil
}

// filter turns a block into one to iterate over, without the tasks that tags leave out; nil where nothing is left.
func (p *playRun) filter(b *playbook.Block) (*block, error) {
	out := &block{}
	for _, sec := range []struct {
		from []playbook.Runnable
		to   *[]runItem
	}{{b.Block, &out.Tasks}, {b.Rescue, &out.Rescue}, {b.Always, &out.Always}} {
		for _, n := range sec.from {
			switch n := n.(type) {
			case *playbook.Block:
				c, err := p.filter(n)
				if err != nil {
					return nil, err
				}
				if c != nil {
					*sec.to = append(*sec.to, runItem{Block: c})
				}
			case *playbook.Task:
				keep, err := p.selects(n)
				if err != nil {
					return nil, err
				}
				if keep {
					*sec.to = append(*sec.to, runItem{Task: n})
				}
			}
		}
	}
	if len(out.Tasks)+len(out.Rescue)+len(out.Always) == 0 {
		return nil, nil
	}
	return out, nil
}

// selects tells whether tags let the task run.
func (p *playRun) selects(t *playbook.Task) (bool, error) {
	if t.Implicit && t.Is("meta") {
		return true, nil
	}
	if len(p.o.Only) > 0 && t != p.setup {
		return p.chosen(t), nil
	}
	tags, err := p.tags(t, p.store.Scope(vars.Query{Play: p.play, Task: t}))
	if err != nil {
		return false, err
	}
	return selected(tags, p.o.Tags, p.o.Skip), nil
}

func flatten(b *playbook.Block) []*playbook.Task {
	var out []*playbook.Task
	for _, list := range [][]playbook.Runnable{b.Block, b.Rescue, b.Always} {
		for _, n := range list {
			switch n := n.(type) {
			case *playbook.Task:
				out = append(out, n)
			case *playbook.Block:
				out = append(out, flatten(n)...)
			}
		}
	}
	return out
}
