package runner

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// job is one task on one host.
type job struct {
	*playRun
	ctx  context.Context
	host *inventory.Host
	spec *spec
	turn *turn // of a streamed loop
	held *holding

	edited *value.Dict // variables that were set in the task debugger; nil for none
}

// scopeOf is what the job sees.
func (j *job) scopeOf() *vars.Scope {
	scope := j.scope(j.host, j.spec)
	if j.edited != nil {
		scope = scope.With(j.edited)
	}
	return scope
}

// execute runs the task with its loop. It is called by workers: it reads the play's state, but changes none of it.
func (j *job) execute() *result {
	j.jobs.RLock()
	defer j.jobs.RUnlock()
	j.held = &holding{}
	defer j.release()
	j.ctx = pyplugin.WithTask(j.ctx, j.host.Name, j.spec.view.Name)
	scope := j.scopeOf()
	tpl := j.templar(scope, j.host, j.spec)
	tpl.Ctx = j.ctx
	items, looped, loopErr := j.items(tpl)
	switch {
	case loopErr != nil && !isUndefined(loopErr):
		res := j.newResult()
		res.fault = fault.From(loopErr)
		res.dict = value.NewDict("failed", value.Bool(true), "exception", value.S(noTraceback), "msg", value.S(res.fault.Error()))
		if f := j.noLog(tpl, res); f != nil {
			j.display.Warning(f)
		}
		return res
	case !looped || loopErr != nil: // a condition may say that the task does not run at all
		res := j.once(scope, loopErr)
		if !has(res.dict, "changed") {
			res.dict.Put("changed", value.Bool(false))
		}
		return res
	case len(items) == 0:
		res := j.newResult()
		res.dict = value.NewDict("changed", value.Bool(false), "skipped", value.Bool(true),
			"skipped_reason", value.S("No items in the list"), "results", &value.List{})
		return res
	}
	return j.loop(scope, items)
}

const noTraceback = "(traceback unavailable)"

func isUndefined(err error) bool {
	var e *jinja.Error
	if errors.As(err, &e) {
		return e.Undefined != "" || e.Class == "UndefinedError"
	}
	var u *value.Undefined
	return errors.As(err, &u)
}

func (j *job) newResult() *result {
	// until the keywords are templated they count as written
	v, k := j.spec.view, j.spec.keywords
	return &result{host: j.host, spec: j.spec, dict: &value.Dict{}, check: v.Check, diff: v.Diff,
		ignoreErrors: truthy(k["ignore_errors"]), ignoreUnreachable: truthy(k["ignore_unreachable"]), runOnce: truthy(k["run_once"])}
}

// items evaluates the loop; looped is false for a task without one.
func (j *job) items(tpl *jinja.Templar) (items []value.Value, looped bool, err error) {
	l := j.spec.task.Loop
	if l == nil {
		return nil, false, nil
	}
	if l.With != "" {
		terms := l.Value
		if s, ok := terms.(value.Str); ok && s.Trusted {
			s.S = strings.TrimSpace(s.S)
			if terms, err = tpl.Container(s); err != nil {
				return nil, true, err
			}
		}
		list, ok := terms.(*value.List)
		if !ok {
			list = value.NewList(terms)
		}
		v, err := tpl.With(l.With, list, j.spec.name, l.Attr.At())
		if err != nil {
			return nil, true, err
		}
		out, ok := v.(*value.List)
		if !ok {
			return nil, true, fault.New(l.Attr.At(), "The lookup %s gave no list.", value.Quote(l.With))
		}
		return out.Items, true, nil
	}
	v, err := tpl.Resolve(l.Value)
	if err != nil {
		return nil, true, err
	}
	if _, none := v.(value.None); none {
		return nil, false, nil
	}
	list, ok := v.(*value.List)
	if !ok {
		f := fault.New(l.Attr.At(), "The `loop` value must resolve to a 'list', not '%s'.", v.TypeName())
		f.Help = "Provide a list of items/templates, or a template resolving to a list."
		return nil, true, f
	}
	return list.Items, true, nil
}

// loopControl is loop_control, evaluated.
type loopControl struct {
	loopVar, indexVar  string
	label              value.Value
	pause              time.Duration
	extended, allItems bool
	breakWhen          []value.Value
}

func (j *job) control(tpl *jinja.Templar) (*loopControl, error) {
	c := &loopControl{loopVar: "item", allItems: true}
	s := j.spec.task.Control
	if s == nil {
		return c, nil
	}
	get := func(name string) (value.Value, error) {
		v := s.Value(name)
		if v == nil {
			return nil, nil
		}
		if _, none := v.(value.None); none {
			return nil, nil
		}
		if !templated(v) {
			return v, nil
		}
		r, err := tpl.Resolve(v)
		if err != nil {
			return nil, keywordFault(err, name, v)
		}
		if _, omitted := r.(value.Omit); omitted {
			return nil, nil
		}
		return r, nil
	}
	for _, f := range []struct {
		name string
		set  func(value.Value) error
	}{
		{"loop_var", func(v value.Value) error { c.loopVar = value.ToStr(v); return nil }},
		{"index_var", func(v value.Value) error { c.indexVar = value.ToStr(v); return nil }},
		{"pause", func(v value.Value) error {
			x, err := convert("float", v)
			if err == nil {
				c.pause = time.Duration(float64(x.(value.Float)) * float64(time.Second))
			}
			return err
		}},
		{"extended", func(v value.Value) error {
			x, err := convert("bool", v)
			if err == nil {
				c.extended = bool(x.(value.Bool))
			}
			return err
		}},
		{"extended_allitems", func(v value.Value) error {
			x, err := convert("bool", v)
			if err == nil {
				c.allItems = bool(x.(value.Bool))
			}
			return err
		}},
	} {
		v, err := get(f.name)
		if err != nil {
			return nil, err
		}
		if v == nil {
			continue
		}
		if err := f.set(v); err != nil {
			return nil, keywordFault(err, f.name, s.Value(f.name))
		}
	}
	c.label = s.Value("label")
	c.breakWhen = conditions(s.Value("break_when"))
	return c, nil
}

// loop runs the task for every item and sums the results up.
func (j *job) loop(scope *vars.Scope, items []value.Value) *result {
	tpl := j.templar(scope, j.host, j.spec)
	total := j.newResult()
	c, err := j.control(tpl)
	if err != nil {
		total.fault = fault.From(err)
		total.dict = value.NewDict("failed", value.Bool(true), "msg", value.S(total.fault.Error()))
		return total
	}
	if _, taken := scope.Lookup(c.loopVar); taken {
		f := &fault.Fault{Msg: "The loop variable " + value.Quote(c.loopVar) + " is already in use.", Text: c.loopVar,
			Help: "You should set the `loop_var` value in the `loop_control` option for the task to something else to avoid variable collisions and unexpected behavior."}
		if s := j.spec.task.Control; s != nil && s.Attr("loop_var") != nil {
			f.At = s.Attr("loop_var").At()
		}
		j.display.Warning(f)
	}
	all := &value.List{Items: items}
	overlay := &value.Dict{}
	results := &value.List{}
	begin := func(i int) *turn {
		over := overlay.Copy()
		over.Put("ansible_loop_var", value.S(c.loopVar))
		over.Put(c.loopVar, items[i])
		if c.indexVar != "" {
			over.Put("ansible_index_var", value.S(c.indexVar))
			over.Put(c.indexVar, value.Int(i))
		}
		t := &turn{index: i, item: items[i], over: over}
		if c.extended {
			t.extended = loopDetails(all, i, c.allItems)
			over.Put("ansible_loop", t.extended)
		}
		t.scope = scope.With(over)
		return t
	}
	end := func(t *turn) {
		res := t.res
		if j.spec.register != "" {
			overlay.Put(j.spec.register, res.dict)
			t.over.Put(j.spec.register, res.dict)
		}
		if f, ok := res.dict.Raw("ansible_facts"); ok && res.clean {
			if d, ok := f.(*value.Dict); ok { // the next items see what set_fact set
				for k, v := range d.RawAll() {
					overlay.Set(k, v)
				}
			}
		}
		j.finishItem(scope.With(t.over), c, res, t.item, t.index, t.extended)
		total.items = append(total.items, res)
		results.Items = append(results.Items, res.dict)
	}
	if len(items) > 1 && j.streams(c) {
		j.stream(len(items), func(i int) *turn {
			t := begin(i)
			if name := j.spec.register; name != "" {
				t.scope = t.scope.Watch(name, func() { // it reads the result of the item before
					t.await()
					if v, ok := overlay.Raw(name); ok && t.res == nil {
						t.over.Put(name, v)
					}
				})
			}
			return t
		}, func(t *turn) *result {
			own := *j
			own.turn = t
			return own.once(t.scope, nil)
		}, end)
		j.sum(total, results)
		return total
	}
	for i := range items {
		if j.ctx.Err() != nil {
			break
		}
		if i > 0 && c.pause > 0 {
			sleep(j.ctx, c.pause)
		}
		t := begin(i)
		t.res = j.once(t.scope, nil)
		end(t)
		if len(c.breakWhen) > 0 {
			stop, _, err := all_(j.engine.Templar(scope.With(t.over)), c.breakWhen)
			if err != nil {
				total.fault = fault.From(err)
				total.dict = value.NewDict("failed", value.Bool(true), "msg", value.S(total.fault.Error()), "results", results)
				return total
			}
			if stop {
				break
			}
		}
	}
	j.sum(total, results)
	return total
}

func loopDetails(all *value.List, i int, withAll bool) *value.Dict {
	n := all.Len()
	d := value.NewDict("index", value.Int(i+1), "index0", value.Int(i), "first", value.Bool(i == 0), "last", value.Bool(i+1 == n),
		"length", value.Int(n), "revindex", value.Int(n-i), "revindex0", value.Int(n-i-1))
	if withAll {
		d.Put("allitems", all)
	}
	if i+1 < n {
		d.Put("nextitem", all.Items[i+1])
	}
	if i > 0 {
		d.Put("previtem", all.Items[i-1])
	}
	return d
}

// finishItem adds what a loop's results say of their item and shows the item.
func (j *job) finishItem(scope *vars.Scope, c *loopControl, res *result, item value.Value, i int, extended *value.Dict) {
	d := res.dict
	res.vars = &value.Dict{}
	add := func(k string, v value.Value) { d.Put(k, v); res.vars.Put(k, v) }
	add(c.loopVar, item)
	add("ansible_loop_var", value.S(c.loopVar))
	if c.indexVar != "" {
		add(c.indexVar, value.Int(i))
		add("ansible_index_var", value.S(c.indexVar))
	}
	if extended != nil {
		add("ansible_loop", extended)
	}
	d.Put("_ansible_item_result", value.Bool(true))
	label := item
	if c.label != nil {
		t := j.templar(scope, j.host, j.spec)
		v, err := t.Resolve(c.label)
		switch {
		case err == nil:
			label = v
		case isUndefined(err):
			d.Put("failed", value.Bool(true))
			d.Put("msg", value.S("Failed to template loop_control.label: "+fault.From(err).Error()))
			label = nil
		default:
			d.Put("failed", value.Bool(true))
			d.Put("msg", value.S(fault.From(err).Error()))
			label = nil
		}
	}
	if label != nil {
		add("_ansible_item_label", label)
	}
	switch status := res.status(); {
	case status == callback.OK && res.diff && has(d, "diff"):
		j.emit(callback.Diff{Result: res.shown()})
		fallthrough
	case status == callback.OK:
		if !res.spec.view.HasInventory {
			j.emit(callback.ItemResult{Result: res.shown()})
		}
	default:
		j.emit(callback.ItemResult{Result: res.shown(), Status: status})
	}
}

func has(d *value.Dict, key string) bool { _, ok := d.Raw(key); return ok }

// sum makes the result of the whole loop.
func (j *job) sum(total *result, results *value.List) {
	d := value.NewDict("results", results)
	skipped, changed, failed, unreachable := true, false, false, false
	total.ignoreErrors, total.ignoreUnreachable = truthy(j.spec.keywords["ignore_errors"]), truthy(j.spec.keywords["ignore_unreachable"])
	for _, it := range total.items {
		for _, k := range []string{"warnings", "deprecations"} { // they are of the whole
			if v, ok := it.dict.Raw(k); ok {
				gather(d, k, v)
				it.dict.Delete(value.S(k))
			}
		}
		total.warn, total.depr = append(total.warn, it.warn...), append(total.depr, it.depr...)
		if s, _ := truthOf(it.dict, "_ansible_no_log"); s {
			d.Put("_ansible_no_log", value.Bool(true))
			total.noLog = total.noLog || it.noLog
		}
		c, _ := truthOf(it.dict, "changed")
		changed = changed || c
		if s, _ := truthOf(it.dict, "skipped"); !s {
			skipped = false
		}
		if f, _ := truthOf(it.dict, "failed"); f {
			if !failed {
				failed = true
				total.ignoreErrors = it.ignoreErrors
			} else if total.ignoreErrors && !it.ignoreErrors {
				total.ignoreErrors = false
			}
		}
		if u, _ := truthOf(it.dict, "unreachable"); u {
			if !unreachable {
				unreachable = true
				total.ignoreUnreachable = it.ignoreUnreachable
			} else if total.ignoreUnreachable && !it.ignoreUnreachable {
				total.ignoreUnreachable = false
			}
		}
		total.anyErrorsFatal, total.runOnce = it.anyErrorsFatal, it.runOnce
		total.delegate, total.delegateFacts = it.delegate, it.delegateFacts
		total.action = it.action
		total.check, total.diff, total.clean = it.check, it.diff, it.clean
	}
	d.Put("skipped", value.Bool(skipped))
	if changed {
		d.Put("changed", value.Bool(true))
	}
	switch {
	case skipped:
		d.Put("msg", value.S("All items skipped"))
	case failed:
		d.Put("failed", value.Bool(true))
		d.Put("msg", value.S("One or more items failed"))
	default:
		d.Put("msg", value.S("All items completed"))
	}
	if failed {
		d.Put("failed", value.Bool(true))
	}
	if unreachable {
		d.Put("unreachable", value.Bool(true))
	}
	if !has(d, "changed") {
		d.Put("changed", value.Bool(false))
	}
	total.dict = d
}

// gather adds what an item lists under a key to the list of the whole.
func gather(d *value.Dict, key string, v value.Value) {
	list := &value.List{}
	if l, ok := d.Raw(key); ok {
		list.Items = append(list.Items, l.(*value.List).Items...)
	}
	if l, ok := v.(*value.List); ok {
		list.Items = append(list.Items, l.Items...)
	} else {
		list.Items = append(list.Items, v)
	}
	d.Put(key, list)
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// all_ evaluates conditions until one is false and names that one.
func all_(t *jinja.Templar, list []value.Value) (bool, value.Value, error) {
	for _, c := range list {
		ok, err := t.Cond(c)
		if err != nil {
			return false, c, err
		}
		if !ok {
			return false, c, nil
		}
	}
	return true, nil, nil
}
