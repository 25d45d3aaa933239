package value

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
)

// ParseInt is Python's int(text, base): spaces around, a sign, underscores between digits and, where the base allows,
// a prefix are accepted. Base 0 takes the base from the prefix.
func ParseInt(s string, base int) (Value, error) {
	bad := func() error {
		return ValueError("invalid literal for int() with base %d: %s", base, Quote(s))
	}
	if base != 0 && (base < 2 || base > 36) {
		return nil, ValueError("int() base must be >= 2 and <= 36, or 0")
	}
	t := decimalDigits(strings.TrimFunc(s, unicode.IsSpace))
	if base == 10 { // the usual case
		if n, err := strconv.ParseInt(t, 10, 64); err == nil {
			return Int(n), nil
		}
	}
	neg := false
	if t != "" && (t[0] == '+' || t[0] == '-') {
		neg = t[0] == '-'
		t = t[1:]
	}
	b := base
	if len(t) > 1 && t[0] == '0' {
		p := map[byte]int{'x': 16, 'o': 8, 'b': 2}[t[1]|0x20]
		if p != 0 && (base == p || base == 0) {
			b = p
			t = strings.TrimPrefix(t[2:], "_")
		}
	}
	if b == 0 {
		b = 10
		if len(t) > 1 && t[0] == '0' && strings.Trim(t, "0_") != "" {
			return nil, bad()
		}
	}
	if t == "" || t[0] == '_' || t[len(t)-1] == '_' || strings.Contains(t, "__") || strings.ContainsAny(t, "+-") {
		return nil, bad()
	}
	t = strings.ReplaceAll(t, "_", "")
	if b&(b-1) != 0 && len(t) > maxDigits {
		return nil, ValueError("Exceeds the limit (%d digits) for integer string conversion: value has %d digits; use sys.set_int_max_str_digits() to increase the limit", maxDigits, len(t))
	}
	if len(t) > maxBits/4 {
		return nil, tooLarge()
	}
	n, ok := new(big.Int).SetString(t, b)
	if !ok {
		return nil, bad()
	}
	if neg {
		n.Neg(n)
	}
	return NewInt(n), nil
}

// decimalDigits replaces the digits of other scripts by ASCII's, as Python's int() and float() read them.
func decimalDigits(s string) string {
	if RuneLen(s) == len(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if d, ok := DigitValue(r); ok {
			return '0' + rune(d)
		}
		return r
	}, s)
}

// DigitValue is the value of a decimal digit of any script.
func DigitValue(r rune) (int, bool) {
	if r >= '0' && r <= '9' {
		return int(r - '0'), true
	}
	if r < 0x80 || !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	for _, rg := range unicode.Nd.R16 { // every range of Nd is a whole number of runs of ten from zero to nine
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return int(r-rune(rg.Lo)) % 10, true
		}
	}
	for _, rg := range unicode.Nd.R32 {
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return int(r-rune(rg.Lo)) % 10, true
		}
	}
	return 0, false
}

// ParseFloat is Python's float(text).
func ParseFloat(s string) (Value, error) {
	bad := func() error { return ValueError("could not convert string to float: %s", Quote(s)) }
	t := decimalDigits(strings.TrimFunc(s, unicode.IsSpace))
	if strings.ContainsAny(t, "xXpP") || strings.HasPrefix(t, "_") || strings.HasSuffix(t, "_") || strings.Contains(t, "__") {
		return nil, bad()
	}
	for i := 0; i < len(t); i++ {
		if t[i] == '_' && (t[i-1] < '0' || t[i-1] > '9' || t[i+1] < '0' || t[i+1] > '9') {
			return nil, bad()
		}
	}
	t = strings.ReplaceAll(t, "_", "")
	switch l := strings.ToLower(strings.TrimLeft(t, "+-")); {
	case len(t)-len(l) > 1:
		return nil, bad()
	case l == "nan":
		return Float(math.NaN()), nil
	}
	f, err := strconv.ParseFloat(t, 64)
	if err != nil {
		if e, ok := err.(*strconv.NumError); !ok || e.Err != strconv.ErrRange {
			return nil, bad()
		}
	}
	return Float(f), nil
}

// ToInt is Python's int(v) for numbers and texts.
func ToInt(v Value) (Value, error) {
	switch v := v.(type) {
	case Int, *BigInt:
		return v, nil
	case Bool:
		n, _ := toInt(v)
		return Int(n), nil
	case Float:
		f := float64(v)
		if math.IsNaN(f) {
			return nil, ValueError("cannot convert float NaN to integer")
		}
		if math.IsInf(f, 0) {
			return nil, Errorf("OverflowError", "cannot convert float infinity to integer")
		}
		n, _ := new(big.Float).SetFloat64(math.Trunc(f)).Int(nil)
		return NewInt(n), nil
	case Str:
		return ParseInt(v.S, 10)
	case Bytes:
		return ParseInt(string(v), 10)
	case *Undefined:
		return nil, v
	}
	return nil, TypeError("int() argument must be a string, a bytes-like object or a real number, not '%s'", TypeName(v))
}

// ToFloatValue is Python's float(v) for numbers and texts.
func ToFloatValue(v Value) (Value, error) {
	switch v := v.(type) {
	case Float:
		return v, nil
	case *BigInt:
		f, err := bigFloat(v.V)
		return Float(f), err
	case Str:
		return ParseFloat(v.S)
	case *Undefined:
		return nil, v
	}
	if f, ok := ToFloat(v); ok {
		return Float(f), nil
	}
	return nil, TypeError("float() argument must be a string or a real number, not '%s'", TypeName(v))
}
