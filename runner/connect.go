package runner

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// conn is an open way to a host.
type conn struct {
	c     transport.Conn
	open  bool // not closed to make room
	users int  // jobs that use it
	used  int  // when: the number of uses before

	closing chan struct{} // until it is closed to make room; nil at other times
}

// runHost is the host that the task runs on.
func (o *one) runHost() *inventory.Host {
	if o.delegated != nil {
		return o.delegated
	}
	return o.host
}

// connVar gives the first of the variables that is set, templated.
func (o *one) connVar(names ...string) (value.Value, error) {
	for _, n := range names {
		v, ok := o.connTemplar().Lookup(n)
		if !ok {
			continue
		}
		x, err := value.Force(v)
		if err != nil {
			return nil, err
		}
		if _, none := x.(value.None); none {
			continue
		}
		if _, omitted := x.(value.Omit); omitted {
			continue
		}
		return x, nil
	}
	return nil, nil
}

func (o *one) connText(def string, names ...string) (string, error) {
	v, err := o.connVar(names...)
	if err != nil || v == nil {
		return def, err
	}
	return value.ToStr(v), nil
}

// connectionName is the connection plugin that the task asks for.
func (o *one) connectionName() (string, error) {
	if o.controller {
		return "local", nil
	}
	v, err := o.connVar("ansible_connection")
	if err != nil {
		return "", err
	}
	name := ""
	if v != nil {
		name = value.ToStr(v)
	} else if name, err = o.spec.text(o.tpl, "connection"); err != nil {
		return "", err
	}
	if name == "" {
		name = o.o.Connection
	}
	if name == "" {
		name = "ssh"
	}
	return strings.TrimPrefix(strings.TrimPrefix(name, "ansible.builtin."), "ansible.legacy."), nil
}

func (o *one) isLocal() bool { n, err := o.connectionName(); return err == nil && n == "local" }

// connection opens the way to the host, or gives the one that is open.
func (o *one) connection(ctx context.Context) (transport.Conn, error) {
	name, err := o.connectionName()
	if err != nil {
		return nil, err
	}
	switch name {
	case "local":
		return o.open("local\x00"+o.host.Name, func() (transport.Conn, error) { return transport.Local(o.trace(o.runHost().Name)), nil })
	case "ssh", "smart", "paramiko", "paramiko_ssh":
		t, key, err := o.sshTarget()
		if err != nil {
			return nil, err
		}
		return o.open(key, func() (transport.Conn, error) { return transport.DialSSH(ctx, *t) })
	}
	return nil, &otherConnection{fault.New(fault.Of(o.spec.keywords["connection"]), "the connection plugin '%s' was not found", name)}
}

// otherConnection is the error of a way to the host that is not one of ours: a connection plugin in Python may know it.
type otherConnection struct{ error }

func (e *otherConnection) Unwrap() error { return e.error }

// open makes a connection once per key; a failed one is tried again by the next task.
func (o *one) open(key string, dial func() (transport.Conn, error)) (transport.Conn, error) {
	r := o.run_()
	r.connMu.Lock()
	c := r.conns[key]
	if c != nil {
		again, closing := !c.open, c.closing
		o.hold(c)
		r.connMu.Unlock()
		if closing != nil {
			<-closing
		}
		if again {
			r.makeRoom()
		}
		return c.c, nil
	}
	r.connMu.Unlock()
	r.makeRoom()
	n, err := dial()
	if err != nil {
		return nil, err
	}
	r.connMu.Lock()
	defer r.connMu.Unlock()
	if c := r.conns[key]; c != nil {
		go n.Close()
		o.hold(c)
		return c.c, nil
	}
	c = &conn{c: n}
	r.conns[key] = c
	o.hold(c)
	return n, nil
}

// reset closes the ways to a host (meta: reset_connection).
func (r *run) reset(host string) {
	r.connMu.Lock()
	defer r.connMu.Unlock()
	for key, c := range r.conns {
		if strings.HasSuffix(key, "\x00"+host) {
			c.c.Reset()
		}
	}
}

func (r *run) closeAll() {
	r.connMu.Lock()
	list := make([]*conn, 0, len(r.conns))
	for _, c := range r.conns {
		list = append(list, c)
	}
	r.conns = map[string]*conn{}
	r.connMu.Unlock()
	done := make(chan struct{}, len(list))
	for _, c := range list {
		go func() { c.c.Close(); done <- struct{}{} }()
	}
	for range list {
		<-done
	}
}

func unquote(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		if n := len(w); n >= 2 && (w[0] == '"' || w[0] == '\'') && w[n-1] == w[0] {
			w = w[1 : n-1]
		}
		out[i] = w
	}
	return out
}

func expandHome(p string) string {
	if strings.HasPrefix(p, "~/") {
		if home, err := os.UserHomeDir(); err == nil {
			return home + p[1:]
		}
	}
	return p
}

func (r *run) askSecret(prompt string) (string, error) {
	if !r.interactive() {
		return "", fmt.Errorf("%s there is no terminal to ask on", prompt)
	}
	return r.question(prompt, true)
}

// becomes tells whether the task changes to another account.
func (o *one) becomes() (bool, error) {
	on, err := o.spec.flag(o.tpl, "become", o.o.Become)
	if err != nil {
		return false, err
	}
	v, err := o.connVar("ansible_become")
	if err != nil || v == nil {
		return on, err
	}
	b, err := convert("bool", v)
	if err != nil {
		return false, err
	}
	return bool(b.(value.Bool)), nil
}

// become is the account that the task changes to; nil where it runs as the login user.
func (o *one) become() (*transport.Become, error) {
	if o.asLogin {
		return nil, nil
	}
	on, err := o.becomes()
	if err != nil || !on {
		return nil, err
	}
	b := &transport.Become{}
	method, err := o.spec.text(o.tpl, "become_method")
	if err != nil {
		return nil, err
	}
	if b.Method, err = o.connText(first(method, o.o.BecomeMethod, "sudo"), "ansible_become_method"); err != nil {
		return nil, err
	}
	b.Method = strings.TrimPrefix(b.Method, "ansible.builtin.")
	if !transport.Supports(b.Method) {
		return nil, fault.New(fault.Of(o.spec.keywords["become_method"]), "the become method '%s' is not supported; sudo and su are", b.Method)
	}
	if err := o.becomeOptions(b); err != nil {
		return nil, err
	}
	same, err := o.sameUser(b)
	if same || err != nil {
		return nil, err
	}
	return b, nil
}

// sameUser tells that the account is the one that the connection has already, so that there is nothing to change. The
// setting become_allow_same_user changes to it all the same.
func (o *one) sameUser(b *transport.Become) (bool, error) {
	if b.Exe != b.Method || o.o.Config != nil && o.o.Config.Bool("BECOME_ALLOW_SAME_USER") {
		return false, nil
	}
	if o.isLocal() {
		return b.User == "root" && os.Geteuid() == 0, nil
	}
	login, err := o.option(sshPlugin, "remote_user", o.o.User)
	return login != "" && login == b.User, err
}

// becomeOptions fills in the options of the become plugin.
func (o *one) becomeOptions(b *transport.Become) error {
	plugin := "become/" + b.Method
	var err error
	for _, option := range []struct {
		name, line string
		to         *string
	}{
		{"become_user", o.o.BecomeUser, &b.User}, {"become_exe", "", &b.Exe}, {"become_flags", "", &b.Flags},
	} {
		if *option.to, err = o.option(plugin, option.name, option.line); err != nil {
			return err
		}
	}
	password, err := o.option(plugin, "become_pass", string(o.o.BecomePassword))
	if err != nil {
		return err
	}
	b.Password = transport.Secret(password)
	switch b.Method {
	case "sudo":
		if b.Chdir, err = o.option(plugin, "sudo_chdir", ""); err != nil {
			return err
		}
	case "su":
		v, err := o.connVar("ansible_su_prompt_l10n")
		if err != nil {
			return err
		}
		if v == nil && o.o.Config != nil {
			v = o.o.Config.Plugin(plugin, "prompt_l10n").Value
		}
		if v != nil {
			list, err := convert("list", v)
			if err != nil {
				return err
			}
			var prompts []string
			for _, p := range list.(*value.List).Items {
				prompts = append(prompts, value.ToStr(p))
			}
			b.Prompts = strings.Join(prompts, "\n")
		}
	}
	if o.isLocal() {
		text, err := o.option("connection/local", "become_success_timeout", "")
		if err != nil {
			return err
		}
		if n, err := strconv.Atoi(text); err == nil && n > 0 {
			b.Timeout = time.Duration(n) * time.Second
		}
	}
	return nil
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
