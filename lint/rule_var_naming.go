package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func varNamingRule() *Rule {
	return &Rule{
		ID: "var-naming", Severity: "MEDIUM", Tags: []string{"idiom"},
		Subs: []Sub{
			{"var-naming[pattern]", "Variables names should match ^[a-z_][a-z0-9_]*$ regex."},
			{"var-naming[no-role-prefix]", "Variables names from within roles should use the role's name as a prefix."},
			{"var-naming[no-reserved]", "Variables names must not be Ansible reserved names."},
			{"var-naming[no-keyword]", "Variables names must not be Python keywords."},
			{"var-naming[non-ascii]", "Variables names must be ASCII."},
			{"var-naming[non-string]", "Variables names must be strings."},
			{"var-naming[read-only]", "This special variable is read-only."},
		},
		Doc: Doc{
			Summary: "Variables should have names that work everywhere and collide with nothing.",
			Problem: "All variables of a play share one space of names. A role whose variables begin with its own name cannot overwrite those of another; a name that Ansible or Python uses itself does not work, or only here and there.",
			Examples: []Example{
				{Title: "Capital letters", Want: []string{"var-naming[pattern]"}, Path: "group_vars/all.yml", Text: "HttpPort: 80\n"},
				{Title: "A keyword of plays", Want: []string{"var-naming[no-reserved]"}, Path: "group_vars/all.yml", Text: "port: 80\n"},
				{Title: "A default of a role without the role's name", Want: []string{"var-naming[no-role-prefix]"}, Path: "roles/web/defaults/main.yml", Text: "http_port: 80\n"},
				{Title: "A registered variable of a role", Want: []string{"var-naming[no-role-prefix]"}, Path: "roles/web/tasks/main.yml",
					Text: "- name: Look\n  ansible.builtin.stat:\n    path: /etc/motd\n  register: motd\n"},
				{Title: "Right", Path: "roles/web/defaults/main.yml", Text: "web_http_port: 80\n__web_internal: true\nansible_port: 2222\n"},
			},
		},
		Task: varNamingTask,
		Play: func(p *pass, play *playbook.PlaySyntax) {
			varNamingKeys(p, play.Attr("vars"), namePrefix{}, "")
			for _, r := range play.Roles {
				varNamingRole(p, r)
			}
		},
		File: func(p *pass) {
			f := p.file
			root := f.Tree.Root().Resolve()
			if root == nil {
				return
			}
			switch {
			case f.Kind == KindVars && root.Kind == yaml.Mapping:
				prefix := namePrefix{p.linter.role(f), false}
				for _, pair := range root.Pairs {
					if found := varNaming(p, pair.Key, prefix); found != nil {
						found.Message += " (vars: " + pair.Key.Text + ")"
						p.unlessNoqa(found)
					}
				}
			case f.Kind == KindTasks || f.Kind == KindHandlers:
				for _, item := range root.Items {
					if vars := item.Get("vars"); vars != nil && !skipsLint(item.Get("tags")) {
						varNamingMap(p, vars, namePrefix{}, "")
					}
				}
			}
		},
	}
}

// skipsLint is skipTag for a node.
func skipsLint(tags *yaml.Node) bool {
	tags = tags.Resolve()
	if tags == nil {
		return false
	}
	return strings.Contains(tags.Text, "skip_ansible_lint") || slices.ContainsFunc(tags.Items, func(n *yaml.Node) bool { return n.Text == "skip_ansible_lint" })
}

// namePrefix is what variables of a role are to begin with.
type namePrefix struct {
	value string
	fqcn  bool
}

func prefixOf(role string) namePrefix {
	fqcn := strings.Count(role, ".") >= 2 && identifiers(role)
	if strings.Contains(role, ".") {
		return namePrefix{"", fqcn}
	}
	return namePrefix{role[strings.LastIndexByte(role, '/')+1:], fqcn}
}

// identifiers tells whether a name is made of words with dots between them.
func identifiers(s string) bool {
	for _, w := range strings.Split(s, ".") {
		if w == "" || strings.Trim(w, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
			return false
		}
	}
	return true
}

// unlessNoqa takes a finding back when its own line names the rule.
func (p *pass) unlessNoqa(f *Finding) {
	ids := noqaIDs(p.file.Source.Text(p.file.Source.LineSpan(f.Line)))
	if slices.Contains(ids, f.Rule) || slices.Contains(ids, p.rule.ID) {
		p.findings = p.findings[:len(p.findings)-1]
	}
}

func varNamingKeys(p *pass, a *playbook.Attr, prefix namePrefix, suffix string) {
	if a != nil {
		varNamingMap(p, a.Node, prefix, suffix)
	}
}

func varNamingMap(p *pass, n *yaml.Node, prefix namePrefix, suffix string) {
	n = n.Resolve()
	if n == nil || n.Kind != yaml.Mapping {
		return
	}
	for _, pair := range n.Pairs {
		if pair.Merge {
			continue
		}
		if f := varNaming(p, pair.Key, prefix); f != nil {
			if suffix != "" {
				f.Message += " (" + suffix + pair.Key.Text + ")"
			}
			if p.task == nil {
				p.unlessNoqa(f)
			}
		}
	}
}

func varNamingRole(p *pass, r *playbook.RoleSyntax) {
	prefix := prefixOf(r.Name.S)
	for i := range r.Attrs {
		a := &r.Attrs[i]
		switch {
		case a.Name == "vars":
			varNamingMap(p, a.Node, prefix, "vars: ")
		case a.Keyword == nil && a.Name != "name" && a.Name != "role" && a.Key != nil:
			if f := varNaming(p, a.Key, prefix); f != nil {
				f.Message += " (vars: " + a.Name + ")"
				p.unlessNoqa(f)
			}
		}
	}
}

func varNamingTask(p *pass, t *Task) {
	role := namePrefix{p.linter.role(p.file), false}
	prefix := namePrefix{}
	if t.Short == "include_role" || t.Short == "import_role" {
		prefix = prefixOf(text(t.Arg("name")))
	}
	varNamingKeys(p, t.Attr("vars"), prefix, "vars: ")
	if t.Short == "set_fact" {
		for k := range t.Args.RawAll() {
			key, ok := k.(value.Str)
			if !ok || strings.HasPrefix(key.S, "__") || key.S == "cacheable" || key.S == "_raw_params" {
				continue
			}
			n := keyNode(t, key.S)
			if f := varNaming(p, n, role); f != nil {
				f.Line = t.Line
				f.Message += " (set_fact: " + key.S + ")"
			}
		}
	}
	if a := t.Attr("register"); a != nil {
		n := a.Node.Resolve()
		if n != nil && n.Kind == yaml.Scalar && n.Text != "" && !strings.HasPrefix(n.Text, "__") {
			if f := varNaming(p, n, role); f != nil {
				f.Line = t.Line
				f.Message += " (register: " + n.Text + ")"
			}
		}
	}
}

// keyNode is the node of an argument's name; one made up at the module's name where k=v text holds it.
func keyNode(t *Task, key string) *yaml.Node {
	for _, root := range []*yaml.Node{t.Action.Node, t.Action.ArgsNode} {
		if n := root.Resolve(); n != nil {
			if pair := n.Pair(key); pair != nil {
				return pair.Key
			}
		}
	}
	n := *t.Action.Key
	n.Text, n.Tag, n.Style = key, yaml.TagStr, yaml.DoubleQuoted
	return &n
}

// varNaming reports what is wrong with one variable's name; nil where nothing is. The finding may be changed.
func varNaming(p *pass, n *yaml.Node, prefix namePrefix) *Finding {
	report := func(tag, message string) *Finding {
		if p.task != nil && p.file.noqa.task(p.task, tag, p.rule.ID) {
			return nil
		}
		pos := n.At().Position()
		return p.report(tag, message, n.Span, pos.Line, pos.Column)
	}
	if n.Kind != yaml.Scalar || n.ResolvedTag() != yaml.TagStr {
		if n.Kind == yaml.Scalar {
			f := report("var-naming[non-string]", "Variables names must be strings.")
			if f != nil && p.task == nil {
				f.Line, f.Column = 1, 0 // as ansible-lint has it
			}
			return f
		}
		return nil
	}
	name := n.Text
	switch {
	case slices.Contains(varAllowed, name):
		return nil
	case strings.IndexFunc(name, func(r rune) bool { return r >= 0x80 }) >= 0:
		return report("var-naming[non-ascii]", "Variables names must be ASCII. ("+name+")")
	case slices.Contains(pythonKeywords, name):
		return report("var-naming[no-keyword]", "Variables names must not be Python keywords. ("+name+")")
	case slices.Contains(varReserved, name):
		return report("var-naming[no-reserved]", "Variables names must not be Ansible reserved names. ("+name+")")
	case slices.Contains(varReadOnly, name):
		return report("var-naming[read-only]", "This special variable is read-only. ("+name+")")
	case strings.Contains(name, "{{"):
		return nil
	case !p.linter.namePattern(name) && !prefix.fqcn:
		pattern := p.linter.config.VarPattern
		if pattern == "" {
			pattern = "^[a-z_][a-z0-9_]*$"
		}
		return report("var-naming[pattern]", "Variables names should match "+pattern+" regex. ("+name+")")
	}
	bare := strings.TrimLeft(name, "_")
	if prefix.value != "" && !strings.HasPrefix(bare, "ansible_") && !strings.HasPrefix(bare, prefix.value+"_") && identifiers(prefix.value) {
		return report("var-naming[no-role-prefix]", "Variables names from within roles should use "+prefix.value+"_ as a prefix.")
	}
	return nil
}

// namePattern tells whether a name is of the form that the project wants.
func (l *Linter) namePattern(name string) bool {
	if l.config.VarPattern == "" {
		return plainName(name)
	}
	l.varOnce.Do(func() { l.varPattern = regexp.MustCompile(l.config.VarPattern) }) // LoadConfig has compiled it before
	loc := l.varPattern.FindStringIndex(name)
	return loc != nil && loc[0] == 0
}

func plainName(s string) bool {
	return s != "" && (s[0] < '0' || s[0] > '9') && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

var (
	varAllowed = []string{"ansible_facts", "ansible_become_user", "ansible_connection", "ansible_host", "ansible_python_interpreter", "ansible_user", "ansible_remote_tmp"}

	pythonKeywords = strings.Fields(`False None True and as assert async await break class continue def del elif else except finally for from
		global if import in is lambda nonlocal not or pass raise return try while with yield`)

	// varReserved is what ansible-core 2.19 calls reserved: the keywords of plays, blocks, tasks and roles, and the global
	// functions of templates.
	varReserved = strings.Fields(`action always any_errors_fatal args async async_val become become_exe become_flags become_method become_user
		block changed_when check_mode collections connection cycler debugger delay delegate_facts delegate_to dict diff environment fact_path
		failed_when force_handlers gather_facts gather_timeout handlers hosts ignore_errors ignore_unreachable joiner lipsum local_action
		lookup loop loop_control loop_with max_fail_percentage module_defaults name namespace no_log notify now omit order poll port
		post_tasks pre_tasks q query range register remote_user rescue retries roles run_once serial strategy tags tasks throttle timeout
		undef until vars vars_files vars_prompt when with_`)

	varReadOnly = strings.Fields(`ansible_check_mode ansible_collection_name ansible_config_file ansible_dependent_role_names ansible_diff_mode
		ansible_forks ansible_index_var ansible_inventory_sources ansible_limit ansible_local ansible_loop ansible_loop_var
		ansible_parent_role_names ansible_parent_role_paths ansible_play_batch ansible_play_hosts ansible_play_hosts_all ansible_play_name
		ansible_play_role_names ansible_playbook_python ansible_role_name ansible_role_names ansible_run_tags ansible_search_path
		ansible_skip_tags ansible_verbosity ansible_version group_names groups hostvars inventory_dir inventory_file inventory_hostname
		inventory_hostname_short omit play_hosts playbook_dir role_name role_names role_path`)
)
