package yaml

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// FlowStyle is default_flow_style: FlowNever is False, FlowAlways True, FlowAuto None (collections of scalars alone).
type FlowStyle uint8

// The flow styles.
const (
	FlowNever FlowStyle = iota
	FlowAuto
	FlowAlways
)

// DumpOptions are the options of yaml.dump.
type DumpOptions struct {
	Indent, Width               int // 0 means PyYAML's default: 2 and 80; a negative width folds nothing
	Flow                        FlowStyle
	SortKeys                    bool
	AllowUnicode, ExplicitStart bool
	ExplicitEnd                 bool
	DefaultStyle                byte // one of " ' | > or 0
	// Literal, when set, is asked for every text: where ok, the text it gives is printed in literal style.
	Literal   func(text string) (literal string, ok bool)
	Canonical bool
}

// Dump prints a value as ansible-core's dumper does (PyYAML's SafeDumper over libyaml 0.2.5). A container that occurs
// twice is printed once and referred to by an alias. An undefined value is its own error.
func Dump(v value.Value, o DumpOptions) (string, error) {
	r := representer{o: o, seen: map[any]*shape{}}
	root, err := r.represent(v, v)
	if err != nil {
		return "", err
	}
	e := newEmitter(o)
	e.document(root)
	return e.out.String(), nil
}

// shape is a value as a YAML node that is to be printed.
type shape struct {
	kind   Kind
	tag    string
	text   string
	style  byte // of a scalar: " ' | > or 0 for what fits
	flow   bool
	items  []*shape // of a mapping: key, value, key, value, ...
	uses   int      // how often it occurs
	anchor string
	shown  bool // the anchor has been printed: what follows are aliases
}

type representer struct {
	o       DumpOptions
	seen    map[any]*shape
	depth   int
	anchors int
}

// represent makes the shape of v; raw is the value as it stands in its container, which tells whether two are the same.
func (r *representer) represent(v, raw value.Value) (*shape, error) {
	var id any
	switch raw := raw.(type) {
	case *value.List, *value.Dict, *value.Set:
		id = raw
	default:
		switch v := v.(type) {
		case *value.List, *value.Dict, *value.Set:
			id = v
		}
	}
	if id != nil {
		if s := r.seen[id]; s != nil {
			if s.uses++; s.uses == 2 { // numbers are given in the order of the second places
				r.anchors++
				s.anchor = "id" + pad3(r.anchors)
			}
			return s, nil
		}
	}
	if r.depth++; r.depth > maxDepth {
		return nil, fmt.Errorf("maximum recursion depth exceeded")
	}
	defer func() { r.depth-- }()
	s := &shape{uses: 1}
	if id != nil {
		r.seen[id] = s
	}
	switch v := v.(type) {
	case *value.Dict:
		return s, r.dict(s, v)
	case *value.List:
		items := make([]value.Value, len(v.Items))
		for i := range items {
			items[i] = v.Item(i)
		}
		return s, r.sequence(s, items, v.Items)
	case *value.Tuple:
		return s, r.sequence(s, v.Items, v.Items)
	case *value.Set:
		d := &value.Dict{}
		for _, item := range v.Items() {
			d.Set(item, value.None{})
		}
		err := r.dict(s, d)
		s.tag = TagSet
		return s, err
	case *value.Range:
		items, err := value.Collect(v)
		if err != nil {
			return nil, err
		}
		return s, r.sequence(s, items, items)
	case *value.Iterator:
		return nil, fmt.Errorf("('cannot represent an object', <%s object>)", v.TypeName())
	case *value.Undefined:
		return nil, v
	}
	return s, r.scalar(s, v)
}

func (r *representer) scalar(s *shape, v value.Value) error {
	s.style = r.o.DefaultStyle
	switch v := v.(type) {
	case nil, value.None:
		s.tag, s.text = TagNull, "null"
	case value.Bool:
		s.tag, s.text = TagBool, "false"
		if v {
			s.text = "true"
		}
	case value.Int:
		s.tag, s.text = TagInt, strconv.FormatInt(int64(v), 10)
	case *value.BigInt:
		s.tag, s.text = TagInt, v.V.String()
	case value.Float:
		s.tag, s.text = TagFloat, floatText(float64(v))
	case value.Str:
		s.tag, s.text = TagStr, v.S
		if f := r.o.Literal; f != nil {
			if text, ok := f(v.S); ok {
				s.text, s.style = text, '|'
			}
		}
	case value.Bytes:
		s.tag, s.text, s.style = TagBinary, encodeBytes(v), '|'
	case value.Date, value.DateTime:
		s.tag, s.text = TagTimestamp, value.ToStr(v)
	case *value.Vault:
		s.tag, s.text, s.style = "!vault", v.Ciphertext, '|'
	default:
		return fmt.Errorf("('cannot represent an object', %s)", value.Repr(v))
	}
	return nil
}

func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return ".nan"
	case math.IsInf(f, 1):
		return ".inf"
	case math.IsInf(f, -1):
		return "-.inf"
	}
	s := value.FloatRepr(f)
	if !strings.Contains(s, ".") {
		s = strings.Replace(s, "e", ".0e", 1)
	}
	return s
}

// encodeBytes is base64 in lines of 76 characters, each with its line break.
func encodeBytes(b []byte) string {
	var out strings.Builder
	text := base64.StdEncoding.EncodeToString(b)
	for len(text) > 76 {
		out.WriteString(text[:76] + "\n")
		text = text[76:]
	}
	if text != "" {
		out.WriteString(text + "\n")
	}
	return out.String()
}

func (r *representer) flows(s *shape) bool {
	switch r.o.Flow {
	case FlowAlways:
		return true
	case FlowNever:
		return false
	}
	for _, item := range s.items {
		if item.kind != Scalar || item.style != 0 {
			return false
		}
	}
	return true
}

func (r *representer) sequence(s *shape, items, raw []value.Value) error {
	s.kind, s.tag = Sequence, TagSeq
	for i, v := range items {
		item, err := r.represent(v, raw[i])
		if err != nil {
			return err
		}
		s.items = append(s.items, item)
	}
	s.flow = r.flows(s)
	return nil
}

func (r *representer) dict(s *shape, d *value.Dict) error {
	s.kind, s.tag = Mapping, TagMap
	type entry struct{ key, value, raw value.Value }
	var entries []entry
	for k, v := range d.RawAll() {
		entries = append(entries, entry{k, v, v})
	}
	if d.Lazy != nil {
		i := 0
		for _, v := range d.All() {
			entries[i].value = v
			i++
		}
	}
	if r.o.SortKeys {
		sorted := slices.Clone(entries)
		comparable := true // Python leaves the order alone when two keys cannot be compared
		slices.SortStableFunc(sorted, func(a, b entry) int {
			n, err := value.Compare(a.key, b.key)
			if err != nil {
				comparable = false
			}
			return n
		})
		if comparable {
			entries = sorted
		}
	}
	for _, e := range entries {
		k, err := r.represent(e.key, e.key)
		if err != nil {
			return err
		}
		v, err := r.represent(e.value, e.raw)
		if err != nil {
			return err
		}
		s.items = append(s.items, k, v)
	}
	s.flow = r.flows(s)
	return nil
}
