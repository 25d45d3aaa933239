package value

import (
	"fmt"
	"math"
	"math/big"
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

// FromJSON reads what Python's json.loads reads, with its messages. Order is kept; the last of equal keys wins.
func FromJSON(data []byte) (Value, error) {
	d := jsonDecoder{s: string(data)}
	if strings.HasPrefix(d.s, "\ufeff") {
		return nil, d.fail("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0)
	}
	d.space()
	v, err := d.value(0)
	if err != nil {
		return nil, err
	}
	d.space()
	if d.i != len(d.s) {
		return nil, d.fail("Extra data", d.i)
	}
	return v, nil
}

type jsonDecoder struct {
	s string
	i int
}

func (d *jsonDecoder) fail(msg string, at int) error {
	before := d.s[:min(at, len(d.s))]
	line := strings.Count(before, "\n") + 1
	col := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return Errorf("JSONDecodeError", "%s: line %d column %d (char %d)", msg, line, col, utf8.RuneCountInString(before))
}

func (d *jsonDecoder) space() {
	for d.i < len(d.s) && strings.IndexByte(" \t\n\r", d.s[d.i]) >= 0 {
		d.i++
	}
}

func (d *jsonDecoder) value(depth int) (Value, error) {
	if depth > maxDepth {
		return nil, Errorf("RecursionError", "maximum recursion depth exceeded while decoding a JSON array from a unicode string")
	}
	if d.i >= len(d.s) {
		return nil, d.fail("Expecting value", d.i)
	}
	rest := d.s[d.i:]
	switch c := rest[0]; {
	case c == '"':
		s, err := d.text()
		return Str{S: s}, err
	case c == '{':
		return d.object(depth)
	case c == '[':
		return d.array(depth)
	case c == '-' || c >= '0' && c <= '9':
		if strings.HasPrefix(rest, "-Infinity") {
			d.i += 9
			return Float(math.Inf(-1)), nil
		}
		return d.number()
	}
	for _, w := range []struct {
		text string
		v    Value
	}{{"null", None{}}, {"true", Bool(true)}, {"false", Bool(false)}, {"NaN", Float(math.NaN())}, {"Infinity", Float(math.Inf(1))}} {
		if strings.HasPrefix(rest, w.text) {
			d.i += len(w.text)
			return w.v, nil
		}
	}
	return nil, d.fail("Expecting value", d.i)
}

func (d *jsonDecoder) number() (Value, error) {
	start, i := d.i, d.i
	digits := func() bool {
		from := i
		for i < len(d.s) && d.s[i] >= '0' && d.s[i] <= '9' {
			i++
		}
		return i > from
	}
	if d.s[i] == '-' {
		i++
	}
	if i < len(d.s) && d.s[i] == '0' {
		i++
	} else if !digits() {
		return nil, d.fail("Expecting value", start)
	}
	float := false
	if i+1 < len(d.s) && d.s[i] == '.' && d.s[i+1] >= '0' && d.s[i+1] <= '9' {
		float = true
		i++
		digits()
	}
	if i < len(d.s) && (d.s[i] == 'e' || d.s[i] == 'E') {
		save := i
		i++
		if i < len(d.s) && (d.s[i] == '+' || d.s[i] == '-') {
			i++
		}
		if digits() {
			float = true
		} else {
			i = save
		}
	}
	d.i = i
	text := d.s[start:i]
	if float {
		f, _ := strconv.ParseFloat(text, 64)
		return Float(f), nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return Int(n), nil
	}
	if len(text) > maxDigits {
		return nil, ValueError("Exceeds the limit (%d digits) for integer string conversion: value has %d digits; use sys.set_int_max_str_digits() to increase the limit", maxDigits, len(strings.TrimPrefix(text, "-")))
	}
	n, _ := new(big.Int).SetString(text, 10)
	return NewInt(n), nil
}

func (d *jsonDecoder) text() (string, error) {
	begin := d.i
	d.i++
	start := d.i
	var b []byte
	for {
		if d.i >= len(d.s) {
			return "", d.fail("Unterminated string starting at", begin)
		}
		switch c := d.s[d.i]; {
		case c == '"':
			s := d.s[start:d.i]
			d.i++
			if b != nil {
				s = string(append(b, s...))
			}
			return s, nil
		case c < 0x20:
			return "", d.fail("Invalid control character at", d.i)
		case c == '\\':
			b = append(b, d.s[start:d.i]...)
			if d.i+1 >= len(d.s) {
				return "", d.fail("Unterminated string starting at", begin)
			}
			d.i += 2
			e := d.s[d.i-1]
			if k := strings.IndexByte(`"\/bfnrt`, e); k >= 0 {
				b = append(b, "\"\\/\b\f\n\r\t"[k])
			} else if e == 'u' {
				r, ok := d.hex()
				if !ok {
					return "", d.fail(`Invalid \uXXXX escape`, d.i)
				}
				if utf16.IsSurrogate(r) && strings.HasPrefix(d.s[d.i:], `\u`) {
					save := d.i
					d.i += 2
					if r2, ok := d.hex(); ok && utf16.DecodeRune(r, r2) != utf8.RuneError {
						r = utf16.DecodeRune(r, r2)
					} else {
						d.i = save
					}
				}
				if r >= 0xdc80 && r <= 0xdcff { // Python's stand-in for a byte that is not UTF-8
					b = append(b, byte(r-0xdc00))
				} else {
					b = utf8.AppendRune(b, r)
				}
			} else {
				return "", d.fail(`Invalid \escape`, d.i-2)
			}
			start = d.i
			if b == nil {
				b = []byte{}
			}
		default:
			d.i++
		}
	}
}

func (d *jsonDecoder) hex() (rune, bool) {
	if d.i+4 > len(d.s) {
		return 0, false
	}
	n, err := strconv.ParseUint(d.s[d.i:d.i+4], 16, 16)
	if err != nil {
		return 0, false
	}
	d.i += 4
	return rune(n), true
}

func (d *jsonDecoder) array(depth int) (Value, error) {
	d.i++
	l := &List{}
	d.space()
	if d.i < len(d.s) && d.s[d.i] == ']' {
		d.i++
		return l, nil
	}
	for {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		l.Items = append(l.Items, v)
		d.space()
		if d.i < len(d.s) && d.s[d.i] == ']' {
			d.i++
			return l, nil
		}
		if d.i >= len(d.s) || d.s[d.i] != ',' {
			return nil, d.fail("Expecting ',' delimiter", d.i)
		}
		d.i++
		d.space()
	}
}

func (d *jsonDecoder) object(depth int) (Value, error) {
	d.i++
	o := &Dict{}
	d.space()
	if d.i < len(d.s) && d.s[d.i] == '}' {
		d.i++
		return o, nil
	}
	for {
		if d.i >= len(d.s) || d.s[d.i] != '"' {
			return nil, d.fail("Expecting property name enclosed in double quotes", d.i)
		}
		k, err := d.text()
		if err != nil {
			return nil, err
		}
		d.space()
		if d.i >= len(d.s) || d.s[d.i] != ':' {
			return nil, d.fail("Expecting ':' delimiter", d.i)
		}
		d.i++
		d.space()
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o.Put(k, v)
		d.space()
		if d.i < len(d.s) && d.s[d.i] == '}' {
			d.i++
			return o, nil
		}
		if d.i >= len(d.s) || d.s[d.i] != ',' {
			return nil, d.fail("Expecting ',' delimiter", d.i)
		}
		d.i++
		d.space()
	}
}
