package module

import (
	"os"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func userModule() *Module {
	host, _ := os.Hostname()
	return &Module{
		Name: "ansible.builtin.user",
		Doc:  "Create, change and remove user accounts",
		Spec: &argspec.Spec{SupportsCheck: true, Options: []*argspec.Option{
			{Name: "state", Default: value.S("present"), Choices: argspec.Texts("absent", "present"), Doc: "whether the account shall exist"},
			{Name: "name", Required: true, Aliases: []string{"user"}, Doc: "name of the account"},
			{Name: "uid", Type: "int", Doc: "its number"},
			{Name: "non_unique", Type: "bool", Default: value.Bool(false), Doc: "the number may be taken"},
			{Name: "group", Doc: "its primary group"},
			{Name: "groups", Type: "list", Elements: "str", Doc: "groups that it is a member of"},
			{Name: "comment", Doc: "its description, usually the full name"},
			{Name: "home", Type: "path", Doc: "its home directory"},
			{Name: "shell", Type: "path", Doc: "its login shell"},
			{Name: "password", NoLog: true, Doc: "its password, hashed"},
			{Name: "login_class", Doc: "its login class, on BSD systems"},
			{Name: "password_expire_max", Type: "int", Doc: "days after which the password must be changed"},
			{Name: "password_expire_min", Type: "int", Doc: "days before which the password cannot be changed"},
			{Name: "password_expire_warn", Type: "int", Doc: "days of warning before the password must be changed"},
			{Name: "hidden", Type: "bool", Doc: "hide it from the login window, on macOS"},
			{Name: "seuser", Doc: "its SELinux user"},
			{Name: "force", Type: "bool", Default: value.Bool(false), Doc: "remove it even when it is logged in; overwrite its SSH key"},
			{Name: "remove", Type: "bool", Default: value.Bool(false), Doc: "remove its home directory, too"},
			{Name: "create_home", Type: "bool", Default: value.Bool(true), Aliases: []string{"createhome"}, Doc: "create its home directory"},
			{Name: "skeleton", Doc: "folder that new home directories are copied from"},
			{Name: "system", Type: "bool", Default: value.Bool(false), Doc: "make it a system account"},
			{Name: "move_home", Type: "bool", Default: value.Bool(false), Doc: "move the old home directory to the new place"},
			{Name: "append", Type: "bool", Default: value.Bool(false), Doc: "add to its groups instead of replacing them"},
			{Name: "generate_ssh_key", Type: "bool", Doc: "make an SSH key for it"},
			{Name: "ssh_key_bits", Type: "int", Default: value.Int(0), Doc: "size of the SSH key"},
			{Name: "ssh_key_type", Default: value.S("rsa"), Doc: "type of the SSH key"},
			{Name: "ssh_key_file", Type: "path", Doc: "file of the SSH key, below the home directory"},
			{Name: "ssh_key_comment", Default: value.S("ansible-generated on " + host), Doc: "comment of the SSH key"},
			{Name: "ssh_key_passphrase", NoLog: true, Doc: "passphrase of the SSH key"},
			{Name: "update_password", Default: value.S("always"), Choices: argspec.Texts("always", "on_create"), Doc: "when to set the password"},
			{Name: "expires", Type: "float", Doc: "when the account expires, in seconds since 1970"},
			{Name: "password_lock", Type: "bool", Doc: "lock the password"},
			{Name: "local", Type: "bool", Doc: "use the commands for local accounts"},
			{Name: "profile", Doc: "its profile, on Solaris"},
			{Name: "authorization", Doc: "its authorization, on Solaris"},
			{Name: "role", Doc: "its role, on Solaris"},
			{Name: "umask", Doc: "umask of its home directory"},
			{Name: "password_expire_account_disable", Type: "int", Doc: "days after which an expired password disables the account"},
			{Name: "uid_min", Type: "int", Doc: "lowest number to choose"},
			{Name: "uid_max", Type: "int", Doc: "highest number to choose"},
		}},
		Returns: []Return{
			{"uid", "int", "its number"}, {"group", "int", "number of its primary group"}, {"groups", "str", "its groups, with commas"},
			{"home", "str", "its home directory"}, {"shell", "str", "its login shell"}, {"comment", "str", "its description"},
			{"append", "bool", "whether groups were added"}, {"create_home", "bool", "whether a home directory was created"},
			{"move_home", "bool", "whether the home directory was moved"}, {"state", "str", "present or absent"}, {"name", "str", "its name"},
			{"system", "bool", "whether it is a system account"}, {"ssh_public_key", "str", "its SSH key"}, {"ssh_key_file", "str", "file of its SSH key"},
			{"ssh_fingerprint", "str", "fingerprint of its SSH key"},
		},
	}
}
