package value

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Repr is Python's repr(). An undefined value inside is shown, not raised: see TryRepr.
func Repr(v Value) string {
	p := printer{lenient: true}
	p.repr(v)
	return p.String()
}

// ToStr is Python's str(). An undefined value is shown, not raised: see TryStr.
func ToStr(v Value) string {
	if s, ok := v.(Str); ok {
		return s.S
	}
	p := printer{lenient: true}
	p.str(v)
	return p.String()
}

// TryRepr is Repr that fails on an undefined value, as templates do.
func TryRepr(v Value) (string, error) {
	p := printer{}
	p.repr(v)
	return p.String(), p.err
}

// TryStr is ToStr that fails on an undefined value, as templates do.
func TryStr(v Value) (string, error) {
	switch v := v.(type) {
	case Str:
		return v.S, nil
	case Int:
		return strconv.FormatInt(int64(v), 10), nil
	}
	p := printer{}
	p.str(v)
	return p.String(), p.err
}

// Printer is implemented by an Object that has a text of its own.
type Printer interface {
	// PyStr is str(x), PyRepr is repr(x).
	PyStr() (string, error)
	PyRepr() (string, error)
}

// maxText bounds a text that one operation makes.
const maxText = 1 << 28

// maxDepth is how deep containers may nest before Python's recursion limit is taken as reached.
const maxDepth = 900

type printer struct {
	strings.Builder
	lenient bool
	err     error
	open    []any // containers being printed, to show a cycle as Python does
}

func (p *printer) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *printer) str(v Value) {
	switch v := v.(type) {
	case Str:
		p.WriteString(v.S)
	case Date:
		p.WriteString(v.T.Format("2006-01-02"))
	case DateTime:
		p.WriteString(v.Iso(" "))
	case Delta:
		p.WriteString(v.String())
	case Omit:
		p.WriteString("<<Omit>>")
	case *Undefined:
		p.undefined(v, false)
	case *Vault:
		p.WriteString(v.Ciphertext)
	default:
		if o, ok := v.(Printer); ok {
			s, err := o.PyStr()
			if err != nil {
				p.fail(err)
			}
			p.WriteString(s)
			return
		}
		p.repr(v)
	}
}

func (p *printer) undefined(u *Undefined, repr bool) {
	switch u.Kind {
	case UndefinedDefault, UndefinedChainable:
		if repr {
			p.WriteString("Undefined")
		}
	case UndefinedDebug:
		if repr {
			p.WriteString("Undefined")
		} else {
			p.WriteString(u.debug())
		}
	default:
		if p.lenient {
			p.WriteString("Undefined")
			return
		}
		if repr && u.Kind == UndefinedStrict {
			p.WriteString("Undefined")
			return
		}
		p.fail(u)
	}
}

func (p *printer) enter(c any) bool {
	for _, o := range p.open {
		if o == c {
			return false
		}
	}
	if len(p.open) > maxDepth {
		p.fail(Errorf("RecursionError", "maximum recursion depth exceeded while getting the repr of an object"))
		return false
	}
	p.open = append(p.open, c)
	return true
}

func (p *printer) leave() { p.open = p.open[:len(p.open)-1] }

func (p *printer) repr(v Value) {
	if p.err != nil {
		return
	}
	if p.Len() > maxText {
		p.fail(Errorf("MemoryError", "the text of a value is larger than %d bytes", maxText))
		return
	}
	switch v := v.(type) {
	case nil, None:
		p.WriteString("None")
	case Bool:
		if v {
			p.WriteString("True")
		} else {
			p.WriteString("False")
		}
	case Int:
		var buf [20]byte
		p.Write(strconv.AppendInt(buf[:0], int64(v), 10))
	case *BigInt:
		s, err := bigString(v.V)
		if err != nil {
			p.fail(err)
		}
		p.WriteString(s)
	case Float:
		p.WriteString(FloatRepr(float64(v)))
	case Str:
		quoteInto(&p.Builder, v.S)
	case Bytes:
		quoteBytes(&p.Builder, v)
	case *List:
		if !p.enter(v) {
			p.WriteString("[...]")
			return
		}
		p.WriteByte('[')
		for i := range v.Items {
			if i > 0 {
				p.WriteString(", ")
			}
			p.repr(v.Item(i))
		}
		p.WriteByte(']')
		p.leave()
	case *Tuple:
		if !p.enter(v) {
			p.WriteString("(...)")
			return
		}
		p.WriteByte('(')
		for i, x := range v.Items {
			if i > 0 {
				p.WriteString(", ")
			}
			p.repr(x)
		}
		if len(v.Items) == 1 {
			p.WriteByte(',')
		}
		p.WriteByte(')')
		p.leave()
	case *Dict:
		if !p.enter(v) {
			p.WriteString("{...}")
			return
		}
		p.WriteByte('{')
		first := true
		for k, x := range v.All() {
			if !first {
				p.WriteString(", ")
			}
			first = false
			p.repr(k)
			p.WriteString(": ")
			p.repr(x)
		}
		p.WriteByte('}')
		p.leave()
	case *Set:
		if v.Len() == 0 {
			p.WriteString("set()")
			return
		}
		p.WriteByte('{')
		for i, x := range v.Items() {
			if i > 0 {
				p.WriteString(", ")
			}
			p.repr(x)
		}
		p.WriteByte('}')
	case Date:
		fmt.Fprintf(p, "datetime.date(%d, %d, %d)", v.T.Year(), int(v.T.Month()), v.T.Day())
	case DateTime:
		p.WriteString(v.repr())
	case Delta:
		p.WriteString(v.repr())
	case Omit:
		p.WriteString("<<Omit>>")
	case *Range:
		if v.Step == 1 {
			fmt.Fprintf(p, "range(%d, %d)", v.Start, v.Stop)
		} else {
			fmt.Fprintf(p, "range(%d, %d, %d)", v.Start, v.Stop, v.Step)
		}
	case *Undefined:
		p.undefined(v, true)
	case *Vault:
		quoteInto(&p.Builder, v.Ciphertext)
	case *Iterator:
		fmt.Fprintf(p, "<%s object>", v.TypeName())
	case *View:
		p.WriteString(v.Kind)
		p.WriteByte('(')
		p.repr(&List{Items: v.Items()})
		p.WriteByte(')')
	case Printer:
		s, err := v.PyRepr()
		if err != nil {
			p.fail(err)
		}
		p.WriteString(s)
	default:
		fmt.Fprintf(p, "<%s object>", v.TypeName())
	}
}

// FloatRepr prints a float as Python does.
func FloatRepr(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	var buf [32]byte
	b := strconv.AppendFloat(buf[:0], f, 'e', -1, 64)
	s := string(b)
	e := strings.IndexByte(s, 'e')
	exp, _ := strconv.Atoi(s[e+1:])
	if exp < -4 || exp >= 16 {
		mant := s[:e]
		sign := "+"
		if exp < 0 {
			sign = "-"
			exp = -exp
		}
		return fmt.Sprintf("%se%s%02d", mant, sign, exp)
	}
	s = strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.ContainsRune(s, '.') {
		s += ".0"
	}
	return s
}

// Quote is repr() of a text.
func Quote(s string) string {
	var b strings.Builder
	quoteInto(&b, s)
	return b.String()
}

func quoteInto(b *strings.Builder, s string) {
	quote := byte('\'')
	if strings.IndexByte(s, '\'') >= 0 && strings.IndexByte(s, '"') < 0 {
		quote = '"'
	}
	b.Grow(len(s) + 2)
	b.WriteByte(quote)
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c < 0x7f && c != '\\' && c != quote {
				i++
				continue
			}
			b.WriteString(s[start:i])
			switch c {
			case '\\', quote:
				b.WriteByte('\\')
				b.WriteByte(c)
			case '\n':
				b.WriteString(`\n`)
			case '\r':
				b.WriteString(`\r`)
			case '\t':
				b.WriteString(`\t`)
			default:
				fmt.Fprintf(b, `\x%02x`, c)
			}
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 { // a byte that is not UTF-8: Python holds it as a lone surrogate
			b.WriteString(s[start:i])
			fmt.Fprintf(b, `\udc%02x`, c)
			i++
			start = i
			continue
		}
		if !unicode.IsPrint(r) {
			b.WriteString(s[start:i])
			switch {
			case r <= 0xff:
				fmt.Fprintf(b, `\x%02x`, r)
			case r <= 0xffff:
				fmt.Fprintf(b, `\u%04x`, r)
			default:
				fmt.Fprintf(b, `\U%08x`, r)
			}
			start = i + n
		}
		i += n
	}
	b.WriteString(s[start:])
	b.WriteByte(quote)
}

func quoteBytes(b *strings.Builder, v Bytes) {
	quote := byte('\'')
	if strings.IndexByte(string(v), '\'') >= 0 && strings.IndexByte(string(v), '"') < 0 {
		quote = '"'
	}
	b.WriteByte('b')
	b.WriteByte(quote)
	for _, c := range v {
		switch {
		case c == '\\' || c == quote:
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < 0x20 || c >= 0x7f:
			fmt.Fprintf(b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte(quote)
}
