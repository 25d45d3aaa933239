package cli

import (
	"math"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// tomlText prints a dict of tables as TOML: simple values first, then tables under their dotted names.
func tomlText(d *value.Dict) string {
	var b strings.Builder
	tomlTable(&b, d, nil)
	return b.String()
}

func tomlTable(b *strings.Builder, d *value.Dict, path []string) {
	wrote := false
	for k, v := range d.RawAll() {
		if _, table := v.(*value.Dict); table {
			continue
		}
		if _, null := v.(value.None); null { // TOML has no null
			continue
		}
		b.WriteString(tomlKey(value.ToStr(k)) + " = " + tomlValue(v) + "\n")
		wrote = true
	}
	for k, v := range d.RawAll() {
		table, ok := v.(*value.Dict)
		if !ok {
			continue
		}
		sub := append(path[:len(path):len(path)], tomlKey(value.ToStr(k)))
		if wrote || b.Len() > 0 {
			b.WriteByte('\n')
		}
		if hasValues(table) {
			b.WriteString("[" + strings.Join(sub, ".") + "]\n")
			wrote = true
		}
		tomlTable(b, table, sub)
	}
}

// hasValues tells whether a table needs a header of its own.
func hasValues(d *value.Dict) bool {
	for _, v := range d.RawAll() {
		if _, table := v.(*value.Dict); !table {
			return true
		}
	}
	return d.Len() == 0
}

func tomlKey(s string) string {
	plain := s != ""
	for _, r := range s {
		plain = plain && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	}
	if plain {
		return s
	}
	return tomlString(s)
}

func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x20 || r == 0x7f:
			b.WriteString(`\u00` + string("0123456789abcdef"[r>>4]) + string("0123456789abcdef"[r&15]))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func tomlValue(v value.Value) string {
	switch v := v.(type) {
	case value.Str:
		return tomlString(v.S)
	case value.Bool:
		if v {
			return "true"
		}
		return "false"
	case value.Float:
		switch f := float64(v); {
		case math.IsNaN(f):
			return "nan"
		case math.IsInf(f, 1):
			return "inf"
		case math.IsInf(f, -1):
			return "-inf"
		}
		return value.ToStr(v)
	case value.Int, *value.BigInt:
		return value.ToStr(v)
	case *value.List:
		items := make([]string, len(v.Items))
		for i, x := range v.Items {
			items[i] = tomlValue(x)
		}
		if len(items) == 0 {
			return "[]"
		}
		return "[\n    " + strings.Join(items, ",\n    ") + ",\n]"
	case *value.Dict:
		var items []string
		for k, x := range v.RawAll() {
			items = append(items, tomlKey(value.ToStr(k))+" = "+tomlValue(x))
		}
		if len(items) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(items, ", ") + " }"
	}
	return tomlString(value.ToStr(v))
}
