package catalog

import "github.com/rehearse-dev/rehearse/internal/argspec"

// ourWords says in one line what the modules of ansible.builtin do that do not run natively.
var ourWords = map[string]string{
	"add_host":               "Add a host to the inventory of this run, with groups and variables",
	"apt":                    "Install, upgrade and remove Debian packages",
	"apt_key":                "Add or remove a key of APT",
	"apt_repository":         "Add or remove a package source of APT",
	"assemble":               "Put a file together from fragments in a folder",
	"assert":                 "Fail where a condition does not hold",
	"async_status":           "Look at a task that runs in the background",
	"blockinfile":            "Keep a block of lines between two marker lines in a file",
	"cron":                   "Manage entries of cron tables",
	"deb822_repository":      "Add or remove a package source in deb822 format",
	"debconf":                "Set answers to a Debian package's questions",
	"debug":                  "Print a message or a variable",
	"dnf":                    "Install, upgrade and remove packages with dnf",
	"dnf5":                   "Install, upgrade and remove packages with dnf5",
	"dpkg_selections":        "Hold a Debian package, or release it",
	"expect":                 "Run a command and answer its prompts",
	"fail":                   "Fail with a message",
	"fetch":                  "Copy a file from the host to the controller",
	"find":                   "List files that match conditions",
	"gather_facts":           "Gather the facts of the host with the configured modules",
	"get_url":                "Download a file to the host",
	"getent":                 "Read an entry of a system database",
	"git":                    "Check out a git repository",
	"group":                  "Create, change and remove groups",
	"group_by":               "Put hosts in groups that are made of their variables",
	"hostname":               "Set the name of the host",
	"import_playbook":        "Insert the plays of another playbook when the playbook is read",
	"import_role":            "Insert the tasks of a role when the playbook is read",
	"import_tasks":           "Insert the tasks of a file when the playbook is read",
	"include_role":           "Run the tasks of a role when the task is reached",
	"include_tasks":          "Run the tasks of a file when the task is reached",
	"include_vars":           "Read variables from a file or a folder",
	"iptables":               "Change rules of iptables",
	"known_hosts":            "Add or remove a host key of known_hosts",
	"meta":                   "Tell the run itself to do something: flush handlers, end a play, ...",
	"mount_facts":            "Gather facts about mounts",
	"package":                "Install or remove packages with the host's own package manager",
	"package_facts":          "Gather the installed packages",
	"pause":                  "Wait for some time or for the user",
	"pip":                    "Install and remove Python packages",
	"raw":                    "Run a command line without any preparation of the host",
	"reboot":                 "Restart the host and wait until it is back",
	"replace":                "Replace all matches of a pattern in a file",
	"rpm_key":                "Add or remove a key of RPM",
	"script":                 "Copy a script of the controller to the host and run it",
	"service":                "Start, stop and enable services with the host's own init system",
	"service_facts":          "Gather the state of services",
	"set_fact":               "Set variables of the host",
	"set_stats":              "Set figures that the run reports at its end",
	"setup":                  "Gather facts of the host",
	"subversion":             "Check out a subversion repository",
	"systemd":                "Start, stop, enable and mask units of systemd",
	"systemd_service":        "Start, stop, enable and mask units of systemd",
	"sysvinit":               "Start, stop and enable SysV services",
	"template":               "Fill a template of the controller and put it on the host",
	"unarchive":              "Unpack an archive on the host",
	"uri":                    "Talk to a web service",
	"user":                   "Create, change and remove user accounts",
	"validate_argument_spec": "Check variables against an argument specification",
	"wait_for":               "Wait until a port, a file or a text is there, or gone",
	"wait_for_connection":    "Wait until the host can be used",
	"yum_repository":         "Add or remove a package source of dnf and yum",
}

// describe gives options that mean the same in every module our own line of text.
func describe(options []*argspec.Option, _ string) {
	for _, o := range options {
		if o.Doc == "" {
			o.Doc = commonWords[o.Name]
		}
	}
}

// commonWords are the options that mean the same wherever they stand.
var commonWords = map[string]string{
	"mode":          "permissions, octal as a text ('0644') or symbolic ('u=rw,g=r')",
	"owner":         "name or number of the user who owns it",
	"group":         "name or number of the group that owns it",
	"seuser":        "user part of the SELinux context",
	"serole":        "role part of the SELinux context",
	"selevel":       "level part of the SELinux context",
	"setype":        "type part of the SELinux context",
	"attributes":    "flags as chattr takes them, with an optional leading +, - or =",
	"unsafe_writes": "write in place where the file cannot be replaced atomically",
	"backup":        "keep a copy of the old file",
	"validate":      "command that checks the new file, %s is its path",
	"src":           "where it comes from",
	"dest":          "where it goes",
	"path":          "path to manage",
	"name":          "name of what is managed",
	"state":         "what it shall be",
	"follow":        "act on what a link points to",
	"force":         "do it even where something is in the way",
	"timeout":       "seconds to wait",
	"msg":           "text to show",
	"enabled":       "start it with the system",
}
