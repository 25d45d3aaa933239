package value

import (
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// typeKey marks the object that stands for a value with marks, or for a type that JSON has not.
const typeKey = "__ansible_type"

// Tagged gives the form in which ansible-core 2.19 keeps a value with its marks as plain JSON types: its cache files
// have it, and its Python code reads and writes it. A text that may be templated, a value that knows its place and a
// vaulted text become objects that say so; tuples and sets become lists. ok is false for a value that the form has not.
func Tagged(v Value) (tagged Value, ok bool) {
	switch v := v.(type) {
	case nil:
		return None{}, true
	case None, Bool, Int, *BigInt, Float:
		return v, true
	case Str:
		var tags []Value
		if v.At != nil && v.At.Known() {
			tags = append(tags, origin(v.At))
		}
		if vault := VaultOf(v); vault != nil {
			tags = append(tags, NewDict("ciphertext", S(vault.Ciphertext), typeKey, S("VaultedValue")))
		}
		if v.Trusted {
			tags = append(tags, NewDict(typeKey, S("TrustedAsTemplate")))
		}
		return withTags(S(v.S), tags, "_AnsibleTaggedStr"), true
	case *List:
		l := &List{Items: make([]Value, len(v.Items))}
		for i := range v.Items {
			if l.Items[i], ok = Tagged(v.Item(i)); !ok {
				return nil, false
			}
		}
		return placed(l, v.At, "_AnsibleTaggedList"), true
	case *Tuple:
		return Tagged(&List{Items: v.Items})
	case *Set:
		return Tagged(&List{Items: v.Items()})
	case *Dict:
		d := &Dict{}
		for k, x := range v.All() {
			t, ok := Tagged(x)
			if !ok {
				return nil, false
			}
			switch k.(type) {
			case Str:
				d.Set(S(ToStr(k)), t)
			case None, Bool, Int, *BigInt, Float:
				name, err := ToJSON(k, JSONOptions{})
				if err != nil {
					return nil, false
				}
				d.Set(S(string(name)), t)
			default:
				return nil, false
			}
		}
		return placed(d, v.At, "_AnsibleTaggedDict"), true
	case Date:
		return NewDict("iso8601", S(ToStr(v)), typeKey, S("AnsibleSerializableDate")), true
	case DateTime:
		return NewDict("iso8601", S(strings.Replace(ToStr(v), " ", "T", 1)), "fold", Int(0), typeKey, S("AnsibleSerializableDateTime")), true
	case *Vault:
		tags := &List{}
		if v.At != nil && v.At.Known() {
			tags.Items = append(tags.Items, origin(v.At))
		}
		return NewDict("value", S(v.Ciphertext), "tags", tags, typeKey, S("EncryptedString")), true
	case *Undefined:
		if vault := VaultOf(v); vault != nil {
			return Tagged(vault)
		}
	case *View, *Range:
		items, err := Collect(v)
		if err == nil {
			return Tagged(&List{Items: items})
		}
	}
	return nil, false
}

func withTags(v Value, tags []Value, kind string) Value {
	if len(tags) == 0 {
		return v
	}
	return NewDict("value", v, "tags", &List{Items: tags}, typeKey, S(kind))
}

func placed(v Value, at *source.Location, kind string) Value {
	if at == nil || !at.Known() {
		return v
	}
	return withTags(v, []Value{origin(at)}, kind)
}

// origin is the mark of a place.
func origin(at *source.Location) Value {
	if !strings.HasPrefix(at.File.Path, "/") {
		return NewDict("description", S(at.File.Path), typeKey, S("Origin"))
	}
	if len(at.File.Content) == 0 {
		return NewDict("path", S(at.File.Path), typeKey, S("Origin"))
	}
	p := at.Position()
	return NewDict("path", S(at.File.Path), "line_num", Int(p.Line), "col_num", Int(p.Column), typeKey, S("Origin"))
}

// Untagger reads what Tagged gives, and what ansible-core writes in that form. Open, when set, gives the text of a file
// that a value says it comes from; without it, or where it gives nil, the place is the file's name alone.
type Untagger struct {
	Open func(path string) *source.File

	files map[string]*source.File
}

// Value gives the value with its marks. A type that is not known is a ValueError.
func (u *Untagger) Value(v Value) (Value, error) {
	switch v := v.(type) {
	case *List:
		l := &List{Items: make([]Value, len(v.Items))}
		for i, x := range v.Items {
			var err error
			if l.Items[i], err = u.Value(x); err != nil {
				return nil, err
			}
		}
		return l, nil
	case *Dict:
		if kind, ok := v.Raw(typeKey); ok {
			return u.object(v, ToStr(kind))
		}
		d := &Dict{}
		for k, x := range v.RawAll() {
			x, err := u.Value(x)
			if err != nil {
				return nil, err
			}
			d.Set(k, x)
		}
		return d, nil
	}
	return v, nil
}

func (u *Untagger) object(d *Dict, kind string) (Value, error) {
	text := func(key string) string {
		x, ok := d.Raw(key)
		if _, null := x.(None); !ok || null {
			return ""
		}
		return ToStr(x)
	}
	switch kind {
	case "AnsibleSerializableDate", "AnsibleSerializableDateTime", "AnsibleSerializableTime":
		return moment(text("iso8601")), nil
	case "EncryptedString":
		return &Vault{Ciphertext: text("value")}, nil
	}
	inner, ok := d.Raw("value")
	tags, _ := d.Raw("tags")
	list, isList := tags.(*List)
	if !ok || !isList || !strings.HasPrefix(kind, "_AnsibleTagged") {
		return nil, ValueError("Object of type '%s' is not JSON deserializable by the 'cache_persistence' profile.", kind)
	}
	v, err := u.Value(inner)
	if err != nil {
		return nil, err
	}
	for _, x := range list.Items {
		tag, ok := x.(*Dict)
		if !ok {
			continue
		}
		name, _ := tag.Raw(typeKey)
		switch ToStr(name) {
		case "TrustedAsTemplate":
			if s, ok := v.(Str); ok {
				s.Trusted = true
				v = s
			}
		case "VaultedValue":
			if s, ok := v.(Str); ok {
				c, _ := tag.Raw("ciphertext")
				v = (&Vault{Ciphertext: ToStr(c)}).Mark(s)
			}
		case "Origin":
			at := u.place(tag)
			switch x := v.(type) {
			case Str:
				if VaultOf(x) == nil {
					x.At = at
				}
				v = x
			case *List:
				x.At = at
			case *Dict:
				x.At = at
			}
		}
	}
	return v, nil
}

// place is the place that an Origin names.
func (u *Untagger) place(tag *Dict) *source.Location {
	number := func(key string) int {
		v, _ := tag.Raw(key)
		n, _ := v.(Int)
		return int(n)
	}
	path := ""
	for _, key := range [...]string{"path", "description"} {
		if v, ok := tag.Raw(key); ok && path == "" {
			if s, ok := v.(Str); ok {
				path = s.S
			}
		}
	}
	f := u.files[path]
	if f == nil {
		if strings.HasPrefix(path, "/") && u.Open != nil {
			f = u.Open(path)
		}
		if f == nil {
			f = source.NewFile(path, nil)
		}
		if u.files == nil {
			u.files = map[string]*source.File{}
		}
		u.files[path] = f
	}
	off := f.Offset(source.Position{Line: max(number("line_num"), 1), Column: max(number("col_num"), 1)})
	return &source.Location{File: f, Span: source.Span{Start: off, End: off}}
}

// moment reads a date, a time or both in ISO 8601; what is none of them stays a text.
func moment(text string) Value {
	if t, err := time.Parse("2006-01-02", text); err == nil {
		return Date{T: t}
	}
	if t, err := time.Parse("2006-01-02T15:04:05.999999999", text); err == nil {
		return DateTime{T: t}
	}
	if t, err := time.Parse("2006-01-02T15:04:05.999999999Z07:00", text); err == nil {
		return DateTime{T: t, Aware: true}
	}
	return S(text)
}
