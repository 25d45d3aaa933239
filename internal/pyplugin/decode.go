package pyplugin

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

var errFrame = errors.New("the Python process sent something that is not a frame")

// decoder reads the wire's form.
type decoder struct {
	s string
	i int
	x *crossing
}

func (d *decoder) value(depth int) (value.Value, error) {
	if depth > maxDepth+8 || d.i >= len(d.s) {
		return nil, errFrame
	}
	switch c := d.s[d.i]; c {
	case '"':
		s, err := d.text()
		return value.S(s), err
	case '{':
		return d.object(depth)
	case '[':
		items, err := d.list(depth)
		return &value.List{Items: items}, err
	case 'n':
		return value.None{}, d.word("null")
	case 't':
		return value.Bool(true), d.word("true")
	case 'f':
		return value.Bool(false), d.word("false")
	case 'N':
		return value.Float(math.NaN()), d.word("NaN")
	case 'I':
		return value.Float(math.Inf(1)), d.word("Infinity")
	}
	return d.number()
}

func (d *decoder) word(w string) error {
	if len(d.s)-d.i < len(w) || d.s[d.i:d.i+len(w)] != w {
		return errFrame
	}
	d.i += len(w)
	return nil
}

func (d *decoder) is(c byte) bool {
	if d.i < len(d.s) && d.s[d.i] == c {
		d.i++
		return true
	}
	return false
}

func (d *decoder) number() (value.Value, error) {
	start := d.i
	if d.is('-') && d.i < len(d.s) && d.s[d.i] == 'I' {
		return value.Float(math.Inf(-1)), d.word("Infinity")
	}
	float := false
	for ; d.i < len(d.s); d.i++ {
		switch c := d.s[d.i]; {
		case c >= '0' && c <= '9':
			continue
		case c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-':
			float = true
			continue
		}
		break
	}
	text := d.s[start:d.i]
	if float {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, errFrame
		}
		return value.Float(f), nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return value.Int(n), nil
	}
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, errFrame
	}
	return value.NewInt(n), nil
}

func (d *decoder) text() (string, error) {
	if !d.is('"') {
		return "", errFrame
	}
	start := d.i
	var b []byte
	for d.i < len(d.s) {
		switch c := d.s[d.i]; c {
		case '"':
			s := d.s[start:d.i]
			d.i++
			if b != nil {
				s = string(append(b, s...))
			}
			return s, nil
		case '\\':
			b = append(b, d.s[start:d.i]...)
			if b == nil {
				b = []byte{}
			}
			if d.i+1 >= len(d.s) {
				return "", errFrame
			}
			d.i += 2
			switch e := d.s[d.i-1]; e {
			case '"', '\\', '/':
				b = append(b, e)
			case 'n':
				b = append(b, '\n')
			case 't':
				b = append(b, '\t')
			case 'r':
				b = append(b, '\r')
			case 'b':
				b = append(b, '\b')
			case 'f':
				b = append(b, '\f')
			case 'u':
				r, err := d.escape()
				if err != nil {
					return "", err
				}
				b = appendRune(b, r)
			default:
				return "", errFrame
			}
			start = d.i
		default:
			d.i++
		}
	}
	return "", errFrame
}

// appendRune adds a code point: Python's stand-in for a byte that is not UTF-8 becomes that byte, another lone surrogate
// the three bytes of its own.
func appendRune(b []byte, r rune) []byte {
	switch {
	case r >= 0xdc80 && r <= 0xdcff:
		return append(b, byte(r-0xdc00))
	case r >= 0xd800 && r <= 0xdfff:
		return append(b, 0xed, byte(0x80|r>>6&0x3f), byte(0x80|r&0x3f))
	}
	return utf8.AppendRune(b, r)
}

func (d *decoder) escape() (rune, error) {
	r, err := d.hex()
	if err != nil || r < 0xd800 || r > 0xdbff || d.i+6 > len(d.s) || d.s[d.i:d.i+2] != `\u` {
		return r, err
	}
	save := d.i
	d.i += 2
	low, err := d.hex()
	if err != nil {
		return 0, err
	}
	if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
		return pair, nil
	}
	d.i = save
	return r, nil
}

func (d *decoder) hex() (rune, error) {
	if d.i+4 > len(d.s) {
		return 0, errFrame
	}
	n, err := strconv.ParseUint(d.s[d.i:d.i+4], 16, 16)
	d.i += 4
	return rune(n), err
}

func (d *decoder) list(depth int) ([]value.Value, error) {
	d.i++
	items := []value.Value{}
	if d.is(']') {
		return items, nil
	}
	for {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		if d.is(']') {
			return items, nil
		}
		if !d.is(',') {
			return nil, errFrame
		}
	}
}

func (d *decoder) object(depth int) (value.Value, error) {
	d.i++
	out := &value.Dict{}
	if d.is('}') {
		return out, nil
	}
	for first := true; ; first = false {
		k, err := d.text()
		if err != nil {
			return nil, err
		}
		if !d.is(':') {
			return nil, errFrame
		}
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if first && k == tag {
			s, _ := v.(value.Str)
			return d.special(s.S, depth)
		}
		out.Put(k, v)
		if d.is('}') {
			return out, nil
		}
		if !d.is(',') {
			return nil, errFrame
		}
	}
}

// special reads the rest of an object that stands for another kind of value.
func (d *decoder) special(kind string, depth int) (value.Value, error) {
	var rest *value.Dict
	if d.is('}') {
		rest = &value.Dict{}
	} else {
		if d.i >= len(d.s) || d.s[d.i] != ',' {
			return nil, errFrame
		}
		// the rest is an object of its own: ",..." reads as "{..."
		v, err := d.object(depth)
		if err != nil {
			return nil, err
		}
		rest, _ = v.(*value.Dict)
	}
	if rest == nil {
		return nil, errFrame
	}
	field := func(name string) value.Value { v, _ := rest.Get(name); return v }
	text := func(name string) string { s, _ := field(name).(value.Str); return s.S }
	items := func(name string) []value.Value {
		if l, ok := field(name).(*value.List); ok {
			return l.Items
		}
		return nil
	}
	number := func(name string) int64 { n, _ := field(name).(value.Int); return int64(n) }
	switch kind {
	case "s":
		s := value.Str{S: text("v"), Trusted: number("t") == 1, Markup: number("m") == 1, At: d.x.at(items("o"))}
		if c := text("c"); c != "" {
			v := &value.Vault{Ciphertext: c, At: s.At}
			if old := value.VaultOf(s); old != nil && old.Ciphertext == c {
				v = old
			}
			s = v.Mark(s)
		}
		return s, nil
	case "i":
		if n, ok := bigFromHex(text("v")); ok {
			return n, nil
		}
	case "b":
		b, err := base64.StdEncoding.DecodeString(text("v"))
		return value.Bytes(b), err
	case "t":
		t := &value.Tuple{Items: items("v")}
		for _, n := range items("n") {
			t.Names = append(t.Names, value.ToStr(n))
		}
		return t, nil
	case "set":
		s := &value.Set{}
		for _, v := range items("v") {
			s.Add(v)
		}
		return s, nil
	case "d":
		out := &value.Dict{Class: text("c")}
		for _, pair := range items("v") {
			if l, ok := pair.(*value.List); ok && len(l.Items) == 2 {
				if !out.Set(l.Items[0], l.Items[1]) {
					return nil, value.TypeError("a key of the type %s", value.Quote(value.TypeName(l.Items[0])))
				}
			}
		}
		return out, nil
	case "r":
		if v := items("v"); len(v) == 3 {
			return &value.Range{Start: int64(v[0].(value.Int)), Stop: int64(v[1].(value.Int)), Step: int64(v[2].(value.Int))}, nil
		}
	case "date":
		t, err := time.Parse("2006-01-02", text("v"))
		return value.Date{T: t}, err
	case "dt":
		return parseDateTime(text("v"))
	case "td":
		return value.Delta(number("v")), nil
	case "omit":
		return value.Omit{}, nil
	case "vault":
		return &value.Vault{Ciphertext: text("v"), At: d.x.at(items("o"))}, nil
	case "u":
		return d.x.undefinedOf(rest), nil
	case "obj":
		return &Object{host: d.x.host, id: number("i"), kind: text("t"), module: text("mod"), str: text("s"), repr: text("r"), isFalse: number("f") == 1}, nil
	}
	return nil, fmt.Errorf("%w: kind %q", errFrame, kind)
}

// undefinedOf is the undefined value that went over, or one that the plugin made.
func (x *crossing) undefinedOf(d *value.Dict) *value.Undefined {
	if v, ok := d.Get("i"); ok {
		if i, ok := v.(value.Int); ok && int(i) >= 0 && int(i) < len(x.undefined) {
			return x.undefined[i]
		}
	}
	u := &value.Undefined{Message: "an undefined value"}
	if v, ok := d.Get("m"); ok {
		u.Message = value.ToStr(v)
	}
	if v, ok := d.Get("e"); ok {
		u.Cause = errorOf(v, x)
	} else {
		u.Hint = u.Message
	}
	return u
}

// at is the place that Python names: the very location that went over, or the place in the file on the disk.
func (x *crossing) at(o []value.Value) *source.Location {
	if len(o) != 3 {
		return nil
	}
	path, _ := o[0].(value.Str)
	line, _ := o[1].(value.Int)
	col, _ := o[2].(value.Int)
	p := place{path.S, int(line), int(col)}
	if at, ok := x.places[p]; ok {
		return at
	}
	return x.host.located(p)
}

// located makes a place in a file that Python read, reading it once.
func (h *Host) located(p place) *source.Location {
	h.filesMu.Lock()
	f := h.files[p.path]
	h.filesMu.Unlock()
	if f == nil {
		f = source.NewFile(p.path, nil)
		if p.line > 0 {
			if data, err := os.ReadFile(p.path); err == nil {
				f = source.NewFile(p.path, data)
			}
		}
		h.filesMu.Lock()
		if h.files == nil || len(h.files) > 1000 {
			h.files = map[string]*source.File{}
		}
		h.files[p.path] = f
		h.filesMu.Unlock()
	}
	at := &source.Location{File: f}
	if p.line > 0 && f.Content != nil {
		at.Span.Start = f.Offset(source.Position{Line: p.line, Column: max(p.col, 1)})
		at.Span.End = at.Span.Start
	}
	return at
}
