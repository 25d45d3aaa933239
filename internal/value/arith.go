package value

import (
	"math"
	"math/big"
	"math/bits"
	"strings"
	"time"
)

// maxBits bounds the size of an integer that an operation makes: 4 million bits, about 1.2 million digits.
const maxBits = 1 << 22

// maxDigits is Python's limit for turning an integer into text.
const maxDigits = 4300

func bigString(n *big.Int) (string, error) {
	if n.BitLen() > maxDigits*3322/1000 {
		if s := n.String(); len(strings.TrimPrefix(s, "-")) <= maxDigits {
			return s, nil
		}
		return "", ValueError("Exceeds the limit (%d digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit", maxDigits)
	}
	return n.String(), nil
}

// Binary is one of Python's arithmetic operators: + - * / // % **.
func Binary(op string, a, b Value) (Value, error) {
	switch op {
	case "+":
		return Add(a, b)
	case "-":
		return Sub(a, b)
	case "*":
		return Mul(a, b)
	case "/":
		return Div(a, b)
	case "//":
		return FloorDiv(a, b)
	case "%":
		return Mod(a, b)
	case "**":
		return Pow(a, b)
	}
	return nil, TypeError("unknown operator %s", op)
}

func unsupported(op string, a, b Value) error {
	if u, ok := a.(*Undefined); ok {
		return u
	}
	if u, ok := b.(*Undefined); ok {
		return u
	}
	return TypeError("unsupported operand type(s) for %s: '%s' and '%s'", op, operandName(a), operandName(b))
}

// Add is Python's a + b.
func Add(a, b Value) (Value, error) {
	switch x := a.(type) {
	case Int:
		if y, ok := b.(Int); ok {
			if s := x + y; (s > x) == (y > 0) {
				return s, nil
			}
			return NewInt(new(big.Int).Add(big.NewInt(int64(x)), big.NewInt(int64(y)))), nil
		}
	case Str:
		switch y := b.(type) {
		case Str:
			if len(x.S)+len(y.S) > maxText {
				return nil, Errorf("MemoryError", "a text of %d bytes is too large", len(x.S)+len(y.S))
			}
			return Str{S: x.S + y.S}, nil
		case *Undefined:
			return nil, y
		}
		return nil, TypeError(`can only concatenate str (not "%s") to str`, operandName(b))
	case Bytes:
		if y, ok := b.(Bytes); ok {
			return append(append(Bytes{}, x...), y...), nil
		}
		if u, ok := b.(*Undefined); ok {
			return nil, u
		}
		return nil, TypeError("can't concat %s to bytes", operandName(b))
	case *List:
		switch y := b.(type) {
		case *List:
			if len(x.Items)+len(y.Items) > maxItems {
				return nil, Errorf("MemoryError", "a list of %d items is too large", len(x.Items)+len(y.Items))
			}
			items := make([]Value, 0, len(x.Items)+len(y.Items))
			for i := range x.Items {
				items = append(items, x.Item(i))
			}
			for i := range y.Items {
				items = append(items, y.Item(i))
			}
			return &List{Items: items}, nil
		case *Undefined:
			if y.Kind != UndefinedMarker { // Ansible's lists do not know its undefined values
				return nil, y
			}
		}
		return nil, TypeError(`can only concatenate list (not "%s") to list`, operandName(b))
	case *Tuple:
		switch y := b.(type) {
		case *Tuple:
			return &Tuple{Items: append(append([]Value{}, x.Items...), y.Items...)}, nil
		case *Undefined:
			return nil, y
		}
		return nil, TypeError(`can only concatenate tuple (not "%s") to tuple`, operandName(b))
	case DateTime:
		if d, ok := b.(Delta); ok {
			return DateTime{x.T.Add(time.Duration(d) * time.Microsecond), x.Aware}, nil
		}
	case Date:
		if d, ok := b.(Delta); ok {
			days, _, _ := d.parts()
			return Date{x.T.AddDate(0, 0, int(days))}, nil
		}
	case Delta:
		switch y := b.(type) {
		case Delta:
			return x + y, nil
		case DateTime, Date:
			return Add(b, a)
		}
	}
	return numeric("+", a, b, func(m, n *big.Int) (Value, error) { return NewInt(m.Add(m, n)), nil },
		func(x, y float64) (Value, error) { return Float(x + y), nil })
}

// Sub is Python's a - b.
func Sub(a, b Value) (Value, error) {
	switch x := a.(type) {
	case Int:
		if y, ok := b.(Int); ok {
			if s := x - y; (s < x) == (y > 0) {
				return s, nil
			}
			return NewInt(new(big.Int).Sub(big.NewInt(int64(x)), big.NewInt(int64(y)))), nil
		}
	case *Set, *View:
		s, ok := AsSet(a)
		t, ok2 := AsSet(b)
		if ok && ok2 {
			return SetOp("-", s, t), nil
		}
	case DateTime:
		switch y := b.(type) {
		case DateTime:
			if x.Aware != y.Aware {
				return nil, TypeError("can't subtract offset-naive and offset-aware datetimes")
			}
			return Delta(x.T.UnixMicro() - y.T.UnixMicro()), nil
		case Delta:
			return DateTime{x.T.Add(-time.Duration(y) * time.Microsecond), x.Aware}, nil
		}
	case Date:
		switch y := b.(type) {
		case Date:
			return Delta(x.T.UnixMicro() - y.T.UnixMicro()), nil
		case Delta:
			return Add(a, -y)
		}
	case Delta:
		if y, ok := b.(Delta); ok {
			return x - y, nil
		}
	}
	return numeric("-", a, b, func(m, n *big.Int) (Value, error) { return NewInt(m.Sub(m, n)), nil },
		func(x, y float64) (Value, error) { return Float(x - y), nil })
}

// SetOp is one of Python's set operators: - | & ^.
func SetOp(op string, a, b *Set) *Set {
	r := &Set{}
	for _, x := range a.Items() {
		if op == "|" || b.Has(x) == (op == "&") {
			r.Add(x)
		}
	}
	if op == "|" || op == "^" {
		for _, x := range b.Items() {
			if !a.Has(x) {
				r.Add(x)
			}
		}
	}
	return r
}

// Mul is Python's a * b.
func Mul(a, b Value) (Value, error) {
	if x, ok := a.(Int); ok {
		if y, ok := b.(Int); ok {
			hi, lo := bits.Mul64(uint64(abs(int64(x))), uint64(abs(int64(y))))
			if hi == 0 && lo < 1<<63 {
				return x * y, nil
			}
			return NewInt(new(big.Int).Mul(big.NewInt(int64(x)), big.NewInt(int64(y)))), nil
		}
	}
	if isSequence(a) {
		return repeat(a, b)
	}
	if isSequence(b) {
		return repeat(b, a)
	}
	if d, ok := a.(Delta); ok {
		return scale(d, b)
	}
	if d, ok := b.(Delta); ok {
		return scale(d, a)
	}
	return numeric("*", a, b, func(m, n *big.Int) (Value, error) {
		if m.BitLen()+n.BitLen() > maxBits {
			return nil, tooLarge()
		}
		return NewInt(m.Mul(m, n)), nil
	}, func(x, y float64) (Value, error) { return Float(x * y), nil })
}

func tooLarge() error {
	return Errorf("MemoryError", "the result is an integer of more than %d bits", maxBits)
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func scale(d Delta, by Value) (Value, error) {
	switch n := by.(type) {
	case Int:
		return d * Delta(n), nil
	case Bool:
		if n {
			return d, nil
		}
		return Delta(0), nil
	case Float:
		return Delta(math.RoundToEven(float64(d) * float64(n))), nil
	}
	return nil, unsupported("*", d, by)
}

func isSequence(v Value) bool {
	switch v.(type) {
	case Str, Bytes, *List, *Tuple:
		return true
	}
	return false
}

func repeat(seq, times Value) (Value, error) {
	n, ok := toInt(times)
	if !ok {
		if u, ok := times.(*Undefined); ok {
			return nil, u
		}
		if b, ok := times.(*BigInt); ok {
			if b.V.Sign() > 0 {
				return nil, Errorf("OverflowError", "cannot fit 'int' into an index-sized integer")
			}
			n = 0
		} else {
			return nil, TypeError("can't multiply sequence by non-int of type '%s'", TypeName(times))
		}
	}
	n = max(n, 0)
	size, _ := Len(seq)
	limit := int64(maxItems)
	if s, ok := seq.(Str); ok {
		size, limit = len(s.S), maxText
	}
	if size > 0 && n > limit/int64(size) {
		return nil, Errorf("MemoryError", "a repetition of %d times %d items is too large", n, size)
	}
	switch x := seq.(type) {
	case Str:
		if n == 1 {
			return x, nil
		}
		return Str{S: strings.Repeat(x.S, int(n))}, nil
	case Bytes:
		return Bytes(strings.Repeat(string(x), int(n))), nil
	case *Tuple:
		return &Tuple{Items: repeatItems(x.Items, int(n))}, nil
	}
	l := seq.(*List)
	items := l.Items
	if l.Lazy != nil {
		items = make([]Value, len(l.Items))
		for i := range items {
			items[i] = l.Item(i)
		}
	}
	return &List{Items: repeatItems(items, int(n))}, nil
}

func repeatItems(items []Value, n int) []Value {
	r := make([]Value, 0, len(items)*n)
	for range n {
		r = append(r, items...)
	}
	return r
}

// numeric does a binary operation on two numbers: on big integers when both are integers, else on floats.
func numeric(op string, a, b Value, ints func(m, n *big.Int) (Value, error), floats func(x, y float64) (Value, error)) (Value, error) {
	m, mi := Big(a)
	n, ni := Big(b)
	if mi && ni {
		return ints(new(big.Int).Set(m), n)
	}
	x, xok := a.(Float)
	y, yok := b.(Float)
	if !xok && !mi || !yok && !ni {
		return nil, unsupported(op, a, b)
	}
	if mi {
		f, err := bigFloat(m)
		if err != nil {
			return nil, err
		}
		x = Float(f)
	}
	if ni {
		f, err := bigFloat(n)
		if err != nil {
			return nil, err
		}
		y = Float(f)
	}
	return floats(float64(x), float64(y))
}

func bigFloat(n *big.Int) (float64, error) {
	f, _ := new(big.Float).SetInt(n).Float64()
	if math.IsInf(f, 0) {
		return 0, Errorf("OverflowError", "int too large to convert to float")
	}
	return f, nil
}

// ToFloat gives any number as a float.
func ToFloat(v Value) (float64, bool) {
	switch v := v.(type) {
	case Float:
		return float64(v), true
	case Int:
		return float64(v), true
	case Bool:
		if v {
			return 1, true
		}
		return 0, true
	case *BigInt:
		f, err := bigFloat(v.V)
		return f, err == nil
	}
	return 0, false
}

func zeroDivision(msg string) error { return Errorf("ZeroDivisionError", "%s", msg) }

// Div is Python's a / b.
func Div(a, b Value) (Value, error) {
	if d, ok := a.(Delta); ok {
		switch y := b.(type) {
		case Delta:
			if y == 0 {
				return nil, zeroDivision("division by zero")
			}
			return Float(float64(d) / float64(y)), nil
		case Int, Float:
			f, _ := ToFloat(y)
			if f == 0 {
				return nil, zeroDivision("integer division or modulo by zero")
			}
			return Delta(math.RoundToEven(float64(d) / f)), nil
		}
	}
	return numeric("/", a, b, func(m, n *big.Int) (Value, error) {
		if n.Sign() == 0 {
			return nil, zeroDivision("division by zero")
		}
		if m.IsInt64() && n.IsInt64() {
			x, y := m.Int64(), n.Int64()
			if abs(x) < 1<<53 && abs(y) < 1<<53 {
				return Float(float64(x) / float64(y)), nil
			}
		}
		f, _ := new(big.Rat).SetFrac(m, n).Float64()
		if math.IsInf(f, 0) {
			return nil, Errorf("OverflowError", "integer division result too large for a float")
		}
		return Float(f), nil
	}, func(x, y float64) (Value, error) {
		if y == 0 {
			return nil, zeroDivision("float division by zero")
		}
		return Float(x / y), nil
	})
}

// floorDivMod gives Python's quotient and remainder of floats.
func floorDivMod(x, y float64) (q, r float64) {
	r = math.Mod(x, y)
	q = (x - r) / y
	if r != 0 {
		if (y < 0) != (r < 0) {
			r += y
			q--
		}
	} else {
		r = math.Copysign(0, y)
	}
	if q != 0 {
		f := math.Floor(q)
		if q-f > 0.5 {
			f++
		}
		q = f
	} else {
		q = math.Copysign(0, x/y)
	}
	return q, r
}

// FloorDiv is Python's a // b.
func FloorDiv(a, b Value) (Value, error) {
	if x, ok := a.(Int); ok {
		if y, ok := b.(Int); ok && y != 0 && (x != math.MinInt64 || y != -1) {
			q := x / y
			if x%y != 0 && (x < 0) != (y < 0) {
				q--
			}
			return q, nil
		}
	}
	if d, ok := a.(Delta); ok {
		if y, ok := b.(Int); ok && y != 0 {
			q, _ := FloorDiv(Int(d), y)
			return Delta(q.(Int)), nil
		}
		if y, ok := b.(Delta); ok && y != 0 {
			return FloorDiv(Int(d), Int(y))
		}
	}
	return numeric("//", a, b, func(m, n *big.Int) (Value, error) {
		if n.Sign() == 0 {
			return nil, zeroDivision("integer division or modulo by zero")
		}
		q, r := new(big.Int).QuoRem(m, n, new(big.Int))
		if r.Sign() != 0 && r.Sign() != n.Sign() {
			q.Sub(q, big.NewInt(1))
		}
		return NewInt(q), nil
	}, func(x, y float64) (Value, error) {
		if y == 0 {
			return nil, zeroDivision("float floor division by zero")
		}
		q, _ := floorDivMod(x, y)
		return Float(q), nil
	})
}

// Mod is Python's a % b: the remainder, or the formatting of a text.
func Mod(a, b Value) (Value, error) {
	switch x := a.(type) {
	case Int:
		if y, ok := b.(Int); ok && y != 0 && (x != math.MinInt64 || y != -1) {
			r := x % y
			if r != 0 && (r < 0) != (y < 0) {
				r += y
			}
			return r, nil
		}
	case Str:
		s, err := Percent(x.S, b)
		if err != nil {
			return nil, err
		}
		return Str{S: s}, nil
	case Bytes:
		s, err := Percent(string(x), b)
		if e, ok := err.(*Error); ok {
			return nil, &Error{Class: e.Class, Message: strings.Replace(e.Message, "string formatting", "bytes formatting", 1)}
		}
		return Bytes(s), err
	}
	return numeric("%", a, b, func(m, n *big.Int) (Value, error) {
		if n.Sign() == 0 {
			return nil, zeroDivision("integer modulo by zero")
		}
		r := new(big.Int).Rem(m, n)
		if r.Sign() != 0 && r.Sign() != n.Sign() {
			r.Add(r, n)
		}
		return NewInt(r), nil
	}, func(x, y float64) (Value, error) {
		if y == 0 {
			return nil, zeroDivision("float modulo")
		}
		_, r := floorDivMod(x, y)
		return Float(r), nil
	})
}

// Pow is Python's a ** b.
func Pow(a, b Value) (Value, error) {
	return numeric("** or pow()", a, b, func(m, n *big.Int) (Value, error) {
		if n.Sign() < 0 {
			if m.Sign() == 0 {
				return nil, zeroDivision("0.0 cannot be raised to a negative power")
			}
			x, err := bigFloat(m)
			if err != nil {
				return nil, err
			}
			y, err := bigFloat(n)
			if err != nil {
				return nil, err
			}
			return Float(pow(x, y)), nil
		}
		if m.BitLen() > 1 || m.Sign() < 0 && m.BitLen() > 1 {
			if !n.IsInt64() || n.Int64() > maxBits || n.Int64()*int64(m.BitLen()-1) > maxBits {
				return nil, tooLarge()
			}
		} else if !n.IsInt64() { // 0, 1 or -1 to a huge power
			n = new(big.Int).And(n, big.NewInt(1))
			n.Add(n, big.NewInt(2))
		}
		return NewInt(m.Exp(m, n, nil)), nil
	}, func(x, y float64) (Value, error) {
		if x == 0 && y < 0 {
			return nil, zeroDivision("0.0 cannot be raised to a negative power")
		}
		f := pow(x, y)
		if math.IsNaN(f) && !math.IsNaN(x) && !math.IsNaN(y) {
			return nil, ValueError("a negative number to a fractional power is a complex number, which is not supported")
		}
		if math.IsInf(f, 0) && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
			return nil, Errorf("OverflowError", "(34, 'Numerical result out of range')")
		}
		return Float(f), nil
	})
}

// Neg is Python's -a, Pos its +a.
func Neg(a Value) (Value, error) {
	switch x := a.(type) {
	case Int:
		if x != math.MinInt64 {
			return -x, nil
		}
	case Float:
		return -x, nil
	case Delta:
		return -x, nil
	}
	if n, ok := Big(a); ok {
		return NewInt(new(big.Int).Neg(n)), nil
	}
	return nil, badUnary("-", a)
}

// Pos is Python's +a.
func Pos(a Value) (Value, error) {
	switch x := a.(type) {
	case Int, Float, *BigInt, Delta:
		return a, nil
	case Bool:
		n, _ := toInt(x)
		return Int(n), nil
	}
	return nil, badUnary("+", a)
}

func badUnary(op string, a Value) error {
	if u, ok := a.(*Undefined); ok {
		return u
	}
	return TypeError("bad operand type for unary %s: '%s'", op, operandName(a))
}
