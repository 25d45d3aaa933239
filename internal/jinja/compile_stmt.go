package jinja

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func (c *compiler) stmt(s Stmt) stmtFunc {
	switch s := s.(type) {
	case *Output:
		return c.output(s)
	case *If:
		return c.ifStmt(s)
	case *For:
		return c.forStmt(s)
	case *Assign:
		return c.assignStmt(s)
	case *AssignBlock:
		return c.assignBlock(s)
	case *Macro:
		return c.macroStmt(s)
	case *CallBlock:
		return c.callBlock(s)
	case *FilterBlock:
		return c.filterBlock(s)
	case *With:
		return c.with(s)
	case *ScopeStmt:
		var f stmtFunc
		c.inner(func(l *levelInfo) {
			(&analysis{l.scope}).body(s.Body)
			enter := c.enter(l.scope)
			body := c.body(s.Body)
			f = func(f *frame) (signal, error) {
				if err := enter(f); err != nil {
					return goOn, err
				}
				return body(f)
			}
		})
		return f
	case *Do:
		x := c.expr(s.X)
		return func(f *frame) (signal, error) {
			_, err := x(f)
			return goOn, err
		}
	case *LoopControl:
		sig := doContinue
		if s.Break {
			sig = doBreak
		}
		if !c.level.inLoop && !c.insideLoop() {
			c.reject(s, false, "'%s' outside loop", map[bool]string{true: "break", false: "continue"}[s.Break])
		}
		return func(*frame) (signal, error) { return sig, nil }
	case *Block:
		return c.blockStmt(s)
	case *Extends:
		return c.extends(s)
	case *Include:
		return c.include(s)
	case *Import:
		return c.importStmt(s)
	case *FromImport:
		return c.fromImport(s)
	case *Debug:
		return func(f *frame) (signal, error) {
			f.out.text(f.run.debug())
			return goOn, nil
		}
	}
	c.reject(s, false, "the statement cannot be compiled")
	return nil
}

// insideLoop tells whether a loop of the current function encloses the level.
func (c *compiler) insideLoop() bool { return c.loopDepth > 0 }

// checked wraps what prints so that a child template prints nothing outside of its blocks.
func (c *compiler) checked(s stmtFunc) stmtFunc {
	if !c.level.outputCheck {
		return s
	}
	if c.knownExtends {
		return nil
	}
	return func(f *frame) (signal, error) {
		if f.run.parent != nil {
			return goOn, nil
		}
		return s(f)
	}
}

func (c *compiler) output(s *Output) stmtFunc {
	if c.level.outputCheck && c.knownExtends {
		return nil
	}
	var fs []stmtFunc
	var data strings.Builder
	flush := func() {
		if data.Len() > 0 {
			text := data.String()
			data.Reset()
			fs = append(fs, func(f *frame) (signal, error) {
				f.out.text(text)
				return goOn, nil
			})
		}
	}
	for _, n := range s.Nodes {
		if d, ok := n.(*Data); ok {
			data.WriteString(d.Text)
			continue
		}
		flush()
		x := c.expr(n)
		span := n.Range()
		fs = append(fs, func(f *frame) (signal, error) {
			v, err := x(f)
			if err != nil {
				return goOn, err
			}
			if final := f.run.e.cfg.Finalize; final != nil {
				if v, err = final(&Call{Ctx: f.run.lim.ctx, Engine: f.run.e, run: f.run, span: span}, v); err != nil {
					return goOn, f.run.locate(err, span)
				}
			}
			if err := f.out.value(f.run, v); err != nil {
				return goOn, f.run.locate(err, span)
			}
			return goOn, nil
		})
	}
	flush()
	if len(fs) == 1 {
		return c.checked(fs[0])
	}
	return c.checked(func(f *frame) (signal, error) {
		for _, s := range fs {
			if _, err := s(f); err != nil {
				return goOn, err
			}
		}
		return goOn, nil
	})
}

// soft compiles with the level marked as one in which filters may be unknown.
func (c *compiler) soft(f func()) {
	save := c.level
	l := *save
	l.soft, l.rootlevel = true, false
	c.level = &l
	f()
	c.level = save
}

func (c *compiler) ifStmt(s *If) stmtFunc {
	type branch struct {
		test func(f *frame) (bool, error)
		body stmtFunc
	}
	var branches []branch
	var els stmtFunc
	c.soft(func() {
		for _, b := range s.Branches {
			branches = append(branches, branch{c.truth(b.Test), c.body(b.Body)})
		}
		if s.Else != nil {
			els = c.body(s.Else)
		}
	})
	return func(f *frame) (signal, error) {
		for i := range branches {
			ok, err := branches[i].test(f)
			if err != nil {
				return goOn, err
			}
			if ok {
				return branches[i].body(f)
			}
		}
		if els != nil {
			return els(f)
		}
		return goOn, nil
	}
}

// target compiles an assignment target.
func (c *compiler) target(t Expr) setFunc {
	switch t := t.(type) {
	case *Name:
		if len(c.assign) > 0 && (c.level.toplevel || c.level.inLoop || c.level.blockFn) {
			a := c.assign[len(c.assign)-1]
			if !isOneOf(t.Name, a.names) {
				a.names = append(a.names, t.Name)
			}
		}
		store := c.rawStore(c.level.scope.find(t.Name))
		return func(f *frame, v value.Value) error {
			store(f, v)
			return nil
		}
	case *NSRef:
		ns := c.rawLoad(c.level.scope.find(t.Name))
		return func(f *frame, v value.Value) error {
			n, ok := ns(f).(*Namespace)
			if !ok {
				return f.run.locate(value.Errorf("TemplateRuntimeError", "cannot assign attribute on non-namespace object"), t.Span)
			}
			n.attrs.Put(t.Attr, v)
			return nil
		}
	case *Tuple:
		var parts []setFunc
		for _, x := range t.Items {
			parts = append(parts, c.target(x))
		}
		return func(f *frame, v value.Value) error {
			items, err := unpack(v, len(parts))
			if err != nil {
				return f.run.locate(err, t.Span)
			}
			for i, set := range parts {
				if err := set(f, items[i]); err != nil {
					return err
				}
			}
			return nil
		}
	}
	c.reject(t, false, "can't assign to this")
	return nil
}

// unpack splits a value into n items, as Python's tuple assignment does.
func unpack(v value.Value, n int) ([]value.Value, error) {
	switch v := v.(type) {
	case *value.Tuple:
		if len(v.Items) == n {
			return v.Items, nil
		}
	case *value.Undefined:
		if !v.Lax() {
			return nil, v
		}
	}
	next, err := value.Iterate(v)
	if err != nil {
		if _, ok := err.(*value.Error); ok {
			return nil, value.TypeError("cannot unpack non-iterable %s object", value.TypeName(v))
		}
		return nil, err
	}
	items := make([]value.Value, 0, n)
	for {
		x, err := next()
		if err != nil {
			return nil, err
		}
		if x == nil {
			break
		}
		if len(items) == n {
			return nil, value.ValueError("too many values to unpack (expected %d)", n)
		}
		items = append(items, x)
	}
	if len(items) < n {
		return nil, value.ValueError("not enough values to unpack (expected %d, got %d)", n, len(items))
	}
	return items, nil
}

// exported gives what a set at the top level does besides: its names go into the context.
func (c *compiler) exported(a *assigned) func(f *frame) {
	if !c.level.toplevel || c.level.inLoop || c.level.blockFn || len(a.names) == 0 {
		return nil
	}
	type export struct {
		name string
		load func(f *frame) value.Value
	}
	var list []export
	for _, n := range a.names {
		list = append(list, export{n, c.rawLoad(c.level.scope.find(n))})
	}
	return func(f *frame) {
		for _, x := range list {
			f.run.ctx.export(x.name, x.load(f), !strings.HasPrefix(x.name, "_"))
		}
	}
}

func (c *compiler) assignStmt(s *Assign) stmtFunc {
	c.assign = append(c.assign, &assigned{})
	x := c.expr(s.Value)
	var refs []func(f *frame) error
	inspectExpr(s.Target, func(n Node) bool {
		if t, ok := n.(*NSRef); ok {
			load := c.rawLoad(c.level.scope.find(t.Name))
			refs = append(refs, func(f *frame) error {
				if _, ok := load(f).(*Namespace); !ok {
					return f.run.locate(value.Errorf("TemplateRuntimeError", "cannot assign attribute on non-namespace object"), t.Span)
				}
				return nil
			})
		}
		return true
	})
	set := c.target(s.Target)
	a := c.assign[len(c.assign)-1]
	c.assign = c.assign[:len(c.assign)-1]
	export := c.exported(a)
	return func(f *frame) (signal, error) {
		for _, check := range refs {
			if err := check(f); err != nil {
				return goOn, err
			}
		}
		v, err := x(f)
		if err != nil {
			return goOn, err
		}
		if err := set(f, v); err != nil {
			return goOn, err
		}
		if export != nil {
			export(f)
		}
		return goOn, nil
	}
}

func (c *compiler) assignBlock(s *AssignBlock) stmtFunc {
	c.assign = append(c.assign, &assigned{})
	var enter func(*frame) error
	var body stmtFunc
	var filter func(f *frame, v value.Value) (value.Value, error)
	c.inner(func(l *levelInfo) {
		l.outputCheck = false
		(&analysis{l.scope}).body(s.Body)
		if s.Filter != nil {
			(&analysis{l.scope}).expr(s.Filter)
		}
		enter = c.enter(l.scope)
		body = c.body(s.Body)
		if s.Filter != nil {
			filter = c.piped(s.Filter)
		}
	})
	set := c.target(s.Target)
	a := c.assign[len(c.assign)-1]
	c.assign = c.assign[:len(c.assign)-1]
	export := c.exported(a)
	return func(f *frame) (signal, error) {
		v, sig, err := f.capture(enter, body)
		if err != nil || sig != goOn {
			return sig, err
		}
		if filter != nil {
			if v, err = filter(f, v); err != nil {
				return goOn, err
			}
		}
		if err := set(f, v); err != nil {
			return goOn, err
		}
		if export != nil {
			export(f)
		}
		return goOn, nil
	}
}

func (c *compiler) filterBlock(s *FilterBlock) stmtFunc {
	var enter func(*frame) error
	var body stmtFunc
	var filter func(f *frame, v value.Value) (value.Value, error)
	c.inner(func(l *levelInfo) {
		a := &analysis{l.scope}
		a.body(s.Body)
		a.expr(s.Filter)
		enter = c.enter(l.scope)
		check := l.outputCheck
		l.outputCheck = false
		body = c.body(s.Body)
		l.outputCheck = check
		filter = c.piped(s.Filter)
	})
	return c.checked(func(f *frame) (signal, error) {
		v, sig, err := f.capture(enter, body)
		if err != nil || sig != goOn {
			return sig, err
		}
		if v, err = filter(f, v); err != nil {
			return goOn, err
		}
		return goOn, f.out.value(f.run, v)
	})
}

func (c *compiler) with(s *With) stmtFunc {
	var values []exprFunc
	for _, v := range s.Values {
		values = append(values, c.expr(v))
	}
	var targets []setFunc
	var enter func(*frame) error
	var body stmtFunc
	c.inner(func(l *levelInfo) {
		a := &analysis{l.scope}
		for _, t := range s.Targets {
			a.params(t)
		}
		a.body(s.Body)
		enter = c.enter(l.scope)
		for _, t := range s.Targets {
			targets = append(targets, c.target(t))
		}
		body = c.body(s.Body)
	})
	return func(f *frame) (signal, error) {
		if err := enter(f); err != nil {
			return goOn, err
		}
		for i, t := range targets {
			v, err := values[i](f)
			if err != nil {
				return goOn, err
			}
			if err := t(f, v); err != nil {
				return goOn, err
			}
		}
		return body(f)
	}
}

func (c *compiler) forStmt(s *For) stmtFunc {
	inspectStmt(s, func(n Node) bool {
		if t, ok := n.(*Name); ok && t.Store && t.Name == "loop" {
			c.reject(t, true, "Can't assign to special loop variable in for-loop target")
		}
		return true
	})
	extended := s.Recursive || len(undeclared(s.Body, "loop")) > 0
	if !extended {
		inspectStmt(s, func(n Node) bool {
			if b, ok := n.(*Block); ok && b.Scoped {
				extended = true
			}
			return !extended
		})
	}
	iter := c.expr(s.Iter)
	var l loopCode
	l.span = s.Span
	l.iterSpan = s.Iter.Range()
	var stores []string
	build := func(lv *levelInfo) {
		lv.inLoop = true
		if extended {
			l.loop = lv.scope.parameter("loop")
		}
		a := &analysis{lv.scope}
		a.params(s.Target)
		a.body(s.Body)
		l.enter = c.enter(lv.scope)
		l.target = c.target(s.Target)
		c.loopDepth++
		l.body = c.body(s.Body)
		c.loopDepth--
		stores = lv.scope.stores
	}
	// what the loop assigns is gone at its end: an enclosing set does not export it
	defer func() {
		if n := len(c.assign); n > 0 {
			a := c.assign[n-1]
			a.names = slices.DeleteFunc(a.names, func(name string) bool { return isOneOf(name, stores) })
		}
	}()
	rest := func() {
		if s.Test != nil {
			c.inner(func(lv *levelInfo) {
				a := &analysis{lv.scope}
				a.params(s.Target)
				a.expr(s.Test)
				l.testEnter = c.enter(lv.scope)
				l.testTarget = c.target(s.Target)
				l.test = c.truth(s.Test)
			})
		}
		if s.Else != nil {
			c.inner(func(lv *levelInfo) {
				(&analysis{lv.scope}).body(s.Else)
				l.elseEnter = c.enter(lv.scope)
				l.els = c.body(s.Else)
			})
		}
	}
	if !s.Recursive {
		c.inner(build)
		rest()
		return func(f *frame) (signal, error) {
			v, err := iter(f)
			if err != nil {
				return goOn, err
			}
			return l.run(f, v, nil)
		}
	}
	depth := c.loopDepth
	c.loopDepth = 0
	slots := 0
	c.closure(func(lv *levelInfo) {
		lv.outputCheck = false
		build(lv)
		rest()
		slots = c.fn.slots
	})
	c.loopDepth = depth
	l.slots = func() int { return slots }
	return c.checked(func(f *frame) (signal, error) {
		v, err := iter(f)
		if err != nil {
			return goOn, err
		}
		r, err := l.recurse(f, v, 0)
		if err != nil {
			return goOn, err
		}
		return goOn, f.out.value(f.run, r)
	})
}

func (c *compiler) macroStmt(s *Macro) stmtFunc {
	m := c.macro(s.Name, s.Params, s.Body, s)
	ref := c.level.scope.find(s.Name)
	store := c.rawStore(ref)
	top := c.level.toplevel
	public := !strings.HasPrefix(s.Name, "_")
	return func(f *frame) (signal, error) {
		v := &macroValue{macroCode: m, frame: f}
		store(f, v)
		if top {
			f.run.ctx.export(s.Name, v, public)
		}
		return goOn, nil
	}
}

func (c *compiler) macro(name string, params []MacroParam, body []Stmt, at Node) *macroCode {
	m := &macroCode{name: name, callerSlot: -1, kwargsSlot: -1, varargsSlot: -1}
	depth := c.loopDepth
	c.loopDepth = 0
	defer func() { c.loopDepth = depth }()
	saveAssign := c.assign
	c.assign = nil
	defer func() { c.assign = saveAssign }()
	c.closure(func(l *levelInfo) {
		l.outputCheck = false
		s := l.scope
		for _, p := range params {
			s.parameter(p.Name.Name)
		}
		explicitCaller := -1
		a := &analysis{s}
		for i, p := range params {
			if p.Name.Name == "caller" {
				explicitCaller = i
			}
			a.expr(p.Default)
		}
		a.body(body)
		for _, n := range undeclaredIn(params, body, "caller", "kwargs", "varargs") {
			switch n {
			case "caller":
				if explicitCaller >= 0 {
					if params[explicitCaller].Default == nil {
						c.reject(at, true, "When defining macros or call blocks the special \"caller\" argument must be omitted or be given a default.")
					}
				} else {
					m.callerSlot = s.parameter("caller").slot
				}
				m.takesCaller = true
			case "kwargs":
				m.kwargsSlot = s.parameter("kwargs").slot
			case "varargs":
				m.varargsSlot = s.parameter("varargs").slot
			}
		}
		m.enter = c.enter(s)
		for _, p := range params {
			mp := macroParam{name: p.Name.Name, slot: s.find(p.Name.Name).slot}
			if p.Default != nil {
				mp.def = c.expr(p.Default)
			}
			m.params = append(m.params, mp)
			m.explicitCaller = m.explicitCaller || mp.name == "caller"
		}
		m.body = c.body(body)
		m.slots = c.fn.slots
	})
	return m
}

// undeclaredIn is undeclared for a macro's body: its parameters do not count.
func undeclaredIn(params []MacroParam, body []Stmt, names ...string) []string {
	found := undeclared(body, names...)
	keep := found[:0]
	for _, n := range found {
		param := false
		for _, p := range params {
			param = param || p.Name.Name == n && n != "caller"
		}
		if !param {
			keep = append(keep, n)
		}
	}
	return keep
}

func (c *compiler) callBlock(s *CallBlock) stmtFunc {
	m := c.macro("", s.Params, s.Body, s)
	call := c.call(s.Call, func(f *frame) value.Value { return &macroValue{macroCode: m, frame: f} })
	return c.checked(func(f *frame) (signal, error) {
		v, err := call(f)
		if err != nil {
			return goOn, err
		}
		return goOn, f.out.value(f.run, v)
	})
}

// locals lists the variables of all enclosing scopes that something sets, for a context derived from here.
func (c *compiler) locals() func(f *frame) map[string]value.Value {
	type local struct {
		name string
		load func(f *frame) value.Value
	}
	var list []local
	seen := map[string]bool{}
	for s := c.level.scope; s != nil; s = s.parent {
		for _, n := range s.stores {
			if !seen[n] {
				seen[n] = true
				list = append(list, local{n, c.rawLoad(c.level.scope.find(n))})
			}
		}
	}
	return func(f *frame) map[string]value.Value {
		m := make(map[string]value.Value, len(list))
		for _, l := range list {
			if v := l.load(f); v != nil {
				m[l.name] = v
			}
		}
		return m
	}
}

func (c *compiler) blockStmt(s *Block) stmtFunc {
	if c.level.toplevel && c.knownExtends {
		return nil
	}
	check := c.level.toplevel && c.extendsSoFar > 0
	var locals func(f *frame) map[string]value.Value
	if s.Scoped {
		locals = c.locals()
	}
	return func(f *frame) (signal, error) {
		if check && f.run.parent != nil {
			return goOn, nil
		}
		return goOn, f.run.callBlock(s, locals, f)
	}
}

func (c *compiler) extends(s *Extends) stmtFunc {
	if !c.level.toplevel {
		c.reject(s, true, "cannot use extend from a non top-level scope")
	}
	x := c.expr(s.Template)
	again := c.extendsSoFar > 0
	known := c.knownExtends
	if c.level.rootlevel {
		c.knownExtends = true
	}
	c.extendsSoFar++
	return func(f *frame) (signal, error) {
		if again && (known || f.run.parent != nil) {
			return goOn, f.run.locate(value.Errorf("TemplateRuntimeError", "extended multiple times"), s.Span)
		}
		v, err := x(f)
		if err != nil {
			return goOn, err
		}
		parent, err := f.run.template(v)
		if err != nil {
			return goOn, f.run.locate(err, s.Span)
		}
		f.run.parent = parent
		f.run.ctx.addBlocks(parent)
		return goOn, nil
	}
}

func (c *compiler) include(s *Include) stmtFunc {
	x := c.expr(s.Template)
	locals := c.locals()
	return c.checkedInclude(func(f *frame) (signal, error) {
		v, err := x(f)
		if err != nil {
			return goOn, err
		}
		t, err := f.run.selectTemplate(v)
		if err != nil {
			if s.IgnoreMissing && isNotFound(err) {
				return goOn, nil
			}
			return goOn, f.run.locate(err, s.Span)
		}
		var vars map[string]value.Value
		if s.WithContext {
			vars = locals(f)
		}
		return goOn, f.run.include(t, vars, s.WithContext, f.out)
	})
}

// checkedInclude: Jinja2 checks only prints for a parent, so that an include in a child template still runs.
func (c *compiler) checkedInclude(s stmtFunc) stmtFunc { return s }

func (c *compiler) importStmt(s *Import) stmtFunc {
	x := c.expr(s.Template)
	locals := c.locals()
	store := c.rawStore(c.level.scope.find(s.Target))
	top := c.level.toplevel
	return func(f *frame) (signal, error) {
		m, err := f.run.importModule(x, locals, s.WithContext, f, s.Span)
		if err != nil {
			return goOn, err
		}
		store(f, m)
		if top {
			f.run.ctx.export(s.Target, m, false)
		}
		return goOn, nil
	}
}

func (c *compiler) fromImport(s *FromImport) stmtFunc {
	x := c.expr(s.Template)
	locals := c.locals()
	var stores []func(f *frame, v value.Value)
	for _, n := range s.Names {
		stores = append(stores, c.rawStore(c.level.scope.find(n.Alias)))
	}
	top := c.level.toplevel
	return func(f *frame) (signal, error) {
		m, err := f.run.importModule(x, locals, s.WithContext, f, s.Span)
		if err != nil {
			return goOn, err
		}
		for i, n := range s.Names {
			v, ok := m.Attr(n.Name)
			if !ok {
				v = f.run.undefinedHint("the template "+value.Quote(m.name)+" (imported on "+f.run.position(s.Span)+
					") does not export the requested name "+value.Quote(n.Name), n.Name, n.Span)
			}
			stores[i](f, v)
			if top {
				f.run.ctx.export(n.Alias, v, false)
			}
		}
		return goOn, nil
	}
}
