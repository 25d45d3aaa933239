package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// find looks for ansible.cfg: ANSIBLE_CONFIG (a file or its directory), the working directory unless everybody may
// write to it, ~/.ansible.cfg, /etc/ansible/ansible.cfg.
func (c *Config) find(o Options) string {
	var candidates []string
	fromEnv := ""
	if p, ok := o.Env("ANSIBLE_CONFIG"); ok {
		fromEnv = c.expand(p, o.Dir)
		if info, err := o.FS.Stat(fromEnv); err == nil && info.IsDir() {
			fromEnv = filepath.Join(fromEnv, "ansible.cfg")
		}
		candidates = append(candidates, fromEnv)
	}
	for dir := o.Near; dir != ""; dir = filepath.Dir(dir) {
		p := filepath.Join(dir, "ansible.cfg")
		if readable(o, p) {
			candidates = append(candidates, p)
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	ignored := false
	if info, err := o.FS.Stat(o.Dir); err == nil {
		p := filepath.Join(o.Dir, "ansible.cfg")
		if info.Mode()&0o002 != 0 && info.Mode()&fs.ModeDir != 0 {
			_, err := o.FS.Stat(p)
			ignored = err == nil
		} else {
			candidates = append(candidates, p)
		}
	}
	candidates = append(candidates, filepath.Join(c.home, ".ansible.cfg"), "/etc/ansible/ansible.cfg")
	found := ""
	for _, p := range candidates {
		if readable(o, p) {
			found = p
			break
		}
	}
	if ignored && (fromEnv == "" || fromEnv != found) {
		c.Warnings = append(c.Warnings, fmt.Sprintf("Ansible is being run in a world writable directory (%s), ignoring it as an ansible.cfg source."+
			" For more information see https://docs.ansible.com/ansible/devel/reference_appendices/config.html#cfg-in-world-writable-dir", o.Dir))
	}
	return found
}

func readable(o Options, path string) bool {
	info, err := o.FS.Stat(path)
	return err == nil && !info.IsDir()
}

// expand makes a path absolute: ~ and variables are expanded, relative ones count from dir.
func (c *Config) expand(path, dir string) string {
	path = strings.ReplaceAll(path, "{{CWD}}", c.Dir)
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') && c.home != "" {
		path = c.home + rest
	}
	path = os.Expand(path, func(name string) string {
		if v, ok := c.lookup(name); ok {
			return v
		}
		return "$" + name
	})
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	return filepath.Clean(path)
}
