package playbook

import (
	"slices"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Inheritance as ansible-core 2.19 has it: an object's own keyword, then its parents', then its role's and the roles
// through which that was reached, then the play's. An include task that is dynamic is passed over: its keywords hold for
// the include itself, not for what it brings.

// sources lists the attributes that a keyword comes from, weakest first; for a keyword that does not extend only the
// strongest. skip leaves out the object's own.
func sources(n Node, name string, extend, skip bool) []*Attr {
	var out []*Attr
	if own := n.own(name); own != nil && !skip {
		out = append(out, own)
		if !extend {
			return out
		}
	}
	parent := n.ParentNode()
	if t, ok := parent.(*Task); ok && !t.Static {
		parent = t.ParentNode()
	}
	if t, ok := parent.(*Task); parent != nil && !(ok && !t.Static) {
		out = append(sources(parent, name, extend, false), out...)
		if len(out) > 0 && !extend {
			return out
		}
	}
	b, ok := n.(*Block)
	if !ok {
		return out
	}
	if b.Role != nil {
		if a := b.Role.own(name); a != nil {
			out = prepend(out, a)
		}
		for _, r := range slices.Backward(RoleChain(b)) {
			if len(out) > 0 && !extend {
				return out
			}
			if a := r.own(name); a != nil {
				out = prepend(out, a)
			}
		}
	}
	if b.Play != nil && (len(out) == 0 || extend) {
		if a := b.Play.own(name); a != nil {
			out = prepend(out, a)
		}
	}
	return out
}

func prepend(list []*Attr, a *Attr) []*Attr {
	if slices.Contains(list, a) {
		return list
	}
	return append([]*Attr{a}, list...)
}

func (p *Play) own(name string) *Attr {
	a := p.keyword(name)
	if a == nil && name == "remote_user" {
		return p.keyword("user")
	}
	return a
}

func (r *Role) own(name string) *Attr {
	if r.Syntax == nil || name == "collections" {
		return nil
	}
	return r.Syntax.keyword(name)
}

// Inherited lists the places that a keyword of the task or block comes from, weakest first: all of them for a keyword
// that extends, the strongest for another one.
func Inherited(n Node, name string) []*Attr {
	k := FindKeyword(name)
	if k == nil || !k.Inherit {
		if a := n.own(name); a != nil {
			return []*Attr{a}
		}
		return nil
	}
	return sources(n, name, k.Extend, false)
}

// Keyword gives the value of a keyword with inheritance; nil where nobody set it. It is not templated. The values of a
// keyword that extends come as one list.
func (t *Task) Keyword(name string) value.Value { return keyword(t, name) }

// Keyword is Task.Keyword for a block.
func (b *Block) Keyword(name string) value.Value { return keyword(b, name) }

// Omitted gives the value that a keyword has when its own value is omitted: the inherited one.
func (t *Task) Omitted(name string) value.Value {
	k := FindKeyword(name)
	if k == nil || !k.Inherit {
		return nil
	}
	list := sources(t, name, k.Extend, true)
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1].Value
}

func keyword(n Node, name string) value.Value {
	list := Inherited(n, name)
	switch {
	case len(list) == 0:
		return nil
	case len(list) == 1 && !list[0].Keyword.Extend:
		return list[0].Value
	}
	out := &value.List{}
	for _, a := range list {
		for _, v := range listOf(a.Value) {
			if _, null := v.(value.None); !null {
				out.Items = append(out.Items, v)
			}
		}
	}
	return out
}

// When lists the conditions of the task and of all that it stands in, outermost first.
func (t *Task) When() []value.Value {
	var all []value.Value
	if t.Play != nil && !t.Implicit && !t.Handler {
		all = append(all, t.Play.When()...)
	}
	for _, a := range Inherited(t, "when") {
		all = append(all, listOf(a.Value)...)
	}
	return all
}

// Tags lists the task's tags with the inherited ones; an element may hold a template. A text with commas is several
// tags.
func (t *Task) Tags() []value.Value {
	var all []value.Value
	for _, a := range Inherited(t, "tags") {
		all = append(all, SplitTags(a.Value)...)
	}
	if t.Play != nil {
		for _, i := range t.Play.Imports {
			all = append(all, SplitTags(i.Value("tags"))...)
		}
	}
	return all
}
