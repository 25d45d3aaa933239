package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"
	sshagent "golang.org/x/crypto/ssh/agent"
)

// sshLink is one SSH connection, made in this process.
type sshLink struct {
	client  *ssh.Client
	timeout time.Duration
	forward bool          // a forwarded ssh-agent is asked for with each session
	via     []*ssh.Client // jump hosts, the nearest first
	gone    chan struct{} // closed when the connection has ended
}

// dialSSH connects and logs in. Every step is bounded by the connection timeout.
func dialSSH(ctx context.Context, t *Target, s *settings) (*sshLink, error) {
	conn, via, err := connect(ctx, t, s)
	if err != nil {
		return nil, err
	}
	l, err := handshake(ctx, t, s, conn)
	if err != nil {
		closeAll(via)
		return nil, err
	}
	l.via = via
	return l, nil
}

func closeAll(clients []*ssh.Client) {
	for _, c := range slices.Backward(clients) {
		c.Close()
	}
}

// connect opens the connection that SSH is spoken on: TCP, a proxy command, or a channel of a jump host.
func connect(ctx context.Context, t *Target, s *settings) (net.Conn, []*ssh.Client, error) {
	jump, command := s.get("ProxyJump"), s.get("ProxyCommand")
	address := net.JoinHostPort(s.host, strconv.Itoa(s.port))
	switch {
	case jump != "" && !strings.EqualFold(jump, "none"):
		return throughJump(ctx, t, s, jump, address)
	case command != "" && !strings.EqualFold(command, "none"):
		conn, err := throughCommand(s.tokens(command))
		return conn, nil, err
	}
	network := map[string]string{"inet": "tcp4", "inet6": "tcp6"}[strings.ToLower(s.get("AddressFamily"))]
	if network == "" {
		network = "tcp"
	}
	d := net.Dialer{Timeout: s.connect}
	if bind := s.get("BindAddress"); bind != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(bind)}
	}
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, nil, dialError(s, err)
	}
	return quick(conn), nil, nil
}

// dialError words a failed connection as ssh does.
func dialError(s *settings, err error) error {
	var dns *net.DNSError
	var errno syscall.Errno
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("ssh: Could not resolve hostname %s: %s", s.host, resolveText(dns))
	case errors.As(err, &errno):
		text := errno.Error()
		return fmt.Errorf("ssh: connect to host %s port %d: %s", s.host, s.port, strings.ToUpper(text[:1])+text[1:])
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("ssh: connect to host %s port %d: Connection timed out", s.host, s.port)
	}
	return fmt.Errorf("ssh: connect to host %s port %d: %w", s.host, s.port, err)
}

func resolveText(e *net.DNSError) string {
	if e.IsNotFound {
		return "Name or service not known"
	}
	if e.IsTemporary {
		return "Temporary failure in name resolution"
	}
	return e.Err
}

// handshake speaks SSH on the connection up to the login; the connection is closed where that fails.
func handshake(ctx context.Context, t *Target, s *settings, conn net.Conn) (*sshLink, error) {
	login := &login{target: t, settings: s}
	defer login.close()
	config, err := login.config()
	if err != nil {
		conn.Close()
		return nil, err
	}
	guard := time.AfterFunc(s.connect, func() { conn.Close() })
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	c, channels, requests, err := ssh.NewClientConn(conn, s.hostKeyName(), config)
	silent := !guard.Stop()
	if !stop() {
		conn.Close()
		return nil, context.Cause(ctx)
	}
	if err != nil {
		conn.Close()
		if silent {
			return nil, fmt.Errorf("connection to %s port %d timed out: it was accepted, but there was no login within %v", s.host, s.port, s.connect)
		}
		err = login.explain(err)
		if proxy, ok := conn.(*commandConn); ok && proxy.said.Len() > 0 {
			err = fmt.Errorf("%w; the proxy command said: %s", err, strings.TrimSpace(proxy.said.String()))
		}
		return nil, err
	}
	l := &sshLink{client: ssh.NewClient(c, channels, requests), timeout: s.connect, gone: make(chan struct{})}
	go func() {
		l.client.Wait()
		close(l.gone)
	}()
	if s.yes("ForwardAgent", false) {
		if path := login.agentSocket(); path != "" {
			if err := sshagent.ForwardToRemote(l.client, path); err == nil {
				l.forward = true
			}
		}
	}
	return l, nil
}

// throughJump logs in to each jump host in turn and opens a connection from the last one. Each has its own settings from
// the configuration files.
func throughJump(ctx context.Context, t *Target, s *settings, jump, address string) (net.Conn, []*ssh.Client, error) {
	var via []*ssh.Client
	var last *ssh.Client
	hops := strings.Split(jump, ",")
	for i, hop := range hops {
		ht, err := jumpTarget(t, strings.TrimSpace(hop))
		if err != nil {
			closeAll(via)
			return nil, nil, err
		}
		hs, err := resolve(ht)
		if err != nil {
			closeAll(via)
			return nil, nil, err
		}
		if hs.system != "" {
			closeAll(via)
			return nil, nil, fmt.Errorf("the jump host %s needs %s, which only the system's ssh has: set it as ProxyCommand \"ssh -W %%h:%%p %s\"", hop, hs.system, hop)
		}
		var l *sshLink
		if i == 0 {
			l, err = dialSSH(ctx, ht, hs)
		} else {
			var conn net.Conn
			if conn, err = dialThrough(ctx, last, net.JoinHostPort(hs.host, strconv.Itoa(hs.port)), hs.connect); err == nil {
				l, err = handshake(ctx, ht, hs, conn)
			}
		}
		if err != nil {
			closeAll(via)
			return nil, nil, fmt.Errorf("jump host %s: %w", hop, err)
		}
		via = append(append(via, l.via...), l.client)
		last = l.client
	}
	conn, err := dialThrough(ctx, last, address, s.connect)
	if err != nil {
		closeAll(via)
		return nil, nil, fmt.Errorf("jump host %s: %w", hops[len(hops)-1], err)
	}
	return conn, via, nil
}

func dialThrough(ctx context.Context, c *ssh.Client, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return c.DialContext(ctx, "tcp", address)
}

// jumpTarget reads [user@]host[:port] or ssh://[user@]host[:port].
func jumpTarget(t *Target, hop string) (*Target, error) {
	rest := strings.TrimSuffix(strings.TrimPrefix(hop, "ssh://"), "/")
	ht := &Target{Name: hop, AnyHostKey: t.AnyHostKey, ConnectTimeout: t.ConnectTimeout, KeepAlive: t.KeepAlive,
		ConfigFile: t.ConfigFile, Ask: t.Ask, Getenv: t.Getenv, KeyFile: t.KeyFile, Passphrase: t.Passphrase}
	// Options of the command line count for the jump hosts as far as they are about trust and keys, not about the way.
	for _, o := range keepOptions(t.Args) {
		ht.Args = append(ht.Args, "-o", o)
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		ht.User, rest = rest[:i], rest[i+1:]
	}
	ht.Host = rest
	if host, port, err := net.SplitHostPort(rest); err == nil {
		n, err := strconv.Atoi(port)
		if err != nil {
			return nil, fmt.Errorf("jump host %s: %q is no port", hop, port)
		}
		ht.Host, ht.Port = host, n
	}
	ht.Host = strings.Trim(ht.Host, "[]")
	if ht.Host == "" {
		return nil, fmt.Errorf("jump host %q has no name", hop)
	}
	return ht, nil
}

func keepOptions(args []string) []string {
	var s settings
	var file string
	if s.arguments(args, &file) != nil {
		return nil
	}
	var out []string
	for _, o := range s.options {
		switch o.key {
		case "userknownhostsfile", "globalknownhostsfile", "stricthostkeychecking", "identityfile", "identitiesonly", "identityagent":
			out = append(out, o.key+"="+o.value)
		}
	}
	return out
}

func getenv(t *Target, name string) string {
	if t.Getenv != nil {
		return t.Getenv(name)
	}
	return os.Getenv(name)
}
