package jinja

import "github.com/rehearse-dev/rehearse/internal/value"

// Types infers the types of expressions for the editor: Python's names ("str", "int", "list", ...), "number" for int
// or float, "any" where nothing is known.
type Types struct {
	Engine *Engine
	// Variable gives the type of a variable; nil, or "", means unknown.
	Variable func(name string) string
	// Attribute gives the type of an attribute of a variable, by its path; nil, or "", means unknown.
	Attribute func(name string, path []string) string
}

// Of infers the type of an expression.
func (t *Types) Of(x Expr) string {
	switch x := x.(type) {
	case *Const:
		return value.NativeName(x.Value)
	case *Data, *Concat:
		return "str"
	case *Tuple:
		return "tuple"
	case *List:
		return "list"
	case *Dict:
		return "dict"
	case *Compare, *Not, *Test:
		return "bool"
	case *Logic:
		return common(t.Of(x.Left), t.Of(x.Right))
	case *Cond:
		if x.Else == nil {
			return t.Of(x.Then)
		}
		return common(t.Of(x.Then), t.Of(x.Else))
	case *Unary:
		if a := t.Of(x.X); a == "float" {
			return a
		} else if a == "int" || a == "bool" {
			return "int"
		}
		return "number"
	case *Binary:
		return binaryType(x.Op, t.Of(x.Left), t.Of(x.Right))
	case *Name:
		if t.Variable != nil {
			if s := t.Variable(x.Name); s != "" {
				return s
			}
		}
		if t.Engine != nil && t.Engine.Function("global", x.Name) != nil {
			return "function"
		}
		return "any"
	case *Attr, *Item:
		return t.access(x)
	case *Filter:
		return t.filter(x)
	case *CallExpr:
		return t.call(x)
	case *Slice:
		return "slice"
	}
	return "any"
}

func common(a, b string) string {
	switch {
	case a == b:
		return a
	case isNumberType(a) && isNumberType(b):
		return "number"
	}
	return "any"
}

func isNumberType(s string) bool { return s == "int" || s == "float" || s == "number" || s == "bool" }

func binaryType(op Kind, a, b string) string {
	numbers := isNumberType(a) && isNumberType(b)
	switch op {
	case TokAdd:
		if a == b && (a == "str" || a == "list" || a == "tuple") {
			return a
		}
	case TokMul:
		if (a == "str" || a == "list") && isNumberType(b) {
			return a
		}
		if (b == "str" || b == "list") && isNumberType(a) {
			return b
		}
	case TokMod:
		if a == "str" {
			return "str"
		}
	case TokDiv:
		if numbers {
			return "float"
		}
	}
	if !numbers {
		return "any"
	}
	if a == "float" || b == "float" {
		return "float"
	}
	if a == "number" || b == "number" || op == TokPow {
		return "number"
	}
	return "int"
}

// access infers x.name and x[key].
func (t *Types) access(x Expr) string {
	if root, path, ok := chain(x); ok && t.Attribute != nil {
		if s := t.Attribute(root.Name, path); s != "" {
			return s
		}
	}
	switch x := x.(type) {
	case *Item:
		switch t.Of(x.X) {
		case "str":
			return "str"
		case "list", "tuple":
			if _, ok := x.Key.(*Slice); ok {
				return t.Of(x.X)
			}
		}
	case *Attr:
		for _, m := range Methods(t.Of(x.X)) {
			if m.Name == x.Name {
				if m.Property {
					return m.Result
				}
				return "function"
			}
		}
	}
	return "any"
}

func (t *Types) filter(x *Filter) string {
	if t.Engine == nil {
		return "any"
	}
	f := t.Engine.Function("filter", x.Name)
	if f == nil || f.Result == "" {
		return "any"
	}
	switch shortName(x.Name) {
	case "default", "d":
		if len(x.Args.Args) > 0 && x.X != nil {
			if a, b := t.Of(x.X), t.Of(x.Args.Args[0]); a == "any" {
				return b
			} else {
				return common(a, b)
			}
		}
	}
	if f.Result == "same" && x.X != nil {
		return t.Of(x.X)
	}
	return f.Result
}

func (t *Types) call(x *CallExpr) string {
	switch f := x.X.(type) {
	case *Name:
		if t.Engine == nil {
			break
		}
		if g := t.Engine.Function("global", f.Name); g != nil && g.Result != "" {
			if f.Name == "lookup" || f.Name == "query" || f.Name == "q" {
				return t.lookup(f.Name, x)
			}
			return g.Result
		}
	case *Attr:
		for _, m := range Methods(t.Of(f.X)) {
			if m.Name == f.Name {
				return m.Result
			}
		}
		// methods that only one type has tell the type even where the value is unknown
		switch f.Name {
		case "split", "splitlines", "rsplit", "items", "keys", "values":
			return "list"
		case "startswith", "endswith", "isdigit", "isalpha":
			return "bool"
		case "strip", "lstrip", "rstrip", "lower", "upper", "replace", "format", "title", "join":
			return "str"
		}
	}
	return "any"
}

func (t *Types) lookup(name string, x *CallExpr) string {
	if name != "lookup" {
		return "list"
	}
	for _, k := range x.Kwargs {
		if c, ok := k.Value.(*Const); ok && k.Name == "wantlist" && c.Value == value.Value(value.Bool(true)) {
			return "list"
		}
	}
	if len(x.Args.Args) > 0 {
		if c, ok := x.Args.Args[0].(*Const); ok {
			if s, ok := c.Value.(value.Str); ok {
				switch shortName(s.S) {
				case "file", "env", "pipe", "password", "unvault", "template":
					return "str"
				}
			}
		}
	}
	return "any"
}
