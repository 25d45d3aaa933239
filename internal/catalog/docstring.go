package catalog

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// document reads the documentation of an installed module into its entry. Where there is none that can be read, the
// specification stays nil: the arguments cannot be checked.
func (c *Catalog) document(e *Entry, path string) {
	doc, ret := c.documentation(path)
	if doc == nil {
		return
	}
	e.Doc = text(doc.Get("short_description"))
	e.Documented = true
	spec := &argspec.Spec{Options: c.docOptions(doc, path)}
	for _, o := range spec.Options {
		if o.Name == "free_form" || o.Name == "free-form" {
			spec.FreeForm = "_raw_params"
		}
	}
	spec.SupportsCheck = supports(doc, "check_mode")
	spec.SupportsDiff = supports(doc, "diff_mode")
	e.Spec = spec
	if d := doc.Get("deprecated"); d != nil && !d.IsNull() {
		e.Deprecated = &Notice{Text: text(d.Get("why")), Version: text(d.Get("removed_in")), Date: text(d.Get("removed_at_date"))}
	}
	if ret != nil {
		for _, p := range ret.Pairs {
			e.Returns = append(e.Returns, module.Return{Name: p.Key.Text, Type: text(p.Value.Get("type")), Doc: firstText(p.Value.Get("description"))})
		}
	}
}

func supports(doc *yaml.Node, attribute string) bool {
	switch text(doc.Get("attributes").Get(attribute).Get("support")) {
	case "full", "partial":
		return true
	}
	return false
}

func firstText(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	if n.Kind == yaml.Sequence && len(n.Items) > 0 {
		n = n.Items[0]
	}
	return strings.TrimSpace(text(n))
}

// documentation finds DOCUMENTATION and RETURN of a module: in the file, or in a YAML file beside it.
func (c *Catalog) documentation(path string) (doc, ret *yaml.Node) {
	if path == "" {
		return nil, nil
	}
	base := strings.TrimSuffix(path, filepath.Ext(path))
	if strings.HasSuffix(path, ".py") {
		content, err := c.o.FS.ReadFile(path)
		if err == nil {
			doc, ret = parseDoc(path, docstring(string(content), "DOCUMENTATION")), parseDoc(path, docstring(string(content), "RETURN"))
		}
	}
	for _, ext := range []string{".yml", ".yaml", ".py"} {
		if doc != nil || ext == ".py" && base+ext == path {
			continue
		}
		content, err := c.o.FS.ReadFile(base + ext)
		switch {
		case err != nil:
		case ext == ".py":
			doc, ret = parseDoc(path, docstring(string(content), "DOCUMENTATION")), parseDoc(path, docstring(string(content), "RETURN"))
		default:
			if root := parseDoc(base+ext, string(content)); root != nil {
				doc, ret = root.Get("DOCUMENTATION"), root.Get("RETURN")
			}
		}
	}
	return doc, ret
}

func parseDoc(path, content string) *yaml.Node {
	if content == "" {
		return nil
	}
	root := yaml.Parse(source.NewFile(path, []byte(content))).Root()
	if root == nil || root.Kind != yaml.Mapping {
		return nil
	}
	return root
}

// docstring finds the text that a Python file assigns to a name at the start of a line.
func docstring(src, name string) string {
	for at := 0; ; {
		i := strings.Index(src[at:], name)
		if i < 0 {
			return ""
		}
		i += at
		at = i + len(name)
		if i > 0 && src[i-1] != '\n' {
			continue
		}
		rest := strings.TrimLeft(src[at:], " \t")
		if !strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, "==") {
			continue
		}
		return pythonText(strings.TrimLeft(rest[1:], " \t(\n\\"))
	}
}

// pythonText reads a string literal.
func pythonText(s string) string {
	raw := false
	for len(s) > 0 && strings.IndexByte("rRuUbB", s[0]) >= 0 {
		raw = raw || s[0] == 'r' || s[0] == 'R'
		s = s[1:]
	}
	for _, quote := range []string{`"""`, `'''`, `"`, `'`} {
		body, ok := strings.CutPrefix(s, quote)
		if !ok {
			continue
		}
		for i := 0; i < len(body); i++ {
			if body[i] == '\\' {
				i++
				continue
			}
			if strings.HasPrefix(body[i:], quote) {
				text := body[:i]
				if !raw && strings.Contains(text, `\`) {
					text = unescaper.Replace(text)
				}
				return text
			}
		}
	}
	return ""
}

var unescaper = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\"`, `"`, `\'`, `'`, "\\\n", "")

// docOptions reads the options of a documentation, those of the fragments that it extends included.
func (c *Catalog) docOptions(doc *yaml.Node, path string) []*argspec.Option {
	out := readOptions(doc.Get("options"))
	seen := map[string]*argspec.Option{}
	for _, o := range out {
		seen[o.Name] = o
	}
	fragments := doc.Get("extends_documentation_fragment")
	var names []string
	switch {
	case fragments == nil:
	case fragments.Kind == yaml.Sequence:
		for _, item := range fragments.Items {
			names = append(names, text(item))
		}
	default:
		for _, name := range strings.Split(text(fragments), ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	for _, name := range names {
		for _, o := range c.fragment(name, path) {
			if mine := seen[o.Name]; mine == nil {
				seen[o.Name] = o
				out = append(out, o)
			}
		}
	}
	return out
}

func readOptions(n *yaml.Node) []*argspec.Option {
	if n == nil || n.Kind != yaml.Mapping {
		return nil
	}
	out := make([]*argspec.Option, 0, len(n.Pairs))
	for _, p := range n.Pairs {
		d := p.Value.Resolve()
		o := &argspec.Option{Name: p.Key.Text, Type: text(d.Get("type")), Elements: text(d.Get("elements")), Doc: firstText(d.Get("description"))}
		if o.Type == "str" {
			o.Type = ""
		}
		if b, ok := plain(d.Get("required")).(value.Bool); ok {
			o.Required = bool(b)
		}
		if v := plain(d.Get("default")); v != (value.None{}) && !o.Required {
			o.Default = v
		}
		switch choices := plain(d.Get("choices")).(type) {
		case *value.List:
			o.Choices = choices.Items
		case *value.Dict:
			o.Choices = choices.Keys()
		}
		if aliases := d.Get("aliases"); aliases != nil {
			for _, a := range aliases.Items {
				o.Aliases = append(o.Aliases, a.Text)
			}
		}
		if sub := d.Get("suboptions"); sub != nil {
			o.Options = readOptions(sub)
		}
		out = append(out, o)
	}
	return out
}

var embeddedFragments = sync.OnceValue(func() map[string][]*optionFacts {
	all := map[string][]*optionFacts{}
	json.Unmarshal(unpack("fragments.z"), &all)
	return all
})

// fragment reads a documentation fragment: "files", "community.general.attributes", "community.docker.docker.api". One
// of ansible-core is built in, others are read from the collection.
func (c *Catalog) fragment(name, _ string) []*argspec.Option {
	name = strings.ToLower(strings.TrimPrefix(name, "ansible.builtin."))
	if f, ok := embeddedFragments()[name]; ok {
		return options(f)
	}
	parts := strings.Split(name, ".")
	if len(parts) < 3 {
		return nil
	}
	k := c.collection(parts[0] + "." + parts[1])
	if k == nil {
		return nil
	}
	part := "DOCUMENTATION"
	if len(parts) > 3 {
		part = strings.ToUpper(parts[3])
	}
	content, err := c.o.FS.ReadFile(filepath.Join(k.dir, "plugins", "doc_fragments", parts[2]+".py"))
	if err != nil {
		return nil
	}
	src := strings.ReplaceAll("\n"+string(content), "\n    "+part, "\n"+part)
	doc := parseDoc(parts[2]+".py", docstring(src, part))
	if doc == nil {
		return nil
	}
	return readOptions(doc.Get("options"))
}
