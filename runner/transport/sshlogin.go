package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
	sshagent "golang.org/x/crypto/ssh/agent"
)

// defaultKeys are the identity files that ssh tries when none is configured.
var defaultKeys = []string{"~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ed25519"}

// login is one attempt to log in: what it offers, and what it could not offer.
type login struct {
	target   *Target
	settings *settings

	agent   net.Conn
	notes   []string // why keys could not be used, for the message when the login fails
	hostErr error
}

func (l *login) close() {
	if l.agent != nil {
		l.agent.Close()
	}
}

func (l *login) config() (*ssh.ClientConfig, error) {
	s := l.settings
	keys, err := l.hostKeys()
	if err != nil {
		return nil, err
	}
	c := &ssh.ClientConfig{User: s.user, HostKeyCallback: keys.check, HostKeyAlgorithms: keys.algorithms()}
	if err := algorithms(s, c); err != nil {
		return nil, err
	}
	if s.yes("PubkeyAuthentication", true) {
		c.Auth = append(c.Auth, ssh.PublicKeysCallback(l.signers))
	}
	if l.target.Password != "" {
		password := string(l.target.Password)
		asked := 0
		c.Auth = append(c.Auth, ssh.Password(password), ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
			if len(questions) > 0 {
				if asked++; asked > 1 {
					return nil, errors.New("the password was not accepted")
				}
			}
			answers := make([]string, len(questions))
			for i := range answers {
				answers[i] = password
			}
			return answers, nil
		}))
	}
	return c, nil
}

// signers gives the keys to try: that of the inventory, those of the ssh-agent, the configured and the default files.
func (l *login) signers() ([]ssh.Signer, error) {
	s := l.settings
	var files []string
	explicit := s.identity != ""
	if explicit {
		files = append(files, s.expand(s.identity))
	}
	for _, f := range s.all("IdentityFile") {
		if f = strings.Trim(f, `"`); !strings.EqualFold(f, "none") {
			files = append(files, s.expand(f))
			explicit = true
		}
	}
	if !explicit {
		for _, f := range defaultKeys {
			files = append(files, s.expand(f))
		}
	}
	inAgent := l.agentSigners()
	var out []ssh.Signer
	known := map[string]bool{}
	add := func(k ssh.Signer) {
		if id := string(k.PublicKey().Marshal()); !known[id] {
			known[id] = true
			out = append(out, k)
		}
	}
	if l.target.Key != "" {
		for _, k := range l.text(string(l.target.Key)) {
			add(k)
		}
	}
	only := s.yes("IdentitiesOnly", false)
	for _, f := range files {
		for _, k := range l.file(f, explicit, inAgent) {
			add(k)
		}
	}
	if !only {
		for _, k := range inAgent {
			add(k)
		}
	}
	if len(out) == 0 {
		l.note("there is no key to offer")
	}
	return out, nil
}

func (l *login) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(l.notes, text) {
		l.notes = append(l.notes, text)
	}
}

// file gives the key in a file, and the certificate beside it. An encrypted key is taken from the agent, or opened with the
// passphrase; a key that cannot be used is noted.
func (l *login) file(path string, explicit bool, inAgent []ssh.Signer) []ssh.Signer {
	content, err := os.ReadFile(path)
	if err != nil {
		if explicit || !errors.Is(err, fs.ErrNotExist) {
			l.note("the key %s cannot be read: %v", path, bareText(err))
		}
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 && info.Mode().IsRegular() && ownFile(info) {
		l.note("the key %s is ignored, because others can read it (mode %04o)", path, info.Mode().Perm())
		return nil
	}
	k, err := ssh.ParsePrivateKey(content)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		public := locked.PublicKey
		if public == nil {
			public = publicBeside(path)
		}
		for _, a := range inAgent {
			if public != nil && bytes.Equal(a.PublicKey().Marshal(), public.Marshal()) {
				return []ssh.Signer{a}
			}
		}
		k, err = l.unlock(path, content)
	}
	if err != nil {
		if public, _, _, _, e := ssh.ParseAuthorizedKey(content); e == nil { // a public key names one of the agent's
			for _, a := range inAgent {
				if bytes.Equal(a.PublicKey().Marshal(), public.Marshal()) {
					return []ssh.Signer{a}
				}
			}
			err = errors.New("it is a public key, and the ssh-agent does not have the private one")
		}
		l.note("the key %s cannot be used: %v", path, err)
		return nil
	}
	out := []ssh.Signer{k}
	if cert, ok := publicBesideCert(path).(*ssh.Certificate); ok {
		if signer, err := ssh.NewCertSigner(cert, k); err == nil {
			out = []ssh.Signer{signer, k}
		}
	}
	return out
}

// text gives the key that a variable holds.
func (l *login) text(content string) []ssh.Signer {
	k, err := ssh.ParsePrivateKey([]byte(content))
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		k, err = l.unlock("ansible_private_key", []byte(content))
	}
	if err != nil {
		l.note("the key in ansible_private_key cannot be used: %v", err)
		return nil
	}
	return []ssh.Signer{k}
}

func (l *login) unlock(path string, content []byte) (ssh.Signer, error) {
	pass := string(l.target.Passphrase)
	if pass == "" {
		if l.target.Ask == nil {
			return nil, errors.New("it is encrypted; add it to the ssh-agent or set ansible_ssh_private_key_passphrase")
		}
		var err error
		if pass, err = l.target.Ask(fmt.Sprintf("Enter passphrase for key '%s': ", path)); err != nil {
			return nil, err
		}
	}
	k, err := ssh.ParsePrivateKeyWithPassphrase(content, []byte(pass))
	if err != nil {
		return nil, errors.New("the passphrase is wrong")
	}
	return k, nil
}

func publicBeside(path string) ssh.PublicKey { return readPublic(path + ".pub") }

func publicBesideCert(path string) ssh.PublicKey { return readPublic(path + "-cert.pub") }

func readPublic(path string) ssh.PublicKey {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	k, _, _, _, err := ssh.ParseAuthorizedKey(content)
	if err != nil {
		return nil
	}
	return k
}

// agentSocket is the path of the ssh-agent, "" where there is none.
func (l *login) agentSocket() string {
	switch path := l.settings.get("IdentityAgent"); {
	case strings.EqualFold(path, "none"):
		return ""
	case path == "", path == "SSH_AUTH_SOCK":
		return getenv(l.target, "SSH_AUTH_SOCK")
	case strings.HasPrefix(path, "$"):
		return getenv(l.target, strings.Trim(path[1:], "{}"))
	default:
		return l.settings.expand(path)
	}
}

func (l *login) agentSigners() []ssh.Signer {
	path := l.agentSocket()
	if path == "" {
		return nil
	}
	var err error
	if l.agent == nil {
		if l.agent, err = net.DialTimeout("unix", path, l.settings.connect); err != nil {
			l.note("the ssh-agent does not answer: %v", bareText(err))
			l.agent = nil
			return nil
		}
	}
	keys, err := sshagent.NewClient(l.agent).Signers()
	if err != nil {
		l.note("the ssh-agent does not answer: %v", err)
	}
	return keys
}

// explain words a failed login as ssh does.
func (l *login) explain(err error) error {
	s := l.settings
	if l.hostErr != nil {
		return l.hostErr
	}
	text := err.Error()
	if i := strings.Index(text, "attempted methods ["); i >= 0 {
		methods, _, _ := strings.Cut(text[i+len("attempted methods ["):], "]")
		var offered []string
		for _, m := range strings.Fields(methods) {
			if m != "none" && !slices.Contains(offered, m) {
				offered = append(offered, m)
			}
		}
		msg := fmt.Sprintf("%s@%s: Permission denied (%s).", s.user, s.host, strings.Join(offered, ","))
		if len(l.notes) > 0 {
			msg += " " + strings.ToUpper(l.notes[0][:1]) + strings.Join(l.notes, "; ")[1:] + "."
		}
		return errors.New(msg)
	}
	text = strings.TrimPrefix(text, "ssh: handshake failed: ")
	if text == "EOF" || strings.Contains(text, "connection reset") {
		return fmt.Errorf("connection closed by %s port %d before the login", s.host, s.port)
	}
	return fmt.Errorf("ssh to %s port %d: %s", s.host, s.port, strings.TrimPrefix(text, "ssh: "))
}

func bareText(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// algorithms applies the lists of algorithms that are configured, as far as they exist here.
func algorithms(s *settings, c *ssh.ClientConfig) error {
	have, weak := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	for _, list := range []struct {
		key  string
		all  []string
		dest *[]string
	}{
		{"KexAlgorithms", slices.Concat(have.KeyExchanges, weak.KeyExchanges), &c.KeyExchanges},
		{"Ciphers", slices.Concat(have.Ciphers, weak.Ciphers), &c.Ciphers},
		{"MACs", slices.Concat(have.MACs, weak.MACs), &c.MACs},
		{"HostKeyAlgorithms", slices.Concat(have.HostKeys, weak.HostKeys), &c.HostKeyAlgorithms},
	} {
		spec := s.get(list.key)
		if spec == "" {
			continue
		}
		names := strings.Split(strings.TrimLeft(spec, "+^-"), ",")
		in := func(name string) bool { return slices.Contains(names, name) }
		known := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(list.all, name) })
		standard := map[string][]string{"KexAlgorithms": have.KeyExchanges, "Ciphers": have.Ciphers, "MACs": have.MACs,
			"HostKeyAlgorithms": have.HostKeys}[list.key]
		switch spec[0] {
		case '+':
			*list.dest = append(slices.Clone(standard), known...)
		case '^':
			*list.dest = append(known, slices.DeleteFunc(slices.Clone(standard), in)...)
		case '-':
			*list.dest = slices.DeleteFunc(slices.Clone(standard), in)
		default:
			*list.dest = known
		}
		if len(*list.dest) == 0 {
			return fmt.Errorf("ssh option %s: none of %s is known here", list.key, spec)
		}
	}
	return nil
}
