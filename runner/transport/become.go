package transport

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mvdan.cc/sh/v3/shell"

	"github.com/rehearse-dev/rehearse/internal/wire"
)

// BecomeError is an account that could not be reached: the task fails, the host is not lost.
type BecomeError struct{ Message string }

func (e *BecomeError) Error() string { return e.Message }

// method is one way to another account. The table is complete: other methods are refused by name.
type method struct {
	flags  string   // ansible's default for become_flags
	prompt string   // %s is a random text; a prompt without one is recognised as it is
	wrong  []string // what is printed for a wrong password
	absent []string // what is printed where a password is needed
	argv   func(b *Become, exe string, flags []string, prompt string, argv []string) []string
}

var methods = map[string]method{
	"sudo": {
		flags:  "-H -S -n",
		prompt: "[sudo via rehearse, key=%s] password:",
		wrong:  []string{"Sorry, try again.", "incorrect password attempt"},
		absent: []string{"a password is required", "no askpass program", "a terminal is required"},
		argv: func(b *Become, exe string, flags []string, prompt string, argv []string) []string {
			// The password is typed on the terminal, not on standard input, which carries frames.
			flags = sudoFlags(flags, b.Password != "")
			out := append([]string{exe}, flags...)
			if b.Password != "" {
				out = append(out, "-p", prompt)
			}
			return append(append(out, "-u", b.account()), argv...)
		},
	},
	"su": {
		prompt: "assword:",
		wrong:  []string{"Authentication failure", "incorrect password"},
		argv: func(b *Become, exe string, flags []string, _ string, argv []string) []string {
			return append(append([]string{exe}, flags...), b.account(), "-c", "unset LC_ALL; exec "+shellJoin(argv))
		},
	},
}

// sudoFlags leaves out what keeps sudo from asking on its terminal: -S, and with a password -n, also within "-HSn". Where sudo is
// told never to ask, -S does nothing and stays.
func sudoFlags(flags []string, password bool) []string {
	if !password && slices.ContainsFunc(flags, func(f string) bool {
		return f == "--non-interactive" || strings.HasPrefix(f, "-") && !strings.HasPrefix(f, "--") && strings.Contains(f, "n")
	}) {
		return flags
	}
	var out []string
	for _, f := range flags {
		switch {
		case f == "--stdin" || password && f == "--non-interactive":
			continue
		case strings.HasPrefix(f, "-") && !strings.HasPrefix(f, "--"):
			f = strings.ReplaceAll(f, "S", "")
			if password {
				f = strings.ReplaceAll(f, "n", "")
			}
			if f == "-" {
				continue
			}
		}
		out = append(out, f)
	}
	return out
}

// Supports tells whether a become method can be used.
func Supports(becomeMethod string) bool {
	_, ok := methods[becomeMethod]
	return ok || becomeMethod == ""
}

// becomeTimeout is how long another account may take to be reached, as with ansible-core's local connection.
const becomeTimeout = 10 * time.Second

func (b *Become) timeout() time.Duration {
	if b.Timeout > 0 {
		return b.Timeout
	}
	return becomeTimeout
}

// silence is what is said of an account that was neither reached nor asked a password in time.
func (b *Become) silence() string {
	return fmt.Sprintf("Timed out waiting for become success or become password prompt (%v).", b.timeout())
}

func (b *Become) account() string {
	if b.User == "" {
		return "root"
	}
	return b.User
}

func (b *Become) method() (string, method, error) {
	name := b.Method
	if name == "" {
		name = "sudo"
	}
	m, ok := methods[name]
	if !ok {
		return name, m, &BecomeError{fmt.Sprintf("the become method %s is not supported; sudo and su are", name)}
	}
	return name, m, nil
}

// spawn gives the process that runs argv as the account.
func (b *Become) spawn() (func(argv []string) *wire.Spawn, error) {
	name, m, err := b.method()
	if err != nil {
		return nil, err
	}
	exe := b.Exe
	if exe == "" {
		exe = name
	}
	text := b.Flags
	if text == "" {
		text = m.flags
	}
	flags, err := shell.Fields(text, func(string) string { return "" })
	if err != nil {
		return nil, &BecomeError{"become_flags: " + err.Error()}
	}
	prompt := m.prompt
	if strings.Contains(prompt, "%s") {
		prompt = fmt.Sprintf(prompt, rand.Text())
	}
	prompts := []string{prompt}
	if name == "su" && b.Prompts != "" {
		prompts = nil
		for p := range strings.SplitSeq(b.Prompts, "\n") {
			prompts = append(prompts, p+":", p+" :", p+"：") // su of some languages puts a space, or a wide colon
		}
	}
	return func(argv []string) *wire.Spawn {
		s := &wire.Spawn{Argv: m.argv(b, exe, flags, prompt, argv), TTY: true, Prompts: prompts, Password: string(b.Password)}
		if b.Chdir != "" && name == "sudo" {
			s.Argv = append([]string{"/bin/sh", "-c", `cd "$0" && exec "$@"`, b.Chdir}, s.Argv...)
		}
		if name == "su" {
			s.Env = map[string]string{"LC_ALL": "C"} // the prompt is translated otherwise
		}
		return s
	}, nil
}

// explain turns a failed start of a child agent into ansible's words.
func (b *Become) explain(err error) error {
	name, m, methodErr := b.method()
	if methodErr != nil {
		return methodErr
	}
	var boot *BootstrapError
	if !errors.As(err, &boot) {
		return err
	}
	if boot.Silent {
		return &Unreachable{Message: b.silence(), Cause: err}
	}
	said := ""
	asked := int64(0)
	if boot.Exit != nil {
		said, asked = boot.Exit.Stderr+boot.Exit.Terminal, boot.Exit.Asked
	}
	contains := func(list []string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(said, s) })
	}
	switch {
	case b.Password == "" && (asked > 0 || contains(m.absent)):
		return &BecomeError{"Missing " + name + " password"}
	case b.Password != "" && (asked > 1 || contains(m.wrong)):
		return &BecomeError{"Incorrect " + name + " password"}
	}
	return &BecomeError{fmt.Sprintf("%s to %s failed: %s", name, b.account(), boot.Message)}
}

// shellJoin quotes words for a POSIX shell.
func shellJoin(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellQuote(w)
	}
	return strings.Join(quoted, " ")
}

func shellQuote(s string) string {
	if s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%_-+=:,./", r))
	}) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'"
}
