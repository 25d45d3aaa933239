package feature

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// cursorMark stands for the cursor in the texts of tests.
const cursorMark = "‸"

// input makes an Input of a text without a project, and the cursor in it.
func input(t *testing.T, path, text string) (*Input, int) {
	t.Helper()
	off := strings.Index(text, cursorMark)
	text = strings.Replace(text, cursorMark, "", 1)
	language := "ansible"
	if strings.HasSuffix(path, ".j2") {
		language = "jinja"
	}
	return &Input{
		Source: source.NewFile(path, []byte(text)), Language: language, Catalog: catalog.New(catalog.Options{}),
		Functions: testFunctions,
	}, off
}

// testFunctions are tables with just enough rows: the real ones have their own tests.
var testFunctions = Functions{
	Filters: []*jinja.Function{
		{Name: "default", FQCN: "ansible.builtin.default", Doc: "Value for what is undefined.", Result: "any",
			Params: []jinja.Param{{Name: "value"}, {Name: "default_value", Default: jinja.Absent}, {Name: "boolean", Default: jinja.Absent, Doc: "Also for false values."}}},
		{Name: "to_json", FQCN: "ansible.builtin.to_json"},
		{Name: "to_yaml", FQCN: "ansible.builtin.to_yaml"},
	},
	Tests:   []*jinja.Function{{Name: "defined"}, {Name: "match", FQCN: "ansible.builtin.match"}},
	Lookups: []*jinja.Function{{Name: "env", FQCN: "ansible.builtin.env"}, {Name: "file", FQCN: "ansible.builtin.file"}},
	Globals: []*jinja.Function{{Name: "lookup"}, {Name: "range"}},
}

func TestComplete(t *testing.T) {
	for _, tt := range []struct {
		name, path, text string
		want             []string // first items in order
		has, not         []string // somewhere; nowhere
	}{
		{
			name: "play keyword", text: "- hosts: all\n  gather‸\n",
			want: []string{"gather_facts", "gather_subset", "gather_timeout"}, not: []string{"register"},
		},
		{name: "empty play", text: "- ‸\n", has: []string{"hosts", "name", "import_playbook"}, not: []string{"register", "loop_var"}},
		{name: "empty file", text: "‸", has: []string{"hosts"}},
		{name: "given key is left out", text: "- hosts: all\n  ‸\n", has: []string{"tasks"}, not: []string{"hosts", "import_playbook"}},
		{
			name: "module by its short name", text: "- hosts: all\n  tasks:\n    - name: x\n      cop‸\n",
			want: []string{"ansible.builtin.copy"},
		},
		{name: "module, whole short name", text: "- hosts: all\n  tasks:\n    - copy‸\n", want: []string{"ansible.builtin.copy"}},
		{name: "task keyword", text: "- hosts: all\n  tasks:\n    - name: x\n      reg‸\n", want: []string{"register"}, not: []string{"roles"}},
		{
			name: "no second module", text: "- hosts: all\n  tasks:\n    - name: x\n      ansible.builtin.copy:\n        src: a\n      sh‸\n",
			not: []string{"ansible.builtin.shell"},
		},
		{name: "task in the middle", text: "- hosts: all\n  tasks:\n    - name: x\n      ‸\n      when: true\n    - debug:\n", has: []string{"register", "ansible.builtin.copy"}, not: []string{"when", "name"}},
		{name: "handlers listen", text: "- hosts: all\n  handlers:\n    - name: x\n      lis‸\n", want: []string{"listen"}},
		{name: "tasks do not listen", text: "- hosts: all\n  tasks:\n    - name: x\n      lis‸\n", not: []string{"listen"}},
		{name: "block", text: "- hosts: all\n  tasks:\n    - block:\n        - debug:\n      res‸\n", want: []string{"rescue"}, not: []string{"register"}},
		{name: "task in a block", text: "- hosts: all\n  tasks:\n    - block:\n        - name: x\n          reg‸\n", want: []string{"register"}},
		{name: "option", text: "- hosts: all\n  tasks:\n    - ansible.builtin.copy:\n        s‸\n", has: []string{"src", "selevel"}, not: []string{"dest"}},
		{name: "required options first", text: "- hosts: all\n  tasks:\n    - ansible.builtin.copy:\n        ‸\n", want: []string{"dest"}},
		{
			name: "option beside others", text: "- hosts: all\n  tasks:\n    - copy:\n        src: a\n        ‸\n        dest: b\n      when: x\n",
			has: []string{"mode"}, not: []string{"src", "dest", "register"},
		},
		{name: "option in braces", text: "- hosts: all\n  tasks:\n    - copy: {src: a, ‸}\n", has: []string{"mode", "dest"}, not: []string{"src"}},
		{name: "option in empty braces", text: "- hosts: all\n  tasks:\n    - copy: {‸}\n", has: []string{"mode", "src"}},
		{name: "args", text: "- hosts: all\n  tasks:\n    - command: ls\n      args:\n        ch‸\n", want: []string{"chdir"}},
		{name: "action as a mapping", text: "- hosts: all\n  tasks:\n    - action:\n        module: copy\n        de‸\n", want: []string{"dest"}},
		{name: "choice", text: "- hosts: all\n  tasks:\n    - file:\n        state: ‸\n", has: []string{"absent", "directory", "touch"}},
		{name: "choice, begun", text: "- hosts: all\n  tasks:\n    - file:\n        state: dir‸\n", want: []string{"directory"}},
		{name: "choice in quotes", text: "- hosts: all\n  tasks:\n    - file:\n        state: \"dir‸\"\n", want: []string{"directory"}},
		{name: "bool option", text: "- hosts: all\n  tasks:\n    - copy:\n        backup: ‸\n", want: []string{"true", "false"}},
		{name: "bool keyword", text: "- hosts: all\n  become: ‸\n", want: []string{"true", "false"}},
		{name: "keyword with choices", text: "- hosts: all\n  order: s‸\n", want: []string{"shuffle", "sorted"}},
		{name: "loop_control", text: "- hosts: all\n  tasks:\n    - debug:\n      loop: []\n      loop_control:\n        la‸\n", want: []string{"label"}, not: []string{"register"}},
		{name: "vars_prompt", text: "- hosts: all\n  vars_prompt:\n    - name: x\n      pri‸\n", want: []string{"private"}},
		{name: "module_defaults", text: "- hosts: all\n  module_defaults:\n    ansible.builtin.copy:\n      mo‸\n", want: []string{"mode"}},
		{name: "nothing in a comment", text: "- hosts: all # gath‸\n", not: []string{"gather_facts"}},
		{name: "nothing in a name", text: "- hosts: all\n  name: gath‸\n", not: []string{"gather_facts"}},
		{name: "tasks file", path: "roles/a/tasks/main.yml", text: "- name: x\n  reg‸\n", want: []string{"register"}},
		{name: "half a list below", text: "- hosts: all\n  tas‸\n\n- hosts: web\n  tasks:\n    - debug:\n", want: []string{"tasks"}},
		{name: "open quote above", text: "- hosts: all\n  name: \"x\n  gather‸\n", want: []string{"gather_facts"}},
		{name: "key that has its colon", text: "- hosts: all\n  tasks:\n    - nam‸: x\n", want: []string{"name"}},

		{name: "variable", text: "- hosts: all\n  vars:\n    my_port: 1\n  tasks:\n    - debug:\n        msg: \"{{ my_‸ }}\"\n", want: []string{"my_port"}},
		{name: "variable, text not closed", text: "- hosts: all\n  vars:\n    my_port: 1\n  tasks:\n    - debug:\n        msg: \"{{ my_‸\n", want: []string{"my_port"}},
		{name: "variable without quotes", text: "- hosts: all\n  vars:\n    my_port: 1\n  tasks:\n    - debug:\n        msg: {{ my_‸ }}\n", want: []string{"my_port"}},
		{name: "variable in when", text: "- hosts: all\n  vars:\n    my_port: 1\n  tasks:\n    - debug:\n      when: my_‸\n", want: []string{"my_port"}},
		{name: "variable in a list of when", text: "- hosts: all\n  vars:\n    my_port: 1\n  tasks:\n    - debug:\n      when:\n        - true\n        - my_‸\n", want: []string{"my_port"}},
		{name: "variable in an empty when", text: "- hosts: all\n  vars:\n    my_port: 1\n  tasks:\n    - debug:\n      when: ‸\n", has: []string{"my_port"}},
		{name: "handler in a list of when", text: "- hosts: all\n  vars:\n    my_port: 1\n  tasks:\n    - debug:\n      when:\n        - ‸\n", has: []string{"my_port"}},
		{name: "variable in a block scalar", text: "- hosts: all\n  vars:\n    my_port: 1\n  tasks:\n    - copy:\n        content: |\n          a\n          port {{ my_‸\n        dest: x\n", want: []string{"my_port"}},
		{name: "assert", text: "- hosts: all\n  vars:\n    my_port: 1\n  tasks:\n    - assert:\n        that:\n          - my_‸\n", want: []string{"my_port"}},
		{name: "loop variable", text: "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ it‸ }}\"\n      loop: [1]\n", want: []string{"item"}},
		{name: "named loop variable", text: "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ us‸ }}\"\n      loop: [1]\n      loop_control:\n        loop_var: user\n", want: []string{"user"}, not: []string{"item"}},
		{name: "magic variable", text: "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ inventory_h‸ }}\"\n", want: []string{"inventory_hostname"}},
		{name: "fact", text: "- hosts: all\n  tasks:\n    - debug:\n      when: ansible_os_f‸\n", want: []string{"ansible_os_family"}},
		{name: "fact by its short name", text: "- hosts: all\n  tasks:\n    - debug:\n      when: ansible_facts.os_f‸\n", want: []string{"os_family"}},
		{name: "filter", text: "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ x | to_‸ }}\"\n", want: []string{"to_json", "to_yaml"}, not: []string{"default"}},
		{name: "filter right behind the bar", text: "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ x |‸ }}\"\n", has: []string{"default"}, not: []string{"range"}},
		{name: "filter by full name", text: "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ x | ansible.builtin.to_y‸ }}\"\n", want: []string{"ansible.builtin.to_yaml"}},
		{name: "filter argument", text: "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ x | default(1, boo‸) }}\"\n", want: []string{"boolean="}},
		{name: "test", text: "- hosts: all\n  tasks:\n    - debug:\n      when: x is def‸\n", want: []string{"defined"}, not: []string{"default"}},
		{name: "test after not", text: "- hosts: all\n  tasks:\n    - debug:\n      when: x is not ‸\n", has: []string{"defined", "match"}},
		{name: "variable after and", text: "- hosts: all\n  vars:\n    my_port: 1\n  tasks:\n    - debug:\n      when: x is defined and my_‸\n", want: []string{"my_port"}},
		{name: "lookup", text: "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ lookup('e‸') }}\"\n", want: []string{"env"}},
		{name: "no name in a text", text: "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ 'de‸' }}\"\n", not: []string{"default", "defined"}},
		{name: "outside of braces", text: "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ x }} def‸ {{ y }}\"\n", not: []string{"default", "defined"}},
		{name: "template file", path: "templates/a.j2", text: "{% if x %}\nPort {{ ansible_host‸ }}\n", want: []string{"ansible_host", "ansible_hostname"}},
		{name: "connection variable", text: "- hosts: all\n  vars:\n    ansible_become_p‸\n", want: []string{"ansible_become_pass", "ansible_become_password"}},
		{name: "given connection variable", text: "- hosts: all\n  vars:\n    ansible_become_pass: x\n    ansible_become_p‸\n", want: []string{"ansible_become_password"}, not: []string{"ansible_become_pass"}},
		{name: "no connection variable unasked", text: "- hosts: all\n  vars:\n    ‸\n", not: []string{"ansible_become_pass"}},
		{name: "no connection variable in an environment", text: "- hosts: all\n  environment:\n    ansible_become_p‸\n", not: []string{"ansible_become_pass"}},
		{name: "template statement", path: "templates/a.j2", text: "{% en‸ %}\n", has: []string{"endif", "endfor"}},
		{name: "template loop", path: "templates/a.j2", text: "{% for i in x %}{{ loop.fi‸ }}", want: []string{"first"}},
		{name: "name that the template sets", path: "templates/a.j2", text: "{% set my_name = 1 %}{% for my_item in x %}{{ my_‸ }}{% endfor %}", has: []string{"my_name", "my_item"}},
		{name: "loop variable behind its loop", path: "templates/a.j2", text: "{% for my_item in x %}{% endfor %}{{ my_‸ }}", not: []string{"my_item"}},
		{name: "template comment", path: "templates/a.j2", text: "{# {{ ansible_host‸ #}", not: []string{"ansible_hostname"}},
		{name: "template text", path: "templates/a.j2", text: "{{ x }}\nansible_host‸", not: []string{"ansible_hostname"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := tt.path
			if path == "" {
				path = "site.yml"
			}
			in, off := input(t, path, tt.text)
			got := Complete(context.Background(), in, off)
			var labels []string
			for _, i := range got.Items {
				labels = append(labels, i.Label)
			}
			if len(labels) < len(tt.want) || !slices.Equal(labels[:len(tt.want)], tt.want) {
				t.Errorf("first items %q, want %q", labels[:min(len(labels), 8)], tt.want)
			}
			for _, l := range tt.has {
				if !slices.Contains(labels, l) {
					t.Errorf("no %q in %q", l, labels[:min(len(labels), 12)])
				}
			}
			for _, l := range tt.not {
				if slices.Contains(labels, l) {
					t.Errorf("%q is offered", l)
				}
			}
		})
	}
}

func TestCompleteReplacesTheWord(t *testing.T) {
	for _, tt := range []struct{ text, label, want string }{
		{"- hosts: all\n  gather_f‸\n", "gather_facts", "- hosts: all\n  gather_facts: \n"},
		{"- hosts: all\n  tas‸\n", "tasks", "- hosts: all\n  tasks:\n"},
		{"- hosts: all\n  gat‸her_facts: true\n", "gather_subset", "- hosts: all\n  gather_subset: true\n"},
		{"- hosts: all\n  tasks:\n    - cop‸\n", "ansible.builtin.copy", "- hosts: all\n  tasks:\n    - ansible.builtin.copy:\n"},
		{"- hosts: all\n  tasks:\n    - ansible.builtin.co‸\n", "ansible.builtin.copy", "- hosts: all\n  tasks:\n    - ansible.builtin.copy:\n"},
		{"- hosts: all\n  tasks:\n    - file:\n        state: \"dir‸\"\n", "directory", "- hosts: all\n  tasks:\n    - file:\n        state: \"directory\"\n"},
		{"- hosts: all\n  tasks:\n    - file:\n        state:‸\n", "directory", "- hosts: all\n  tasks:\n    - file:\n        state: directory\n"},
		{"- hosts: all\n  tasks:\n    - debug:\n        msg: \"é{{ x | to_j‸ }}\"\n", "to_json", "- hosts: all\n  tasks:\n    - debug:\n        msg: \"é{{ x | to_json }}\"\n"},
		{"- hosts: all\n  tasks:\n    - debug:\n        msg: >-\n          a\n          {{ x | to_j‸ }}\n", "to_json", "- hosts: all\n  tasks:\n    - debug:\n        msg: >-\n          a\n          {{ x | to_json }}\n"},
		{"- hosts: all\n  tasks:\n    - debug:\n        msg: 'it''s {{ x | to_j‸ }}'\n", "to_json", "- hosts: all\n  tasks:\n    - debug:\n        msg: 'it''s {{ x | to_json }}'\n"},
	} {
		in, off := input(t, "site.yml", tt.text)
		c := Complete(context.Background(), in, off)
		i := slices.IndexFunc(c.Items, func(i Item) bool { return i.Label == tt.label })
		if i < 0 {
			t.Errorf("%q: %s is not offered", tt.text, tt.label)
			continue
		}
		item := c.Items[i]
		text := item.New
		if text == "" {
			text = item.Label
		}
		src := string(in.Source.Content)
		if got := src[:c.Span.Start] + text + src[c.Span.End:]; got != tt.want {
			t.Errorf("%q gives\n%q, want\n%q", tt.text, got, tt.want)
		}
	}
}

// TestCompleteEverywhere asks at every offset of texts that are cut off anywhere: nothing may panic or hang, and what is
// replaced must hold the cursor.
func TestCompleteEverywhere(t *testing.T) {
	text := "- hosts: all\n  vars: {a: 1, 'b': [x]}\n  tasks:\n    - name: \"{{ a | default('é') }}\"\n      ansible.builtin.copy:\n        content: |\n          {% if a is defined %}{{ lookup('file', 'x') }}\n        dest: '/x''y'\n      when: a.b[0] == 1 and not (c | int)\n      loop: \"{{ q }}\"\n  roles:\n    - role: x\n"
	for end := range len(text) + 1 {
		for off := range end + 1 {
			if end < len(text) && off != end && off%7 != 0 {
				continue
			}
			in := &Input{Source: source.NewFile("site.yml", []byte(text[:end])), Language: "ansible", Catalog: nil, Functions: testFunctions}
			c := Complete(context.Background(), in, off)
			if !c.Span.Contains(off) && len(c.Items) > 0 {
				t.Fatalf("at %d of %q: replaces %v", off, text[:end], c.Span)
			}
		}
	}
}
