package lib

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// parseMAC reads a hardware address in any of the forms that netaddr knows; bits is 0 where it is none.
func parseMAC(s string) (v *big.Int, bits int) {
	for _, form := range []struct {
		seps         string
		count, width int
		least        int
	}{{":-", 6, 2, 1}, {":-.", 3, 4, 1}, {"-:", 2, 6, 5}, {":-", 8, 2, 1}, {":-.", 4, 4, 1}} {
		for _, sep := range form.seps {
			words := strings.Split(s, string(sep))
			if len(words) != form.count {
				continue
			}
			hex, ok := "", true
			for _, w := range words {
				if len(w) < form.least || len(w) > form.width {
					ok = false
					break
				}
				hex += strings.Repeat("0", form.width-len(w)) + w
			}
			if n, valid := new(big.Int).SetString(hex, 16); ok && valid && !strings.ContainsAny(hex, "+-_") {
				return n, form.count * form.width * 4
			}
		}
	}
	if n, ok := new(big.Int).SetString(s, 16); ok && !strings.ContainsAny(s, "+-_") {
		switch len(s) {
		case 11, 12:
			return n, 48
		case 16:
			return n, 64
		}
	}
	return nil, 0
}

func hwaddr(s value.Value, query, alias string) (value.Value, error) {
	raw, _ := soft(s)
	v, bits := parseMAC(raw)
	if n, ok := value.Big(s); ok && n.Sign() >= 0 && n.BitLen() <= 64 {
		if v, bits = n, 48; n.BitLen() > 48 {
			bits = 64
		}
	}
	if bits == 0 && query != "" && query != "bool" {
		return nil, failf("%s: not a hardware address: %s", alias, raw)
	}
	form := func(width int, sep string, upper bool) (value.Value, error) {
		hex := fmt.Sprintf("%0*x", bits/4, v)
		if upper {
			hex = strings.ToUpper(hex)
		}
		var words []string
		for i := 0; i < len(hex); i += width {
			words = append(words, hex[i:min(i+width, len(hex))])
		}
		return text(strings.Join(words, sep)), nil
	}
	switch query {
	case "":
		return when(bits != 0 && v.Sign() != 0, s)
	case "bool":
		return when(bits != 0 && v.Sign() != 0, yes)
	case "int":
		return value.NewInt(v), nil
	case "bare":
		return form(12, "", true)
	case "cisco":
		return form(4, ".", false)
	case "eui48", "win":
		return form(2, "-", true)
	case "linux":
		return form(2, ":", false)
	case "pgsql", "postgresql", "psql":
		return form(6, ":", false)
	case "unix":
		hex := fmt.Sprintf("%0*x", bits/4, v)
		var words []string
		for i := 0; i < len(hex); i += 2 {
			w := strings.TrimLeft(hex[i:i+2], "0")
			if w == "" {
				w = "0"
			}
			words = append(words, w)
		}
		return text(strings.Join(words, ":")), nil
	}
	return nil, failf("%s: unknown filter type: %s", alias, query)
}

func hwaddrFilter(c *jinja.Call) (value.Value, error) {
	return hwaddr(c.Args[0], queryText(c.Args[1]), queryText(c.Args[2]))
}

func macaddrFilter(c *jinja.Call) (value.Value, error) {
	return hwaddr(c.Args[0], queryText(c.Args[1]), "macaddr")
}

func slaac(c *jinja.Call) (value.Value, error) {
	n, ok := hostOrNet(c.Args[0])
	if !ok || n.version != 6 || !on(c.Args[1]) {
		return f, nil
	}
	v, bits := parseMAC(queryText(c.Args[1]))
	if bits == 0 {
		return f, nil
	}
	if bits == 48 { // ff:fe goes in the middle
		high := new(big.Int).Rsh(v, 24)
		low := new(big.Int).And(v, big.NewInt(0xffffff))
		v = high.Lsh(high, 40).Or(high, big.NewInt(0xfffe000000)).Or(high, low)
	}
	id := new(big.Int).Xor(v, big.NewInt(0x0200000000000000))
	id.Add(id, n.first())
	return text(n.text(id)), nil
}
