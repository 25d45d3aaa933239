package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"mvdan.cc/sh/v3/shell"

	"github.com/rehearse-dev/rehearse/internal/vault"
)

func files(args []string) []string {
	if len(args) == 0 {
		return []string{"-"}
	}
	return args
}

func (v *vaultRun) said(what string) {
	if f, ok := v.env.Stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintln(v.env.Stderr, what)
	}
}

func (v *vaultRun) target(name string) string {
	if v.output != "" {
		return v.output
	}
	return name
}

func (v *vaultRun) encrypt() *cobra.Command {
	return v.withEncryptID(v.withOutput(v.command("encrypt [FILE...]", "Encrypt files", func(args []string) error {
		secret, err := v.encrypting()
		if err != nil {
			return err
		}
		for _, name := range files(args) {
			plain, err := v.read(name)
			if err != nil {
				return err
			}
			sealed, err := vault.Encrypt(plain, secret, secret.ID, v.salt())
			if err != nil {
				return vaultError(err)
			}
			if err := v.write(v.target(name), sealed, false, true); err != nil {
				return err
			}
		}
		v.said("Encryption successful")
		return nil
	})))
}

func (v *vaultRun) decrypt() *cobra.Command {
	return v.withOutput(v.command("decrypt [FILE...]", "Decrypt files", func(args []string) error {
		if err := v.load(false); err != nil {
			return err
		}
		for _, name := range files(args) {
			sealed, err := v.read(name)
			if err != nil {
				return err
			}
			plain, _, err := v.open(name, sealed, true)
			if err != nil {
				return err
			}
			if err := v.write(v.target(name), plain, false, false); err != nil {
				return err
			}
		}
		v.said("Decryption successful")
		return nil
	}))
}

func (v *vaultRun) view() *cobra.Command {
	return v.command("view FILE...", "Show encrypted files", func(args []string) error {
		if err := v.load(false); err != nil {
			return err
		}
		for _, name := range args {
			sealed, err := v.read(name)
			if err != nil {
				return err
			}
			plain, _, err := v.open(name, sealed, false)
			if err != nil {
				return err
			}
			if err := page(v.env, plain); err != nil {
				return vaultError(err)
			}
		}
		return nil
	})
}

// page shows text through the user's pager on a terminal and as it is elsewhere.
func page(env *Env, text []byte) error {
	f, ok := env.Stdout.(*os.File)
	if ok && term.IsTerminal(int(f.Fd())) {
		pager := env.Getenv("PAGER")
		if pager == "" {
			if _, err := exec.LookPath("less"); err == nil {
				pager = "less"
			}
		}
		if words, err := shell.Fields(pager, env.Getenv); err == nil && len(words) > 0 {
			cmd := exec.Command(words[0], words[1:]...)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), f, env.Stderr
			if env.Getenv("LESS") == "" {
				cmd.Env = append(os.Environ(), "LESS=FRSX")
			}
			return cmd.Run()
		}
	}
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = append(bytes.Clone(text), '\n')
	}
	_, err := env.Stdout.Write(text)
	return err
}

func (v *vaultRun) create() *cobra.Command {
	skipTTY := false
	cmd := v.withEncryptID(v.command("create FILE", "Write a new encrypted file in an editor", func(args []string) error {
		secret, err := v.encrypting()
		if err != nil {
			return err
		}
		if len(args) != 1 {
			return vaultUsage("ansible-vault create can take only one filename argument")
		}
		if f, ok := v.env.Stdout.(*os.File); !skipTTY && (!ok || !term.IsTerminal(int(f.Fd()))) {
			return vaultUsage("not a tty, editor cannot be opened")
		}
		path := v.path(args[0])
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return vaultError(fmt.Errorf("%s exists, please use 'edit' instead", args[0]))
		}
		if dir := filepath.Dir(path); dir != v.env.Dir {
			if _, err := os.Stat(dir); err != nil {
				v.warn(filepath.Dir(args[0]) + " does not exist, creating...")
				if err := os.MkdirAll(dir, 0o700); err != nil {
					return vaultError(err)
				}
			}
		}
		return v.editing(path, nil, secret, secret.ID)
	}))
	cmd.Flags().BoolVar(&skipTTY, "skip-tty-check", false, "open the editor even without a terminal")
	return cmd
}

func (v *vaultRun) edit() *cobra.Command {
	return v.withEncryptID(v.command("edit FILE...", "Change encrypted files in an editor", func(args []string) error {
		if err := v.load(false); err != nil {
			return err
		}
		for _, name := range args {
			sealed, err := v.read(name)
			if err != nil {
				return err
			}
			plain, secret, err := v.open(name, sealed, true)
			if err != nil {
				return err
			}
			if plain == nil {
				plain = []byte{}
			}
			if err := v.editing(v.path(name), plain, secret, vault.Label(sealed)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// editing opens the plaintext in the user's editor, in a private temporary file that is overwritten afterwards, and
// encrypts what the editor leaves. Unchanged text leaves the file as it is; plain is nil for a new file.
func (v *vaultRun) editing(path string, plain []byte, secret vault.Secret, label string) (err error) {
	dir, err := os.MkdirTemp("", "rehearse-vault-*")
	if err != nil {
		return vaultError(err)
	}
	tmp := filepath.Join(dir, "vault"+filepath.Ext(path))
	defer func() {
		if serr := vault.Shred(tmp); err == nil {
			err = vaultError(serr)
		}
		os.RemoveAll(dir)
	}()
	if err := os.WriteFile(tmp, plain, 0o600); err != nil {
		return vaultError(err)
	}
	editor := v.config.String("EDITOR")
	if editor == "" {
		editor = "vi"
	}
	words, err := shell.Fields(editor, v.env.Getenv)
	if err != nil || len(words) == 0 {
		return vaultError(fmt.Errorf("the editor %q is not a command: %w", editor, err))
	}
	cmd := exec.Command(words[0], append(words[1:], tmp)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = v.env.Stdin, direct(v.env.Stdout), v.env.Stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return vaultError(fmt.Errorf(`Unable to execute the command "%s": %w`, strings.Join(cmd.Args, " "), err))
	}
	edited, err := os.ReadFile(tmp)
	if err != nil {
		return vaultError(err)
	}
	if plain != nil && bytes.Equal(edited, plain) {
		return nil
	}
	sealed, err := vault.Encrypt(edited, secret, label, v.salt())
	if err != nil {
		return vaultError(err)
	}
	return vaultError(vault.Replace(path, sealed, true, false))
}

func (v *vaultRun) rekey() *cobra.Command {
	var newID, newFile string
	cmd := v.withEncryptID(v.command("rekey FILE...", "Encrypt files with another password", func(args []string) error {
		if err := v.load(false); err != nil {
			return err
		}
		if newID != "" && newFile != "" {
			return &ExitError{2, "argument --new-vault-id: not allowed with argument --new-vault-password-file"}
		}
		id := v.encryptIdentity()
		p := vault.Passwords{Ask: v.passwords.Ask, AutoAsk: true, New: true}
		if id != "" {
			p.IDs = v.config.Strings("DEFAULT_VAULT_IDENTITY_LIST")
		}
		if newID != "" {
			p.IDs = append(p.IDs, newID)
		}
		if newFile != "" {
			p.Files = []string{newFile}
		}
		if file := v.config.String("DEFAULT_VAULT_PASSWORD_FILE"); file != "" {
			p.Files = append(p.Files, file)
		}
		fresh, err := p.Load(v.env.secret, v.warn)
		if err != nil {
			return vaultError(err)
		}
		secret, err := fresh.ForEncryption(id)
		if err != nil {
			return vaultError(err)
		}
		for _, name := range args {
			sealed, err := v.read(name)
			if err != nil {
				return err
			}
			plain, _, err := v.open(name, sealed, true)
			if err != nil {
				return err
			}
			if sealed, err = vault.Encrypt(plain, secret, secret.ID, v.salt()); err != nil {
				return vaultError(err)
			}
			if err := v.write(name, sealed, true, false); err != nil {
				return err
			}
		}
		fmt.Fprintln(v.env.Stderr, "Rekey successful")
		return nil
	}))
	cmd.Flags().StringVar(&newFile, "new-vault-password-file", "", "file with the new password")
	cmd.Flags().StringVar(&newID, "new-vault-id", "", "the new vault identity")
	return cmd
}
