package lsp

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
)

func TestPluginsOfTheProjectAreKnown(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		"site.yml":                          "- hosts: all\n  roles: [web]\n",
		"filter_plugins/mine.py":            "class FilterModule:\n    def filters(self):\n        return {'shout': f}\n",
		"roles/web/tasks/main.yml":          "- debug: {}\n",
		"roles/web/test_plugins/t.py":       "class TestModule:\n    def tests(self):\n        return dict(loud=f)\n",
		"lookup_plugins/nearby.py":          "class LookupModule: pass\n",
		"somewhere/filter_plugins/other.py": "class FilterModule:\n    def filters(self):\n        return {'far': f}\n",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := project.Open(root, project.Options{FS: source.OS{}})
	if err != nil {
		t.Fatal(err)
	}
	f := withPlugins(functions(), p)
	if f.Filters[0].Name != "shout" || f.Filters[0].Doc != "Defined in filter_plugins/mine.py." {
		t.Errorf("the first filter is %s: %s", f.Filters[0].Name, f.Filters[0].Doc)
	}
	if f.Tests[0].Name != "loud" || f.Lookups[0].Name != "nearby" {
		t.Errorf("test %s, lookup %s", f.Tests[0].Name, f.Lookups[0].Name)
	}
	for _, x := range f.Filters {
		if x.Name == "far" {
			t.Error("a filter that no playbook can use is offered")
		}
	}
}
