// Package value holds Ansible values with Python's behaviour: what a playbook, an inventory, a module result or a
// template expression is made of. A value that an author wrote knows where it was written; a text also knows whether
// it may be templated (Str.Trusted). The package imports only source and the standard library, because the agent
// carries it to every host.
package value

import (
	"math/big"
	"time"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// Value is one of: None, Bool, Int, *BigInt, Float, Str, Bytes, *List, *Tuple, *Set, *Dict, Date, DateTime, Delta, Omit,
// *Undefined, *Vault, *Iterator, *View, *Range or an Object (a callable or a template object). Values are shared freely and must be
// treated as immutable, except by the template methods that Python has for changing a list or dict in place.
type Value interface {
	// TypeName is Python's name of the type: "str", "dict", "NoneType", ...
	TypeName() string
}

// The scalar types. Int holds what fits in 64 bits; BigInt only what does not (see NewInt).
type (
	None   struct{}
	Bool   bool
	Int    int64
	BigInt struct{ V *big.Int }
	Float  float64
	Bytes  []byte
	// Date is a YAML date without a time.
	Date struct{ T time.Time }
	// DateTime is a YAML timestamp; Aware tells whether it carries a zone.
	DateTime struct {
		T     time.Time
		Aware bool
	}
	// Omit is the value of the magic variable `omit`: an argument that is to be left out.
	Omit struct{}
)

// Str is a text. Only a trusted text is ever templated: one that an author wrote in a playbook, vars file, template,
// inventory or on the command line and did not mark !unsafe. Text computed from it is not trusted. At is where it was
// written (nil when it was not): the span of the scalar in its file.
type Str struct {
	S       string
	At      *source.Location
	Trusted bool
	Markup  bool // text that the escape and safe filters have marked as safe in HTML
	// Embedded marks a constant inside a template that looks like a template itself: lookups template it.
	Embedded bool
}

// List is a Python list; Tuple a tuple.
type (
	List struct {
		Items []Value
		At    *source.Location
		// Lazy, when set, yields the templated form of an item on access: see Item.
		Lazy func(Value) Value
		// Gone, when set, says that templates should no longer use the list: whoever takes it from a variable is told.
		Gone *Deprecation

		done done
	}
	// Names, when set, are those of the items of a named tuple.
	Tuple struct {
		Items []Value
		Names []string
	}
)

// Vault is a !vault scalar that is not decrypted yet: the owner of the secrets turns it into a Str when it is used.
type Vault struct {
	Ciphertext string
	At         *source.Location
}

// Undefined is the value of a name or attribute that is not there, or of a lazily templated item whose template failed
// (Cause is set then). It is a value of its own: using it is an error that says Message; testing it is not.
type Undefined struct {
	Name    string // the variable, attribute or item that was looked up
	Message string // what ansible-core 2.19 prints, "'foo' is undefined"
	At      *source.Location
	Cause   error
	Kind    UndefinedKind
	Hint    string // text of its own, given by undef()
	Owner   Value  // whose attribute or item was looked up; nil for a variable
	Key     Value  // the item's key where it is not a text
	// Span is the place of the failing expression in its template's text, and Site that template; both are for the
	// template engine, which makes At of them.
	Span source.Span
	Site any
}

// Error makes an Undefined usable as the error that its use raises.
func (u *Undefined) Error() string {
	if u.Cause != nil {
		return u.Cause.Error()
	}
	return u.Message
}

// Unwrap gives the cause.
func (u *Undefined) Unwrap() error { return u.Cause }

// Object is a value that only templates know: a namespace, a macro, a lookup function, the loop variable.
type Object interface {
	Value
	// Attr gives an attribute; ok is false where there is none.
	Attr(name string) (v Value, ok bool)
}

// Iterator is a Python generator or iterator: it yields its items once. Next returns nil at the end.
type Iterator struct {
	Kind string // Python's type name: "generator", "map", "dict_items", ...
	Next func() (Value, error)
}

// View is what dict.keys(), .values() and .items() give: Kind is "dict_keys", "dict_values" or "dict_items".
type View struct {
	Kind string
	Dict *Dict
}

// TypeName is the kind.
func (v *View) TypeName() string { return v.Kind }

// Items lists what the view shows now.
func (v *View) Items() []Value {
	items := make([]Value, 0, v.Dict.Len())
	switch v.Kind {
	case "dict_keys":
		return v.Dict.Keys()
	case "dict_values":
		for _, x := range v.Dict.All() {
			items = append(items, x)
		}
	default:
		for k, x := range v.Dict.All() {
			items = append(items, &Tuple{Items: []Value{k, x}})
		}
	}
	return items
}

// Range is Python's range; Step is never 0.
type Range struct{ Start, Stop, Step int64 }

// TypeName implementations: Python's names.
func (None) TypeName() string         { return "NoneType" }
func (Bool) TypeName() string         { return "bool" }
func (Int) TypeName() string          { return "int" }
func (*BigInt) TypeName() string      { return "int" }
func (Float) TypeName() string        { return "float" }
func (Bytes) TypeName() string        { return "bytes" }
func (Date) TypeName() string         { return "date" }
func (DateTime) TypeName() string     { return "datetime" }
func (Omit) TypeName() string         { return "Omit" }
func (*List) TypeName() string        { return "list" }
func (*Tuple) TypeName() string       { return "tuple" }
func (*Vault) TypeName() string       { return "EncryptedString" }
func (u *Undefined) TypeName() string { return u.Kind.typeName(u.Cause != nil) }
func (i *Iterator) TypeName() string {
	if i.Kind == "" {
		return "generator"
	}
	return i.Kind
}
func (*Range) TypeName() string { return "range" }

// TypeName is "str", or "Markup" for a text that is safe in HTML.
func (s Str) TypeName() string {
	if s.Markup {
		return "Markup"
	}
	return "str"
}

// NewInt gives an Int where the number fits and a *BigInt where it does not.
func NewInt(n *big.Int) Value {
	if n.IsInt64() {
		return Int(n.Int64())
	}
	return &BigInt{n}
}

// S is an untrusted text without a place: the result of a computation or of a module.
func S(s string) Str { return Str{S: s} }

// Authored is a trusted text that stands at the given place.
func Authored(s string, at *source.Location) Str { return Str{S: s, At: at, Trusted: true} }

// NewList makes a list of the values.
func NewList(items ...Value) *List { return &List{Items: items} }

// Strings makes a list of texts.
func Strings(items []string) *List {
	l := &List{Items: make([]Value, len(items))}
	for i, s := range items {
		l.Items[i] = S(s)
	}
	return l
}
