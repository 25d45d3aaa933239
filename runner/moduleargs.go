package runner

import (
	"github.com/rehearse-dev/rehearse/internal/value"
)

// moduleParams is what a module that is not native gets: the task's arguments and ansible-core's own beside them. tmpdir is
// the module's folder on the host, None where it makes one itself.
func (o *one) moduleParams(t target, args *value.Dict, tmpdir value.Value) (*value.Dict, error) {
	all := args.Copy()
	tmp, err := o.remoteTmp()
	if err != nil {
		return nil, err
	}
	shell, err := o.connText("/bin/sh", "ansible_shell_executable")
	if err != nil {
		return nil, err
	}
	facility, err := o.connText("", "ansible_syslog_facility")
	if err != nil {
		return nil, err
	}
	if facility == "" {
		facility = o.syslogFacility()
	}
	noLog := o.res.noLog
	quiet, err := o.connVar("ansible_no_target_syslog")
	if err != nil {
		return nil, err
	}
	switch {
	case quiet != nil:
		b, err := convert("bool", quiet)
		if err != nil {
			return nil, err
		}
		noLog = noLog || bool(b.(value.Bool))
	case o.o.Config != nil:
		noLog = noLog || o.o.Config.Bool("DEFAULT_NO_TARGET_SYSLOG")
	}
	info, err := o.connVar("ansible_target_log_info")
	if err != nil {
		return nil, err
	}
	if info == nil && o.o.Config != nil {
		info = o.o.Config.Get("TARGET_LOG_INFO").Value
	}
	if info == nil {
		info = value.None{}
	}
	debug := o.o.Config != nil && o.o.Config.Bool("DEFAULT_DEBUG")
	for _, kv := range []struct {
		k string
		v value.Value
	}{
		{"_ansible_check_mode", value.Bool(o.res.check)}, {"_ansible_no_log", value.Bool(noLog)}, {"_ansible_debug", value.Bool(debug)},
		{"_ansible_diff", value.Bool(o.res.diff)}, {"_ansible_verbosity", value.Int(o.o.Verbosity)}, {"_ansible_version", value.S(AnsibleVersion)},
		{"_ansible_module_name", value.S(o.moduleName(t))}, {"_ansible_syslog_facility", value.S(facility)},
		{"_ansible_selinux_special_fs", value.Strings(o.selinuxFilesystems())},
		{"_ansible_socket", value.None{}}, {"_ansible_shell_executable", value.S(shell)},
		{"_ansible_keep_remote_files", value.Bool(o.keepRemoteFiles())}, {"_ansible_tmpdir", tmpdir}, {"_ansible_remote_tmp", value.S(tmp)},
		{"_ansible_ignore_unknown_opts", value.Bool(o.ignoreUnknown)}, {"_ansible_target_log_info", info}, {"_ansible_tracebacks_for", &value.List{}},
	} {
		all.Put(kv.k, kv.v)
	}
	return all, nil
}

// moduleName is the name of a module as it is told to the module: the project's own have short names.
func (o *one) moduleName(t target) string {
	if t.entry != nil && t.entry.Local && t.fqcn == o.target.fqcn {
		return o.spec.name
	}
	return t.fqcn
}

// moduleJSON prints arguments as json.dumps does; a value that JSON has not becomes a text.
func moduleJSON(v value.Value) (string, error) {
	text, err := value.ToJSON(v, value.JSONOptions{Default: func(v value.Value) (value.Value, bool, error) { return value.S(value.ToStr(v)), true, nil }})
	return string(text), err
}

func (o *one) remoteTmp() (string, error) {
	tmp, err := o.connText("", "ansible_remote_tmp")
	if err != nil || tmp != "" {
		return tmp, err
	}
	if o.o.Config != nil {
		if v := o.o.Config.Plugin("shell/sh", "remote_tmp"); v.Err == nil && v.Value != nil {
			return value.ToStr(v.Value), nil
		}
	}
	return "~/.ansible/tmp", nil
}

func (o *one) syslogFacility() string {
	if o.o.Config != nil {
		if s := o.o.Config.String("DEFAULT_SYSLOG_FACILITY"); s != "" {
			return s
		}
	}
	return "LOG_USER"
}

func (o *one) selinuxFilesystems() []string {
	if o.o.Config != nil {
		return o.o.Config.Strings("DEFAULT_SELINUX_SPECIAL_FS")
	}
	return []string{"fuse", "nfs", "vboxsf", "ramfs", "9p", "vfat"}
}

func (o *one) keepRemoteFiles() bool {
	return o.o.Config != nil && o.o.Config.Bool("DEFAULT_KEEP_REMOTE_FILES")
}

// openFiles is how many files a Python module may have open; 0 leaves that as it is.
func (o *one) openFiles() (value.Value, error) {
	v, err := o.connVar("ansible_python_module_rlimit_nofile")
	if err != nil {
		return nil, err
	}
	if v == nil && o.o.Config != nil {
		v = o.o.Config.Get("PYTHON_MODULE_RLIMIT_NOFILE").Value
	}
	if v == nil || value.ToStr(v) == "" {
		return value.Int(0), nil
	}
	return convert("int", v)
}
