package catalog

import (
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// route is what a collection's runtime.yml says about one of its names.
type route struct {
	Redirect string
	Action   string // action_plugin of a module
	// ActionRedirect is where the action plugin of the name is; it is known only of what was read from disk.
	ActionRedirect string
	Deprecated     []string // version, date
	Tombstone      []string // version, date
	text           string   // of the notice, where it was read from disk
	actionGone     bool     // Tombstone speaks of an action plugin
}

// group is an action group: its members and the groups that it includes.
type group struct {
	Members []string
	Extends []string
}

// runtime is what is known of a collection's runtime.yml: maps where it was read from disk, text where it is embedded.
type runtime struct {
	modules map[string]*route
	groups  map[string]*group
	text    string // with a line break before each line
}

var embeddedRuntimes struct {
	sync.Mutex
	of map[string]*runtime
}

// embeddedRuntime is the embedded routing of a collection; nil where there is none.
func embeddedRuntime(collection string) *runtime {
	embeddedRuntimes.Lock()
	defer embeddedRuntimes.Unlock()
	r, ok := embeddedRuntimes.of[collection]
	if !ok {
		if embeddedRuntimes.of == nil {
			embeddedRuntimes.of = map[string]*runtime{}
		}
		r = readRuntime(collection)
		embeddedRuntimes.of[collection] = r
	}
	return r
}

// readRuntime unpacks the routing of a collection: a line for each name ("name to=x act=y dep=version,date
// tomb=version,date"), then a line for each action group ("@group member ... +included").
func readRuntime(collection string) *runtime {
	text := unpack("route/" + collection + ".z")
	if len(text) == 0 {
		return nil
	}
	return &runtime{text: "\n" + string(text) + "\n"}
}

// line finds the words behind a name in the embedded text.
func (r *runtime) line(name string) (words string, ok bool) {
	_, rest, ok := strings.Cut(r.text, "\n"+name+" ")
	if !ok {
		return "", false
	}
	words, _, _ = strings.Cut(rest, "\n")
	return words, true
}

// route is what is said of a module's name; nil where nothing is said.
func (r *runtime) route(name string) *route {
	if r == nil || r.text == "" {
		if r == nil {
			return nil
		}
		return r.modules[name]
	}
	words, ok := r.line(name)
	if !ok {
		return nil
	}
	e := &route{}
	for _, word := range strings.Fields(words) {
		key, v, _ := strings.Cut(word, "=")
		switch key {
		case "to":
			e.Redirect = v
		case "act":
			e.Action = v
		case "dep", "tomb":
			version, date, _ := strings.Cut(v, ",")
			if key == "dep" {
				e.Deprecated = []string{version, date}
			} else {
				e.Tombstone = []string{version, date}
			}
		}
	}
	return e
}

// action is the action plugin that a module of the name says it has, "" for none.
func (r *runtime) action(name string) string {
	if e := r.route(name); e != nil {
		return e.Action
	}
	return ""
}

// group is an action group; nil where there is none of that name.
func (r *runtime) group(name string) *group {
	if r == nil || r.text == "" {
		if r == nil {
			return nil
		}
		return r.groups[name]
	}
	words, ok := r.line("@" + name)
	if !ok {
		return nil
	}
	g := &group{}
	for _, w := range strings.Fields(words) {
		if more, ok := strings.CutPrefix(w, "+"); ok {
			g.Extends = append(g.Extends, more)
		} else {
			g.Members = append(g.Members, w)
		}
	}
	return g
}

// parseRuntime reads a collection's meta/runtime.yml.
func parseRuntime(path string, content []byte) *runtime {
	r := &runtime{modules: map[string]*route{}, groups: map[string]*group{}}
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
			e := r.modules[p.Key.Text]
			if e == nil {
				e = &route{}
			}
			to := text(p.Value.Get("redirect"))
			if kind == "modules" {
				e.Redirect = to
				e.Action = text(p.Value.Get("action_plugin"))
			} else if to != "" {
				e.ActionRedirect = to
			}
			if d := p.Value.Get("deprecation"); d != nil {
				e.Deprecated, e.text = notice(d)
			}
			if d := p.Value.Get("tombstone"); d != nil {
				e.Tombstone, e.text = notice(d)
				e.actionGone = kind != "modules"
			}
			r.modules[p.Key.Text] = e
		}
	}
	if groups := root.Get("action_groups"); groups != nil {
		for _, p := range groups.Pairs {
			r.groups[p.Key.Text] = parseGroup(p.Value)
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
