package config

import (
	"slices"
	"strings"
	"sync"
)

// Attribute is something about how a task reaches its host that variables of the host override: "connection",
// "become_method". The last of Vars that is set wins.
type Attribute struct {
	Name string
	Vars []string
}

// AttributeOf gives the attribute of a task that a variable overrides, "" for none.
func AttributeOf(variable string) string {
	for i := range Attributes {
		if slices.Contains(Attributes[i].Vars, variable) {
			return Attributes[i].Name
		}
	}
	return ""
}

// HostVar is a variable of a host that ansible-core itself reads: it sets options of connection, become and shell
// plugins, settings of ansible.cfg for this host alone, or attributes of a task.
type HostVar struct {
	Name      string
	Doc       string     // one sentence
	Settings  []*Setting // what it sets, in the order of the table
	Attribute string     // the attribute of a task that it overrides, "" for none
	Secret    bool       // its value is not to be shown
}

// Plugins lists the plugins whose options the variable sets, "ssh", "sudo", without repetition.
func (v *HostVar) Plugins() []string {
	var out []string
	for _, s := range v.Settings {
		if _, name, ok := strings.Cut(s.Plugin, "/"); ok && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// HostVars lists the variables that ansible-core 2.19 reads from hosts, by name. The list must not be changed.
func HostVars() []*HostVar { return hostVars().list }

// FindHostVar gives a variable by its name, nil where ansible-core gives the name no meaning.
func FindHostVar(name string) *HostVar { return hostVars().byName[name] }

type hostVarTable struct {
	list   []*HostVar
	byName map[string]*HostVar
}

var hostVars = sync.OnceValue(func() hostVarTable {
	t := hostVarTable{byName: map[string]*HostVar{}}
	get := func(name string) *HostVar {
		v := t.byName[name]
		if v == nil {
			v = &HostVar{Name: name}
			t.byName[name] = v
			t.list = append(t.list, v)
		}
		return v
	}
	for i := range Settings {
		s := &Settings[i]
		for _, name := range s.Vars {
			if !strings.HasPrefix(name, "ansible_") { // inventory_hostname, delegated_vars[...] and what is internal
				continue
			}
			v := get(name)
			v.Settings = append(v.Settings, s)
			if v.Doc == "" {
				v.Doc = meaning[s.key()]
			}
			v.Secret = v.Secret || secretOptions[s.Name]
		}
	}
	for _, a := range Attributes {
		for _, name := range a.Vars {
			v := get(name)
			v.Attribute = a.Name
			if v.Doc == "" {
				v.Doc = meaning["task/"+a.Name]
			}
			v.Secret = v.Secret || secretOptions[a.Name]
		}
	}
	slices.SortFunc(t.list, func(a, b *HostVar) int { return strings.Compare(a.Name, b.Name) })
	return t
})

// key names a setting in the table of meanings: plugins of one kind share the meaning of an option.
func (s *Setting) key() string {
	kind, _, ok := strings.Cut(s.Plugin, "/")
	if !ok {
		return s.Name
	}
	return kind + "/" + s.Name
}

var secretOptions = map[string]bool{"password": true, "private_key": true, "private_key_passphrase": true, "become_pass": true}

// meaning says what the variables of a setting, of a plugin's option or of an attribute are for.
var meaning = map[string]string{
	"connection/become_strip_preamble":   "Whether what sudo or su says before the command is dropped.",
	"connection/become_success_timeout":  "Seconds to wait until another user has been become.",
	"connection/control_path":            "Socket of OpenSSH's shared connection.",
	"connection/control_path_dir":        "Directory of the sockets of OpenSSH's shared connections.",
	"connection/host":                    "Name or address to connect to.",
	"connection/host_key_checking":       "Whether the host's key must be known.",
	"connection/password":                "Password of the user to connect as.",
	"connection/password_mechanism":      "How ssh is given the password.",
	"connection/pipelining":              "Whether modules go through the connection's input instead of files.",
	"connection/pkcs11_provider":         "Library of the smart card to log in with.",
	"connection/port":                    "Port to connect to.",
	"connection/private_key":             "Text of the private key to log in with.",
	"connection/private_key_file":        "File of the private key to log in with.",
	"connection/private_key_passphrase":  "Passphrase of the private key.",
	"connection/proxy_command":           "Command through which the connection goes.",
	"connection/reconnection_retries":    "How often a connection that fails is tried again.",
	"connection/remote_addr":             "Name or address to connect to.",
	"connection/remote_user":             "User to connect as.",
	"connection/scp_executable":          "Program to copy with instead of scp.",
	"connection/scp_extra_args":          "Options for scp alone.",
	"connection/sftp_batch_mode":         "Whether sftp runs in batch mode.",
	"connection/sftp_executable":         "Program to copy with instead of sftp.",
	"connection/sftp_extra_args":         "Options for sftp alone.",
	"connection/ssh_args":                "Options of ssh, in place of the usual ones.",
	"connection/ssh_common_args":         "Options for ssh, sftp and scp, beside the usual ones.",
	"connection/ssh_executable":          "Program to connect with instead of ssh.",
	"connection/ssh_extra_args":          "Options for ssh alone, beside the usual ones.",
	"connection/ssh_transfer_method":     "How files are copied.",
	"connection/sshpass_prompt":          "Prompt that the password is the answer to.",
	"connection/timeout":                 "Seconds to wait for the connection.",
	"connection/use_rsa_sha2_algorithms": "Whether RSA keys may be used with SHA-2.",
	"connection/use_tty":                 "Whether commands get a terminal.",
	"connection/verbosity":               "Number of -v that ssh is given.",

	"become/become_exe":   "Program to become another user with.",
	"become/become_flags": "Options of the program to become another user with.",
	"become/become_pass":  "Password to become another user with.",
	"become/become_user":  "User to become.",
	"become/prompt_l10n":  "Prompts of su in other languages.",
	"become/sudo_chdir":   "Directory in which sudo runs the command.",

	"shell/admin_users":         "Users who may give files to others.",
	"shell/async_dir":           "Directory on the host for the state of async tasks.",
	"shell/common_remote_group": "Group that the users to connect as and to become are both in.",
	"shell/remote_tmp":          "Directory on the host for temporary files.",
	"shell/system_tmpdirs":      "Directories for temporary files that every user can read.",
	"shell/world_readable_temp": "Whether everybody may read temporary files where nothing else works.",

	"DEFAULT_MODULE_COMPRESSION":  "How modules are compressed on their way.",
	"DEFAULT_NO_TARGET_SYSLOG":    "Whether modules write nothing to the host's log.",
	"DEPRECATION_WARNINGS":        "Whether deprecations are shown.",
	"FACTS_MODULES":               "Modules that gather facts.",
	"INTERPRETER_PYTHON":          "Python on the host, or how it is found.",
	"INTERPRETER_PYTHON_FALLBACK": "Where Python is looked for on the host, in order.",
	"PYTHON_MODULE_RLIMIT_NOFILE": "How many files a module may have open.",
	"TARGET_LOG_INFO":             "Text that modules put into the host's log.",
	"WIN_ASYNC_STARTUP_TIMEOUT":   "Seconds that an async task may take to start on Windows.",

	"task/become":            "Whether to become another user.",
	"task/become_method":     "How to become another user.",
	"task/connection":        "Connection plugin of the host.",
	"task/connection_user":   "User that the connection was made as.",
	"task/docker_extra_args": "Options for docker.",
	"task/executable":        "Shell that runs commands on the host.",
	"task/network_os":        "System of a network device.",
	"task/shell":             "Kind of shell on the host.",
	"task/timeout":           "Seconds to wait for the connection.",
}
