package value

import (
	"math/big"
	"strconv"
	"strings"
)

// Percent is Python's text % args: args is a tuple of arguments, a dict for %(name)s, or one argument.
func Percent(format string, args Value) (string, error) {
	tuple, isTuple := args.(*Tuple)
	next := 0
	used := false
	arg := func() (Value, error) {
		if isTuple {
			if next >= len(tuple.Items) {
				return nil, TypeError("not enough arguments for format string")
			}
			next++
			return tuple.Items[next-1], nil
		}
		if used {
			return nil, TypeError("not enough arguments for format string")
		}
		used = true
		return args, nil
	}
	mapped := false
	var b strings.Builder
	for i := 0; i < len(format); {
		if format[i] != '%' {
			j := strings.IndexByte(format[i:], '%')
			if j < 0 {
				j = len(format) - i
			}
			b.WriteString(format[i : i+j])
			i += j
			continue
		}
		i++
		var key Value
		if i < len(format) && format[i] == '(' {
			switch args.(type) {
			case *Dict, *List, *Undefined:
			default:
				return "", TypeError("format requires a mapping")
			}
			depth, j := 1, i+1
			for ; j < len(format) && depth > 0; j++ {
				switch format[j] {
				case '(':
					depth++
				case ')':
					depth--
				}
			}
			if depth > 0 {
				return "", ValueError("incomplete format key")
			}
			key = S(format[i+1 : j-1])
			mapped = true
			i = j
		}
		f := spec{fill: " ", precision: -1, align: '>'}
		left, zero := false, false
	flags:
		for ; i < len(format); i++ {
			switch format[i] {
			case '-':
				left = true
			case '+':
				f.sign = '+'
			case ' ':
				if f.sign == 0 {
					f.sign = ' '
				}
			case '#':
				f.alt = true
			case '0':
				zero = true
			default:
				break flags
			}
		}
		number := func() (int, error) {
			if i < len(format) && format[i] == '*' {
				i++
				v, err := arg()
				if err != nil {
					return 0, err
				}
				n, ok := toInt(v)
				if _, big := v.(*BigInt); big {
					return 0, Errorf("OverflowError", "Python int too large to convert to C ssize_t")
				}
				if !ok {
					return 0, TypeError("* wants int")
				}
				return int(n), nil
			}
			start := i
			for i < len(format) && format[i] >= '0' && format[i] <= '9' {
				i++
			}
			if start == i {
				return 0, nil
			}
			n, err := strconv.Atoi(format[start:i])
			if err != nil || n > maxText {
				return 0, ValueError("width too big")
			}
			return n, nil
		}
		w, err := number()
		if err != nil {
			return "", err
		}
		if w < 0 {
			left, w = true, -w
		}
		f.width = min(w, maxText)
		if i < len(format) && format[i] == '.' {
			i++
			p, err := number()
			if err != nil {
				return "", err
			}
			f.precision = max(p, 0)
		}
		for i < len(format) && strings.IndexByte("hlL", format[i]) >= 0 {
			i++
		}
		if i >= len(format) {
			return "", ValueError("incomplete format")
		}
		kind := format[i]
		at := i
		i++
		if kind == '%' {
			b.WriteByte('%')
			continue
		}
		var v Value
		if key != nil {
			if u, ok := args.(*Undefined); ok && !u.Lax() {
				v = u // every item of it is the same
			} else if v, err = GetItem(args, key); err != nil {
				return "", err
			}
		} else if v, err = arg(); err != nil {
			return "", err
		}
		if left {
			f.align = '<'
		} else if zero {
			f.fill, f.align, f.zero = "0", '=', true
		}
		s, err := percentOne(v, kind, f, RuneLen(format[:at]))
		if err != nil {
			return "", err
		}
		b.WriteString(s)
		if b.Len() > maxText {
			return "", Errorf("MemoryError", "a text of more than %d bytes", maxText)
		}
	}
	switch {
	case isTuple && next < len(tuple.Items):
		return "", TypeError("not all arguments converted during string formatting")
	case !isTuple && !used && !mapped:
		switch args.(type) {
		case *Dict, *List, *Range, Bytes, *Undefined: // what has __getitem__ counts as a mapping
		default:
			return "", TypeError("not all arguments converted during string formatting")
		}
	}
	return b.String(), nil
}

func percentOne(v Value, kind byte, f spec, at int) (string, error) {
	if u, ok := v.(*Undefined); ok && !u.Lax() && kind != 'x' && kind != 'X' && kind != 'o' {
		return "", u
	}
	text := func(s string) string {
		if f.precision >= 0 {
			s = s[:ByteIndex(s, f.precision)]
		}
		align := f.align
		if align == '=' {
			align = '>'
			f.fill = " "
		}
		return padSpec(s, f, align)
	}
	switch kind {
	case 's':
		s, err := TryStr(v)
		return text(s), err
	case 'r', 'a':
		s, err := TryRepr(v)
		if kind == 'a' {
			s = asciiOnly(s)
		}
		return text(s), err
	case 'c':
		switch x := v.(type) {
		case Str:
			if RuneLen(x.S) == 1 {
				return text(x.S), nil
			}
		case Int, Bool:
			n, _ := toInt(x)
			if n >= 0 && n <= 0x10ffff {
				return text(string(rune(n))), nil
			}
			return "", Errorf("OverflowError", "%%c arg not in range(0x110000)")
		case *BigInt:
			return "", Errorf("OverflowError", "%%c arg not in range(0x110000)")
		}
		return "", TypeError("%%c requires int or char")
	case 'd', 'i', 'u':
		if x, ok := v.(Float); ok {
			n, err := ToInt(x)
			if err != nil {
				return "", err
			}
			v = n
		}
		n, ok := Big(v)
		if u, is := v.(*Undefined); is {
			return "", u
		}
		if !ok {
			return "", TypeError("%%%c format: a real number is required, not %s", kind, TypeName(v))
		}
		return percentInt(n, 'd', f)
	case 'x', 'X', 'o':
		n, ok := Big(v)
		if !ok {
			return "", TypeError("%%%c format: an integer is required, not %s", kind, TypeName(v))
		}
		return percentInt(n, kind, f)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		x, ok := ToFloat(v)
		if !ok {
			if _, big := v.(*BigInt); big {
				return "", Errorf("OverflowError", "int too large to convert to float")
			}
			return "", TypeError("must be real number, not %s", TypeName(v))
		}
		f.kind = kind
		return formatFloat(x, f)
	}
	return "", ValueError("unsupported format character '%c' (0x%x) at index %d", kind, kind, at)
}

func percentInt(n *big.Int, kind byte, f spec) (string, error) {
	abs := new(big.Int).Abs(n)
	var digits, prefix string
	switch kind {
	case 'x':
		digits, prefix = abs.Text(16), "0x"
	case 'X':
		digits, prefix = strings.ToUpper(abs.Text(16)), "0X"
	case 'o':
		digits, prefix = abs.Text(8), "0o"
	default:
		s, err := bigString(abs)
		if err != nil {
			return "", err
		}
		digits = s
	}
	if !f.alt {
		prefix = ""
	}
	if n := f.precision - len(digits); n > 0 {
		if n > maxText {
			return "", ValueError("precision too big")
		}
		digits = strings.Repeat("0", n) + digits
	}
	return padNumber(signOf(n.Sign() < 0, f), prefix, digits, "", f), nil
}
