package value

import (
	"strconv"
	"strings"
)

// Attribute finds an attribute for str.format's {0.name}; a template engine passes its own, safe one.
type Attribute func(v Value, name string) (Value, error)

// Format is str.format(*args, **kwargs). attr may be nil: attributes are refused then.
func Format(format string, args []Value, kwargs *Dict, attr Attribute) (string, error) {
	f := formatter{args: args, kwargs: kwargs, attr: attr}
	return f.run(format, 2)
}

type formatter struct {
	args   []Value
	kwargs *Dict
	attr   Attribute
	auto   int
	manual bool
}

func (f *formatter) run(format string, depth int) (string, error) {
	if depth < 0 {
		return "", ValueError("Max string recursion exceeded")
	}
	var b strings.Builder
	for i := 0; i < len(format); {
		c := format[i]
		if c != '{' && c != '}' {
			j := strings.IndexAny(format[i:], "{}")
			if j < 0 {
				j = len(format) - i
			}
			b.WriteString(format[i : i+j])
			i += j
			continue
		}
		if i+1 < len(format) && format[i+1] == c {
			b.WriteByte(c)
			i += 2
			continue
		}
		if c == '}' {
			return "", ValueError("Single '}' encountered in format string")
		}
		if i+1 == len(format) {
			return "", ValueError("Single '{' encountered in format string")
		}
		end, bracket, nest := i+1, false, 1
		for ; end < len(format); end++ {
			switch format[end] {
			case '[':
				bracket = true
				continue
			case ']':
				bracket = false
				continue
			case '{':
				nest++
			case '}':
				if !bracket || nest > 1 {
					nest--
				}
			default:
				continue
			}
			if nest == 0 {
				break
			}
		}
		if end >= len(format) {
			return "", ValueError("expected '}' before end of string")
		}
		s, err := f.field(format[i+1:end], depth)
		if err != nil {
			return "", err
		}
		b.WriteString(s)
		if b.Len() > maxText {
			return "", Errorf("MemoryError", "a text of more than %d bytes", maxText)
		}
		i = end + 1
	}
	return b.String(), nil
}

func (f *formatter) field(field string, depth int) (string, error) {
	name, conv, spec := field, byte(0), ""
	bracket := false
	for i := 0; i < len(field); i++ {
		c := field[i]
		if c == '[' {
			bracket = true
		} else if c == ']' {
			bracket = false
		}
		if bracket || c != '!' && c != ':' {
			continue
		}
		name = field[:i]
		if c == ':' {
			spec = field[i+1:]
			break
		}
		if i+1 >= len(field) {
			return "", ValueError("end of string while looking for conversion specifier")
		}
		conv = field[i+1]
		if i+2 < len(field) {
			if field[i+2] != ':' {
				return "", ValueError("expected ':' after conversion specifier")
			}
			spec = field[i+3:]
		}
		break
	}
	v, err := f.lookup(name)
	if err != nil {
		return "", err
	}
	switch conv {
	case 0:
	case 's':
		s, err := TryStr(v)
		if err != nil {
			return "", err
		}
		v = S(s)
	case 'r', 'a':
		s, err := TryRepr(v)
		if err != nil {
			return "", err
		}
		if conv == 'a' {
			s = asciiOnly(s)
		}
		v = S(s)
	default:
		return "", ValueError("Unknown conversion specifier %c", conv)
	}
	if strings.ContainsAny(spec, "{}") {
		if spec, err = f.run(spec, depth-1); err != nil {
			return "", err
		}
	}
	return FormatSpec(v, spec)
}

func (f *formatter) lookup(name string) (Value, error) {
	first := name
	rest := ""
	if i := strings.IndexAny(name, ".["); i >= 0 {
		first, rest = name[:i], name[i:]
	}
	var v Value
	if first == "" || isDigits(first) {
		n := f.auto
		if first == "" {
			if f.manual {
				return nil, ValueError("cannot switch from manual field specification to automatic field numbering")
			}
			f.auto++
		} else {
			if f.auto > 0 {
				return nil, ValueError("cannot switch from automatic field numbering to manual field specification")
			}
			f.manual = true
			k, err := strconv.Atoi(first)
			if err != nil {
				return nil, ValueError("Too many decimal digits in format string")
			}
			n = k
		}
		if n >= len(f.args) {
			return nil, Errorf("IndexError", "Replacement index %d out of range for positional args tuple", n)
		}
		v = f.args[n]
	} else {
		var ok bool
		if v, ok = f.kwargs.Get(first); !ok {
			return nil, Errorf("KeyError", "%s", Quote(first))
		}
	}
	for rest != "" {
		if rest[0] == '.' {
			rest = rest[1:]
			n := len(rest)
			if i := strings.IndexAny(rest, ".["); i >= 0 {
				n = i
			}
			if n == 0 {
				return nil, ValueError("Empty attribute in format string")
			}
			if f.attr == nil {
				return nil, Errorf("AttributeError", "'%s' object has no attribute '%s'", TypeName(v), rest[:n])
			}
			var err error
			if v, err = f.attr(v, rest[:n]); err != nil {
				return nil, err
			}
			rest = rest[n:]
			continue
		}
		if rest[0] != '[' {
			return nil, ValueError("Only '.' or '[' may follow ']' in format field specifier")
		}
		n := strings.IndexByte(rest, ']')
		if n < 0 {
			return nil, ValueError("Missing ']' in format string")
		}
		key := rest[1:n]
		if key == "" {
			return nil, ValueError("Empty attribute in format string")
		}
		var k Value = S(key)
		if isDigits(key) {
			k, _ = ParseInt(key, 10)
		}
		var err error
		if v, err = GetItem(v, k); err != nil {
			return nil, err
		}
		rest = rest[n+1:]
	}
	return v, nil
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func asciiOnly(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r <= 0xff:
			b.WriteString(`\x` + hexPad(r, 2))
		case r <= 0xffff:
			b.WriteString(`\u` + hexPad(r, 4))
		default:
			b.WriteString(`\U` + hexPad(r, 8))
		}
	}
	return b.String()
}

func hexPad(r rune, n int) string {
	s := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", n-len(s)) + s
}
