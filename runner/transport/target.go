package transport

import "time"

// Target says how to reach a host over SSH. Empty fields are taken from the user's ~/.ssh/config and then from the
// defaults of OpenSSH.
type Target struct {
	Name string // inventory_hostname, for messages
	Host string // ansible_host
	User string // ansible_user
	Port int    // ansible_port

	Password   Secret   // ansible_password: also answers keyboard-interactive questions
	KeyFile    string   // ansible_ssh_private_key_file
	Key        Secret   // ansible_private_key: the text of a key
	Passphrase Secret   // ansible_ssh_private_key_passphrase
	Args       []string // ansible_ssh_args, _common_args and _extra_args, split into words: the options of ssh
	Executable string   // ansible_ssh_executable: another than "ssh" is used instead of connections made in this process
	Retries    int      // ansible_ssh_retries: how often a connection that fails is tried again
	ConfigFile string   // instead of ~/.ssh/config; "none" reads none

	AnyHostKey     bool          // ansible_host_key_checking is off: the host is not checked
	ConnectTimeout time.Duration // for connection, handshake, login and start of the agent each; 0 is 10 s
	KeepAlive      time.Duration // a host that answers nothing for this long while it owes an answer is lost; 0 is 30 s

	RemoteTmp string                              // ansible_remote_tmp: one of the places where the agent may be kept
	Shell     string                              // ansible_shell_executable; "" is /bin/sh
	Ask       func(prompt string) (string, error) // asks the user for a passphrase; nil: encrypted keys are refused by name
	Getenv    func(string) string                 // nil is os.Getenv
	Trace     Trace                               // may be nil
}
