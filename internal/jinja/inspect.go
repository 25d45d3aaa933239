package jinja

// Inspect calls f for every node of the tree in the order of the text, parents first; where f returns false, the
// node's children are left out.
func Inspect(t *Template, f func(Node) bool) {
	if t.Expr != nil {
		inspectExpr(t.Expr, f)
	}
	inspectBody(t.Body, f)
}

// InspectNode is Inspect for a part of a tree.
func InspectNode(n Node, f func(Node) bool) {
	switch n := n.(type) {
	case Expr:
		inspectExpr(n, f)
	case Stmt:
		inspectStmt(n, f)
	}
}

func inspectBody(body []Stmt, f func(Node) bool) {
	for _, s := range body {
		inspectStmt(s, f)
	}
}

func inspectExprs(list []Expr, f func(Node) bool) {
	for _, x := range list {
		inspectExpr(x, f)
	}
}

func inspectArgs(a *Args, f func(Node) bool) {
	inspectExprs(a.Args, f)
	for _, k := range a.Kwargs {
		inspectExpr(k.Value, f)
	}
	inspectExpr(a.Star, f)
	inspectExpr(a.StarStar, f)
}

func inspectParams(ps []MacroParam, f func(Node) bool) {
	for _, p := range ps {
		inspectExpr(p.Name, f)
		inspectExpr(p.Default, f)
	}
}

func inspectExpr(x Expr, f func(Node) bool) {
	if x == nil || !f(x) {
		return
	}
	switch x := x.(type) {
	case *Tuple:
		inspectExprs(x.Items, f)
	case *List:
		inspectExprs(x.Items, f)
	case *Dict:
		for _, p := range x.Pairs {
			inspectExpr(p.Key, f)
			inspectExpr(p.Value, f)
		}
	case *Cond:
		inspectExpr(x.Then, f)
		inspectExpr(x.Test, f)
		inspectExpr(x.Else, f)
	case *Binary:
		inspectExpr(x.Left, f)
		inspectExpr(x.Right, f)
	case *Unary:
		inspectExpr(x.X, f)
	case *Logic:
		inspectExpr(x.Left, f)
		inspectExpr(x.Right, f)
	case *Not:
		inspectExpr(x.X, f)
	case *Concat:
		inspectExprs(x.Items, f)
	case *Compare:
		inspectExpr(x.First, f)
		for _, op := range x.Ops {
			inspectExpr(op.X, f)
		}
	case *Attr:
		inspectExpr(x.X, f)
	case *Item:
		inspectExpr(x.X, f)
		inspectExpr(x.Key, f)
	case *Slice:
		inspectExpr(x.Start, f)
		inspectExpr(x.Stop, f)
		inspectExpr(x.Step, f)
	case *CallExpr:
		inspectExpr(x.X, f)
		inspectArgs(&x.Args, f)
	case *Filter:
		inspectExpr(x.X, f)
		inspectArgs(&x.Args, f)
	case *Test:
		inspectExpr(x.X, f)
		inspectArgs(&x.Args, f)
	}
}

func inspectStmt(s Stmt, f func(Node) bool) {
	if s == nil || !f(s) {
		return
	}
	switch s := s.(type) {
	case *Output:
		inspectExprs(s.Nodes, f)
	case *For:
		inspectExpr(s.Target, f)
		inspectExpr(s.Iter, f)
		inspectExpr(s.Test, f)
		inspectBody(s.Body, f)
		inspectBody(s.Else, f)
	case *If:
		for _, b := range s.Branches {
			inspectExpr(b.Test, f)
			inspectBody(b.Body, f)
		}
		inspectBody(s.Else, f)
	case *Macro:
		inspectParams(s.Params, f)
		inspectBody(s.Body, f)
	case *CallBlock:
		inspectParams(s.Params, f)
		inspectExpr(s.Call, f)
		inspectBody(s.Body, f)
	case *FilterBlock:
		if s.Filter != nil {
			inspectExpr(s.Filter, f)
		}
		inspectBody(s.Body, f)
	case *With:
		for i := range s.Targets {
			inspectExpr(s.Targets[i], f)
			if i < len(s.Values) {
				inspectExpr(s.Values[i], f)
			}
		}
		inspectBody(s.Body, f)
	case *ScopeStmt:
		inspectExpr(s.Option, f)
		inspectBody(s.Body, f)
	case *Block:
		inspectBody(s.Body, f)
	case *Extends:
		inspectExpr(s.Template, f)
	case *Include:
		inspectExpr(s.Template, f)
	case *Import:
		inspectExpr(s.Template, f)
	case *FromImport:
		inspectExpr(s.Template, f)
	case *Assign:
		inspectExpr(s.Target, f)
		inspectExpr(s.Value, f)
	case *AssignBlock:
		inspectExpr(s.Target, f)
		if s.Filter != nil {
			inspectExpr(s.Filter, f)
		}
		inspectBody(s.Body, f)
	case *Do:
		inspectExpr(s.X, f)
	}
}
