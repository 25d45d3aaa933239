package project

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Kind is what a file of a project is.
type Kind uint8

// The kinds. Other is everything that no rule knows.
const (
	Other Kind = iota
	Playbook
	Tasks
	Handlers
	Vars     // vars files, host_vars, group_vars
	Defaults // role defaults
	Meta     // role meta/main.yml
	ArgSpecs // role meta/argument_specs.yml
	Inventory
	Template // *.j2 and files under templates/
	Requirements
	Galaxy // galaxy.yml
	Config // ansible.cfg
	Molecule
	YAML    // any other YAML file
	Vaulted // a file that is encrypted as a whole
)

func (k Kind) String() string {
	return [...]string{"other", "playbook", "tasks", "handlers", "vars", "defaults", "meta", "arg_specs", "inventory", "template", "requirements", "galaxy", "config", "molecule", "yaml", "vaulted"}[k]
}

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")
}

// kindOf guesses what a file is from its path below the root. sure is false where the content has to decide; kind is what to
// take then for content that says nothing.
func kindOf(rel string) (kind Kind, sure bool) {
	rel = filepath.ToSlash(rel)
	base := path.Base(rel)
	dirs := strings.Split(path.Dir(rel), "/")
	in := func(name string) bool { return slices.Contains(dirs, name) }
	parent := dirs[len(dirs)-1]
	data := isYAML(base) || strings.HasSuffix(base, ".json")
	switch {
	case base == "ansible.cfg" || base == ".ansible.cfg":
		return Config, true
	case strings.HasSuffix(base, ".j2"):
		return Template, true
	case strings.HasPrefix(rel, ".github/") || strings.HasPrefix(rel, ".gitlab/") || strings.HasPrefix(base, "."):
		if isYAML(base) {
			return YAML, true
		}
		return Other, true
	case in("host_vars") || in("group_vars"):
		if ext := path.Ext(base); ext == "" || ext == ".yml" || ext == ".yaml" || ext == ".json" {
			return Vars, true
		}
		return Other, true
	case in("templates"):
		return Template, true
	case in("files") && !in("tasks"):
		return Other, true
	case base == "requirements.yml" || base == "requirements.yaml":
		return Requirements, true
	case base == "galaxy.yml" || base == "galaxy.yaml":
		return Galaxy, true
	case in("molecule") && (base == "molecule.yml" || base == "base.yml"):
		return Molecule, true
	case parent == "meta" && (base == "main.yml" || base == "main.yaml"):
		return Meta, true
	case parent == "meta" && strings.HasPrefix(base, "argument_specs."):
		return ArgSpecs, true
	case parent == "meta" && isYAML(base):
		return YAML, true
	case in("defaults") && data:
		return Defaults, true
	case in("tasks") && isYAML(base):
		return Tasks, true
	case in("handlers") && isYAML(base):
		return Handlers, true
	case in("vars") && (data || path.Ext(base) == ""):
		return Vars, true
	case in("inventory") || in("inventories"):
		if isYAML(base) || path.Ext(base) == ".ini" || path.Ext(base) == ".toml" || path.Ext(base) == "" {
			return Inventory, !isYAML(base)
		}
		return Other, true
	case base == "hosts" || base == "inventory" || base == "hosts.ini" || base == "inventory.ini" || base == "hosts.toml":
		return Inventory, true
	case base == "hosts.yml" || base == "hosts.yaml" || base == "inventory.yml" || base == "inventory.yaml":
		return Inventory, false
	case isYAML(base):
		return YAML, false
	}
	return Other, true
}

// sniff decides by the content of a YAML file.
func sniff(t *yaml.Tree, otherwise Kind) Kind {
	if t == nil {
		return otherwise
	}
	root := t.Root().Resolve()
	if root == nil {
		return otherwise
	}
	switch root.Kind {
	case yaml.Sequence:
		tasks := false
		if rulebook(root) {
			return YAML
		}
		for _, item := range root.Items {
			m := item.Resolve()
			if m == nil || m.Kind != yaml.Mapping {
				continue
			}
			for _, p := range m.Pairs {
				switch key := p.Key.Text; key {
				case "hosts", "import_playbook", "ansible.builtin.import_playbook", "ansible.legacy.import_playbook":
					return Playbook
				case "block", "rescue", "always", "include_tasks", "import_tasks", "include_role", "import_role", "debug", "set_fact", "command", "shell", "copy", "template",
					"when", "register", "notify", "loop", "changed_when", "failed_when", "action", "local_action":
					tasks = true
				default:
					if strings.HasPrefix(key, "with_") || strings.HasPrefix(key, "ansible.builtin.") {
						tasks = true
					} else if k := playbook.FindKeyword(key); k != nil && k.Allowed(playbook.InTask) && !k.Allowed(playbook.InPlay) {
						tasks = true
					}
				}
			}
		}
		if tasks {
			return Tasks
		}
	case yaml.Mapping:
		if otherwise == Inventory {
			return Inventory
		}
		if all := root.Get("all"); all != nil && len(root.Pairs) == 1 {
			if m := all.Resolve(); m != nil && m.Kind == yaml.Mapping && (m.Get("hosts") != nil || m.Get("children") != nil) {
				return Inventory
			}
		}
	}
	if otherwise == Inventory {
		return YAML
	}
	return otherwise
}

// rulebook tells a rulebook of Event-Driven Ansible from a playbook: both begin with hosts.
func rulebook(root *yaml.Node) bool {
	for _, item := range root.Items {
		if m := item.Resolve(); m == nil || m.Kind != yaml.Mapping || m.Get("rules") == nil || m.Get("sources") == nil {
			return false
		}
	}
	return len(root.Items) > 0
}

// KindOf says what a file at a path below a project's root is; tree is its content, nil where that is not known.
func KindOf(rel string, tree *yaml.Tree) Kind {
	k, sure := kindOf(rel)
	if !sure {
		k = sniff(tree, k)
	}
	return k
}
