// Package layers holds the table of which package may import which, and the test that keeps it true.
package layers

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/rehearse-dev/rehearse/"

// table is the layer of each package, longest prefix first. A package may import its own layer and lower ones.
var table = []struct {
	prefix string
	layer  int
}{
	{"internal/pylayout", 0}, {"internal/source", 0}, {"internal/terminal", 0}, {"internal/diag", 0}, {"internal/value", 0}, {"internal/pyre", 0}, {"internal/pytext", 0}, {"internal/nearest", 0}, {"internal/digest", 0}, {"internal/durable", 0}, {"internal/layers", 0},
	{"internal/argparse", 0}, {"internal/yaml", 1}, {"internal/jinja", 1}, {"internal/pyeval", 1}, {"internal/vault", 1}, {"internal/config", 1},
	{"internal/argspec", 1}, {"internal/wire", 1},
	{"internal/module", 2}, {"internal/catalog", 2}, {"internal/inventory", 2}, {"internal/pyplugin", 2}, {"internal/factcache", 2},
	{"internal/playbook", 3}, {"internal/vars", 3},
	{"internal/project", 4},
	{"lint", 5}, {"runner", 5}, {"agent", 5},
	{"lsp", 6},
	{"internal/cli", 7}, {"cmd", 7}, {"bench", 7}, {"tools", 7}, {"editors", 7}, {"testdata", 7},
}

func layer(pkg string) (int, bool) {
	for _, row := range table {
		if pkg == row.prefix || strings.HasPrefix(pkg, row.prefix+"/") {
			return row.layer, true
		}
	}
	return 0, false
}

type pkg struct {
	ImportPath string
	Imports    []string
}

// list runs go list in the root of the module.
func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-e", "-json=ImportPath,Imports"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var pkgs []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

func TestNoUpwardImport(t *testing.T) {
	pkgs := list(t, "./...")
	if len(pkgs) < 5 {
		t.Fatalf("go list found only %d packages", len(pkgs))
	}
	for _, bad := range upward(t, pkgs) {
		t.Error(bad)
	}
}

func TestAnUpwardImportIsFound(t *testing.T) {
	bad := upward(t, []pkg{{module + "internal/yaml", []string{module + "runner", module + "internal/source"}}})
	if len(bad) != 1 || !strings.Contains(bad[0], "runner") {
		t.Errorf("got %v", bad)
	}
}

func upward(t *testing.T, pkgs []pkg) (bad []string) {
	t.Helper()
	for _, p := range pkgs {
		name, ok := strings.CutPrefix(p.ImportPath, module)
		if !ok {
			continue
		}
		from, ok := layer(name)
		if !ok {
			bad = append(bad, name+" has no layer: add it to the table")
			continue
		}
		for _, imported := range p.Imports {
			other, ok := strings.CutPrefix(imported, module)
			if !ok {
				continue
			}
			if to, ok := layer(other); ok && to > from {
				bad = append(bad, name+" imports "+other+" from a higher layer")
			}
		}
	}
	return bad
}

// TestTheArchitecturePageNamesEveryPackage keeps docs/architecture.md true to the table.
func TestTheArchitecturePageNamesEveryPackage(t *testing.T) {
	page, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range table {
		switch row.prefix {
		case "internal/layers", "bench", "tools", "editors", "testdata": // not part of the program
			continue
		}
		if !strings.Contains(string(page), "`"+row.prefix+"`") {
			t.Errorf("docs/architecture.md does not name %s", row.prefix)
		}
	}
}
