package argspec

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// convert turns a value into the wanted type as ansible-core does; an unknown type passes everything.
func (c *checker) convert(wanted string, v value.Value) (value.Value, error) {
	switch wanted {
	case "", "str":
		return toText(v), nil
	case "path":
		return value.S(c.expand(toText(v).(value.Str).S)), nil
	case "bool":
		return toBool(v)
	case "int":
		return toInt(v)
	case "float":
		return toFloat(v)
	case "list":
		return toList(v)
	case "dict":
		return toDict(v)
	case "jsonarg", "json":
		return toJSONArg(v)
	case "bytes", "bits":
		return toSize(v, wanted == "bits")
	}
	return v, nil
}

// Convert is the coercion of one value to the type of an option ("int", "bool", "list", ...); the error has the text of
// ansible-core. Paths are not expanded.
func Convert(wanted string, v value.Value) (value.Value, error) {
	return (&checker{}).convert(wanted, v)
}

func toText(v value.Value) value.Value {
	switch v := v.(type) {
	case value.Str:
		return v
	case value.None:
		return value.S("")
	case value.Bytes:
		return value.S(string(v))
	}
	return value.S(value.ToStr(v))
}

// class is how Python prints the type of a value.
func class(v value.Value) string { return "<class '" + v.TypeName() + "'>" }

func toBool(v value.Value) (value.Value, error) {
	switch v := v.(type) {
	case value.Bool:
		return v, nil
	case value.Str, value.Int, value.Float, *value.BigInt:
		if b, ok := asBool(v, false); ok {
			return value.Bool(b), nil
		}
		return nil, fmt.Errorf("The value '%s' is not a valid boolean. Valid booleans include: %s", value.ToStr(v), booleans)
	}
	return nil, errors.New(class(v) + " cannot be converted to a bool")
}

// booleans lists the accepted words; ansible-core prints them in an order that changes from run to run.
const booleans = "0, True, False, 'n', '0', 'on', '1', 'off', 't', 'false', 'true', 'yes', 'no', 'y', 'f'"

// asBool reads a boolean word or number; exact takes words as they are, else case and surrounding space do not count.
func asBool(v value.Value, exact bool) (b, ok bool) {
	switch v := v.(type) {
	case value.Bool:
		return bool(v), true
	case value.Int:
		return v == 1, v == 0 || v == 1
	case value.Float:
		return v == 1, v == 0 || v == 1
	case value.Str:
		s := v.S
		if !exact {
			s = strings.TrimSpace(strings.ToLower(s))
		}
		switch s {
		case "y", "yes", "on", "1", "true", "t":
			return true, true
		case "n", "no", "off", "0", "false", "f":
			return false, true
		}
	}
	return false, false
}

func toInt(v value.Value) (value.Value, error) {
	fail := func() (value.Value, error) {
		return nil, errors.New(`"` + value.Repr(v) + `" cannot be converted to an int`)
	}
	switch v := v.(type) {
	case value.Int, *value.BigInt, value.Bool:
		return v, nil
	case value.Float:
		f := float64(v)
		if math.IsInf(f, 0) || math.IsNaN(f) || f != math.Trunc(f) {
			return fail()
		}
		n, _ := big.NewFloat(f).Int(nil)
		return value.NewInt(n), nil
	case value.Str:
		if n, ok := decimalInt(v.S); ok {
			return value.NewInt(n), nil
		}
	}
	return fail()
}

// decimalInt reads a whole number as Python's Decimal does: "12", "1_000", "1e3", "5.0", with surrounding space.
func decimalInt(s string) (*big.Int, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "")
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		n, err := strconv.Atoi(s[i+1:])
		if err != nil || n > 10000 || n < -10000 {
			return nil, false
		}
		mantissa, exponent = s[:i], n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	sign := ""
	if digits != "" && (digits[0] == '+' || digits[0] == '-') {
		sign, digits = strings.TrimPrefix(digits[:1], "+"), digits[1:]
	}
	if digits == "" {
		return nil, false
	}
	for i := 0; i < len(digits); i++ {
		if digits[i] < '0' || digits[i] > '9' {
			return nil, false
		}
	}
	exponent -= len(fraction)
	for ; exponent < 0; exponent++ {
		if digits == "" {
			break
		}
		if digits[len(digits)-1] != '0' {
			return nil, false
		}
		digits = digits[:len(digits)-1]
	}
	if digits == "" {
		digits = "0"
	}
	if exponent > 0 {
		digits += strings.Repeat("0", exponent)
	}
	return new(big.Int).SetString(sign+digits, 10)
}

func toFloat(v value.Value) (value.Value, error) {
	switch v := v.(type) {
	case value.Float:
		return v, nil
	case value.Int:
		return value.Float(v), nil
	case value.Bool:
		if v {
			return value.Float(1), nil
		}
		return value.Float(0), nil
	case *value.BigInt:
		f, _ := new(big.Float).SetInt(v.V).Float64()
		return value.Float(f), nil
	case value.Str:
		s := strings.TrimSpace(v.S)
		if f, err := strconv.ParseFloat(s, 64); (err == nil || errors.Is(err, strconv.ErrRange)) && !strings.ContainsAny(s, "xXpP") {
			return value.Float(f), nil
		}
	}
	return nil, errors.New(class(v) + " cannot be converted to a float")
}

func toList(v value.Value) (value.Value, error) {
	switch v := v.(type) {
	case *value.List:
		return v, nil
	case value.Str:
		return value.Strings(strings.Split(v.S, ",")), nil
	case value.Int, value.Bool, value.Float, *value.BigInt:
		return value.NewList(value.S(value.ToStr(v))), nil
	}
	return nil, errors.New(class(v) + " cannot be converted to a list")
}

func toJSONArg(v value.Value) (value.Value, error) {
	switch v := v.(type) {
	case value.Str:
		return value.S(strings.TrimSpace(v.S)), nil
	case *value.List, *value.Tuple, *value.Dict:
		text, err := value.ToJSON(v, value.JSONOptions{})
		if err != nil {
			return nil, err
		}
		return value.S(string(text)), nil
	}
	return nil, errors.New(class(v) + " cannot be converted to a json string")
}

func toSize(v value.Value, bits bool) (value.Value, error) {
	n, ok := HumanToBytes(value.ToStr(v), bits)
	if !ok {
		what := "Byte"
		if bits {
			what = "Bit"
		}
		return nil, errors.New(class(v) + " cannot be converted to a " + what + " value")
	}
	return n, nil
}
