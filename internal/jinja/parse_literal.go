package jinja

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// unquote gives the content of a text token.
func (p *parser) unquote(tok string) string {
	s := tok[1 : len(tok)-1]
	if strings.IndexByte(s, '\n') >= 0 {
		s = p.newlines(s)
	}
	if strings.IndexByte(s, '\\') < 0 || p.escape && p.invar {
		return s
	}
	r, err := unescape(s)
	if err != "" {
		p.fail("%s", err)
	}
	return r
}

// unescape is Python's unicode-escape decoding.
func unescape(s string) (string, string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\\' {
			b.WriteByte(c)
			continue
		}
		i++
		if i >= len(s) {
			return "", `\ at end of string`
		}
		switch c = s[i]; c {
		case '\n':
		case '\\', '\'', '"':
			b.WriteByte(c)
		case 'a':
			b.WriteByte(7)
		case 'b':
			b.WriteByte(8)
		case 't':
			b.WriteByte(9)
		case 'n':
			b.WriteByte(10)
		case 'v':
			b.WriteByte(11)
		case 'f':
			b.WriteByte(12)
		case 'r':
			b.WriteByte(13)
		case '0', '1', '2', '3', '4', '5', '6', '7':
			n, j := 0, i
			for ; j < i+3 && j < len(s) && s[j] >= '0' && s[j] <= '7'; j++ {
				n = n*8 + int(s[j]-'0')
			}
			b.WriteRune(rune(n))
			i = j - 1
		case 'x', 'u', 'U':
			n := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			j := i + 1
			for j < len(s) && j <= i+n && isHex(s[j]) {
				j++
			}
			if j != i+1+n {
				return "", fmt.Sprintf("truncated \\%c%s escape", c, strings.Repeat("X", n))
			}
			r, _ := strconv.ParseUint(s[i+1:j], 16, 32)
			if r > 0x10ffff {
				return "", "illegal Unicode character"
			}
			b.WriteString(string(rune(r)))
			i = j - 1
		case 'N':
			return "", `unknown Unicode character name`
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// number gives the value of an integer or float token.
func number(tok string, float bool) value.Value {
	if strings.IndexByte(tok, '_') >= 0 {
		tok = strings.ReplaceAll(tok, "_", "")
	}
	if float {
		f, _ := strconv.ParseFloat(tok, 64)
		return value.Float(f)
	}
	if n, err := strconv.ParseInt(tok, 0, 64); err == nil && (len(tok) < 2 || tok[0] != '0') {
		return value.Int(n)
	}
	if strings.Trim(tok, "0") == "" {
		return value.Int(0)
	}
	n, ok := new(big.Int).SetString(tok, 0)
	if !ok {
		return value.Int(0)
	}
	return value.NewInt(n)
}
