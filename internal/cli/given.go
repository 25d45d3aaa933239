package cli

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner"
)

// given lists the options of the command line that have a value, in the order and the form of ansible-playbook -vvvv.
func (f *runFlags) given(env *Env, o runner.Options) []string {
	if f.verbosity < 4 || o.Adhoc != "" {
		return nil
	}
	lines := []string{"Positional arguments: " + strings.Join(o.Playbooks, " ")}
	add := func(name string, v any) {
		switch v := v.(type) {
		case string:
			if v != "" {
				lines = append(lines, name+": "+v)
			}
		case int:
			if v != 0 {
				lines = append(lines, fmt.Sprintf("%s: %d", name, v))
			}
		case bool:
			if v {
				lines = append(lines, name+": True")
			}
		case []string:
			if len(v) > 0 {
				t := &value.Tuple{}
				for _, s := range v {
					t.Items = append(t.Items, value.S(s))
				}
				lines = append(lines, name+": "+value.Repr(t))
			}
		}
	}
	or := func(v, otherwise string) string {
		if v == "" {
			return otherwise
		}
		return v
	}
	path := func(p string) string {
		if p == "" {
			return ""
		}
		return absIn(env.Dir, p)
	}
	var inventories []string
	for _, s := range f.inventories {
		if !strings.Contains(s, ",") {
			s = absIn(env.Dir, s)
		}
		inventories = append(inventories, s)
	}
	add("verbosity", f.verbosity)
	add("private_key_file", path(f.privateKey))
	add("remote_user", o.User)
	add("connection", or(f.connection, o.Connection))
	add("timeout", f.timeout)
	add("ssh_common_args", f.sshCommon)
	add("sftp_extra_args", f.sftpExtra)
	add("scp_extra_args", f.scpArgs)
	add("ssh_extra_args", f.sshExtra)
	add("ask_pass", f.askPass)
	add("connection_password_file", path(f.passFile))
	add("force_handlers", o.ForceHandlers)
	add("become", o.Become)
	add("become_method", o.BecomeMethod)
	add("become_user", f.becomeUser)
	add("become_ask_pass", f.askBecome)
	add("become_password_file", path(f.becomePassFile))
	add("tags", o.Tags)
	add("skip_tags", o.Skip)
	add("check", f.check)
	add("diff", o.Diff)
	add("inventory", inventories)
	add("listhosts", f.listHosts)
	add("subset", f.limit)
	add("flush_cache", f.flushCache)
	add("extra_vars", f.extra)
	add("vault_ids", f.vaultIDs)
	add("ask_vault_pass", f.askVault)
	add("vault_password_files", f.vaultFiles)
	add("forks", o.Forks)
	add("module_path", f.modulePaths)
	add("syntax", o.Syntax)
	add("step", o.Step)
	add("start_at_task", o.StartAt)
	return lines
}
