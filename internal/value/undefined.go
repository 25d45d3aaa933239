package value

import "fmt"

// UndefinedKind tells how an Undefined behaves. The zero kind is Ansible's: any use but a test is an error, and access
// to an attribute or item gives the same Undefined again.
type UndefinedKind uint8

// The kinds; all but the first are those of plain Jinja2.
const (
	UndefinedMarker    UndefinedKind = iota
	UndefinedDefault                 // jinja2.Undefined: printed as "", iterated as empty, false
	UndefinedChainable               // jinja2.ChainableUndefined: attributes give the same again
	UndefinedDebug                   // jinja2.DebugUndefined: printed as "{{ name }}"
	UndefinedStrict                  // jinja2.StrictUndefined: every use but a test fails
)

func (k UndefinedKind) typeName(failed bool) string {
	switch k {
	case UndefinedDefault:
		return "Undefined"
	case UndefinedChainable:
		return "ChainableUndefined"
	case UndefinedDebug:
		return "DebugUndefined"
	case UndefinedStrict:
		return "StrictUndefined"
	}
	if failed {
		return "CapturedExceptionMarker"
	}
	return "UndefinedMarker"
}

// Lax tells whether the value may be printed, iterated and tested for truth.
func (u *Undefined) Lax() bool {
	return u.Kind == UndefinedDefault || u.Kind == UndefinedChainable || u.Kind == UndefinedDebug
}

func (u *Undefined) debug() string {
	switch {
	case u.Hint != "":
		return fmt.Sprintf("{{ undefined value printed: %s }}", u.Hint)
	case u.Owner == nil:
		return fmt.Sprintf("{{ %s }}", u.Name)
	}
	return fmt.Sprintf("{{ no such element: %s[%s] }}", JinjaTypeName(u.Owner), u.key())
}

func (u *Undefined) key() string {
	if u.Key != nil {
		return Repr(u.Key)
	}
	return Quote(u.Name)
}

// JinjaTypeName names the type of a value as Jinja2's messages do: "dict object", "None".
func JinjaTypeName(v Value) string {
	switch v := v.(type) {
	case nil, None:
		return "None"
	case Date, DateTime, Delta:
		return "datetime." + v.TypeName() + " object"
	case *Undefined:
		return "jinja2.runtime.Undefined object"
	case interface{ ModuleName() string }:
		return v.ModuleName() + "." + v.(Value).TypeName() + " object"
	}
	return v.TypeName() + " object"
}
