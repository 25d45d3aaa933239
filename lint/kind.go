package lint

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Kind is what a file is, in ansible-lint's words; "" is a file that no rule looks at.
type Kind string

// The kinds that rules tell apart. The others of ansible-lint are known by their names only.
const (
	KindPlaybook Kind = "playbook"
	KindTasks    Kind = "tasks"
	KindHandlers Kind = "handlers"
	KindVars     Kind = "vars"
	KindMeta     Kind = "meta"
	KindYAML     Kind = "yaml"
	KindJinja    Kind = "jinja2"
	KindText     Kind = "text"
	KindRole     Kind = "role"
)

// kinds lists every name that a `kinds` setting may give.
var kinds = []string{"playbook", "pattern", "rulebook", "meta", "meta-runtime", "tasks", "handlers", "requirements", "role", "yaml",
	"ansible-lint-config", "ansible-navigator-config", "sanity-ignore-file", "plugin", "galaxy", "play-argspec", "role-arg-spec",
	"jinja2", "text", "execution-environment", "inventory", "reno", "vars", "test-meta", "changelog", "python"}

// isYAML tells whether a file is read as YAML: by its name, and unless it is a template.
func (k Kind) isYAML(name string) bool {
	base := filepath.Base(name)
	switch {
	case k == KindJinja, k == KindText, k == KindRole:
		return false
	case base == ".ansible-lint", base == ".yamllint":
		return true
	}
	return yamlExt(base)
}

func yamlExt(base string) bool {
	return strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml")
}

// KindOf says what a file is from its path relative to the project, as ansible-lint 26.10 does: the first pattern of its
// table that matches.
func (c *Config) KindOf(rel string) Kind {
	rel = filepath.ToSlash(rel)
	for _, k := range c.Kinds {
		if ok, _ := doublestar.Match(k.Glob, rel); ok {
			return k.Kind
		}
	}
	base := path.Base(rel)
	dirs := strings.Split(path.Dir(rel), "/")
	in := func(names ...string) bool {
		return slices.ContainsFunc(dirs, func(d string) bool { return slices.Contains(names, d) })
	}
	parent := dirs[len(dirs)-1]
	up := func(n int) string { // n = 1 is the parent's parent
		if len(dirs) <= n {
			return ""
		}
		return dirs[len(dirs)-1-n]
	}
	isYAML := yamlExt(base)
	stem := strings.TrimSuffix(strings.TrimSuffix(base, ".yml"), ".yaml")
	switch {
	case strings.HasSuffix(base, ".j2"), strings.Contains(base, ".j2."):
		return KindJinja
	case isYAML && dirs[0] == ".github":
		return KindYAML
	case in("templates") && strings.Contains(base, "."):
		return KindText
	case base == "execution-environment.yml":
		return "execution-environment"
	case base == ".ansible-lint", isYAML && stem == ".ansible-lint", isYAML && stem == "ansible-lint" && parent == ".config":
		return "ansible-lint-config"
	case isYAML && stem == "ansible-navigator":
		return "ansible-navigator-config"
	case isYAML && parent == "inventory":
		return "inventory"
	case isYAML && parent == "meta" && stem == "requirements":
		return "requirements"
	case base == "galaxy.yml":
		return "galaxy"
	case isYAML && up(1) == "releasenotes":
		return "reno"
	case isYAML && in("host_vars", "group_vars", "vars", "defaults"):
		return KindVars
	case isYAML && in("tasks"):
		return KindTasks
	case isYAML && strings.HasSuffix(stem, ".meta"):
		return "play-argspec"
	case isYAML && parent == "playbooks", isYAML && strings.Contains(base, "playbook"):
		return KindPlaybook
	case isYAML && parent == "handlers":
		return KindHandlers
	case isYAML && parent == "meta" && stem == "main" && up(2) == "targets" && up(3) == "integration" && up(4) == "tests":
		return "test-meta"
	case isYAML && parent == "meta" && stem == "main":
		return KindMeta
	case isYAML && parent == "meta" && stem == "runtime":
		return "meta-runtime"
	case isYAML && parent == "meta" && stem == "argument_specs":
		return "role-arg-spec"
	case isYAML && up(1) == "molecule" && (stem == "collections" || stem == "requirements"):
		return "requirements"
	case isYAML && up(1) == "molecule" && (stem == "base" || stem == "molecule"):
		return KindYAML
	case isYAML && stem == "requirements":
		return "requirements"
	case isYAML && up(1) == "molecule":
		return KindPlaybook
	case base == ".yamllint":
		return KindYAML
	case isYAML && parent == "changelogs" && stem == "changelog":
		return "changelog"
	case isYAML:
		return KindYAML
	}
	return ""
}

// guess tells a playbook from other YAML files by its first entry.
func guess(t *yaml.Tree) Kind {
	root := t.Root().Resolve()
	if root == nil || root.Kind != yaml.Sequence || len(root.Items) == 0 {
		return KindYAML
	}
	first := root.Items[0].Resolve()
	if first == nil || first.Kind != yaml.Mapping {
		return KindYAML
	}
	for _, key := range []string{"hosts", "import_playbook", "ansible.builtin.import_playbook"} {
		if first.Get(key) != nil {
			if first.Get("rules") != nil {
				return "rulebook"
			}
			return KindPlaybook
		}
	}
	return KindYAML
}

// KindOfProject is the kind for what the project model calls a file.
func KindOfProject(k project.Kind) Kind {
	switch k {
	case project.Playbook:
		return KindPlaybook
	case project.Tasks:
		return KindTasks
	case project.Handlers:
		return KindHandlers
	case project.Vars, project.Defaults:
		return KindVars
	case project.Meta:
		return KindMeta
	case project.Template:
		return KindJinja
	case project.YAML, project.Molecule, project.Requirements, project.Galaxy, project.Inventory, project.ArgSpecs:
		return KindYAML
	}
	return ""
}
