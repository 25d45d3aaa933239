package lib

import (
	"encoding/base64"
	"math"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pytext"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func boolFilter(c *jinja.Call) (value.Value, error) {
	v := c.Args[0]
	var word string
	switch x := v.(type) {
	case value.Bool:
		return x, nil
	case value.Str:
		word = value.Lower(x.S)
	case value.Int:
		word = value.ToStr(x)
	}
	switch word {
	case "yes", "on", "true", "1":
		return yes, nil
	case "no", "off", "false", "0":
		return no, nil
	}
	result := value.Bool(value.Equal(v, value.Int(1)))
	c.Deprecated("The `bool` filter coerced invalid value "+value.Repr(v)+" ("+value.TypeName(v)+") to "+value.Repr(result)+".", "2.23")
	return result, nil
}

func typeDebug(c *jinja.Call) (value.Value, error) {
	if u, ok := c.Args[0].(*value.Undefined); ok && u.Cause != nil {
		return nil, u
	}
	return value.S(value.NativeName(c.Args[0])), nil
}

func ansibleDefault(c *jinja.Call) (value.Value, error) {
	if _, ok := c.Args[2].(value.Bool); !ok {
		if u, ok := c.Args[2].(*value.Undefined); ok {
			return nil, u
		}
		return nil, typeError("The 'boolean' argument must be of type 'bool', not '%s'.", value.TypeName(c.Args[2]))
	}
	return defaultFilter(c)
}

func mandatory(c *jinja.Call) (value.Value, error) {
	u, ok := c.Args[0].(*value.Undefined)
	if !ok {
		return c.Args[0], nil
	}
	if u.Cause != nil {
		return nil, u
	}
	if !isNone(c.Args[1]) {
		s, err := toText(c.Args[1])
		if err != nil {
			return nil, err
		}
		return nil, failf("%s", s)
	}
	name := ""
	if u.Name != "" {
		name = repr(u.Name) + " "
	}
	return nil, failf("Mandatory variable %snot defined.", name)
}

func ternary(c *jinja.Call) (value.Value, error) {
	if _, none := c.Args[0].(value.None); none && !isNone(c.Args[3]) {
		return c.Args[3], nil
	}
	truth, err := value.Truth(c.Args[0])
	if err != nil {
		return nil, err
	}
	if truth {
		return c.Args[1], nil
	}
	return c.Args[2], nil
}

func b64encode(c *jinja.Call) (value.Value, error) {
	s, err := toText(c.Args[0])
	if err != nil {
		return nil, err
	}
	encoding, err := textArg(c.Args[1], "utf-8")
	if err != nil {
		return nil, err
	}
	raw, err := pytext.Encode(s, encoding)
	if err != nil {
		return nil, err
	}
	if on(c.Args[2]) {
		return value.S(base64.URLEncoding.EncodeToString(raw)), nil
	}
	return value.S(base64.StdEncoding.EncodeToString(raw)), nil
}

// b64decode is lenient as Python's: characters of no alphabet are skipped.
func b64decode(c *jinja.Call) (value.Value, error) {
	s, err := toText(c.Args[0])
	if err != nil {
		return nil, err
	}
	encoding, err := textArg(c.Args[1], "utf-8")
	if err != nil {
		return nil, err
	}
	if on(c.Args[2]) {
		s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	}
	raw, err := lenientBase64(s)
	if err != nil {
		return nil, err
	}
	text, err := pytext.Decode(raw, encoding)
	return value.S(text), err
}

func lenientBase64(s string) ([]byte, error) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	var out []byte
	var acc, quad, pads int
	for i := 0; i < len(s); i++ {
		if s[i] == '=' {
			if quad >= 2 {
				if pads++; quad+pads >= 4 {
					return out, nil
				}
			}
			continue
		}
		v := strings.IndexByte(alphabet, s[i])
		if v < 0 {
			continue
		}
		pads = 0
		switch quad {
		case 0:
			acc, quad = v, 1
		case 1:
			out = append(out, byte(acc<<2|v>>4))
			acc, quad = v&15, 2
		case 2:
			out = append(out, byte(acc<<4|v>>2))
			acc, quad = v&3, 3
		case 3:
			out = append(out, byte(acc<<6|v))
			acc, quad = 0, 0
		}
	}
	switch {
	case quad == 1:
		return nil, value.Errorf("Error", "Invalid base64-encoded string: number of data characters (%d) cannot be 1 more than a multiple of 4", len(out)/3*4+1)
	case quad != 0:
		return nil, value.Errorf("Error", "Incorrect padding")
	}
	return out, nil
}

// number gives what Python's math functions take.
func number(v value.Value) (float64, error) {
	f, ok := value.ToFloat(v)
	if !ok {
		return 0, typeError("must be real number, not %s", value.TypeName(v))
	}
	return f, nil
}

func logarithm(c *jinja.Call) (value.Value, error) {
	x, err := number(c.Args[0])
	var base float64
	if err == nil {
		base, err = number(c.Args[1])
	}
	if err != nil {
		return nil, because("log() can only be used on numbers", err)
	}
	if x <= 0 || base <= 0 {
		return nil, valueError("math domain error")
	}
	switch base {
	case 10:
		return value.Float(value.FloatLog10(x)), nil
	case 1:
		return nil, value.Errorf("ZeroDivisionError", "float division by zero")
	}
	return value.Float(value.FloatLog(x) / value.FloatLog(base)), nil
}

func power(c *jinja.Call) (value.Value, error) {
	x, err := number(c.Args[0])
	var y float64
	if err == nil {
		y, err = number(c.Args[1])
	}
	if err != nil {
		return nil, because("pow() can only be used on numbers", err)
	}
	return pyPow(x, y)
}

func pyPow(x, y float64) (value.Value, error) {
	r := value.FloatPow(x, y)
	finite := !math.IsInf(x, 0) && !math.IsInf(y, 0) && !math.IsNaN(x) && !math.IsNaN(y)
	switch {
	case finite && (math.IsNaN(r) || x == 0 && y < 0):
		return nil, valueError("math domain error")
	case finite && math.IsInf(r, 0):
		return nil, value.Errorf("OverflowError", "math range error")
	}
	return value.Float(r), nil
}

func root(c *jinja.Call) (value.Value, error) {
	const message = "root() can only be used on numbers"
	if value.Equal(c.Args[1], value.Int(2)) {
		x, err := number(c.Args[0])
		if err == nil && x < 0 {
			err = valueError("math domain error")
		}
		if err != nil {
			return nil, because(message, err)
		}
		return value.Float(math.Sqrt(x)), nil
	}
	base, err := asFloat(c.Args[1])
	if err != nil {
		return nil, because(message, err)
	}
	if base == 0 {
		return nil, value.Errorf("ZeroDivisionError", "float division by zero")
	}
	x, err := number(c.Args[0])
	if err != nil {
		return nil, because(message, err)
	}
	r, err := pyPow(x, 1/base)
	if e, ok := err.(*value.Error); ok && e.Class == "ValueError" {
		return nil, because(message, err)
	}
	return r, err
}
