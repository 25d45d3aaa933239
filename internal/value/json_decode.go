package value

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

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
