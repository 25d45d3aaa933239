package value

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// spec is a parsed format specification: [[fill]align][sign][z][#][0][width][grouping][.precision][type].
type spec struct {
	fill      string
	align     byte
	sign      byte
	noNegZero bool
	alt       bool
	zero      bool
	width     int
	group     byte
	precision int // -1: none
	kind      byte
}

func parseSpec(s string) (spec, error) {
	f := spec{fill: " ", precision: -1}
	bad := func() (spec, error) { return f, ValueError("Invalid format specifier") }
	if s == "" {
		return f, nil
	}
	_, n := utf8.DecodeRuneInString(s)
	isAlign := func(c byte) bool { return c == '<' || c == '>' || c == '=' || c == '^' }
	filled := false
	if len(s) > n && isAlign(s[n]) {
		f.fill, f.align = s[:n], s[n]
		s = s[n+1:]
		filled = true
	} else if isAlign(s[0]) {
		f.align = s[0]
		s = s[1:]
	}
	if s != "" && (s[0] == '+' || s[0] == '-' || s[0] == ' ') {
		f.sign = s[0]
		s = s[1:]
	}
	if s != "" && s[0] == 'z' {
		f.noNegZero = true
		s = s[1:]
	}
	if s != "" && s[0] == '#' {
		f.alt = true
		s = s[1:]
	}
	if s != "" && s[0] == '0' {
		f.zero = true
		if !filled {
			f.fill = "0"
			if f.align == 0 {
				f.align = '='
			}
		}
		s = s[1:]
	}
	number := func() (int, bool, error) {
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		if i == 0 {
			return 0, false, nil
		}
		v, err := strconv.Atoi(s[:i])
		if err != nil || v > maxText {
			return 0, false, ValueError("Too many decimal digits in format string")
		}
		s = s[i:]
		return v, true, nil
	}
	w, _, err := number()
	if err != nil {
		return f, err
	}
	f.width = w
	for s != "" && (s[0] == ',' || s[0] == '_') {
		if f.group != 0 {
			if f.group == s[0] {
				return f, ValueError("Cannot specify '%c' with '%c'.", s[0], s[0])
			}
			return f, ValueError("Cannot specify both ',' and '_'.")
		}
		f.group = s[0]
		s = s[1:]
	}
	if s != "" && s[0] == '.' {
		s = s[1:]
		p, ok, err := number()
		if err != nil {
			return f, err
		}
		if !ok {
			return f, ValueError("Format specifier missing precision")
		}
		f.precision = p
	}
	if len(s) > 1 {
		return bad()
	}
	if s != "" {
		f.kind = s[0]
	}
	if f.group != 0 && strings.IndexByte("\x00deEfFgG%", f.kind) < 0 && !(f.group == '_' && strings.IndexByte("boxX", f.kind) >= 0) {
		return f, ValueError("Cannot specify '%c' with '%c'.", f.group, f.kind)
	}
	return f, nil
}

// FormatSpec is Python's format(v, spec).
func FormatSpec(v Value, text string) (string, error) {
	if u, ok := v.(*Undefined); ok && !u.Lax() {
		return "", u
	}
	if text == "" {
		return TryStr(v)
	}
	switch v.(type) {
	case DateTime, Date:
		return "", Errorf("NotImplementedError", "strftime formats are not available in str.format; use the strftime method")
	case Str, Int, *BigInt, Bool, Float:
	default:
		return "", TypeError("unsupported format string passed to %s.__format__", TypeName(v))
	}
	f, err := parseSpec(text)
	if err != nil {
		if e, ok := err.(*Error); ok && e.Message == "Invalid format specifier" {
			return "", ValueError("Invalid format specifier '%s' for object of type '%s'", text, TypeName(v))
		}
		return "", err
	}
	unknown := func() (string, error) {
		return "", ValueError("Unknown format code '%c' for object of type '%s'", f.kind, TypeName(v))
	}
	switch x := v.(type) {
	case Str:
		switch {
		case f.kind != 0 && f.kind != 's':
			return unknown()
		case f.sign == ' ':
			return "", ValueError("Space not allowed in string format specifier")
		case f.sign != 0:
			return "", ValueError("Sign not allowed in string format specifier")
		case f.alt:
			return "", ValueError("Alternate form (#) not allowed in string format specifier")
		case f.align == '=' && !f.zero:
			return "", ValueError("'=' alignment not allowed in string format specifier")
		case f.group != 0:
			return "", ValueError("Cannot specify '%c' with 's'.", f.group)
		}
		s := x.S
		if f.precision >= 0 {
			s = s[:ByteIndex(s, f.precision)]
		}
		align := f.align
		if align == 0 || align == '=' {
			align = '<'
		}
		return padSpec(s, f, align), nil
	case Float:
		if f.kind != 0 && strings.IndexByte("eEfFgGn%", f.kind) < 0 {
			return unknown()
		}
		return formatFloat(float64(x), f)
	}
	if f.kind != 0 && strings.IndexByte("bcdoxXneEfFgG%", f.kind) < 0 {
		return unknown()
	}
	if strings.IndexByte("eEfFgG%", f.kind) >= 0 && f.kind != 0 {
		n, _ := Big(v)
		x, err := bigFloat(n)
		if err != nil {
			return "", err
		}
		return formatFloat(x, f)
	}
	return formatInt(v, f)
}

func padSpec(s string, f spec, align byte) string {
	n := f.width - RuneLen(s)
	if n <= 0 {
		return s
	}
	switch align {
	case '<':
		return s + strings.Repeat(f.fill, n)
	case '^':
		return strings.Repeat(f.fill, n/2) + s + strings.Repeat(f.fill, n-n/2)
	}
	return strings.Repeat(f.fill, n) + s
}

// padNumber puts sign, prefix and digits together; the part before the point may be grouped.
func padNumber(sign, prefix, digits, rest string, f spec) string {
	size := 3
	if strings.IndexByte("boxX", f.kind) >= 0 && f.kind != 0 {
		size = 4
	}
	align := f.align
	if align == 0 {
		align = '>'
	}
	if f.group != 0 {
		minimum := 0
		if align == '=' && f.fill == "0" {
			minimum = f.width - len(sign) - len(prefix) - len(rest)
		}
		digits = group(digits, f.group, size, minimum)
	}
	if align == '=' {
		body := digits + rest
		if n := f.width - len(sign) - len(prefix) - RuneLen(body); n > 0 {
			body = strings.Repeat(f.fill, n) + body
		}
		return sign + prefix + body
	}
	return padSpec(sign+prefix+digits+rest, f, align)
}

// group puts a separator after every size digits from the right, filling with zeros up to minimum characters.
func group(digits string, sep byte, size, minimum int) string {
	var parts []string
	total := func() int {
		n := len(parts)
		for _, p := range parts {
			n += len(p)
		}
		return n
	}
	for digits != "" {
		k := min(size, len(digits))
		parts = append([]string{digits[len(digits)-k:]}, parts...)
		digits = digits[:len(digits)-k]
	}
	for len(parts) > 0 && total()-1 < minimum {
		if len(parts[0]) < size {
			parts[0] = "0" + parts[0]
		} else {
			if total() == minimum { // a separator alone would start the text: Python adds a zero before it
				parts = append([]string{"0"}, parts...)
				break
			}
			parts = append([]string{"0"}, parts...)
		}
	}
	return strings.Join(parts, string(sep))
}

func signOf(neg bool, f spec) string {
	switch {
	case neg:
		return "-"
	case f.sign == '+':
		return "+"
	case f.sign == ' ':
		return " "
	}
	return ""
}

func formatInt(v Value, f spec) (string, error) {
	if f.precision >= 0 {
		return "", ValueError("Precision not allowed in integer format specifier")
	}
	n, _ := Big(v)
	if f.kind == 'c' {
		if f.sign != 0 {
			return "", ValueError("Sign not allowed with integer format specifier 'c'")
		}
		if !n.IsInt64() {
			return "", Errorf("OverflowError", "Python int too large to convert to C long")
		}
		if n.Int64() < 0 || n.Int64() > 0x10ffff {
			return "", Errorf("OverflowError", "%%c arg not in range(0x110000)")
		}
		align := f.align
		if align == 0 {
			align = '<'
		}
		return padSpec(string(rune(n.Int64())), f, align), nil
	}
	abs := new(big.Int).Abs(n)
	digits, prefix := "", ""
	switch f.kind {
	case 'b':
		digits, prefix = abs.Text(2), "0b"
	case 'o':
		digits, prefix = abs.Text(8), "0o"
	case 'x':
		digits, prefix = abs.Text(16), "0x"
	case 'X':
		digits, prefix = strings.ToUpper(abs.Text(16)), "0X"
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
	return padNumber(signOf(n.Sign() < 0, f), prefix, digits, "", f), nil
}

func formatFloat(x float64, f spec) (string, error) {
	if f.precision > 1<<20 {
		return "", ValueError("precision too big")
	}
	neg := math.Signbit(x) && !math.IsNaN(x)
	body := floatBody(math.Abs(x), f)
	if f.noNegZero && neg && strings.Trim(body, "0.%") == "" {
		neg = false
	}
	digits, rest := body, ""
	if i := strings.IndexAny(body, ".eE%"); i >= 0 {
		digits, rest = body[:i], body[i:]
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		f.group = 0
	}
	return padNumber(signOf(neg, f), "", digits, rest, f), nil
}

// floatBody prints a float that is not negative without sign and padding.
func floatBody(x float64, f spec) string {
	kind := f.kind
	percent := ""
	if kind == '%' {
		x *= 100
		kind = 'f'
		percent = "%"
	}
	upper := kind == 'E' || kind == 'F' || kind == 'G'
	if math.IsNaN(x) || math.IsInf(x, 0) {
		s := "inf"
		if math.IsNaN(x) {
			s = "nan"
		}
		if upper {
			s = strings.ToUpper(s)
		}
		return s + percent
	}
	prec := f.precision
	var s string
	switch kind | 0x20 {
	case 'e':
		if prec < 0 {
			prec = 6
		}
		s = strconv.FormatFloat(x, 'e', prec, 64)
		if f.alt && prec == 0 {
			s = strings.Replace(s, "e", ".e", 1)
		}
	case 'f':
		if prec < 0 {
			prec = 6
		}
		s = strconv.FormatFloat(x, 'f', prec, 64)
		if f.alt && prec == 0 {
			s += "."
		}
	case 'g', 'n':
		if prec < 0 {
			prec = 6
		}
		s = general(x, max(prec, 1), f.alt)
	default: // none: like repr, or like g that keeps a digit behind the point
		if prec < 0 {
			s = FloatRepr(x)
		} else {
			s = generalNone(x, max(prec, 1))
		}
	}
	if upper {
		s = strings.ToUpper(s)
	}
	return s + percent
}

// general is C's %g with Python's exponent form.
func general(x float64, prec int, alt bool) string {
	if x == 0 {
		if alt {
			return "0." + strings.Repeat("0", prec-1)
		}
		return "0"
	}
	e := strconv.FormatFloat(x, 'e', prec-1, 64)
	i := strings.IndexByte(e, 'e')
	exp, _ := strconv.Atoi(e[i+1:])
	if exp < -4 || exp >= prec {
		mant := e[:i]
		if !alt && strings.ContainsRune(mant, '.') {
			mant = strings.TrimRight(strings.TrimRight(mant, "0"), ".")
		} else if alt && !strings.ContainsRune(mant, '.') {
			mant += "."
		}
		return mant + e[i:]
	}
	s := strconv.FormatFloat(x, 'f', max(prec-1-exp, 0), 64)
	if alt && !strings.ContainsRune(s, '.') {
		s += "."
	}
	if !alt && strings.ContainsRune(s, '.') {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// generalNone is format(x, '.N'): like %g, but with a digit behind the point in the fixed form, which is left one
// power of ten earlier.
func generalNone(x float64, prec int) string {
	if x == 0 {
		return "0.0"
	}
	e := strconv.FormatFloat(x, 'e', prec-1, 64)
	exp, _ := strconv.Atoi(e[strings.IndexByte(e, 'e')+1:])
	if exp >= -4 && exp < prec-1 {
		s := general(x, prec, false)
		if !strings.ContainsRune(s, '.') {
			s += ".0"
		}
		return s
	}
	i := strings.IndexByte(e, 'e')
	mant := e[:i]
	if strings.ContainsRune(mant, '.') {
		mant = strings.TrimRight(strings.TrimRight(mant, "0"), ".")
	}
	return mant + e[i:]
}
