package value

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// JSONOptions are the arguments of Python's json.dumps that matter. The zero value is json.dumps(v).
type JSONOptions struct {
	Indent    *int // nil: one line
	IndentStr string
	SortKeys  bool
	UTF8      bool   // ensure_ascii=False
	ItemSep   string // "" means the default: ", " on one line, "," with Indent
	KeySep    string // "" means ": "
	NoNaN     bool   // allow_nan=False
	SkipKeys  bool   // keys that are not scalars are dropped instead of an error
	// Default, when set, is asked for the form of a value that JSON has not; ok is false where it knows none either.
	Default func(Value) (v Value, ok bool, err error)
}

// ToJSON prints as Python's json.dumps does. An undefined value is its own error; a value that JSON has not is a
// TypeError.
func ToJSON(v Value, o JSONOptions) ([]byte, error) {
	e := jsonEncoder{o: o}
	if e.o.ItemSep == "" {
		e.o.ItemSep = ", "
		if o.Indent != nil || o.IndentStr != "" {
			e.o.ItemSep = ","
		}
	}
	if e.o.KeySep == "" {
		e.o.KeySep = ": "
	}
	e.indent = o.IndentStr
	e.pretty = o.Indent != nil || o.IndentStr != ""
	if o.Indent != nil {
		e.indent = strings.Repeat(" ", max(*o.Indent, 0))
	}
	if err := e.value(v, 0); err != nil {
		return nil, err
	}
	return e.buf, nil
}

type jsonEncoder struct {
	o      JSONOptions
	buf    []byte
	indent string
	pretty bool
}

func (e *jsonEncoder) newline(depth int) {
	if !e.pretty {
		return
	}
	e.buf = append(e.buf, '\n')
	for range depth {
		e.buf = append(e.buf, e.indent...)
	}
}

func (e *jsonEncoder) value(v Value, depth int) error {
	if depth > maxDepth {
		return ValueError("Circular reference detected")
	}
	if len(e.buf) > maxText {
		return Errorf("MemoryError", "the JSON text is larger than %d bytes", maxText)
	}
	switch v := v.(type) {
	case nil, None:
		e.buf = append(e.buf, "null"...)
	case Bool:
		e.buf = strconv.AppendBool(e.buf, bool(v))
	case Int:
		e.buf = strconv.AppendInt(e.buf, int64(v), 10)
	case *BigInt:
		s, err := bigString(v.V)
		if err != nil {
			return err
		}
		e.buf = append(e.buf, s...)
	case Float:
		s, err := e.float(float64(v))
		if err != nil {
			return err
		}
		e.buf = append(e.buf, s...)
	case Str:
		e.buf = appendJSONString(e.buf, v.S, !e.o.UTF8)
	case *List:
		return e.list(len(v.Items), v.Item, depth)
	case *Tuple:
		return e.list(len(v.Items), func(i int) Value { return v.Items[i] }, depth)
	case *Dict:
		return e.dict(v, depth)
	case *Undefined:
		if v.Lax() {
			return TypeError("Object of type %s is not JSON serializable", v.TypeName())
		}
		return v
	default:
		if e.o.Default != nil {
			w, ok, err := e.o.Default(v)
			if err != nil {
				return err
			}
			if ok {
				return e.value(w, depth)
			}
		}
		return TypeError("Object of type %s is not JSON serializable", NativeName(v))
	}
	return nil
}

func (e *jsonEncoder) float(f float64) (string, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		if e.o.NoNaN {
			return "", ValueError("Out of range float values are not JSON compliant: %s", FloatRepr(f))
		}
		switch {
		case math.IsNaN(f):
			return "NaN", nil
		case f > 0:
			return "Infinity", nil
		}
		return "-Infinity", nil
	}
	return FloatRepr(f), nil
}

func (e *jsonEncoder) list(n int, item func(int) Value, depth int) error {
	if n == 0 {
		e.buf = append(e.buf, "[]"...)
		return nil
	}
	e.buf = append(e.buf, '[')
	for i := range n {
		if i > 0 {
			e.buf = append(e.buf, e.o.ItemSep...)
		}
		e.newline(depth + 1)
		if err := e.value(item(i), depth+1); err != nil {
			return err
		}
	}
	e.newline(depth)
	e.buf = append(e.buf, ']')
	return nil
}

func (e *jsonEncoder) dict(d *Dict, depth int) error {
	if d.Len() == 0 {
		e.buf = append(e.buf, "{}"...)
		return nil
	}
	keys := d.Keys()
	if e.o.SortKeys {
		var failed error
		sort.SliceStable(keys, func(i, j int) bool {
			lt, err := CompareOp("<", keys[i], keys[j])
			if err != nil && failed == nil {
				failed = err
			}
			return lt
		})
		if failed != nil {
			return failed
		}
	}
	e.buf = append(e.buf, '{')
	first := true
	for _, k := range keys {
		text, err := e.key(k)
		if err != nil {
			if e.o.SkipKeys {
				continue
			}
			return err
		}
		if !first {
			e.buf = append(e.buf, e.o.ItemSep...)
		}
		first = false
		e.newline(depth + 1)
		e.buf = appendJSONString(e.buf, text, !e.o.UTF8)
		e.buf = append(e.buf, e.o.KeySep...)
		v, _ := d.GetValue(k)
		if err := e.value(v, depth+1); err != nil {
			return err
		}
	}
	if !first {
		e.newline(depth)
	}
	e.buf = append(e.buf, '}')
	return nil
}

func (e *jsonEncoder) key(k Value) (string, error) {
	switch k := k.(type) {
	case Str:
		return k.S, nil
	case Float:
		return e.float(float64(k))
	case Bool:
		return strconv.FormatBool(bool(k)), nil
	case None:
		return "null", nil
	case Int, *BigInt:
		return Repr(k), nil
	}
	return "", TypeError("keys must be str, int, float, bool or None, not %s", TypeName(k))
}

const hexDigits = "0123456789abcdef"

func appendJSONString(b []byte, s string, ascii bool) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' && (c != 0x7f || !ascii) {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, `\n`...)
			case '\r':
				b = append(b, `\r`...)
			case '\t':
				b = append(b, `\t`...)
			case '\b':
				b = append(b, `\b`...)
			case '\f':
				b = append(b, `\f`...)
			default:
				b = append(b, `\u00`...)
				b = append(b, hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 && ascii {
			b = append(b, s[start:i]...)
			b = append(b, `\udc`...)
			b = append(b, hexDigits[c>>4], hexDigits[c&15])
			i++
			start = i
			continue
		}
		if ascii {
			b = append(b, s[start:i]...)
			if r > 0xffff {
				hi, lo := utf16.EncodeRune(r)
				b = fmt.Appendf(b, `\u%04x\u%04x`, hi, lo)
			} else {
				b = fmt.Appendf(b, `\u%04x`, r)
			}
			start = i + n
		}
		i += n
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
