package transport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
)

// hostKeys decides whether a host is the one that it claims to be.
type hostKeys struct {
	login  *login
	db     *knownhosts.HostKeyDB
	name   string // host:port under which it is looked up
	strict string // yes, no, ask, accept-new
	files  []string
}

func (l *login) hostKeys() (*hostKeys, error) {
	s := l.settings
	k := &hostKeys{login: l, name: s.hostKeyName(), strict: strings.ToLower(s.get("StrictHostKeyChecking"))}
	if l.target.AnyHostKey {
		k.strict = "no"
	}
	switch k.strict {
	case "":
		k.strict = "ask"
	case "off", "false":
		k.strict = "no"
	case "true":
		k.strict = "yes"
	case "yes", "no", "ask", "accept-new":
	default:
		return nil, fmt.Errorf("ssh option StrictHostKeyChecking: %q is not one of yes, no, ask, accept-new", k.strict)
	}
	list := func(key, fallback string) []string {
		text := s.get(key)
		if text == "" {
			text = fallback
		}
		var paths []string
		for _, p := range strings.Fields(text) {
			if !strings.EqualFold(p, "none") {
				paths = append(paths, s.expand(strings.Trim(p, `"`)))
			}
		}
		return paths
	}
	k.files = list("UserKnownHostsFile", "~/.ssh/known_hosts ~/.ssh/known_hosts2")
	var err error
	k.db, err = readKnownHosts(append(k.files, list("GlobalKnownHostsFile", "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2")...))
	return k, err
}

// readKnownHosts reads the files that exist. Lines that cannot be understood are left out, as ssh does.
func readKnownHosts(files []string) (*knownhosts.HostKeyDB, error) {
	var there []string
	for _, f := range files {
		if info, err := os.Stat(f); err == nil && info.Mode().IsRegular() {
			there = append(there, f)
		}
	}
	db, err := knownhosts.NewDB(there...)
	if err == nil {
		return db, nil
	}
	var good bytes.Buffer
	for _, f := range there {
		content, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for line := range bytes.Lines(content) {
			if _, _, _, _, _, err := ssh.ParseKnownHosts(line); err == nil {
				good.Write(bytes.TrimRight(line, "\r\n"))
				good.WriteByte('\n')
			}
		}
	}
	f, err := os.CreateTemp("", "rehearse-known-hosts-")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := f.Write(good.Bytes()); err != nil {
		return nil, err
	}
	return knownhosts.NewDB(f.Name())
}

// algorithms are those of the known keys, so that the host shows one of them; nil where none is known.
func (k *hostKeys) algorithms() []string { return k.db.HostKeyAlgorithms(k.name) }

func (k *hostKeys) check(hostname string, remote net.Addr, key ssh.PublicKey) error {
	if k.login.settings.yes("NoHostAuthenticationForLocalhost", false) {
		if a, ok := remote.(*net.TCPAddr); ok && a.IP.IsLoopback() {
			return nil
		}
	}
	err := k.db.HostKeyCallback()(hostname, placeholder{remote}, key)
	switch {
	case err == nil:
		return nil
	case knownhosts.IsHostKeyChanged(err):
		if k.strict == "no" {
			return nil
		}
		return k.refuse("the %s key %s that it shows is not the one that is known: either somebody is in between, or the host was set up anew (then remove the old key with ssh-keygen -R)",
			key.Type(), ssh.FingerprintSHA256(key))
	case knownhosts.IsHostUnknown(err):
		if k.strict == "yes" || k.strict == "ask" && !k.ask(key) {
			return k.refuse("its %s key %s is not known; log in once with ssh, or add it with ssh-keyscan to %s",
				key.Type(), ssh.FingerprintSHA256(key), k.where())
		}
		return k.remember(key)
	}
	return k.refuse("%v", err)
}

// placeholder keeps the address out of the check: the name counts, as with CheckHostIP=no, ssh's default.
type placeholder struct{ net.Addr }

func (placeholder) String() string { return "0.0.0.0:0" }

func (k *hostKeys) where() string {
	if len(k.files) == 0 {
		return "a known_hosts file"
	}
	return k.files[0]
}

func (k *hostKeys) refuse(format string, args ...any) error {
	k.login.hostErr = fmt.Errorf("Host key verification failed for %s: %s", k.name, fmt.Sprintf(format, args...))
	return k.login.hostErr
}

func (k *hostKeys) ask(key ssh.PublicKey) bool {
	if k.login.target.Ask == nil {
		return false
	}
	prompt := fmt.Sprintf("The authenticity of host '%s' can't be established.\n%s key fingerprint is %s.\nAre you sure you want to continue connecting (yes/no)? ",
		k.name, key.Type(), ssh.FingerprintSHA256(key))
	for {
		answer, err := k.login.target.Ask(prompt)
		if err != nil {
			return false
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "yes", ssh.FingerprintSHA256(key):
			return true
		case "no":
			return false
		}
		prompt = "Please type 'yes', 'no' or the fingerprint: "
	}
}

// adding keeps lines of several hosts apart.
var adding sync.Mutex

// remember adds the key to the first file. A file that cannot be written does not keep anybody from working.
func (k *hostKeys) remember(key ssh.PublicKey) error {
	if len(k.files) == 0 || k.files[0] == os.DevNull {
		return nil
	}
	adding.Lock()
	defer adding.Unlock()
	os.MkdirAll(filepath.Dir(k.files[0]), 0o700)
	f, err := os.OpenFile(k.files[0], os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil
	}
	w := bufio.NewWriter(f)
	if endsWithoutNewline(f) {
		w.WriteByte('\n')
	}
	w.WriteString(knownhosts.Line([]string{k.name}, key) + "\n")
	if err := errors.Join(w.Flush(), f.Close()); err != nil { // one write, so that lines of several runs do not mix
		k.login.target.Trace.say("Failed to add the host to the list of known hosts (" + k.files[0] + "): " + err.Error())
	}
	return nil
}

func endsWithoutNewline(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}
