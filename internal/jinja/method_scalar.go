package jinja

import (
	"math"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ncruces/go-strftime"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func property(name, doc, result string, f func(v value.Value) value.Value) *Method {
	return &Method{Name: name, Doc: doc, Result: result, Property: true, Call: func(c *MethodCall) (value.Value, error) {
		return f(c.Self), nil
	}}
}

func noArgs(name, doc, result string, f func(v value.Value) (value.Value, error)) *Method {
	return &Method{Name: name, Doc: doc, Result: result, Call: func(c *MethodCall) (value.Value, error) {
		if _, err := c.bind(0); err != nil {
			return nil, err
		}
		return f(c.Self)
	}}
}

func intMethods() []*Method {
	same := func(v value.Value) value.Value { n, _ := value.Big(v); return value.NewInt(n) }
	return []*Method{
		property("real", "The number itself.", "int", same),
		property("imag", "Always 0.", "int", func(value.Value) value.Value { return value.Int(0) }),
		property("numerator", "The number itself.", "int", same),
		property("denominator", "Always 1.", "int", func(value.Value) value.Value { return value.Int(1) }),
		noArgs("bit_length", "How many bits the number needs.", "int", func(v value.Value) (value.Value, error) {
			n, _ := value.Big(v)
			return value.Int(n.BitLen()), nil
		}),
		noArgs("bit_count", "How many bits are set in the number without its sign.", "int", func(v value.Value) (value.Value, error) {
			n, _ := value.Big(v)
			return value.Int(strings.Count(new(big.Int).Abs(n).Text(2), "1")), nil
		}),
		noArgs("conjugate", "The number itself.", "int", func(v value.Value) (value.Value, error) { return same(v), nil }),
		noArgs("as_integer_ratio", "The number as a fraction.", "tuple", func(v value.Value) (value.Value, error) {
			return &value.Tuple{Items: []value.Value{same(v), value.Int(1)}}, nil
		}),
		{Name: "to_bytes", Params: "length=1, byteorder='big'", Doc: "The number as bytes.", Result: "bytes", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(0, "length", "byteorder")
			if err != nil {
				return nil, err
			}
			size, err := c.integer(a[0], 1)
			if err != nil {
				return nil, err
			}
			order, err := c.text(a[1], "big")
			if err != nil {
				return nil, err
			}
			n, _ := value.Big(c.Self)
			if n.Sign() < 0 {
				return nil, value.Errorf("OverflowError", "can't convert negative int to unsigned")
			}
			if size < 0 || size > 1<<20 || n.BitLen() > size*8 {
				return nil, value.Errorf("OverflowError", "int too big to convert")
			}
			b := n.FillBytes(make([]byte, size))
			if order == "little" {
				for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
					b[i], b[j] = b[j], b[i]
				}
			}
			return value.Bytes(b), nil
		}},
	}
}

// bits is one of Python's bit operators on integers.
func bits(op string, v, w value.Value) (value.Value, error) {
	a, _ := value.Big(v)
	b, ok := value.Big(w)
	if !ok {
		return nil, value.TypeError("unsupported operand type(s): '%s' and '%s'", value.TypeName(v), value.TypeName(w))
	}
	r := new(big.Int)
	switch op {
	case "__and__":
		r.And(a, b)
	case "__or__":
		r.Or(a, b)
	case "__xor__":
		r.Xor(a, b)
	default:
		if b.Sign() < 0 {
			return nil, value.ValueError("negative shift count")
		}
		if op == "__rshift__" {
			if !b.IsInt64() || b.Int64() > 1<<24 {
				b = big.NewInt(1 << 24)
			}
			r.Rsh(a, uint(b.Int64()))
			break
		}
		if !b.IsInt64() || b.Int64() > 1<<22 {
			return nil, value.Errorf("MemoryError", "the result of the shift is too large")
		}
		r.Lsh(a, uint(b.Int64()))
	}
	return value.NewInt(r), nil
}

func floatMethods() []*Method {
	return []*Method{
		property("real", "The number itself.", "float", func(v value.Value) value.Value { return v }),
		property("imag", "Always 0.0.", "float", func(value.Value) value.Value { return value.Float(0) }),
		noArgs("is_integer", "Whether there is nothing behind the point.", "bool", func(v value.Value) (value.Value, error) {
			f := float64(v.(value.Float))
			return value.Bool(f == math.Trunc(f) && !math.IsInf(f, 0)), nil
		}),
		noArgs("conjugate", "The number itself.", "float", func(v value.Value) (value.Value, error) { return v, nil }),
		noArgs("as_integer_ratio", "The number as a fraction.", "tuple", func(v value.Value) (value.Value, error) {
			f := float64(v.(value.Float))
			if math.IsNaN(f) {
				return nil, value.ValueError("cannot convert NaN to integer ratio")
			}
			if math.IsInf(f, 0) {
				return nil, value.Errorf("OverflowError", "cannot convert Infinity to integer ratio")
			}
			r := new(big.Rat).SetFloat64(f)
			return &value.Tuple{Items: []value.Value{value.NewInt(r.Num()), value.NewInt(r.Denom())}}, nil
		}),
		noArgs("hex", "The number in hexadecimal.", "str", func(v value.Value) (value.Value, error) {
			return value.S(floatHex(float64(v.(value.Float)))), nil
		}),
	}
}

func floatHex(f float64) string {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return value.FloatRepr(f)
	case f == 0:
		if math.Signbit(f) {
			return "-0x0.0p+0"
		}
		return "0x0.0p+0"
	}
	b := math.Float64bits(f)
	exp := int(b>>52&0x7ff) - 1023
	lead := "1"
	if exp == -1023 {
		lead, exp = "0", -1022
	}
	sign := ""
	if math.Signbit(f) {
		sign = "-"
	}
	mant := strings.Repeat("0", 13) + new(big.Int).SetUint64(b&(1<<52-1)).Text(16)
	es := "+"
	if exp < 0 {
		es = "-"
		exp = -exp
	}
	return sign + "0x" + lead + "." + mant[len(mant)-13:] + "p" + es + value.Repr(value.Int(exp))
}

func bytesMethods() []*Method {
	return []*Method{
		{Name: "decode", Params: "encoding='utf-8', errors='strict'", Doc: "The bytes as text.", Result: "str", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(0, "encoding", "errors")
			if err != nil {
				return nil, err
			}
			enc, err := c.text(a[0], "utf-8")
			if err != nil {
				return nil, err
			}
			b := c.Self.(value.Bytes)
			switch strings.ToLower(strings.ReplaceAll(enc, "_", "-")) {
			case "utf-8", "utf8":
				if !utf8.Valid(b) {
					mode, _ := c.text(a[1], "strict")
					switch mode {
					case "replace":
						return value.S(strings.ToValidUTF8(string(b), "\ufffd")), nil
					case "ignore":
						return value.S(strings.ToValidUTF8(string(b), "")), nil
					}
					i := 0
					for i < len(b) {
						r, n := utf8.DecodeRune(b[i:])
						if r == utf8.RuneError && n == 1 {
							break
						}
						i += n
					}
					return nil, value.Errorf("UnicodeDecodeError", "'utf-8' codec can't decode byte 0x%02x in position %d: invalid start byte", b[i], i)
				}
				return value.S(string(b)), nil
			case "latin-1", "latin1", "iso-8859-1":
				r := make([]rune, len(b))
				for i, x := range b {
					r[i] = rune(x)
				}
				return value.S(string(r)), nil
			case "ascii", "us-ascii":
				for i, x := range b {
					if x >= 0x80 {
						return nil, value.Errorf("UnicodeDecodeError", "'ascii' codec can't decode byte 0x%02x in position %d: ordinal not in range(128)", x, i)
					}
				}
				return value.S(string(b)), nil
			}
			return nil, value.Errorf("LookupError", "unknown encoding: %s", enc)
		}},
		noArgs("hex", "The bytes in hexadecimal.", "str", func(v value.Value) (value.Value, error) {
			const digits = "0123456789abcdef"
			var b strings.Builder
			for _, x := range v.(value.Bytes) {
				b.WriteByte(digits[x>>4])
				b.WriteByte(digits[x&15])
			}
			return value.S(b.String()), nil
		}),
	}
}

func dateProps(get func(v value.Value) time.Time) []*Method {
	p := func(name, doc string, f func(t time.Time) int) *Method {
		return property(name, doc, "int", func(v value.Value) value.Value { return value.Int(f(get(v))) })
	}
	week := func(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }
	return []*Method{
		p("year", "The year.", time.Time.Year),
		p("month", "The month, from 1.", func(t time.Time) int { return int(t.Month()) }),
		p("day", "The day of the month.", time.Time.Day),
		noArgs("weekday", "The day of the week; Monday is 0.", "int", func(v value.Value) (value.Value, error) { return value.Int(week(get(v))), nil }),
		noArgs("isoweekday", "The day of the week; Monday is 1.", "int", func(v value.Value) (value.Value, error) { return value.Int(week(get(v)) + 1), nil }),
		noArgs("toordinal", "The number of the day since the year 1.", "int", func(v value.Value) (value.Value, error) {
			t := get(v)
			d := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
			return value.Int(d.Unix()/86400 + 719163), nil
		}),
		{Name: "strftime", Params: "format", Doc: "The date in a format of C's strftime.", Result: "str", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "format")
			if err != nil {
				return nil, err
			}
			f, err := c.text(a[0], "")
			if err != nil {
				return nil, err
			}
			return value.S(strftime.Format(f, get(c.Self))), nil
		}},
		noArgs("ctime", "The date as C's ctime prints it.", "str", func(v value.Value) (value.Value, error) {
			return value.S(get(v).Format("Mon Jan _2 15:04:05 2006")), nil
		}),
	}
}

func dateMethods() []*Method {
	return append(dateProps(func(v value.Value) time.Time { return v.(value.Date).T }),
		noArgs("isoformat", "The date as 2006-01-02.", "str", func(v value.Value) (value.Value, error) { return value.S(value.ToStr(v)), nil }))
}

func datetimeMethods() []*Method {
	get := func(v value.Value) time.Time { return v.(value.DateTime).T }
	p := func(name, doc string, f func(t time.Time) int) *Method {
		return property(name, doc, "int", func(v value.Value) value.Value { return value.Int(f(get(v))) })
	}
	return append(dateProps(get),
		p("hour", "The hour.", time.Time.Hour),
		p("minute", "The minute.", time.Time.Minute),
		p("second", "The second.", time.Time.Second),
		p("microsecond", "The microsecond.", func(t time.Time) int { return t.Nanosecond() / 1000 }),
		noArgs("timestamp", "The seconds since 1970.", "float", func(v value.Value) (value.Value, error) {
			return value.Float(v.(value.DateTime).Timestamp()), nil
		}),
		noArgs("date", "The date alone.", "date", func(v value.Value) (value.Value, error) {
			t := get(v)
			return value.Date{T: time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)}, nil
		}),
		// There is no type for a time of day: it is a text, as inventories in TOML have it, too.
		noArgs("time", "The time of day, as a text.", "str", func(v value.Value) (value.Value, error) {
			return value.S(get(v).Format("15:04:05.999999")), nil
		}),
		&Method{Name: "isoformat", Params: "sep='T'", Doc: "The time in ISO 8601.", Result: "str", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(0, "sep")
			if err != nil {
				return nil, err
			}
			sep, err := c.text(a[0], "T")
			return value.S(c.Self.(value.DateTime).Iso(sep)), err
		}},
		&Method{Name: "replace", Params: "year, month, day, hour, minute, second, microsecond", Doc: "The time with some parts replaced.", Result: "datetime", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(0, "year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo")
			if err != nil {
				return nil, err
			}
			d := c.Self.(value.DateTime)
			t := d.T
			parts := []int{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond() / 1000}
			for i := range parts {
				if parts[i], err = c.integer(a[i], parts[i]); err != nil {
					return nil, err
				}
			}
			if a[7] == none {
				d.Aware = false
			}
			return value.DateTime{T: time.Date(parts[0], time.Month(parts[1]), parts[2], parts[3], parts[4], parts[5], parts[6]*1000, t.Location()), Aware: d.Aware}, nil
		}},
	)
}

func deltaMethods() []*Method {
	const day = 86400 * 1_000_000
	split := func(v value.Value) (days, rest int64) {
		n := int64(v.(value.Delta))
		days = n / day
		if n%day < 0 {
			days--
		}
		return days, n - days*day
	}
	return []*Method{
		property("days", "The whole days.", "int", func(v value.Value) value.Value { d, _ := split(v); return value.Int(d) }),
		property("seconds", "The seconds beyond the days.", "int", func(v value.Value) value.Value { _, r := split(v); return value.Int(r / 1_000_000) }),
		property("microseconds", "The microseconds beyond the seconds.", "int", func(v value.Value) value.Value { _, r := split(v); return value.Int(r % 1_000_000) }),
		noArgs("total_seconds", "The whole duration in seconds.", "float", func(v value.Value) (value.Value, error) {
			return value.Float(float64(v.(value.Delta)) / 1e6), nil
		}),
	}
}
