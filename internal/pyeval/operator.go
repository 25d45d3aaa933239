package pyeval

import "github.com/rehearse-dev/rehearse/internal/value"

func binary(op string, a, b value.Value) (value.Value, error) {
	if d, ok := a.(*value.Dict); ok && op == "|" {
		if o, ok := b.(*value.Dict); ok {
			out := d.Copy()
			for k, v := range o.RawAll() {
				out.Set(k, v)
			}
			return out, nil
		}
	}
	switch op {
	case "|", "&", "^", "<<", ">>":
		x, ok1 := value.Index(a)
		y, ok2 := value.Index(b)
		if ok1 && ok2 {
			switch op {
			case "|":
				return value.Int(x | y), nil
			case "&":
				return value.Int(x & y), nil
			case "^":
				return value.Int(x ^ y), nil
			}
			if y < 0 {
				return nil, value.ValueError("negative shift count")
			}
			two, err := value.Pow(value.Int(2), value.Int(y))
			if err != nil {
				return nil, err
			}
			if op == "<<" {
				return value.Mul(value.Int(x), two)
			}
			return value.FloorDiv(value.Int(x), two)
		}
		if s, ok := value.AsSet(a); ok {
			if t, ok := value.AsSet(b); ok {
				if op == "|" || op == "&" || op == "^" {
					return value.SetOp(op, s, t), nil
				}
			}
		}
		return nil, value.TypeError("unsupported operand type(s) for %s: '%s' and '%s'", op, value.TypeName(a), value.TypeName(b))
	}
	return value.Binary(op, a, b)
}

func (e *Env) compare(n *node) (value.Value, error) {
	left, err := e.eval(n.kids[0])
	if err != nil {
		return nil, err
	}
	for i, op := range n.names {
		right, err := e.eval(n.kids[i+1])
		if err != nil {
			return nil, err
		}
		var yes bool
		switch op {
		case "in", "not in":
			yes, err = value.Contains(right, left)
			yes = yes == (op == "in")
		case "is", "is not":
			yes = same(left, right) == (op == "is")
		default:
			yes, err = value.CompareOp(op, left, right)
		}
		if err != nil || !yes {
			return value.Bool(false), err
		}
		left = right
	}
	return value.Bool(true), nil
}

// same is Python's identity: of containers the object, of anything else type and value.
func same(a, b value.Value) bool {
	switch a.(type) {
	case *value.Dict, *value.List, *value.Tuple, *value.Set:
		return a == b
	}
	return value.TypeName(a) == value.TypeName(b) && value.Equal(a, b)
}
