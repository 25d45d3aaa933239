package jinja

import (
	"slices"
)

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
