package config

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// No ansible.cfg makes the reader panic; every setting has a value or an error.
func FuzzConfig(f *testing.F) {
	for _, s := range []string{"[defaults]\nforks=5\n", "[a]\nx = 1 ; c\n  more\n[a", "[defaults]\ninventory=~/x,{{CWD}}/y\n\ttab: 1\n", "x", "[]\n=\n", "[defaults]\ncallback_result_format={{ x }}\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := parseCfg(source.NewFile("/nonexistent/ansible.cfg", []byte(text)))
		if err != nil {
			return
		}
		c := &Config{Path: "/nonexistent/ansible.cfg", Dir: "/nonexistent", file: file}
		for _, v := range c.All() {
			if v.Err == nil && v.Value == nil && !v.Setting.NoDefault && v.Setting.Type != "none" {
				t.Fatalf("%s has neither a value nor an error", v.Setting.Name)
			}
		}
		c.Unknown()
	})
}
