// Package pytext encodes and decodes text as Python's codecs do: the same names, bytes and errors. It has the Unicode
// encodings, ASCII, Latin-1 and every encoding with one byte per character; the others (Chinese, Japanese, Korean) are
// refused by name. Bytes that are not UTF-8 in a text stand for Python's escaped surrogates and are written as they are.
package pytext

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Encode is str.encode(encoding, "surrogateescape"). Its errors are Python's UnicodeEncodeError and LookupError, and
// an UnsupportedError for an encoding that Python has and this package has not.
func Encode(s, encoding string) ([]byte, error) {
	switch name := canonical(encoding); name {
	case "utf_8":
		return []byte(s), nil
	case "utf_8_sig":
		return append([]byte("\xef\xbb\xbf"), s...), nil
	case "utf_16", "utf_16_le":
		var out []byte
		if name == "utf_16" {
			out = []byte{0xff, 0xfe}
		}
		for _, u := range utf16.Encode([]rune(s)) {
			out = append(out, byte(u), byte(u>>8))
		}
		return out, nil
	case "utf_16_be":
		var out []byte
		for _, u := range utf16.Encode([]rune(s)) {
			out = append(out, byte(u>>8), byte(u))
		}
		return out, nil
	case "utf_32", "utf_32_le":
		var out []byte
		if name == "utf_32" {
			out = []byte{0xff, 0xfe, 0, 0}
		}
		for _, r := range s {
			out = append(out, byte(r), byte(r>>8), byte(r>>16), 0)
		}
		return out, nil
	case "utf_32_be":
		var out []byte
		for _, r := range s {
			out = append(out, 0, byte(r>>16), byte(r>>8), byte(r))
		}
		return out, nil
	case "ascii":
		return bytewise(s, "ascii", "ordinal not in range(128)", func(r rune) (byte, bool) { return byte(r), r < 128 })
	case "latin_1":
		return bytewise(s, "latin-1", "ordinal not in range(256)", func(r rune) (byte, bool) { return byte(r), r < 256 })
	default:
		m, err := charmapNamed(name, encoding)
		if err != nil {
			return nil, err
		}
		return bytewise(s, "charmap", "character maps to <undefined>", func(r rune) (byte, bool) { b, ok := m.encode[r]; return b, ok })
	}
}

// bytewise writes a byte for each character; what cannot be written is named as Python names it.
func bytewise(s, codec, reason string, encode func(rune) (byte, bool)) ([]byte, error) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 { // an escaped surrogate
			out = append(out, s[i])
			i++
			continue
		}
		b, ok := encode(r)
		if !ok {
			return nil, unencodable(s, i, codec, reason, encode)
		}
		out = append(out, b)
		i += n
	}
	return out, nil
}

func unencodable(s string, at int, codec, reason string, encode func(rune) (byte, bool)) error {
	first := value.RuneLen(s[:at])
	count := 0
	for i, r := range s[at:] {
		if r == utf8.RuneError && s[at+i] != 0xef {
			break
		}
		if _, ok := encode(r); ok {
			break
		}
		count++
	}
	if count == 1 {
		r, _ := utf8.DecodeRuneInString(s[at:])
		return value.Errorf("UnicodeEncodeError", "'%s' codec can't encode character %s in position %d: %s", codec, escaped(r), first, reason)
	}
	return value.Errorf("UnicodeEncodeError", "'%s' codec can't encode characters in position %d-%d: %s", codec, first, first+count-1, reason)
}

// escaped is a character as Python's errors show it: always by its number.
func escaped(r rune) string {
	const digits = "0123456789abcdef"
	prefix, n := `'\U`, 8
	switch {
	case r < 0x100:
		prefix, n = `'\x`, 2
	case r < 0x10000:
		prefix, n = `'\u`, 4
	}
	var b strings.Builder
	b.WriteString(prefix)
	for n--; n >= 0; n-- {
		b.WriteByte(digits[r>>(4*n)&15])
	}
	b.WriteByte('\'')
	return b.String()
}

// Decode is bytes.decode(encoding, "replace"); bytes that are not UTF-8 stay as they are.
func Decode(b []byte, encoding string) (string, error) {
	switch name := canonical(encoding); name {
	case "utf_8":
		return string(b), nil
	case "utf_8_sig":
		return strings.TrimPrefix(string(b), "\xef\xbb\xbf"), nil
	case "utf_16", "utf_16_le", "utf_16_be":
		big := name == "utf_16_be"
		if name == "utf_16" && len(b) >= 2 {
			switch {
			case b[0] == 0xff && b[1] == 0xfe:
				b = b[2:]
			case b[0] == 0xfe && b[1] == 0xff:
				b, big = b[2:], true
			}
		}
		units := make([]uint16, 0, len(b)/2)
		for i := 0; i+1 < len(b); i += 2 {
			lo, hi := uint16(b[i]), uint16(b[i+1])
			if big {
				lo, hi = hi, lo
			}
			units = append(units, hi<<8|lo)
		}
		return string(utf16.Decode(units)), nil
	case "utf_32", "utf_32_le", "utf_32_be":
		big := name == "utf_32_be"
		if name == "utf_32" && len(b) >= 4 {
			switch string(b[:4]) {
			case "\xff\xfe\x00\x00":
				b = b[4:]
			case "\x00\x00\xfe\xff":
				b, big = b[4:], true
			}
		}
		var out []rune
		for i := 0; i+3 < len(b); i += 4 {
			r := rune(b[i]) | rune(b[i+1])<<8 | rune(b[i+2])<<16 | rune(b[i+3])<<24
			if big {
				r = rune(b[i+3]) | rune(b[i+2])<<8 | rune(b[i+1])<<16 | rune(b[i])<<24
			}
			out = append(out, r)
		}
		return string(out), nil
	case "ascii", "latin_1":
		out := make([]rune, len(b))
		for i, c := range b {
			out[i] = rune(c)
			if c > 127 && name == "ascii" {
				out[i] = utf8.RuneError
			}
		}
		return string(out), nil
	default:
		m, err := charmapNamed(name, encoding)
		if err != nil {
			return "", err
		}
		out := make([]rune, len(b))
		for i, c := range b {
			out[i] = m.decode[c]
		}
		return string(out), nil
	}
}

// canonical is the name of an encoding as Python's modules have it: what stands between letters, digits and dots does not
// count, nor does case.
func canonical(encoding string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(encoding) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' {
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(r)
		} else {
			gap = true
		}
	}
	switch n := b.String(); n {
	case "utf8", "u8", "utf", "utf_8", "utf8_ucs2", "utf8_ucs4", "cp65001":
		return "utf_8"
	case "utf16", "u16":
		return "utf_16"
	case "utf16le", "utf_16le", "unicodelittleunmarked":
		return "utf_16_le"
	case "utf16be", "utf_16be", "unicodebigunmarked":
		return "utf_16_be"
	case "utf32", "u32":
		return "utf_32"
	case "utf32le", "utf_32le":
		return "utf_32_le"
	case "utf32be", "utf_32be":
		return "utf_32_be"
	case "ascii", "us_ascii", "us", "646", "ansi_x3.4_1968", "ansi_x3.4_1986", "ansi_x3_4_1968", "cp367", "csascii", "ibm367", "iso646_us", "iso_646.irv_1991", "iso_ir_6":
		return "ascii"
	case "latin_1", "latin1", "latin", "l1", "8859", "cp819", "csisolatin1", "ibm819", "iso8859", "iso8859_1", "iso_8859_1", "iso_8859_1_1987", "iso_ir_100":
		return "latin_1"
	default:
		return n
	}
}
