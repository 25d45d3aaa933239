package catalog

import (
	"encoding/json"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// route is what a collection's runtime.yml says about one of its names.
type route struct {
	Redirect   string   `json:"to"`
	Action     string   `json:"act"`
	Deprecated []string `json:"dep"`  // version, date
	Tombstone  []string `json:"tomb"` // version, date
	text       string   // of the notice, where it was read from disk
}

// group is an action group: its members and the groups that it includes.
type group struct {
	Members []string `json:"m"`
	Extends []string `json:"x"`
}

// runtime is what is known of a collection's runtime.yml.
type runtime struct {
	Modules map[string]*route `json:"modules"`
	Groups  map[string]*group `json:"groups"`
}

var embeddedRuntime = sync.OnceValue(func() map[string]*runtime {
	all := map[string]*runtime{}
	json.Unmarshal(unpack("routing.z"), &all)
	return all
})

// parseRuntime reads a collection's meta/runtime.yml.
func parseRuntime(path string, content []byte) *runtime {
	r := &runtime{Modules: map[string]*route{}, Groups: map[string]*group{}}
	root := yaml.Parse(source.NewFile(path, content)).Root()
	if root == nil {
		return r
	}
	routing := root.Get("plugin_routing")
	for _, kind := range []string{"modules", "action"} {
		node := routing.Get(kind)
		if node == nil {
			continue
		}
		for _, p := range node.Pairs {
			e := r.Modules[p.Key.Text]
			if e == nil {
				e = &route{}
			}
			to := text(p.Value.Get("redirect"))
			if kind == "modules" {
				e.Redirect = to
				e.Action = text(p.Value.Get("action_plugin"))
			} else if to != "" {
				e.Action = to
			}
			if d := p.Value.Get("deprecation"); d != nil {
				e.Deprecated, e.text = notice(d)
			}
			if d := p.Value.Get("tombstone"); d != nil {
				e.Tombstone, e.text = notice(d)
			}
			r.Modules[p.Key.Text] = e
		}
	}
	if groups := root.Get("action_groups"); groups != nil {
		for _, p := range groups.Pairs {
			r.Groups[p.Key.Text] = parseGroup(p.Value)
		}
	}
	return r
}

func parseGroup(n *yaml.Node) *group {
	g := &group{}
	for _, item := range n.Items {
		if item.Kind == yaml.Scalar {
			g.Members = append(g.Members, item.Text)
			continue
		}
		if more := item.Get("metadata").Get("extend_group"); more != nil {
			for _, x := range more.Items {
				g.Extends = append(g.Extends, x.Text)
			}
		}
	}
	return g
}

func notice(n *yaml.Node) ([]string, string) {
	return []string{text(n.Get("removal_version")), text(n.Get("removal_date"))}, text(n.Get("warning_text"))
}

func text(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.Scalar || n.IsNull() {
		return ""
	}
	return n.Text
}

// plain converts documentation to a value, without templates.
func plain(n *yaml.Node) value.Value {
	v, _ := n.Value(nil, yaml.Options{Plain: true})
	return v
}
