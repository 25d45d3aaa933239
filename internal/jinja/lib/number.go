package lib

import (
	"math"
	"math/big"
	"strconv"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// asFloat is float(v); the error is Python's.
func asFloat(v value.Value) (float64, error) {
	f, err := value.ToFloatValue(v)
	if err != nil {
		return 0, err
	}
	return float64(f.(value.Float)), nil
}

// truncated is int(float).
func truncated(f float64) (value.Value, error) {
	switch {
	case math.IsNaN(f):
		return nil, valueError("cannot convert float NaN to integer")
	case math.IsInf(f, 0):
		return nil, value.Errorf("OverflowError", "cannot convert float infinity to integer")
	case math.Abs(f) < 1<<62:
		return value.Int(int64(f)), nil
	}
	n, _ := big.NewFloat(f).Int(nil)
	return value.NewInt(n), nil
}

func intFilter(c *jinja.Call) (value.Value, error) {
	switch v := c.Args[0].(type) {
	case value.Str:
		base, err := intArg(c.Args[2])
		if err != nil {
			return nil, err
		}
		if base >= 0 && base <= 36 && base != 1 {
			if n, err := value.ParseInt(v.S, base); err == nil {
				return n, nil
			}
		}
		if f, err := asFloat(v); err == nil {
			if n, err := truncated(f); err == nil {
				return n, nil
			}
		}
		return c.Args[1], nil
	case value.Int, *value.BigInt:
		return v, nil
	case value.Bool:
		if v {
			return value.Int(1), nil
		}
		return value.Int(0), nil
	case value.Float:
		n, err := truncated(float64(v))
		if err != nil && math.IsNaN(float64(v)) {
			return c.Args[1], nil
		}
		return n, err
	case *value.Undefined:
		return nil, v
	}
	return c.Args[1], nil
}

func floatFilter(c *jinja.Call) (value.Value, error) {
	f, err := asFloat(c.Args[0])
	if u, ok := c.Args[0].(*value.Undefined); ok {
		return nil, u
	}
	if err != nil {
		return c.Args[1], nil
	}
	return value.Float(f), nil
}

func abs(c *jinja.Call) (value.Value, error) {
	switch v := c.Args[0].(type) {
	case value.Float:
		return value.Float(math.Abs(float64(v))), nil
	case value.Delta:
		return max(v, -v), nil
	case *value.Undefined:
		return nil, v
	}
	n, ok := value.Big(c.Args[0])
	if !ok {
		return nil, typeError("bad operand type for abs(): '%s'", value.TypeName(c.Args[0]))
	}
	return value.NewInt(new(big.Int).Abs(n)), nil
}

func round(c *jinja.Call) (value.Value, error) {
	method, _ := str(c.Args[2])
	switch method {
	case "common":
		return pyRound(c.Args[0], c.Args[1])
	case "ceil", "floor":
	default:
		return nil, value.Errorf("FilterArgumentError", "method must be common, ceil or floor")
	}
	scale, err := value.Pow(value.Int(10), c.Args[1])
	if err != nil {
		return nil, err
	}
	scaled, err := value.Mul(c.Args[0], scale)
	if err != nil {
		return nil, err
	}
	if f, ok := scaled.(value.Float); ok {
		if method == "ceil" {
			f = value.Float(math.Ceil(float64(f)))
		} else {
			f = value.Float(math.Floor(float64(f)))
		}
		if scaled, err = truncated(float64(f)); err != nil {
			return nil, err
		}
	} else if _, ok := value.Big(scaled); !ok {
		return nil, typeError("must be real number, not %s", value.TypeName(scaled))
	}
	return value.Div(scaled, scale)
}

// pyRound is round(v, digits).
func pyRound(v, digits value.Value) (value.Value, error) {
	if u, ok := v.(*value.Undefined); ok {
		return nil, u
	}
	var n int
	if f, ok := v.(value.Float); ok && isNone(digits) {
		return truncated(math.RoundToEven(float64(f)))
	}
	if !isNone(digits) {
		if _, number := value.ToFloat(v); !number {
			return nil, typeError("type %s doesn't define __round__ method", value.TypeName(v))
		}
		var err error
		if n, err = intArg(digits); err != nil {
			return nil, err
		}
	}
	if f, ok := v.(value.Float); ok {
		return value.Float(roundFloat(float64(f), n)), nil
	}
	x, ok := value.Big(v)
	if !ok {
		return nil, typeError("type %s doesn't define __round__ method", value.TypeName(v))
	}
	if n >= 0 {
		return value.NewInt(x), nil
	}
	if -n > 4000 {
		return value.Int(0), nil
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-n)), nil)
	q, r := new(big.Int).DivMod(x, unit, new(big.Int)) // r >= 0
	switch twice := new(big.Int).Lsh(r, 1); twice.Cmp(unit) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		if q.Bit(0) == 1 {
			q.Add(q, big.NewInt(1))
		}
	}
	return value.NewInt(q.Mul(q, unit)), nil
}

// roundFloat rounds the exact binary value, half to even, as CPython does.
func roundFloat(f float64, n int) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) || n > 330 {
		return f
	}
	if n < -308 {
		return math.Copysign(0, f)
	}
	if n >= 0 {
		r, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', n, 64), 64)
		return r
	}
	// To tens and above: round the exact integer part and what follows it as a rational number.
	exact, _ := new(big.Float).SetFloat64(f).Rat(nil)
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-n)), nil)
	exact.Quo(exact, new(big.Rat).SetInt(unit))
	q := new(big.Int).Div(exact.Num(), exact.Denom())
	half := new(big.Rat).Sub(exact, new(big.Rat).SetInt(q)).Cmp(big.NewRat(1, 2))
	if half > 0 || half == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	r, _ := new(big.Float).SetInt(q.Mul(q, unit)).Float64()
	if r == 0 {
		return math.Copysign(0, f)
	}
	return r
}

func filesizeformat(c *jinja.Call) (value.Value, error) {
	size, err := asFloat(c.Args[0])
	if err != nil {
		return nil, err
	}
	base, units := 1000.0, []string{"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"}
	if on(c.Args[1]) {
		base, units = 1024, []string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"}
	}
	switch {
	case size == 1:
		return value.S("1 Byte"), nil
	case size < base:
		n, err := truncated(size)
		if err != nil {
			return nil, err
		}
		return value.S(value.ToStr(n) + " Bytes"), nil
	}
	unit := base
	for i, name := range units {
		unit *= base
		if size < unit || i == len(units)-1 {
			return value.S(strconv.FormatFloat(base*size/unit, 'f', 1, 64) + " " + name), nil
		}
	}
	return nil, nil
}

func sum(c *jinja.Call) (value.Value, error) {
	total := c.Args[2]
	if _, ok := str(total); ok {
		return nil, typeError("sum() can't sum strings [use ''.join(seq) instead]")
	}
	get := newGetter(c, c.Args[1])
	err := c.Each(c.Args[0], func(item value.Value) error {
		v, err := get.of(item)
		if err != nil {
			return err
		}
		if err := defined(v); err != nil {
			return err
		}
		if _, isList := total.(*value.List); !isList && c.Engine.Ansible() {
			if err := addable(total, v); err != nil {
				return err
			}
		}
		total, err = value.Add(total, v)
		return err
	})
	return total, err
}
