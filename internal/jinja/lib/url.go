package lib

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pytext"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// urlParts is what Python's urlsplit gives.
type urlParts struct{ scheme, netloc, path, query, fragment string }

func splitURL(s string) (urlParts, error) {
	var u urlParts
	s = strings.TrimLeft(s, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f ")
	s = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(s)
	if i := strings.IndexByte(s, ':'); i > 0 && (s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z') {
		if strings.Trim(s[:i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") == "" {
			u.scheme, s = strings.ToLower(s[:i]), s[i+1:]
		}
	}
	if strings.HasPrefix(s, "//") {
		s = s[2:]
		end := strings.IndexAny(s, "/?#")
		if end < 0 {
			end = len(s)
		}
		u.netloc, s = s[:end], s[end:]
		if strings.Contains(u.netloc, "[") != strings.Contains(u.netloc, "]") {
			return u, valueError("Invalid IPv6 URL")
		}
	}
	if i := strings.IndexByte(s, '#'); i >= 0 {
		s, u.fragment = s[:i], s[i+1:]
	}
	if i := strings.IndexByte(s, '?'); i >= 0 {
		s, u.query = s[:i], s[i+1:]
	}
	u.path = s
	return u, nil
}

func textOrNone(s string, ok bool) value.Value {
	if !ok {
		return value.None{}
	}
	return value.S(s)
}

// account gives user name and password; host the host's name and the text of its port.
func (u urlParts) account() (user, password value.Value) {
	i := strings.LastIndexByte(u.netloc, '@')
	if i < 0 {
		return value.None{}, value.None{}
	}
	name, pw, has := strings.Cut(u.netloc[:i], ":")
	return value.S(name), textOrNone(pw, has)
}

func (u urlParts) host() (name value.Value, port string) {
	h := u.netloc[strings.LastIndexByte(u.netloc, '@')+1:]
	if _, bracketed, ok := strings.Cut(h, "["); ok {
		h, port, _ = strings.Cut(bracketed, "]")
		_, port, _ = strings.Cut(port, ":")
	} else {
		h, port, _ = strings.Cut(h, ":")
	}
	if h == "" {
		return value.None{}, port
	}
	host, zone, _ := strings.Cut(h, "%")
	host = value.Lower(host)
	if strings.Contains(h, "%") {
		host += "%" + zone
	}
	return value.S(host), port
}

func urlsplit(c *jinja.Call) (value.Value, error) {
	s, ok := str(c.Args[0])
	if !ok {
		if _, hashable := value.HashKey(c.Args[0]); !hashable {
			return nil, value.Unhashable(c.Args[0])
		}
		if !isNone(c.Args[0]) {
			return nil, attributeError(c.Args[0], "decode")
		}
	}
	u, err := splitURL(s)
	if err != nil {
		return nil, err
	}
	host, portText := u.host()
	user, password := u.account()
	var port value.Value = value.None{}
	if portText != "" {
		if strings.Trim(portText, "0123456789") != "" {
			return nil, valueError("Port could not be cast to integer value as %s", repr(portText))
		}
		n, err := value.ParseInt(portText, 10)
		if err != nil {
			return nil, err
		}
		if i, ok := n.(value.Int); !ok || i > 65535 {
			return nil, valueError("Port out of range 0-65535")
		}
		port = n
	}
	out := value.NewDict("fragment", value.S(u.fragment), "hostname", host, "netloc", value.S(u.netloc), "password", password,
		"path", value.S(u.path), "port", port, "query", value.S(u.query), "scheme", value.S(u.scheme), "username", user)
	if !on(c.Args[1]) {
		return out, nil
	}
	v, ok := out.GetValue(c.Args[1])
	if !ok {
		return nil, valueError("%s: unknown URL component: %s", value.ToStr(c.Args[2]), value.ToStr(c.Args[1]))
	}
	return v, nil
}

func urldecode(c *jinja.Call) (value.Value, error) {
	s, ok := str(c.Args[0])
	if !ok {
		return nil, attributeError(c.Args[0], "replace")
	}
	encoding, err := textArg(c.Args[1], "utf-8")
	if err != nil {
		return nil, err
	}
	s = strings.ReplaceAll(s, "+", " ")
	var b strings.Builder
	for s != "" {
		if s[0] != '%' {
			i := strings.IndexByte(s, '%')
			if i < 0 {
				i = len(s)
			}
			b.WriteString(s[:i])
			s = s[i:]
			continue
		}
		var raw []byte
		for len(s) >= 3 && s[0] == '%' && unhex(s[1]) >= 0 && unhex(s[2]) >= 0 {
			raw = append(raw, byte(unhex(s[1])<<4|unhex(s[2])))
			s = s[3:]
		}
		if raw == nil {
			b.WriteByte('%')
			s = s[1:]
			continue
		}
		text, err := pytext.Decode(raw, encoding)
		if err != nil {
			return nil, err
		}
		b.WriteString(text)
	}
	return value.S(b.String()), nil
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// shellQuote is shlex.quote.
func shellQuote(s string) string {
	if s == "" {
		return "''"
	}
	safe := true
	for i := 0; i < len(s) && safe; i++ {
		c := s[i]
		safe = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("@%+=:,./-_", c) >= 0
	}
	if safe {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'"
}

func quote(c *jinja.Call) (value.Value, error) {
	if isNone(c.Args[0]) {
		return value.S("''"), nil
	}
	s, err := toText(c.Args[0])
	return value.S(shellQuote(s)), err
}

func split(c *jinja.Call) (value.Value, error) {
	s, ok := str(c.Args[0])
	if !ok {
		return nil, typeError("descriptor 'split' for 'str' objects doesn't apply to a '%s' object", value.TypeName(c.Args[0]))
	}
	limit, err := intArg(c.Args[2])
	if err != nil {
		return nil, err
	}
	if isNone(c.Args[1]) {
		return value.Strings(value.Split(s, "", limit)), nil
	}
	sep, ok := str(c.Args[1])
	if !ok {
		return nil, typeError("must be str or None, not %s", value.TypeName(c.Args[1]))
	}
	if sep == "" {
		return nil, valueError("empty separator")
	}
	return value.Strings(value.Split(s, sep, limit)), nil
}
