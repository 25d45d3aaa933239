package jinja

import "github.com/rehearse-dev/rehearse/internal/value"

// Guard tells what keeps a read of a variable from failing where the variable is undefined.
type Guard uint8

// The guards; a stronger one wins where several apply.
const (
	Unguarded  Guard = iota
	IfTrue           // inside "if x", or behind "x and"
	IfDefined        // inside "if x is defined", or behind "x is defined and"
	HasDefault       // x | default(...)
	Tested           // the read is that of "x is defined" itself
)

func (g Guard) String() string {
	return [...]string{"none", "if", "defined", "default", "test"}[g]
}

// Read is one use of a variable that the template does not set itself.
type Read struct {
	Name  string
	Span  Span     // of the name
	Path  []string // the attributes and text keys that follow it: ansible_facts.os_family gives ["os_family"]
	Whole Span     // of the name with its path
	Guard Guard
}

// Reads lists the variables that a template takes from outside, in the order of the text.
func Reads(t *Template) []Read {
	r := &reader{}
	if t.Expr != nil {
		r.expr(t.Expr)
	}
	r.body(t.Body)
	return r.reads
}

// reader walks a tree with the names that it sets and those that it guards.
type reader struct {
	reads  []Read
	locals []string
	guards []guarded
}

type guarded struct {
	path  string
	guard Guard
}

func (r *reader) local(name string) bool { return isOneOf(name, r.locals) }

// scoped runs f and forgets the names that it set.
func (r *reader) scoped(f func()) {
	n := len(r.locals)
	f()
	r.locals = r.locals[:n]
}

// with runs f under further guards.
func (r *reader) with(g []guarded, f func()) {
	n := len(r.guards)
	r.guards = append(r.guards, g...)
	f()
	r.guards = r.guards[:n]
}

func (r *reader) declare(target Expr) {
	switch t := target.(type) {
	case *Name:
		r.locals = append(r.locals, t.Name)
	case *Tuple:
		for _, x := range t.Items {
			r.declare(x)
		}
	case *NSRef:
		if !r.local(t.Name) {
			r.add(t.Name, nil, t.Span, t.Span, Unguarded)
		}
	}
}

func (r *reader) body(list []Stmt) {
	for _, s := range list {
		r.stmt(s)
	}
}

func (r *reader) stmt(s Stmt) {
	switch s := s.(type) {
	case *If:
		var not []guarded
		for _, b := range s.Branches {
			r.with(not, func() {
				r.expr(b.Test)
				r.with(ensured(b.Test, true), func() { r.body(b.Body) })
			})
			not = append(not, ensured(b.Test, false)...)
		}
		r.with(not, func() { r.body(s.Else) })
	case *For:
		r.expr(s.Iter)
		r.scoped(func() {
			r.locals = append(r.locals, "loop")
			r.declare(s.Target)
			var g []guarded
			if s.Test != nil {
				r.expr(s.Test)
				g = ensured(s.Test, true)
			}
			r.with(g, func() { r.body(s.Body) })
		})
		r.scoped(func() { r.body(s.Else) })
	case *Macro:
		r.locals = append(r.locals, s.Name)
		r.callable(s.Params, s.Body)
	case *CallBlock:
		r.expr(s.Call)
		r.callable(s.Params, s.Body)
	case *FilterBlock:
		r.expr(s.Filter)
		r.scoped(func() { r.body(s.Body) })
	case *With:
		r.exprs(s.Values)
		r.scoped(func() {
			for _, t := range s.Targets {
				r.declare(t)
			}
			r.body(s.Body)
		})
	case *ScopeStmt:
		r.expr(s.Option)
		r.scoped(func() { r.body(s.Body) })
	case *Block:
		r.scoped(func() {
			r.locals = append(r.locals, "super", "self")
			r.body(s.Body)
		})
	case *Assign:
		r.expr(s.Value)
		r.declare(s.Target)
	case *AssignBlock:
		if s.Filter != nil {
			r.expr(s.Filter)
		}
		r.scoped(func() { r.body(s.Body) })
		r.declare(s.Target)
	case *Import:
		r.expr(s.Template)
		r.locals = append(r.locals, s.Target)
	case *FromImport:
		r.expr(s.Template)
		for _, n := range s.Names {
			r.locals = append(r.locals, n.Alias)
		}
	default:
		inspectStmt(s, func(n Node) bool {
			if x, ok := n.(Expr); ok {
				r.expr(x)
				return false
			}
			return true
		})
	}
}

func (r *reader) callable(params []MacroParam, body []Stmt) {
	for _, p := range params {
		r.expr(p.Default)
	}
	r.scoped(func() {
		r.locals = append(r.locals, "caller", "varargs", "kwargs")
		for _, p := range params {
			r.locals = append(r.locals, p.Name.Name)
		}
		r.body(body)
	})
}

func (r *reader) exprs(list []Expr) {
	for _, x := range list {
		r.expr(x)
	}
}

func (r *reader) add(name string, path []string, span, whole Span, g Guard) {
	for _, have := range r.guards {
		if have.guard > g && covers(have.path, name, path) {
			g = have.guard
		}
	}
	r.reads = append(r.reads, Read{name, span, path, whole, g})
}

// covers tells whether a guard of a dotted path guards a read: what is tested must begin the read, or the read begin
// what is tested, as a.b is defined only where a is.
func covers(guard, name string, path []string) bool {
	full := name
	if guard == full {
		return true
	}
	for _, p := range path {
		full += "." + p
		if guard == full {
			return true
		}
	}
	return len(guard) > len(full) && guard[:len(full)] == full && guard[len(full)] == '.'
}

// chain takes a.b['c'] apart; ok is false for anything else.
func chain(x Expr) (root *Name, path []string, ok bool) {
	switch x := x.(type) {
	case *Name:
		return x, nil, true
	case *Attr:
		root, path, ok = chain(x.X)
		return root, append(path, x.Name), ok
	case *Item:
		if k, is := x.Key.(*Const); is {
			if s, is := k.Value.(value.Str); is {
				root, path, ok = chain(x.X)
				return root, append(path, s.S), ok
			}
		}
	}
	return nil, nil, false
}

func dottedPath(x Expr) (string, bool) {
	root, path, ok := chain(x)
	if !ok {
		return "", false
	}
	s := root.Name
	for _, p := range path {
		s += "." + p
	}
	return s, true
}

func (r *reader) expr(x Expr) { r.guardedExpr(x, Unguarded) }

// guardedExpr reads an expression whose value being undefined is met by g.
func (r *reader) guardedExpr(x Expr, g Guard) {
	if x == nil {
		return
	}
	if root, path, ok := chain(x); ok {
		if !r.local(root.Name) {
			r.add(root.Name, path, root.Span, x.Range(), g)
		}
		return
	}
	switch x := x.(type) {
	case *Attr:
		r.guardedExpr(x.X, g)
	case *Item:
		r.guardedExpr(x.X, g)
		r.expr(x.Key)
	case *Filter:
		inner := Unguarded
		if n := shortName(x.Name); n == "default" || n == "d" {
			inner = HasDefault
		}
		r.guardedExpr(x.X, inner)
		r.args(&x.Args)
	case *Test:
		inner := Unguarded
		if n := shortName(x.Name); n == "defined" || n == "undefined" {
			inner = Tested
		}
		r.guardedExpr(x.X, inner)
		r.args(&x.Args)
	case *Logic:
		r.expr(x.Left)
		r.with(ensured(x.Left, x.And), func() { r.expr(x.Right) })
	case *Cond:
		r.expr(x.Test)
		r.with(ensured(x.Test, true), func() { r.expr(x.Then) })
		r.with(ensured(x.Test, false), func() { r.expr(x.Else) })
	case *CallExpr:
		r.guardedExpr(x.X, Unguarded)
		r.args(&x.Args)
	default:
		inspectExpr(x, func(n Node) bool {
			if n == Node(x) {
				return true
			}
			r.expr(n.(Expr))
			return false
		})
	}
}

func (r *reader) args(a *Args) {
	r.exprs(a.Args)
	for _, k := range a.Kwargs {
		r.expr(k.Value)
	}
	r.expr(a.Star)
	r.expr(a.StarStar)
}

// shortName is a filter's or test's name without its collection.
func shortName(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return name[i+1:]
		}
	}
	return name
}

// ensured lists what is known to be defined where a condition is true, or false.
func ensured(x Expr, truth bool) []guarded {
	switch x := x.(type) {
	case *Not:
		return ensured(x.X, !truth)
	case *Logic:
		if x.And == truth {
			return append(ensured(x.Left, truth), ensured(x.Right, truth)...)
		}
	case *Test:
		name := shortName(x.Name)
		if name == "defined" && truth || name == "undefined" && !truth {
			if p, ok := dottedPath(x.X); ok {
				return []guarded{{p, IfDefined}}
			}
		}
		if name != "defined" && name != "undefined" {
			if p, ok := dottedPath(x.X); ok { // the test has been passed or failed: the value was there
				return []guarded{{p, IfTrue}}
			}
		}
	case *Filter:
		if n := shortName(x.Name); truth && (n == "default" || n == "d") {
			return nil
		}
	default:
		if p, ok := dottedPath(x); ok && truth {
			return []guarded{{p, IfTrue}}
		}
	}
	return nil
}

// Local is a name that a template sets itself.
type Local struct {
	Name string
	Kind string // "set", "for", "macro", "parameter", "with", "import", "loop"
	Span Span
	Node Node
}

// Locals lists the names of the template's own that can be used at an offset of its text.
func Locals(t *Template, off int) []Local {
	var out []Local
	var names func(x Expr, kind string, n Node)
	names = func(x Expr, kind string, n Node) {
		switch x := x.(type) {
		case *Name:
			out = append(out, Local{x.Name, kind, x.Span, n})
		case *Tuple:
			for _, y := range x.Items {
				names(y, kind, n)
			}
		}
	}
	params := func(ps []MacroParam, n Node) {
		for _, p := range ps {
			names(p.Name, "parameter", n)
		}
	}
	var body func(list []Stmt)
	body = func(list []Stmt) {
		for _, s := range list {
			span := s.Range()
			inside := span.Start <= off && off <= span.End
			before := span.End <= off
			switch s := s.(type) {
			case *Assign:
				if before {
					names(s.Target, "set", s)
				}
			case *AssignBlock:
				if before {
					names(s.Target, "set", s)
				} else if inside {
					body(s.Body)
				}
			case *Import:
				if before {
					out = append(out, Local{s.Target, "import", s.TargetSpan, s})
				}
			case *FromImport:
				if before {
					for _, n := range s.Names {
						out = append(out, Local{n.Alias, "import", n.Span, s})
					}
				}
			case *Macro:
				out = append(out, Local{s.Name, "macro", s.NameSpan, s})
				if inside {
					params(s.Params, s)
					body(s.Body)
				}
			case *CallBlock:
				if inside {
					params(s.Params, s)
					body(s.Body)
				}
			case *For:
				if inside {
					names(s.Target, "for", s)
					out = append(out, Local{"loop", "loop", s.Span, s})
					body(s.Body)
					body(s.Else)
				}
			case *If:
				// what one branch sets may be used behind it
				for _, b := range s.Branches {
					body(b.Body)
				}
				body(s.Else)
			case *With:
				if inside {
					for _, t := range s.Targets {
						names(t, "with", s)
					}
					body(s.Body)
				}
			case *FilterBlock:
				if inside {
					body(s.Body)
				}
			case *Block:
				if inside {
					body(s.Body)
				}
			case *ScopeStmt:
				if inside {
					body(s.Body)
				}
			}
		}
	}
	body(t.Body)
	return out
}
