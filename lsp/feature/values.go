package feature

import (
	"strconv"

	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// preview shows a value in one line, cut to what a list or a hover has room for.
func preview(v value.Value) string {
	if v == nil {
		return ""
	}
	if s, ok := v.(value.Str); ok {
		return short(s.S)
	}
	return short(value.Repr(v))
}

// typeName is the type of a value in Ansible's words.
func typeName(v value.Value) string {
	switch v.(type) {
	case nil, value.None:
		return ""
	case *value.Dict:
		return "dict"
	case *value.List:
		return "list"
	}
	return v.TypeName()
}

// hostName is a host or group of an inventory.
type hostName struct{ name, what string }

// inventoryNames lists groups and hosts of the project.
func inventoryNames(p *project.Snapshot) []hostName {
	if p == nil {
		return nil
	}
	inv := p.Inventory()
	if inv == nil {
		return nil
	}
	var out []hostName
	for _, g := range inv.Groups() {
		out = append(out, hostName{g.Name, "group"})
	}
	for _, h := range inv.Hosts() {
		out = append(out, hostName{h.Name, "host"})
	}
	return out
}

func itoa(n int) string { return strconv.Itoa(n) }
