package lib

import (
	"os"
	"os/user"
	"strconv"
	"time"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// templateVars are the variables that every template file sees: template_path, template_mtime, ansible_managed, ...
func templateVars(c *jinja.Call, path, full string) (jinja.Vars, error) {
	info, err := files(c).Stat(full)
	if err != nil {
		return nil, osError(err, full)
	}
	vars := TemplateVars(path, full, "", info)
	if _, set := variable(c, "ansible_managed"); !set {
		managed := "Ansible managed"
		if setting := c.Engine.Config().Setting; setting != nil {
			if v, ok := setting("DEFAULT_MANAGED_STR"); ok {
				managed = value.ToStr(v)
			}
		}
		vars["ansible_managed"] = AnsibleManaged(managed, info)
	}
	return vars, nil
}

// TemplateVars makes the variables that describe a template file; dest is "" where there is none.
func TemplateVars(path, full, dest string, info os.FileInfo) jinja.Vars {
	local := func(t time.Time) value.DateTime {
		return value.DateTime{T: time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond()/1000*1000, time.UTC)}
	}
	host, _ := os.Hostname()
	vars := jinja.Vars{
		"template_host": value.S(host), "template_path": value.S(path), "template_fullpath": value.S(full),
		"template_mtime": local(info.ModTime()), "template_run_date": local(time.Now()), "template_uid": owner(info), "template_destpath": value.None{},
	}
	if dest != "" {
		vars["template_destpath"] = value.S(dest)
	}
	return vars
}

// owner is the name of a file's owner, or the number where it has none.
func owner(info os.FileInfo) value.Value {
	uid, ok := ownerID(info)
	if !ok {
		return value.Int(0)
	}
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return value.S(u.Username)
	}
	return value.Int(uid)
}

// AnsibleManaged is the text of the variable ansible_managed: the setting with {file}, {host}, {uid} as expressions and
// the conversions of strftime filled in from the template's time of change.
func AnsibleManaged(setting string, info os.FileInfo) value.Str {
	text := ""
	for i := 0; i < len(setting); {
		replaced := false
		for _, f := range [...][2]string{{"{file}", "{{ template_path }}"}, {"{host}", "{{ template_host }}"}, {"{uid}", "{{ template_uid }}"}, {"{{", "{"}, {"}}", "}"}} {
			if len(setting)-i >= len(f[0]) && setting[i:i+len(f[0])] == f[0] {
				text += f[1]
				i += len(f[0])
				replaced = true
				break
			}
		}
		if !replaced {
			text += setting[i : i+1]
			i++
		}
	}
	return value.Authored(strftime(info.ModTime(), text), nil)
}
