package runner

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// sshPlugin is the plugin of ansible-core whose options lead to a host.
const sshPlugin = "connection/ssh"

// option gives an option of a plugin as ansible-core finds it: the last one set of its variables, then its keyword, then the
// command line (line, "" where it does not say), then environment, ansible.cfg and default. "" is None.
func (o *one) option(plugin, name, line string) (string, error) {
	setting := config.FindPlugin(plugin, name)
	if setting == nil {
		return "", fmt.Errorf("%s has no option %s", plugin, name)
	}
	for i := len(setting.Vars) - 1; i >= 0; i-- {
		v, err := o.connVar(setting.Vars[i])
		if err != nil {
			return "", err
		}
		if v != nil {
			return value.ToStr(v), nil
		}
	}
	for _, k := range setting.Keywords {
		if text, err := o.spec.text(o.tpl, k); err != nil || text != "" {
			return text, err
		}
	}
	if line != "" {
		return line, nil
	}
	if o.o.Config == nil {
		return setting.Default, nil
	}
	v := o.o.Config.Plugin(plugin, name)
	if v.Err != nil || v.Value == nil {
		return "", v.Err
	}
	if _, none := v.Value.(value.None); none {
		return "", nil
	}
	return value.ToStr(v.Value), nil
}

// sshTarget gathers how to reach the host, and a key that equal ways have in common.
func (o *one) sshTarget() (*transport.Target, string, error) {
	h := o.runHost()
	t := &transport.Target{Name: h.Name, Ask: o.askSecret, Trace: o.trace(h.Name)}
	var failure error
	get := func(plugin, name, line string) string {
		text, err := o.option(plugin, name, line)
		if err != nil && failure == nil {
			failure = err
		}
		return text
	}
	number := func(name, line string) int {
		text := get(sshPlugin, name, line)
		if text == "" {
			return 0
		}
		n, err := strconv.Atoi(text)
		if err != nil && failure == nil {
			failure = fault.New(source.Location{}, "The %s of host %s is not a number: %s", name, h.Name, value.Quote(text))
		}
		return n
	}
	port, timeout := "", ""
	if o.o.Port != 0 {
		port = strconv.Itoa(o.o.Port)
	}
	if o.o.Timeout != 0 {
		timeout = strconv.Itoa(o.o.Timeout)
	}
	host, err := o.connText(h.Name, "ansible_ssh_host", "ansible_host") // inventory_hostname is that of the task's host
	if err != nil {
		return nil, "", err
	}
	t.Host = host
	t.User = get(sshPlugin, "remote_user", o.o.User)
	t.Port = number("port", port)
	t.Password = transport.Secret(get(sshPlugin, "password", string(o.o.ConnectionPassword)))
	t.Key = transport.Secret(get(sshPlugin, "private_key", ""))
	t.KeyFile = expandHome(get(sshPlugin, "private_key_file", o.o.KeyFile))
	t.Passphrase = transport.Secret(get(sshPlugin, "private_key_passphrase", ""))
	t.Executable = get(sshPlugin, "ssh_executable", "")
	t.Retries = number("reconnection_retries", "")
	t.ConnectTimeout = time.Duration(number("timeout", timeout)) * time.Second
	t.RemoteTmp = get("shell/sh", "remote_tmp", "")
	if t.Shell, err = o.connText("", "ansible_shell_executable"); err != nil {
		return nil, "", err
	}
	check, err := argspec.Convert("bool", value.S(get(sshPlugin, "host_key_checking", "")))
	if err != nil {
		return nil, "", err
	}
	t.AnyHostKey = !bool(check.(value.Bool))
	for _, args := range []string{get(sshPlugin, "ssh_args", ""), get(sshPlugin, "ssh_common_args", o.o.SSHCommonArgs),
		get(sshPlugin, "ssh_extra_args", o.o.SSHExtraArgs)} {
		words, err := argspec.SplitArgs(args)
		if err != nil {
			return nil, "", err
		}
		t.Args = append(t.Args, unquote(words)...)
	}
	if provider := get(sshPlugin, "pkcs11_provider", ""); provider != "" {
		t.Args = append(t.Args, "-o", "PKCS11Provider="+provider)
	}
	if failure != nil {
		return nil, "", failure
	}
	key := fmt.Sprintf("ssh\x01%s\x01%s\x01%d\x01%s\x01%s\x01%v\x01%s\x00%s", t.Host, t.User, t.Port, t.KeyFile, strings.Join(t.Args, " "), t.AnyHostKey,
		t.Executable, o.host.Name)
	return t, key, nil
}
