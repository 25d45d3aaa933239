package jinja

import (
	"github.com/rehearse-dev/rehearse/internal/value"
)

// macroCode is a compiled macro or call block.
type macroCode struct {
	name           string
	params         []macroParam
	takesCaller    bool
	explicitCaller bool
	callerSlot     int
	kwargsSlot     int
	varargsSlot    int
	slots          int
	enter          func(*frame) error
	body           stmtFunc
}

type macroParam struct {
	name string
	slot int
	def  exprFunc
}

// macroValue is a macro together with the frame that it was defined in.
type macroValue struct {
	*macroCode
	frame *frame
}

// TypeName is Jinja2's name of the class.
func (*macroValue) TypeName() string { return "Macro" }

// ModuleName is where Jinja2 has the class.
func (*macroValue) ModuleName() string { return "jinja2.runtime" }

// PyStr is str(macro), PyRepr repr(macro).
func (m *macroValue) PyStr() (string, error) { return m.PyRepr() }

// PyRepr is repr(macro).
func (m *macroValue) PyRepr() (string, error) {
	if m.name == "" {
		return "<Macro anonymous>", nil
	}
	return "<Macro " + value.Quote(m.name) + ">", nil
}

// Attr gives the macro's name, arguments and what it takes besides.
func (m *macroValue) Attr(name string) (value.Value, bool) {
	switch name {
	case "name":
		if m.name == "" {
			return value.None{}, true
		}
		return value.S(m.name), true
	case "arguments":
		t := &value.Tuple{}
		for _, p := range m.params {
			t.Items = append(t.Items, value.S(p.name))
		}
		return t, true
	case "catch_kwargs":
		return value.Bool(m.kwargsSlot >= 0), true
	case "catch_varargs":
		return value.Bool(m.varargsSlot >= 0), true
	case "caller":
		return value.Bool(m.takesCaller), true
	}
	return nil, false
}

func (m *macroValue) call(_ *run, args []value.Value, kw *value.Dict) (value.Value, error) {
	r := m.frame.run
	if err := r.lim.step(); err != nil {
		return nil, err
	}
	if err := r.lim.enter(); err != nil {
		return nil, err
	}
	defer func() { r.lim.depth-- }()
	out := r.newOutput()
	f := &frame{slots: make([]value.Value, m.slots), up: m.frame, run: r, out: &out}
	if kw != nil {
		kw = kw.Copy()
	}
	n := min(len(args), len(m.params))
	for i, p := range m.params[:n] {
		f.slots[p.slot] = args[i]
	}
	foundCaller := n == len(m.params) && m.explicitCaller
	for _, p := range m.params[n:] {
		if v, ok := kw.Raw(p.name); ok {
			f.slots[p.slot] = v
			kw.Delete(value.S(p.name))
		}
		foundCaller = foundCaller || p.name == "caller"
	}
	if m.takesCaller && !foundCaller {
		v, ok := kw.Raw("caller")
		if ok {
			kw.Delete(value.S("caller"))
		}
		if !ok || v == (value.None{}) {
			v = &value.Undefined{Name: "caller", Message: "No caller defined", Hint: "No caller defined", Kind: r.e.undefinedKind()}
		}
		f.slots[m.callerSlot] = v
	}
	switch {
	case m.kwargsSlot >= 0:
		if kw == nil {
			kw = &value.Dict{}
		}
		f.slots[m.kwargsSlot] = kw
	case kw.Len() > 0:
		if _, ok := kw.Raw("caller"); ok {
			return nil, value.TypeError("macro %s was invoked with two values for the special caller argument. This is most likely a bug.", m.title())
		}
		return nil, value.TypeError("macro %s takes no keyword argument %s", m.title(), value.Repr(kw.Keys()[0]))
	}
	if m.varargsSlot >= 0 {
		f.slots[m.varargsSlot] = &value.Tuple{Items: args[n:]}
	} else if len(args) > len(m.params) {
		return nil, value.TypeError("macro %s takes not more than %d argument(s)", m.title(), len(m.params))
	}
	if err := m.enter(f); err != nil {
		return nil, err
	}
	for _, p := range m.params {
		if f.slots[p.slot] != nil {
			continue
		}
		if p.def == nil {
			hint := "parameter " + value.Quote(p.name) + " was not provided"
			f.slots[p.slot] = &value.Undefined{Name: p.name, Message: hint, Hint: hint, Kind: r.e.undefinedKind()}
			continue
		}
		v, err := p.def(f)
		if err != nil {
			return nil, err
		}
		f.slots[p.slot] = v
	}
	if _, err := m.body(f); err != nil {
		if r.e.ansible && out.mark != nil {
			return out.mark, nil
		}
		return nil, err
	}
	return out.result(r)
}

func (m *macroCode) title() string {
	if m.name == "" {
		return "None"
	}
	return value.Quote(m.name)
}
