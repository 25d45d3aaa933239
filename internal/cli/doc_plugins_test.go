package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// installed makes a folder that looks like an installed ansible-core with a few plugins, and a project that uses it.
func installed(t *testing.T) (path, project string) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"venv/bin/ansible": "#!" + root + "/venv/bin/python\n",
		"venv/lib/python3.11/site-packages/ansible/modules/greet.py": `DOCUMENTATION = r"""
module: greet
short_description: Say I(hello).
description:
  - Says hello to O(name), see M(ansible.builtin.debug).
version_added: "1.2"
options:
  name:
    description: Who is greeted, which may be a long story that does not fit into one line.
    required: true
    type: str
extends_documentation_fragment: [polite]
"""
EXAMPLES = r"""
- greet:
"""
RETURN = r"""
said:
  description: What was said.
"""
`,
		"venv/lib/python3.11/site-packages/ansible/plugins/doc_fragments/polite.py": `class ModuleDocFragment(object):
    DOCUMENTATION = r"""
options:
  name:
    aliases: [who]
  bow:
    description: Bow, too.
    type: bool
    default: false
notes:
  - Be polite.
"""
`,
		"venv/lib/python3.11/site-packages/ansible/plugins/action/greet.py":  "",
		"venv/lib/python3.11/site-packages/ansible/plugins/become/doas.py":   "DOCUMENTATION = '''\nname: doas\nshort_description: Do as\n'''\n",
		"venv/lib/python3.11/site-packages/ansible/plugins/filter/shout.yml": "DOCUMENTATION:\n  name: shout\n  short_description: Shout.\n",
		"venv/lib/python3.11/site-packages/ansible/plugins/lookup/find.py":   "DOCUMENTATION = '''\nname: find\nshort_description: Find\noptions:\n  _terms:\n    description: What.\n  deep:\n    description: How deep.\n    type: int\n    default: 3\n'''\n",
		"project/library/mine.py":                              "DOCUMENTATION = '''\nmodule: mine\nshort_description: Mine\noptions: {}\n'''\n",
		"project/roles/r1/meta/argument_specs.yml":             "argument_specs:\n  main:\n    short_description: Main entry\n    options:\n      a:\n        type: int\n        required: true\n        description: A number.\n  other:\n    short_description: Other entry\n",
		"project/roles/r2/meta/main.yml":                       "dependencies: []\n",
		"project/roles/r3/tasks/main.yml":                      "[]\n",
		"venv/lib/python3.11/site-packages/ansible/release.py": "",
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(root, "venv/bin"), filepath.Join(root, "project")
}

// The structure is that of ansible-doc 2.19.14 with the same files.
func TestPluginDocs(t *testing.T) {
	path, project := installed(t)
	core := strings.TrimSuffix(path, "/bin") + "/lib/python3.11/site-packages/ansible"
	for _, c := range []struct {
		args string
		code int
		out  string
		err  string
	}{
		{"-l ansible.builtin", 0, "ansible.builtin.greet Say `hello`" + strings.Repeat(" ", 53-len("Say `hello`")) + "\n", ""},
		{"-F ansible.builtin", 0, "ansible.builtin.greet CORE/modules/greet.py", ""},
		{"-t become -l", 0, "ansible.builtin.doas Do as" + strings.Repeat(" ", 54-len("Do as")) + "\n", ""},
		{"-t become -l -j", 0, "{\n    \"ansible.builtin.doas\": \"Do as\"\n}\n", ""},
		{"-t become nope", 0, "", "[WARNING]: nope was not found\n"},
		{"-j nope", 0, "{}\n", "[WARNING]: nope was not found\n"},
		{"-s greet", 0, "- name: Say `hello`.\n  greet:\n      bow:                   # Bow, too.\n" +
			"      name:                  # (required) Who is greeted, which may be a long\n                             # story that does not\n                             # fit into one line.\n", ""},
		{"-s -t lookup find", 0, "# _terms(string): What.\n# deep(int): How deep.\n\nlookup('find', < _terms >, deep=3)\n", ""},
		{"-s -t become doas", 1, "", "[ERROR]: Snippets are only available for the following plugin types: inventory, lookup, module\n"},
		{"-j greet", 0, `{
    "greet": {
        "doc": {
            "collection": "ansible.builtin",
            "description": [
                "Says hello to O(name), see M(ansible.builtin.debug)."
            ],
            "filename": "CORE/modules/greet.py",
            "has_action": true,
            "module": "greet",
            "notes": [
                "Be polite."
            ],
            "options": {
                "bow": {
                    "default": false,
                    "description": "Bow, too.",
                    "type": "bool"
                },
                "name": {
                    "aliases": [
                        "who"
                    ],
                    "description": "Who is greeted, which may be a long story that does not fit into one line.",
                    "required": true,
                    "type": "str"
                }
            },
            "plugin_name": "ansible.builtin.greet",
            "short_description": "Say I(hello).",
            "version_added": "1.2",
            "version_added_collection": "ansible.builtin"
        },
        "examples": "\n- greet:\n",
        "metadata": null,
        "return": {
            "said": {
                "description": "What was said."
            }
        }
    }
}
`, ""},
		{"--playbook-dir . -s mine", 0, "- name: Mine\n  mine:\n", ""},
		{"-l nope", 1, "", "[ERROR]: Invalid collection name (must be of the form namespace.collection): nope\n"},
		{"-l nope.nope", 1, "", "[ERROR]: Cannot use supplied collection 'nope.nope': unable to locate collection nope.nope\n"},
		{"-t role -r roles -l", 0, "r1:\n  specs:\n    main : Main entry\n    other: Other entry\nr2\n", ""},
		{"-t role -r roles r1 -e other", 0, "> ROLE: *r1* (PROJECT/roles/r1)\n\nENTRY POINT: *other* - Other entry\n", ""},
		{"-t role -r roles r2", 0, "", ""},
		{"-t role", 5, "", "[ERROR]: Missing name(s), incorrect options passed for detailed documentation.\n"},
		{"-t keyword nope", 0, "", "[WARNING]: Skipping invalid keyword 'nope': 'nope'\n"},
		{"--metadata-dump", 5, "", "[ERROR]: --metadata-dump is not supported: it is internal to ansible-core. -j gives the documentation of what is named.\n"},
	} {
		var out, errs bytes.Buffer
		env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: project, Getenv: func(name string) string {
			return map[string]string{"PATH": path, "HOME": project, "ANSIBLE_COLLECTIONS_PATH": project}[name]
		}}
		status := Main(append([]string{"ansible-doc"}, strings.Fields(c.args)...), env)
		here := strings.NewReplacer("CORE", core, "PROJECT", project)
		got, want := out.String(), here.Replace(c.out)
		if strings.HasPrefix(c.args, "-F") {
			got = strings.TrimRight(got, " \n")
		}
		if status != c.code || got != want || errs.String() != c.err {
			t.Errorf("%s: status %d, want %d, -want +got\n%s%s", c.args, status, c.code, cmp.Diff(want, got), cmp.Diff(c.err, errs.String()))
		}
	}
}
