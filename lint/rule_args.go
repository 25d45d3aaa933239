package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/nearest"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func argsRule() *Rule {
	return &Rule{
		ID: "args", Severity: "HIGH", Tags: []string{"syntax", "experimental"},
		Subs: []Sub{{"args[module]", "Check whether tasks are using correct module options."}},
		Doc: Doc{
			Summary: "Modules should get the options that they have.",
			Problem: "An option that a module does not know, one that is missing, or a value of the wrong type makes the task fail, on the host and at the moment where it is needed.",
			Examples: []Example{
				{Title: "An unknown option", Want: []string{"args[module]"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Copy a file\n      ansible.builtin.copy:\n        src: a\n        destination: b\n        dest: b\n        mode: \"0600\"\n"},
				{Title: "A missing option", Want: []string{"args[module]"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Copy a file\n      ansible.builtin.copy:\n        src: a\n        mode: \"0600\"\n"},
				{Title: "A value that is no choice", Want: []string{"args[module]"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Remove a file\n      ansible.builtin.file:\n        path: /tmp/a\n        state: gone\n        mode: \"0600\"\n"},
				{Title: "Right: options of what package hands over to", Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Install a server\n      ansible.builtin.package:\n        pkg: redis\n"},
				{Title: "Right: a value that only the run knows", Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Remove a file\n      ansible.builtin.file:\n        path: /tmp/a\n        state: \"{{ state }}\"\n        mode: \"0600\"\n"},
			},
			Differs: "All faults of a task are reported, each at its option; ansible-lint reports the first one, at the task. Suboptions are checked, and so are modules that run on the controller alone (debug, set_fact, template, ...), for which ansible-lint has no check. No module is imported or run: the options come from facts that this program carries, or from the documentation of installed collections.",
		},
		Task: argsTask,
	}
}

// unchecked are options that a module has in some versions of Ansible, or that its action takes.
var unchecked = map[string][]string{
	"ansible.builtin.copy":      {"decrypt"},
	"ansible.builtin.service":   {"daemon_reload", "use"},
	"ansible.posix.synchronize": {"use_ssh_args"},
}

// forwarding are the modules whose action hands all options to another module, which the host decides on.
var forwarding = []string{"ansible.builtin.package", "ansible.builtin.service", "ansible.builtin.gather_facts"}

func argsTask(p *pass, t *Task) {
	if t.Action == nil || strings.Contains(t.Module, "{{") || p.linter.mocked(t.Module) || t.Arg("_variable_params") != nil {
		return
	}
	entry := p.linter.module(t.Module).entry
	if entry == nil || entry.Spec == nil || entry.Local {
		return
	}
	spec := entry.Spec
	args := t.Args.Copy()
	if raw := t.Arg("_raw_params"); raw != nil {
		if spec.FreeForm == "" {
			if hasTemplate(raw) {
				return // the text may turn out to be any options
			}
		} else if spec.FreeForm != "_raw_params" {
			args.Delete(value.S("_raw_params"))
			args.Put(spec.FreeForm, raw)
		}
	}
	if role := t.Arg("role"); role != nil && (entry.FQCN == "ansible.builtin.include_role" || entry.FQCN == "ansible.builtin.import_role") {
		args.Delete(value.S("role")) // the action takes it for the name
		if t.Arg("name") == nil {
			args.Put("name", role)
		}
	}
	for _, name := range unchecked[entry.FQCN] {
		args.Delete(value.S(name))
	}
	result := spec.Check(args, argspec.Options{Skip: func(v value.Value) bool { return hasTemplate(v) }})
	for _, problem := range result.Problems {
		if problem.Kind == argspec.Unsupported && len(problem.Path) == 1 && slices.Contains(forwarding, entry.FQCN) {
			continue
		}
		if problem.Kind == argspec.Missing && entry.FQCN == "ansible.builtin.package" {
			continue // apt and dnf know other names for name, and a default for state
		}
		if problem.Kind == argspec.Missing && strings.HasPrefix(strings.TrimPrefix(problem.Message, "missing required arguments: "), "_") {
			continue // the action fills it in
		}
		if problem.Kind == argspec.Internal || problem.Kind == argspec.MutuallyExclusive && hasTemplate(args) {
			continue
		}
		message := problem.Message
		if problem.Kind == argspec.Unsupported && len(problem.Path) == 1 {
			message = fmt.Sprintf("Unsupported parameters for (%s) module: %s", entry.FQCN, strings.TrimPrefix(message, "Unsupported parameters for "))
		}
		f := p.onTask("args[module]", message, argSpan(t, problem))
		if near := nearestOption(spec, problem); near != "" && f.File != nil && problem.Kind == argspec.Unsupported {
			f.Fixes = append(f.Fixes, diag.Fix{Title: "Use " + near, Edits: []diag.Edit{{Span: f.At.Span, New: near}}})
		}
	}
}

// argSpan is the place of a problem: the option's name where the name is wrong, else its value; the module's name where
// the option is not written.
func argSpan(t *Task, problem argspec.Problem) source.Span {
	for _, root := range []*yaml.Node{t.Action.Node, t.Action.ArgsNode} {
		n := root.Resolve()
		if n == nil {
			continue
		}
		span := source.Span{}
		for i, key := range problem.Path {
			last := i == len(problem.Path)-1
			switch n.Kind {
			case yaml.Mapping:
				pair := n.Pair(key)
				if pair == nil {
					n = nil
					break
				}
				if last && problem.Kind == argspec.Unsupported {
					return pair.Key.Span
				}
				span = pair.Value.Span
				if span.Len() == 0 {
					span = pair.Key.Span
				}
				if problem.Kind == argspec.Missing {
					span = pair.Key.Span
				}
				n = pair.Value.Resolve()
			case yaml.Sequence:
				k, err := strconv.Atoi(key)
				if err != nil || k < 0 || k >= len(n.Items) {
					n = nil
					break
				}
				n = n.Items[k].Resolve()
				if n != nil {
					span = n.Span
				}
			default:
				n = nil
			}
			if n == nil {
				break
			}
		}
		if span.Len() > 0 && (n != nil || problem.Kind == argspec.Missing) {
			return span
		}
		if root.Kind == yaml.Scalar && len(problem.Path) > 0 { // k=v text
			if i := strings.Index(root.Text, problem.Path[0]+"="); i >= 0 {
				return source.Span{Start: root.FileOffset(i), End: root.FileOffset(i + len(problem.Path[0]))}
			}
		}
	}
	return t.NameSpan()
}

// nearestOption is the option whose name is most like the unknown one.
func nearestOption(spec *argspec.Spec, problem argspec.Problem) string {
	if len(problem.Path) != 1 {
		return ""
	}
	names := make([]string, len(spec.Options))
	for i, o := range spec.Options {
		names[i] = o.Name
	}
	return nearest.Name(problem.Path[0], names)
}
