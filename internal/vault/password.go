package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Passwords says where the passwords of a run come from, in the terms of Ansible's options.
type Passwords struct {
	IDs   []string // --vault-id: "id@source" or "source"; a source is "prompt", a file or a script
	Files []string // --vault-password-file
	Ask   bool     // --ask-vault-password
	// AutoAsk asks where nothing else is given: the vault commands do, a playbook run does not.
	AutoAsk bool
	// New asks for passwords to encrypt with: twice, worded as new ones.
	New bool
}

// Asker asks the user for a password without showing it; io.EOF means that the input has ended.
type Asker func(prompt string) (string, error)

// errAsker says that the user could not be asked, or broke the question off.
var errAsker = errors.New("ask for the vault password")

// promptAsk is the source of --ask-vault-password, whose prompt has no id in it: platforms that answer it match the text.
const promptAsk = "prompt_ask_vault_pass"

// Load reads all passwords, in order of precedence. One that cannot be read is a warning as long as another one can; a
// wrong answer at a prompt ends it. A password file may itself be encrypted with a password that comes before it.
func (p Passwords) Load(ask Asker, warn func(string)) (*Secrets, error) {
	sources := append([]string(nil), p.IDs...)
	for _, file := range p.Files {
		sources = append(sources, DefaultID+"@"+file)
	}
	if p.Ask || len(sources) == 0 && p.AutoAsk {
		sources = append(sources, DefaultID+"@"+promptAsk)
	}
	secrets := &Secrets{}
	var last error
	for _, s := range sources {
		id, source, ok := strings.Cut(s, "@")
		if !ok {
			id, source = "", s
		}
		if source == "prompt" || source == promptAsk {
			secret, err := p.prompt(id, source, ask)
			if errors.Is(err, errAsker) {
				return nil, err
			}
			if err != nil {
				warn(fmt.Sprintf("Error in vault password prompt (%s): %s", orNone(id), err))
				return nil, err
			}
			secrets.List = append(secrets.List, secret)
			continue
		}
		password, err := readPassword(source, id, secrets)
		if err != nil {
			var none noFile
			if errors.As(err, &none) {
				warn(fmt.Sprintf("Error getting vault password file (%s): %s", orNone(id), err))
			} else {
				warn(fmt.Sprintf("Error in vault password file loading (%s): %s", orNone(id), err))
			}
			last = err
			continue
		}
		secrets.List = append(secrets.List, NewSecret(id, password, source))
	}
	if last != nil && len(secrets.List) == 0 {
		return nil, last
	}
	return secrets, nil
}

func orNone(id string) string {
	if id == "" {
		return "None"
	}
	return id
}

func (p Passwords) prompt(id, source string, ask Asker) (Secret, error) {
	secret := NewSecret(id, nil, "prompt")
	var prompts []string
	switch {
	case source == promptAsk && p.New:
		prompts = []string{"New Vault password: ", "Confirm New Vault password: "}
	case source == promptAsk:
		prompts = []string{"Vault password: "}
	case p.New:
		prompts = []string{"New vault password (" + secret.ID + "): ", "Confirm new vault password (" + secret.ID + "): "}
	default:
		prompts = []string{"Vault password (" + secret.ID + "): "}
	}
	for i, prompt := range prompts {
		answer, err := ask(prompt)
		if err != nil && !errors.Is(err, io.EOF) {
			return Secret{}, fmt.Errorf("%w: %w", errAsker, err)
		}
		if err != nil {
			return Secret{}, fmt.Errorf("EOFError (ctrl-d) on prompt for (%s)", secret.ID)
		}
		if answer == "" {
			return Secret{}, errors.New("Invalid vault password was provided")
		}
		password := []byte(strings.TrimSpace(answer))
		if i > 0 && !bytes.Equal(password, secret.password) {
			return Secret{}, errors.New("Passwords do not match")
		}
		secret.password = password
	}
	return secret, nil
}

// noFile is the error of a password file that is not there or is no file.
type noFile string

func (e noFile) Error() string { return string(e) }

func readPassword(name, id string, known *Secrets) ([]byte, error) {
	path, err := expand(name)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, noFile("The vault password file " + path + " was not found")
	case info.IsDir():
		return nil, noFile("The vault password file provided '" + path + "' can not be a directory")
	case info.Mode()&0o111 != 0 && info.Mode().IsRegular():
		return runScript(path, id)
	}
	password, err := source.ReadSecret(path)
	if err != nil {
		return nil, fmt.Errorf("Could not read vault password file '%s'. %w", path, err)
	}
	password = bytes.TrimSpace(password)
	if IsEncrypted(password) {
		if password, err = known.Decrypt(password); err != nil {
			return nil, err
		}
	}
	if password = bytes.Trim(password, "\r\n"); len(password) == 0 {
		return nil, fmt.Errorf("Invalid vault password was provided from file (%s)", path)
	}
	return password, nil
}

// expand gives the absolute path behind ~ and environment variables, without following links: a script finds what lies
// beside it.
func expand(path string) (string, error) {
	path = os.ExpandEnv(path)
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		path = home + rest
	}
	return filepath.Abs(path)
}

// runScript takes the password from a program's output. One whose name ends with "-client" is told the vault id.
func runScript(path, id string) ([]byte, error) {
	client := strings.HasSuffix(strings.TrimSuffix(path, filepath.Ext(path)), "-client")
	kind, cmd := "script", exec.Command(path)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	if client {
		kind = "client script"
		cmd.Stderr = &stderr
		if id != "" {
			cmd.Args = append(cmd.Args, "--vault-id", id)
		}
	}
	printed := source.Bounded{Limit: source.MaxSecret}
	cmd.Stdout = &printed
	err := cmd.Run()
	if printed.Full() != nil {
		err = printed.Full()
	}
	out := printed.Bytes()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && client && exit.ExitCode() == 2:
		return nil, fmt.Errorf("Vault password client script %s did not find a secret for vault-id=%s: %s", path, orNone(id), value.Repr(value.Bytes(stderr.Bytes())))
	case errors.As(err, &exit) && client:
		return nil, fmt.Errorf("Vault password client script %s returned non-zero (%d) when getting secret for vault-id=%s: %s", path, exit.ExitCode(), orNone(id), value.Repr(value.Bytes(stderr.Bytes())))
	case errors.As(err, &exit):
		return nil, fmt.Errorf("Vault password script %s returned non-zero (%d): None", path, exit.ExitCode())
	case err != nil:
		return nil, fmt.Errorf("Problem running vault password %s %s (%w). If this is not a script, remove the executable bit from the file.", kind, path, err)
	}
	if out = bytes.Trim(out, "\r\n"); len(out) == 0 {
		return nil, fmt.Errorf("Invalid vault password was provided from script (%s)", path)
	}
	return out, nil
}
