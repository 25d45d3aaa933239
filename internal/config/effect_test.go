package config

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/configuration.md")

// sources is the text of the program, without tests and tables of settings.
func sources(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, dir := range []string{"internal", "runner", "lint", "lsp", "cmd"} {
		err := filepath.WalkDir(filepath.Join("../..", dir), func(path string, e fs.DirEntry, err error) error {
			base := filepath.Base(path)
			if err != nil || e.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") ||
				filepath.Base(filepath.Dir(path)) == "config" && (base == "settings_table.go" || base == "effect.go" || base == "deprecated.go") {
				return err
			}
			text, err := os.ReadFile(path)
			b.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// Every setting of ansible-core is read by the program, has its effect through a plugin's option, or is listed with the reason
// why it changes nothing.
func TestEffects(t *testing.T) {
	text := sources(t)
	known := map[string]bool{}
	for i := range Settings {
		s := &Settings[i]
		if s.Plugin != "" {
			continue
		}
		known[s.Name] = true
		color := strings.HasPrefix(s.Name, "COLOR_")
		read := strings.Contains(text, `"`+s.Name+`"`) || color && strings.Contains(text, `= "`+s.Name[len("COLOR_"):]+`"`)
		_, none := NoEffect[s.Name]
		via, through := Through[s.Name]
		switch {
		case read && none:
			t.Errorf("%s is read and listed as one without effect", s.Name)
		case !read && !none && !through:
			t.Errorf("nothing is said of %s", s.Name)
		case through:
			plugin, option, _ := strings.Cut(via, " ")
			if o := FindPlugin(plugin, option); o == nil || strings.Join(o.Env, " ") == "" {
				t.Errorf("%s: there is no %s", s.Name, via)
			}
		}
	}
	for name := range NoEffect {
		if !known[name] {
			t.Errorf("there is no setting %s", name)
		}
	}
}

// docs/configuration.md is made from the tables: go test ./internal/config -run TestConfigurationPage -update
func TestConfigurationPage(t *testing.T) {
	const path = "../../docs/configuration.md"
	var b strings.Builder
	b.WriteString(`# Settings

rehearse reads ansible.cfg and the environment as ansible-core 2.19 does: ` + "`rehearse config dump`" + ` shows every setting with its value and
where that comes from, ` + "`rehearse config validate`" + ` names keys that no setting has.

## What differs at -v to -vvvv

What ansible-playbook prints is printed, line by line and at the same verbosity, but for lines that would not be true here:

| line of ansible-playbook | here |
|---|---|
| ` + "`ansible python module location`, `python version`, `jinja version`, `pyyaml version`" + ` | left out: they are not used; ` + "`rehearse version`" + ` stands in |
| ` + "`<host> ESTABLISH LOCAL CONNECTION`" + ` | left out: a local task runs inside this process |
| ` + "`<host> ESTABLISH SSH CONNECTION`" + ` | once for each connection that is made, not for each task |
| ` + "`<host> EXEC`, `SSH: EXEC`" + ` | for the command lines that are really started: agents, sudo, su, ssh, raw commands; not for each module |
| ` + "`<host> PUT`, `FETCH`" + ` | for files that are really carried as such; modules travel in frames |
| ` + "`Using module file`, `Loading collection`, `Loading callback plugin ... from`" + ` | left out, or without a path: what is built in has no file |
| ` + "`redirecting (type: modules)`" + ` | once for each name, not each time that it is looked up |
| ` + "`Read `vars_file``" + `, ` + "`looking for ...`" + ` | left out: files are read once |

## Settings without effect

Every other setting of ansible-core holds. So do the options of the plugins in the groups become, cache, callback, inventory and vars of
` + "`rehearse config dump -t all`" + `, and of ` + "`ssh`, `local` and `sh`" + `; the other plugins there are listed, not used.

| setting | ansible.cfg | why it changes nothing |
|---|---|---|
`)
	for i := range Settings {
		s := &Settings[i]
		why, ok := NoEffect[s.Name]
		if !ok || s.Plugin != "" {
			continue
		}
		var keys []string
		for _, at := range s.Ini {
			keys = append(keys, "["+at.Section+"] "+at.Key)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s.Name, strings.Join(keys, ", "), why)
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != b.String() {
		t.Errorf("%s is out of date (%v): go test ./internal/config -run TestConfigurationPage -update", path, err)
	}
}
