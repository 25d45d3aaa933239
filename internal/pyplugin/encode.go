package pyplugin

import (
	"encoding/base64"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// tag is the key that marks an object of the wire as something else than a dict with plain keys.
const tag = "\x00"

// maxDepth bounds the nesting of values that cross.
const maxDepth = 500

// crossing is what one call remembers of the values that went over, so that they come back as the same.
type crossing struct {
	host      *Host
	undefined []*value.Undefined
	maps      []*value.Dict // dicts of which only the keys went over
	places    map[place]*source.Location
	decrypt   func(*value.Vault) (value.Value, error)
}

// place is how Python knows where a text was written.
type place struct {
	path      string
	line, col int
}

// encoder writes values in the wire's form: JSON, in which an object with the key "\x00" stands for what JSON has not.
type encoder struct {
	buf []byte
	x   *crossing
}

func (e *encoder) raw(s string) { e.buf = append(e.buf, s...) }

func (e *encoder) value(v value.Value, depth int) error {
	if depth > maxDepth {
		return value.ValueError("the value is nested more than %d deep", maxDepth)
	}
	switch v := v.(type) {
	case nil, value.None:
		e.raw("null")
	case value.Bool:
		e.buf = strconv.AppendBool(e.buf, bool(v))
	case value.Int:
		e.buf = strconv.AppendInt(e.buf, int64(v), 10)
	case *value.BigInt:
		e.raw(`{"\u0000":"i","v":"` + v.V.Text(16) + `"}`)
	case value.Float:
		e.float(float64(v))
	case value.Str:
		e.str(v)
	case value.Bytes:
		e.raw(`{"\u0000":"b","v":"` + base64.StdEncoding.EncodeToString(v) + `"}`)
	case *value.List:
		return e.items('[', v.Len(), v.Item, depth)
	case *value.Tuple:
		e.raw(`{"\u0000":"t","v":`)
		if err := e.list(v.Items, depth); err != nil {
			return err
		}
		if v.Names != nil {
			e.raw(`,"n":`)
			if err := e.value(value.Strings(v.Names), depth); err != nil {
				return err
			}
		}
		e.raw("}")
	case *value.Set:
		return e.wrapped("set", v.Items(), depth)
	case *value.Dict:
		return e.dict(v, depth)
	case *value.View:
		return e.list(v.Items(), depth)
	case *value.Range:
		e.buf = fmt.Appendf(e.buf, `{"\u0000":"r","v":[%d,%d,%d]}`, v.Start, v.Stop, v.Step)
	case *value.Iterator:
		items, err := value.Collect(v)
		if err != nil {
			return err
		}
		return e.list(items, depth)
	case value.Date:
		e.raw(`{"\u0000":"date","v":"` + v.T.Format("2006-01-02") + `"}`)
	case value.DateTime:
		e.datetime(v)
	case value.Delta:
		e.buf = fmt.Appendf(e.buf, `{"\u0000":"td","v":%d}`, int64(v))
	case value.Omit:
		e.raw(`{"\u0000":"omit"}`)
	case *value.Vault:
		e.vault(v, depth)
	case *value.Undefined:
		e.undefinedValue(v)
	case *Object:
		e.buf = fmt.Appendf(e.buf, `{"\u0000":"obj","i":%d}`, v.id)
	default:
		return value.TypeError("a value of the type %s cannot be passed to a plugin written in Python", value.Quote(value.TypeName(v)))
	}
	return nil
}

func (e *encoder) wrapped(kind string, items []value.Value, depth int) error {
	e.raw(`{"\u0000":"` + kind + `","v":`)
	if err := e.list(items, depth); err != nil {
		return err
	}
	e.raw("}")
	return nil
}

func (e *encoder) list(items []value.Value, depth int) error {
	return e.items('[', len(items), func(i int) value.Value { return items[i] }, depth)
}

func (e *encoder) items(open byte, n int, item func(int) value.Value, depth int) error {
	e.buf = append(e.buf, open)
	for i := range n {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		if err := e.value(item(i), depth+1); err != nil {
			return err
		}
	}
	e.buf = append(e.buf, ']')
	return nil
}

func (e *encoder) dict(d *value.Dict, depth int) error {
	plain, deferred := true, d.Missing != nil
	for k, v := range d.RawAll() {
		if s, ok := k.(value.Str); !ok || s.S == tag || s.Markup {
			plain = false
			break
		}
		if _, ok := v.(Deferred); ok {
			deferred = true
			break
		}
	}
	if deferred {
		e.buf = fmt.Appendf(e.buf, `{"\u0000":"map","h":%d,"v":`, len(e.x.maps))
		e.x.maps = append(e.x.maps, d)
		if err := e.list(d.Keys(), depth); err != nil {
			return err
		}
		e.raw("}")
		return nil
	}
	open, between, closing := `{`, `:`, `}`
	if !plain {
		open, between, closing = `{"\u0000":"d","v":[`, `,`, `]}`
	}
	e.raw(open)
	first := true
	for k, v := range d.All() {
		if !first {
			e.raw(",")
		}
		first = false
		if plain {
			e.text(k.(value.Str).S)
		} else {
			e.raw("[")
			if err := e.value(k, depth+1); err != nil {
				return err
			}
		}
		e.raw(between)
		if err := e.value(v, depth+1); err != nil {
			return err
		}
		if !plain {
			e.raw("]")
		}
	}
	e.raw(closing)
	return nil
}

func (e *encoder) float(f float64) {
	switch {
	case math.IsNaN(f):
		e.raw("NaN")
	case math.IsInf(f, 1):
		e.raw("Infinity")
	case math.IsInf(f, -1):
		e.raw("-Infinity")
	default:
		n := len(e.buf)
		e.buf = strconv.AppendFloat(e.buf, f, 'g', -1, 64)
		for _, c := range e.buf[n:] {
			if c == '.' || c == 'e' {
				return
			}
		}
		e.raw(".0")
	}
}

func (e *encoder) datetime(v value.DateTime) {
	text := v.T.Format("2006-01-02T15:04:05.000000")
	if v.Aware {
		_, offset := v.T.Zone()
		text += offsetText(offset)
	}
	e.raw(`{"\u0000":"dt","v":"` + text + `"}`)
}

// offsetText is the zone as Python's isoformat writes it.
func offsetText(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	s := fmt.Sprintf("%s%02d:%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		s += fmt.Sprintf(":%02d", seconds%60)
	}
	return s
}

// str writes a text with its trust, its place and the vault that it was decrypted from.
func (e *encoder) str(s value.Str) {
	vault := value.VaultOf(s)
	if !s.Trusted && s.At == nil && !s.Markup {
		e.text(s.S)
		return
	}
	e.raw(`{"\u0000":"s","v":`)
	e.text(s.S)
	if s.Trusted {
		e.raw(`,"t":1`)
	}
	if s.Markup {
		e.raw(`,"m":1`)
	}
	if vault != nil {
		e.raw(`,"c":`)
		e.text(vault.Ciphertext)
	}
	e.place(s.At)
	e.raw("}")
}

// place writes where a value was written.
func (e *encoder) place(at *source.Location) {
	if at == nil || at.File == nil || at.File.Path == "" {
		return
	}
	p := place{path: at.File.Path}
	if at.File.Content != nil {
		pos := at.Position()
		p.line, p.col = pos.Line, pos.Column
	}
	if e.x.places == nil {
		e.x.places = map[place]*source.Location{}
	}
	e.x.places[p] = at
	e.raw(`,"o":[`)
	e.text(p.path)
	e.buf = fmt.Appendf(e.buf, ",%d,%d]", p.line, p.col)
}

// vault writes a vault in the clear, with its ciphertext beside it; one that cannot be opened goes as it is.
func (e *encoder) vault(v *value.Vault, depth int) {
	if e.x.decrypt != nil {
		if p, err := e.x.decrypt(v); err == nil {
			if s, ok := p.(value.Str); ok {
				e.str(v.Mark(s))
				return
			}
		}
	}
	e.raw(`{"\u0000":"vault","v":`)
	e.text(v.Ciphertext)
	e.place(v.At)
	e.raw("}")
}

func (e *encoder) undefinedValue(u *value.Undefined) {
	e.buf = fmt.Appendf(e.buf, `{"\u0000":"u","i":%d,"m":`, len(e.x.undefined))
	e.x.undefined = append(e.x.undefined, u)
	e.text(u.Error())
	e.raw(`,"n":`)
	e.text(u.Name)
	e.raw("}")
}

const hexDigits = "0123456789abcdef"

// text writes a JSON string. A byte that is not UTF-8 goes as the lone surrogate that Python has for it; the three bytes
// of an encoded surrogate go as that surrogate.
func (e *encoder) text(s string) {
	b := append(e.buf, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = append(b, s[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			default:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r != utf8.RuneError || n > 1 {
			i += n
			continue
		}
		b = append(b, s[start:i]...)
		r, n = 0xdc00+rune(c), 1
		if c == 0xed && i+2 < len(s) && s[i+1]&0xe0 == 0xa0 && s[i+2]&0xc0 == 0x80 {
			r, n = 0xd000|rune(s[i+1]&0x3f)<<6|rune(s[i+2]&0x3f), 3
		}
		b = append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
		i += n
		start = i
	}
	b = append(b, s[start:]...)
	e.buf = append(b, '"')
}

// bigFromHex reads an integer of the wire.
func bigFromHex(s string) (value.Value, bool) {
	n, ok := new(big.Int).SetString(s, 16)
	if !ok {
		return nil, false
	}
	return value.NewInt(n), true
}

// parseDateTime reads what Python's isoformat wrote.
func parseDateTime(s string) (value.Value, error) {
	for _, f := range []struct {
		layout string
		aware  bool
	}{{"2006-01-02T15:04:05.999999", false}, {"2006-01-02T15:04:05.999999-07:00", true}, {"2006-01-02T15:04:05.999999-07:00:00", true}} {
		if t, err := time.Parse(f.layout, s); err == nil {
			return value.DateTime{T: t, Aware: f.aware}, nil
		}
	}
	return nil, fmt.Errorf("a date that cannot be read: %q", s)
}
