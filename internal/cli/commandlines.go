package cli

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/rehearse-dev/rehearse/internal/argparse"
)

// flags makes an option of the flags that stand in one text, "-i --inventory".
func flags(kind argparse.Kind, metavar, names string) *argparse.Option {
	return &argparse.Option{Flags: strings.Fields(names), Kind: kind, Metavar: metavar}
}

func on(names string) *argparse.Option { return flags(argparse.True, "", names) }

func store(metavar, names string) *argparse.Option { return flags(argparse.Store, metavar, names) }

func several(metavar, names string) *argparse.Option { return flags(argparse.Append, metavar, names) }

func number(metavar, names string) *argparse.Option {
	o := store(metavar, names)
	o.Int = true
	return o
}

func choice(names string, choices ...string) *argparse.Option {
	o := store("", names)
	o.Choices = choices
	return o
}

func join(lists ...[]*argparse.Option) (all []*argparse.Option) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func helpOption() *argparse.Option {
	return &argparse.Option{Flags: []string{"-h", "--help"}, Kind: argparse.Help, Help: "show this help and end"}
}

func verboseOption() *argparse.Option { return flags(argparse.Count, "", "-v --verbose") }

// baseOptions begin every program.
func baseOptions() []*argparse.Option {
	version := flags(argparse.Version, "", "--version")
	version.Help = "show the version, the configuration file and the search paths, and end"
	return []*argparse.Option{helpOption(), version, verboseOption()}
}

func connectionOptions() []*argparse.Option {
	return []*argparse.Option{
		store("PRIVATE_KEY_FILE", "--private-key --key-file"), store("REMOTE_USER", "-u --user"), store("CONNECTION", "-c --connection"),
		number("TIMEOUT", "-T --timeout"), store("SSH_COMMON_ARGS", "--ssh-common-args"), store("SFTP_EXTRA_ARGS", "--sftp-extra-args"),
		store("SCP_EXTRA_ARGS", "--scp-extra-args"), store("SSH_EXTRA_ARGS", "--ssh-extra-args"),
		on("-k --ask-pass"), store("CONNECTION_PASSWORD_FILE", "--connection-password-file --conn-pass-file"),
	}
}

func becomeOptions() []*argparse.Option {
	return []*argparse.Option{on("-b --become"), store("BECOME_METHOD", "--become-method"), store("BECOME_USER", "--become-user"),
		on("-K --ask-become-pass"), store("BECOME_PASSWORD_FILE", "--become-password-file --become-pass-file")}
}

func inventoryOption() *argparse.Option {
	return several("INVENTORY", "-i --inventory --inventory-file")
}

func inventoryOptions() []*argparse.Option {
	return []*argparse.Option{inventoryOption(), on("--list-hosts"), store("SUBSET", "-l --limit"), on("--flush-cache")}
}

func vaultOptions() []*argparse.Option {
	return []*argparse.Option{several("VAULT_IDS", "--vault-id"), on("-J --ask-vault-password --ask-vault-pass"),
		several("VAULT_PASSWORD_FILES", "--vault-password-file --vault-pass-file")}
}

func playbookDirOption() *argparse.Option { return store("BASEDIR", "--playbook-dir") }

func modulePathOption() *argparse.Option { return several("MODULE_PATH", "-M --module-path") }

func extraVarsOption() *argparse.Option { return several("EXTRA_VARS", "-e --extra-vars") }

func checkOptions() []*argparse.Option {
	return []*argparse.Option{on("-C --check"), on("-D --diff")}
}

func extra(o *argparse.Option) *argparse.Option {
	o.Extra = true
	return o
}

var (
	exclusivePass   = []string{"-k", "--connection-password-file"}
	exclusiveBecome = []string{"-K", "--become-password-file"}
	exclusiveVault  = []string{"-J", "--vault-password-file"}
)

func connectionGroup() argparse.Group {
	return argparse.Group{Title: "Connection Options", About: "how and as whom to connect", Flags: []string{"--private-key", "-u", "-c", "-T",
		"--ssh-common-args", "--sftp-extra-args", "--scp-extra-args", "--ssh-extra-args"}}
}

func becomeGroup() argparse.Group {
	return argparse.Group{Title: "Privilege Escalation Options", About: "as whom and how tasks run", Flags: []string{"-b", "--become-method", "--become-user"}}
}

// commandLine is the command line of one of Ansible's programs: the options of ansible-core 2.19 in their order.
func commandLine(program string) *argparse.Parser {
	p := &argparse.Parser{Prog: program, Sorted: true}
	switch program {
	case "ansible-playbook":
		p.About = "Run playbooks on hosts."
		p.Options = join(baseOptions(), connectionOptions(), []*argparse.Option{on("--force-handlers")}, becomeOptions(),
			[]*argparse.Option{several("TAGS", "-t --tags"), several("SKIP_TAGS", "--skip-tags")}, checkOptions(), inventoryOptions(),
			[]*argparse.Option{extraVarsOption()}, vaultOptions(), []*argparse.Option{number("FORKS", "-f --forks"), modulePathOption(), on("--syntax-check"),
				on("--list-tasks"), on("--list-tags"), on("--step"), store("START_AT_TASK", "--start-at-task"),
				extra(on("--fallback")), extra(several("FILE:LINE", "--task")), extra(store("OUTPUT", "--output"))})
		p.Positional = &argparse.Positional{Metavar: "playbook", Nargs: "+", Help: "file with a playbook"}
		p.Exclusive = [][]string{exclusivePass, exclusiveBecome, exclusiveVault}
		p.Groups = []argparse.Group{connectionGroup(), becomeGroup()}
	case "ansible":
		p.About = "Run one module on hosts."
		p.Options = join(baseOptions(), becomeOptions(), inventoryOptions(), []*argparse.Option{number("POLL_INTERVAL", "-P --poll"),
			number("SECONDS", "-B --background"), on("-o --one-line"), store("TREE", "-t --tree")}, connectionOptions(), checkOptions(),
			[]*argparse.Option{extraVarsOption()}, vaultOptions(), []*argparse.Option{number("FORKS", "-f --forks"), modulePathOption(), playbookDirOption(),
				number("TASK_TIMEOUT", "--task-timeout"), store("MODULE_ARGS", "-a --args"), store("MODULE_NAME", "-m --module-name"),
				extra(store("OUTPUT", "--output"))})
		p.Positional = &argparse.Positional{Metavar: "pattern", Help: "which hosts: names, groups and patterns of them"}
		p.Exclusive = [][]string{exclusiveBecome, exclusivePass, exclusiveVault}
		p.Groups = []argparse.Group{becomeGroup(), connectionGroup()}
		p.Epilog = "What steers a play (include, meta and the like) is not for a single task."
	case "ansible-inventory":
		p.About = "Show hosts, groups and their variables; as JSON unless another form is chosen."
		p.Options = join(baseOptions(), []*argparse.Option{inventoryOption(), store("SUBSET", "-l --limit"), on("--flush-cache")}, vaultOptions(),
			[]*argparse.Option{playbookDirOption(), extraVarsOption(), flags(argparse.Refused, "", "--list-hosts"), on("--list"), store("HOST", "--host"),
				on("--graph"), on("-y --yaml"), on("--toml"), on("--vars"), on("--export"), store("OUTPUT_FILE", "--output")})
		p.Positional = &argparse.Positional{Metavar: "group", Nargs: "?", Help: "group to begin with, for --graph"}
		p.Exclusive = [][]string{exclusiveVault}
		p.Groups = []argparse.Group{{Title: "Actions", About: "What to show: exactly one of these.", Flags: []string{"--list", "--host", "--graph"}}}
	case "ansible-vault":
		p.About = "Encrypt, decrypt and edit files."
		p.Epilog = "'ansible-vault <command> --help' shows the options of a command."
		p.Options = baseOptions()
		for _, name := range []string{"create", "decrypt", "edit", "view", "encrypt", "encrypt_string", "rekey"} {
			p.Commands = append(p.Commands, &argparse.Command{Name: name, Parser: vaultLine(name)})
		}
	case "ansible-config":
		p.About = "Show the configuration."
		p.Options = baseOptions()
		for _, name := range []string{"list", "dump", "view", "init", "validate"} {
			p.Commands = append(p.Commands, &argparse.Command{Name: name, Parser: configLine(name)})
		}
	case "ansible-doc":
		p.About = "Show what plugins take and give."
		p.Options = join(baseOptions(), []*argparse.Option{modulePathOption(), playbookDirOption(), choice("-t --type", docKinds...), on("-j --json"),
			several("ROLES_PATH", "-r --roles-path"), store("ENTRY_POINT", "-e --entry-point"), on("-s --snippet"), on("-F --list_files"), on("-l --list"),
			on("--metadata-dump"), on("--no-fail-on-errors")})
		p.Positional = &argparse.Positional{Metavar: "plugin", Nargs: "*", Help: "name of a plugin; with -l of a collection"}
		p.Exclusive = [][]string{{"-e", "-s", "-F", "-l", "--metadata-dump"}}
	}
	return p
}

func vaultLine(name string) *argparse.Parser {
	p := &argparse.Parser{Prog: "ansible-vault " + name, Exclusive: [][]string{exclusiveVault},
		Positional: &argparse.Positional{Metavar: "file_name", Nargs: "*", Help: "file to work on"}}
	output := store("OUTPUT_FILE", "--output")
	id := store("ENCRYPT_VAULT_ID", "--encrypt-vault-id")
	common := append(vaultOptions(), verboseOption())
	before, after := []*argparse.Option{helpOption()}, []*argparse.Option(nil)
	switch name {
	case "create":
		before, after = append(before, id), []*argparse.Option{on("--skip-tty-check")}
	case "decrypt":
		before = append(before, output)
	case "edit":
		before = append(before, id)
	case "encrypt":
		after = []*argparse.Option{output, id}
	case "encrypt_string":
		after = []*argparse.Option{output, id, on("-p --prompt"), on("--show-input"), several("ENCRYPT_STRING_NAMES", "-n --name"),
			store("ENCRYPT_STRING_STDIN_NAME", "--stdin-name")}
		p.Positional = &argparse.Positional{Metavar: "string_to_encrypt", Nargs: "*", Help: "text to encrypt; - reads standard input"}
	case "rekey":
		after = []*argparse.Option{id, store("NEW_VAULT_PASSWORD_FILE", "--new-vault-password-file"), store("NEW_VAULT_ID", "--new-vault-id")}
		p.Exclusive = append(p.Exclusive, []string{"--new-vault-password-file", "--new-vault-id"})
	}
	p.Options = join(before, common, after)
	return p
}

func configLine(name string) *argparse.Parser {
	p := &argparse.Parser{Prog: "ansible-config " + name,
		Positional: &argparse.Positional{Metavar: "args", Nargs: "*", Help: "names of plugins, of the kind that -t gives"}}
	p.Options = []*argparse.Option{helpOption(), verboseOption(), store("CONFIG_FILE", "-c --config"), choice("-t --type", configKinds...)}
	switch name {
	case "list":
		p.Options = append(p.Options, choice("--format -f", "json", "yaml"))
	case "dump":
		p.Options = append(p.Options, on("--only-changed --changed-only"), choice("--format -f", "json", "yaml", "display"))
	case "init":
		p.Options = append(p.Options, choice("--format -f", "ini", "env", "vars"), on("--disabled"))
	case "validate":
		p.Options = append(p.Options, choice("--format -f", "ini", "env"))
	}
	return p
}

// flagOf is the flag of a command that stands for an option of Ansible's program: one of its names is the flag's.
func flagOf(set *pflag.FlagSet, o *argparse.Option) *pflag.Flag {
	for _, name := range o.Flags {
		if long, ok := strings.CutPrefix(name, "--"); ok {
			if f := set.Lookup(long); f != nil {
				return f
			}
		}
	}
	return nil
}
