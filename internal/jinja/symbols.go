package jinja

// This file decides, before a template runs, where each name lives: in a slot of a function's frame or in the context.
// The rules are those of Jinja2's compiler, so that scoping agrees with it in every corner.

type loadKind uint8

const (
	loadNone      loadKind = iota
	loadParameter          // set by the statement that opens the scope
	loadResolve            // from the context, when the scope is entered
	loadAlias              // copied from the enclosing scope's variable
	loadUndefined          // not set yet
)

// function is what has a frame of its own: the template's root, a block, a macro, a recursive loop.
type function struct {
	up    *function
	slots int
}

// symbol is a variable of one scope.
type symbol struct {
	name string
	fn   *function
	slot int // -1: read only, and straight from the context
	load loadKind
	from *symbol // for loadAlias
}

// scope is Jinja2's Symbols: the names of one scope, with what is known about them.
type scope struct {
	fn     *function
	parent *scope
	refs   []*symbol
	stores []string
}

func newScope(fn *function, parent *scope) *scope { return &scope{fn: fn, parent: parent} }

func (s *scope) own(name string) *symbol {
	for _, r := range s.refs {
		if r.name == name {
			return r
		}
	}
	return nil
}

func (s *scope) find(name string) *symbol {
	for ; s != nil; s = s.parent {
		if r := s.own(name); r != nil {
			return r
		}
	}
	return nil
}

func (s *scope) stored(name string) bool { return isOneOf(name, s.stores) }

func (s *scope) define(name string, load loadKind, from *symbol) *symbol {
	r := s.own(name)
	if r == nil {
		r = &symbol{name: name, fn: s.fn, slot: -1}
		s.refs = append(s.refs, r)
	}
	r.load, r.from = load, from
	if load != loadResolve {
		s.place(r)
	}
	return r
}

func (s *scope) place(r *symbol) {
	if r.slot < 0 {
		r.slot = s.fn.slots
		s.fn.slots++
	}
}

func (s *scope) store(name string) {
	if !s.stored(name) {
		s.stores = append(s.stores, name)
	}
	if r := s.own(name); r != nil {
		s.place(r)
		return
	}
	if s.parent != nil {
		if outer := s.parent.find(name); outer != nil {
			s.define(name, loadAlias, outer)
			return
		}
	}
	s.define(name, loadUndefined, nil)
}

func (s *scope) parameter(name string) *symbol {
	if !s.stored(name) {
		s.stores = append(s.stores, name)
	}
	return s.define(name, loadParameter, nil)
}

func (s *scope) loadName(name string) {
	if s.find(name) == nil {
		s.define(name, loadResolve, nil)
	}
}

// branch is a copy for one branch of an if: what it finds out is merged by merge.
func (s *scope) branch() *scope {
	c := &scope{fn: s.fn, parent: s.parent, stores: append([]string(nil), s.stores...)}
	for _, r := range s.refs {
		cp := *r
		c.refs = append(c.refs, &cp)
	}
	return c
}

// merge takes over what the branches found. A name that only some branches set has its outer value in the others.
func (s *scope) merge(branches []*scope) {
	counts := map[string]int{}
	var order []string
	for _, b := range branches {
		for _, n := range b.stores {
			if !s.stored(n) {
				if counts[n] == 0 {
					order = append(order, n)
				}
				counts[n]++
			}
		}
	}
	for _, b := range branches {
		for _, r := range b.refs {
			own := s.own(r.name)
			if own == nil {
				cp := *r
				cp.slot = -1
				own = &cp
				s.refs = append(s.refs, own)
			}
			own.load, own.from = r.load, r.from
			if r.slot >= 0 {
				s.place(own)
			}
		}
		for _, n := range b.stores {
			if !s.stored(n) {
				s.stores = append(s.stores, n)
			}
		}
	}
	for _, n := range order {
		if counts[n] == len(branches) {
			continue
		}
		target := s.find(n)
		if s.parent != nil {
			if outer := s.parent.find(n); outer != nil {
				target.load, target.from = loadAlias, outer
				s.place(target)
				continue
			}
		}
		target.load, target.from = loadResolve, nil
		s.place(target)
	}
}

// analysis visits statements for a scope, in Jinja2's order, and stops at what opens a scope of its own.
type analysis struct{ s *scope }

func (a *analysis) body(list []Stmt) {
	for _, st := range list {
		a.stmt(st)
	}
}

func (a *analysis) stmt(st Stmt) {
	switch st := st.(type) {
	case *Output:
		a.exprs(st.Nodes)
	case *If:
		a.ifStmt(st.Branches, st.Else)
	case *For:
		a.expr(st.Iter)
	case *Macro:
		a.s.store(st.Name)
	case *CallBlock:
		a.expr(st.Call)
	case *FilterBlock:
		if st.Filter != nil {
			a.expr(st.Filter)
		}
	case *With:
		a.exprs(st.Values)
	case *Extends:
		a.expr(st.Template)
	case *Include:
		a.expr(st.Template)
	case *Import:
		a.expr(st.Template)
		a.s.store(st.Target)
	case *FromImport:
		a.expr(st.Template)
		for _, n := range st.Names {
			a.s.store(n.Alias)
		}
	case *Assign:
		a.expr(st.Value)
		a.expr(st.Target)
	case *AssignBlock:
		a.expr(st.Target)
	case *Do:
		a.expr(st.X)
	}
}

func (a *analysis) ifStmt(branches []Branch, els []Stmt) {
	a.expr(branches[0].Test)
	outer := a.s
	visit := func(f func()) *scope {
		a.s = outer.branch()
		f()
		b := a.s
		a.s = outer
		return b
	}
	body := visit(func() { a.body(branches[0].Body) })
	elifs := visit(func() {
		for i := 1; i < len(branches); i++ {
			a.ifStmt(branches[i:i+1], nil)
		}
	})
	other := visit(func() { a.body(els) })
	outer.merge([]*scope{body, elifs, other})
}

func (a *analysis) exprs(list []Expr) {
	for _, x := range list {
		a.expr(x)
	}
}

func (a *analysis) expr(x Expr) {
	switch x := x.(type) {
	case nil:
	case *Name:
		if x.Store {
			a.s.store(x.Name)
		} else {
			a.s.loadName(x.Name)
		}
	case *NSRef:
		a.s.loadName(x.Name)
	case *Const, *Data:
	case *Attr:
		a.expr(x.X)
	case *Filter:
		a.expr(x.X)
		a.args(&x.Args)
	case *Test:
		a.expr(x.X)
		a.args(&x.Args)
	case *CallExpr:
		a.expr(x.X)
		a.args(&x.Args)
	default:
		inspectExpr(x, func(n Node) bool {
			if n == Node(x) {
				return true
			}
			a.expr(n.(Expr))
			return false
		})
	}
}

func (a *analysis) args(g *Args) {
	a.exprs(g.Args)
	for _, k := range g.Kwargs {
		a.expr(k.Value)
	}
	a.expr(g.Star)
	a.expr(g.StarStar)
}

// params declares the names of a target as set by the scope's statement.
func (a *analysis) params(target Expr) {
	switch t := target.(type) {
	case *Name:
		a.s.parameter(t.Name)
	case *Tuple:
		for _, x := range t.Items {
			a.params(x)
		}
	}
}

// undeclared tells which of the names a body reads without setting them first. It does not look into blocks.
func undeclared(body []Stmt, names ...string) []string {
	var found []string
	left := append([]string(nil), names...)
	visit := func(n Node) bool {
		switch n := n.(type) {
		case *Block:
			return false
		case *Name:
			for i, name := range left {
				if name != n.Name {
					continue
				}
				if n.Store {
					left = append(left[:i], left[i+1:]...)
				} else if !isOneOf(name, found) {
					found = append(found, name)
				}
				break
			}
		}
		return true
	}
	inspectBody(body, visit)
	return found
}
