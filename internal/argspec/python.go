package argspec

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Literal reads a Python literal as ast.literal_eval does, sets included; complex numbers and the ellipsis become texts.
// ok is false for any other text. INI inventories type their values with it.
func Literal(s string) (v value.Value, ok bool) {
	p := &literal{s: strings.TrimLeft(s, " \t"), wide: true}
	if v, ok = p.value(0); !ok {
		return nil, false
	}
	p.space()
	return v, p.i == len(p.s)
}
