package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

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
