package inventory

import (
	"context"
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Answer tells plugins in Python what they ask about a host or group: method "host" or "group" with its name.
func (i *Inventory) Answer(_ context.Context, method string, args value.Value) (value.Value, error) {
	switch method {
	case "host":
		h := i.Host(value.ToStr(args))
		if h == nil {
			return nil, fmt.Errorf("there is no host named %s", value.ToStr(args))
		}
		return value.NewDict("vars", h.Vars, "groups", nameList(h.groups, groupName), "implicit", value.Bool(h.Implicit)), nil
	case "group":
		g := i.Group(value.ToStr(args))
		if g == nil {
			return nil, fmt.Errorf("there is no group named %s", value.ToStr(args))
		}
		return value.NewDict("vars", g.Vars, "depth", value.Int(g.Depth), "priority", value.Int(g.Priority), "hosts", nameList(g.hosts, hostName),
			"children", nameList(g.Children, groupName), "parents", nameList(g.Parents, groupName)), nil
	}
	return nil, pyplugin.ErrNoMethod
}
