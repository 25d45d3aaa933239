package inventory

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func wantsYAML(r *reading, path string) bool {
	ext := filepath.Ext(path)
	return r.readable(path) && (ext == "" || slices.Contains(r.o.YAMLExtensions, ext))
}

// yamlData reads a YAML file; node is its root.
func (r *reading) yamlData(path string) (v value.Value, node *yaml.Node, err error) {
	f, err := r.read(path)
	if err != nil {
		return nil, nil, err
	}
	tree := yaml.Parse(f)
	if bad := tree.Failure(); bad != nil {
		return nil, nil, &placedError{bad.At, bad}
	}
	if tree.Root() == nil {
		return value.None{}, nil, nil
	}
	v, problems := tree.Root().Value(f, yaml.Options{Trusted: true})
	for _, p := range problems {
		if p.Severity == diag.Error {
			return nil, nil, &placedError{p.At, errors.New(p.Message)}
		}
		r.problems = append(r.problems, p)
	}
	return v, tree.Root(), nil
}

// pyTypeName is the type as ansible-core shows it for tagged values.
func pyTypeName(v value.Value) string {
	names := map[string]string{"str": "Str", "int": "Int", "float": "Float", "list": "List", "dict": "Dict"}
	if v == nil {
		return "<class 'NoneType'>"
	}
	if n, ok := names[v.TypeName()]; ok {
		return "<class 'ansible.module_utils._internal._datatag._AnsibleTagged" + n + "'>"
	}
	return "<class '" + v.TypeName() + "'>"
}

func parseYAML(r *reading, path string) error {
	v, node, err := r.yamlData(path)
	if err != nil {
		return err
	}
	d, isDict := v.(*value.Dict)
	if truth, err := value.Truth(v); err == nil && !truth {
		return errors.New("Parsed empty YAML file")
	}
	if !isDict {
		return fmt.Errorf("YAML inventory has invalid structure, it should be a dictionary, got: %s", pyTypeName(v))
	}
	if p, ok := d.Raw("plugin"); ok {
		if truth, err := value.Truth(p); err == nil && truth {
			return errors.New("Plugin configuration YAML file, not YAML inventory")
		}
	}
	p := &yamlFile{r}
	for k, data := range d.RawAll() {
		if _, err := p.group(k, data, child(node, k)); err != nil {
			return err
		}
	}
	return nil
}

type yamlFile struct{ r *reading }

// child is the node under a key of a mapping, nil where there is none.
func child(n *yaml.Node, key value.Value) *yaml.Node {
	if n = n.Resolve(); n == nil || n.Kind != yaml.Mapping {
		return nil
	}
	return n.Get(value.ToStr(key))
}

func keyAt(n *yaml.Node, key value.Value) source.Location {
	if n = n.Resolve(); n == nil {
		return source.Location{}
	}
	text := value.ToStr(key)
	for _, p := range slices.Backward(n.Pairs) {
		if p.Key.Text == text {
			return p.Key.At()
		}
	}
	return source.Location{}
}

func (p *yamlFile) group(key, data value.Value, node *yaml.Node) (string, error) {
	inv := p.r.inv
	name := value.ToStr(key)
	d, isDict := data.(*value.Dict)
	if _, null := data.(value.None); !isDict && !null {
		inv.warn("Skipping '%s' as this is not a valid group definition", name)
		return name, nil
	}
	if truth, err := value.Truth(key); err == nil && !truth {
		return "", fmt.Errorf("Unable to add group %s: Invalid empty/false group name provided: %s", name, name)
	}
	if _, ok := key.(value.Str); !ok {
		return "", fmt.Errorf("Unable to add group %s: Invalid group name supplied, expected a string but got %s for %s", name, pyTypeName(key), name)
	}
	g, err := inv.AddGroup(name)
	if err != nil {
		return "", fmt.Errorf("Unable to add group %s: %w", name, err)
	}
	if !g.At.Known() && node != nil {
		g.At = node.At()
	}
	name = g.Name
	if !isDict {
		return name, nil
	}
	sections := d.Copy()
	for _, section := range [...]string{"vars", "children", "hosts"} {
		v, ok := sections.Raw(section)
		if !ok {
			continue
		}
		if s, ok := v.(value.Str); ok {
			one := &value.Dict{}
			one.Set(s, value.None{})
			sections.Put(section, one)
			continue
		}
		_, isDict := v.(*value.Dict)
		if _, null := v.(value.None); !isDict && !null {
			return "", fmt.Errorf("Invalid \"%s\" entry for \"%s\" group, requires a dictionary, found \"%s\" instead.", section, name, pyTypeName(v))
		}
	}
	for k, v := range sections.RawAll() {
		if _, null := v.(value.None); null {
			continue
		}
		content, ok := v.(*value.Dict)
		if !ok {
			inv.warn("Skipping key (%s) in group (%s) as it is not a mapping, it is a %s", value.ToStr(k), name, pyTypeName(v))
			continue
		}
		at := child(node, k)
		switch value.ToStr(k) {
		case "vars":
			for key, v := range content.RawAll() {
				if err := inv.setKey(name, key, v, keyAt(at, key)); err != nil {
					return "", err
				}
			}
		case "children":
			for key, v := range content.RawAll() {
				sub, err := p.group(key, v, child(at, key))
				if err != nil {
					return "", err
				}
				if _, err := inv.AddChild(name, sub); err != nil {
					return "", err
				}
			}
		case "hosts":
			for key, v := range content.RawAll() {
				if err := p.hosts(key, v, name, at); err != nil {
					return "", err
				}
			}
		default:
			inv.warn("Skipping unexpected key (%s) in group (%s), only \"vars\", \"children\" and \"hosts\" are valid", value.ToStr(k), name)
		}
	}
	return name, nil
}

func (p *yamlFile) hosts(key, vars value.Value, group string, node *yaml.Node) error {
	s, ok := key.(value.Str)
	if !ok {
		return fmt.Errorf("Host pattern %s must be a string. Enclose integers/floats in quotation marks.", value.ToStr(key))
	}
	names, port, err := expandPattern(s.S)
	if err != nil {
		return err
	}
	if truth, err := value.Truth(vars); err == nil && !truth {
		vars = &value.Dict{}
	}
	d, ok := vars.(*value.Dict)
	if !ok {
		return fmt.Errorf("Invalid data from file, expected dictionary and got:\n\n%s", value.ToStr(vars))
	}
	return p.r.populate(names, group, port, d, keyAt(node, key), child(node, key))
}

// populate adds hosts with variables.
func (r *reading) populate(names []string, group string, port int, vars *value.Dict, at source.Location, node *yaml.Node) error {
	for _, name := range names {
		known := r.inv.byHost[name] != nil
		h, err := r.inv.AddHost(name, group, port)
		if err != nil {
			return err
		}
		if !known {
			h.At = at
		}
		for k, v := range vars.RawAll() {
			place := keyAt(node, k)
			if err := r.inv.setKey(name, k, v, place); err != nil {
				return err
			}
		}
	}
	return nil
}
