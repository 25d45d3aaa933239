package action

import (
	"os"
	"path/filepath"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// templateVars are the variables that a template file sees beside the task's own.
func templateVars(c *Context, path, src, dest string) map[string]value.Value {
	full, err := filepath.Abs(path)
	if err != nil {
		full = path
	}
	vars := map[string]value.Value{
		"template_host":     value.S(nodeName()),
		"template_path":     value.S(src),
		"template_fullpath": value.S(full),
		"template_destpath": value.S(dest),
		"template_run_date": value.DateTime{T: time.Now()},
	}
	if info, err := os.Stat(path); err == nil {
		vars["template_mtime"] = value.DateTime{T: info.ModTime()}
		vars["template_uid"] = owner(info)
	}
	if _, ok := c.Scope.Lookup("ansible_managed"); !ok {
		managed := value.Value(value.S("Ansible managed"))
		if c.Setting != nil {
			if v, ok := c.Setting("DEFAULT_MANAGED_STR"); ok {
				managed = v
			}
		}
		vars["ansible_managed"] = managed
	}
	return vars
}

func nodeName() string {
	h, err := os.Hostname()
	if err != nil {
		return ""
	}
	return h
}
