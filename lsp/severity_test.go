package lsp

import "testing"

// What Ansible accepts, or never reads, has no error: at most warnings of the linter.
func TestAcceptedFilesHaveNoErrors(t *testing.T) {
	c := open(t, map[string]string{
		"ansible.cfg":                       "[defaults]\njinja2_extensions = jinja2.ext.do,jinja2.ext.loopcontrols\n",
		"site.yml":                          "- hosts: all\n  tasks:\n  - shell: ls | wc\n  - debug: {msg: \"{% do [].append(1) %}{% for i in [1] %}{% break %}{% endfor %}\"}\n  - copy: {dset: /x}\n",
		"roles/web/templates/a.conf.j2":     "{% do x.append(1) %}\n{% for i in y %}{% continue %}{% endfor %}\n",
		"roles/web/templates/.env.j2":       "A={{ a }}\nB: [\n",
		"charts/web/Chart.yaml":             "name: web\n",
		"charts/web/templates/x/role.yaml":  "name: {{ .Release.Name }}\n{{- if eq .Values.a \"b\" }}\nb: {{ .Values.b | quote }}\n{{- end }}\n",
		"roles/web/files/plugins.yml":       "- type: email\n  verbose: true\n- id: x\n  command: [a]\n",
		"roles/web/files/rules.yml":         "{% raw %}\nhttp:\n  x: {{ env \"A\" }}\n{% endraw %}\n",
		"app-template/kustomization.yaml":   "kind: Kustomization\nname: {{ cookiecutter.name }}\nother: {{ x }}-{{ y }}\n",
		"extensions/eda/rulebooks/a.yml":    "- name: Demo\n  hosts: all\n  sources: []\n  rules: []\n",
		"azure/templates/tests.yml":         "steps:\n- ${{ if not(x) }}:\n",
		"inventories/one.yml":               "[mons]\nlocalhost\n\n[osds]\nlocalhost a=1\n",
		"monitoring/prometheus-config.yaml": "a:\n{% for x in hosts %}\n  - {{ x }}\n{% endfor %}\n",
	})
	for _, name := range []string{"site.yml", "roles/web/templates/a.conf.j2", "roles/web/templates/.env.j2", "charts/web/templates/x/role.yaml",
		"roles/web/files/plugins.yml", "roles/web/files/rules.yml", "app-template/kustomization.yaml", "monitoring/prometheus-config.yaml",
		"extensions/eda/rulebooks/a.yml", "azure/templates/tests.yml", "inventories/one.yml"} {
		c.show(name)
		for _, d := range c.diagnostics(name, 1).Diagnostics {
			if d.Severity == 1 {
				t.Errorf("%s:%d: %s: %s", name, d.Range.Start.Line+1, d.Code, d.Message)
			}
		}
	}
}

// What Ansible refuses is an error, wherever it is found.
func TestRefusedFilesHaveErrors(t *testing.T) {
	c := open(t, map[string]string{
		"site.yml":                      "- hosts: all\n  tasks:\n  - debug: {msg: \"{% do [].append(1) %}\"}\n",
		"other.yml":                     "- hosts: all\n  tasks:\n  - nosuchmodule: {}\n",
		"group_vars/all.yml":            "a: {{ b }}\n",
		"roles/web/templates/a.conf.j2": "{% do x.append(1) %}\n",
		"roles/web/files/play.yml":      "- hosts: all\n  task: []\n",
	})
	for _, name := range []string{"site.yml", "other.yml", "group_vars/all.yml", "roles/web/templates/a.conf.j2", "roles/web/files/play.yml"} {
		c.show(name)
		errors := 0
		for _, d := range c.diagnostics(name, 1).Diagnostics {
			if d.Severity == 1 {
				errors++
			}
		}
		if errors != 1 {
			t.Errorf("%s has %d errors", name, errors)
		}
	}
}

// A folder that no file marks as a project is one, where the editor has opened it.
func TestFolderIsTheRoot(t *testing.T) {
	c := open(t, map[string]string{
		"deep/group_vars/all.yml":     "port: 80\n",
		"deep/charts/web/values.yaml": "a: 1\n",
		"web/templates/web.conf.xyz":  "listen {% if %}\n",
	})
	c.show("web/templates/web.conf.xyz")
	if d := c.diagnostics("web/templates/web.conf.xyz", 1).Diagnostics; len(d) == 0 || d[0].Code != "jinja[invalid]" {
		t.Errorf("a file below templates/ is a template of the folder: %+v", d)
	}
}
