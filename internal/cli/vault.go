package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vault"
	"github.com/rehearse-dev/rehearse/runner/callback"
)

// usageError is the exit status of ansible's commands for options that do not fit together.
const usageError = 5

// vaultRun is one call of a vault command.
type vaultRun struct {
	env       *Env
	config    *config.Config
	passwords vault.Passwords
	encryptID string
	output    string
	verbosity int

	secrets *vault.Secrets
}

func vaultCommand(env *Env) *cobra.Command {
	v := &vaultRun{env: env}
	cmd := &cobra.Command{
		Use:   "vault",
		Short: "Encrypt, decrypt and edit vault files, as ansible-vault does",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &ExitError{2, "the following arguments are required: action"}
			}
			return &ExitError{2, fmt.Sprintf("argument action: invalid choice: '%s' (choose from 'create', 'decrypt', 'edit', 'view', 'encrypt', 'encrypt_string', 'rekey')", args[0])}
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(v.create(), v.decrypt(), v.edit(), v.view(), v.encrypt(), v.encryptString(), v.rekey())
	return cmd
}

// command makes a subcommand with the options that all of them share.
func (v *vaultRun) command(use, short string, run func(args []string) error) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, RunE: func(cmd *cobra.Command, args []string) error {
		var err error
		if v.config, err = loadConfig(v.env); err != nil {
			return vaultError(err)
		}
		for _, id := range v.passwords.IDs {
			if strings.Contains(id, ";") {
				return vaultUsage("'%s' is not a valid vault id. The character ';' is not allowed in vault ids", id)
			}
		}
		if v.output != "" && len(args) > 1 && cmd.Name() != "encrypt_string" {
			return vaultUsage("At most one input file may be used with the --output option")
		}
		if v.verbosity > 0 {
			d := callback.NewDisplay(v.env.Stdout, v.env.Stderr, 0, false)
			d.Verbosity = v.verbosity
			top(v.env, v.config, d)
			d.Flush()
		}
		return run(args)
	}}
	f := cmd.Flags()
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		switch name {
		case "vault-pass-file":
			name = "vault-password-file"
		case "ask-vault-pass":
			name = "ask-vault-password"
		}
		return pflag.NormalizedName(name)
	})
	f.StringArrayVar(&v.passwords.IDs, "vault-id", nil, "the vault identity to use; may be given several times")
	f.StringArrayVar(&v.passwords.Files, "vault-password-file", nil, "vault password file; may be given several times")
	f.BoolVarP(&v.passwords.Ask, "ask-vault-password", "J", false, "ask for the vault password")
	f.CountVarP(&v.verbosity, "verbose", "v", "say more; may be given several times")
	return cmd
}

func (v *vaultRun) withOutput(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&v.output, "output", "", "file to write to; - for the standard output")
	return cmd
}

func (v *vaultRun) withEncryptID(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&v.encryptID, "encrypt-vault-id", "", "the vault id to encrypt with, where there are several")
	return cmd
}

// salt is the fixed salt of the setting VAULT_ENCRYPT_SALT, nil for a random one.
func (v *vaultRun) salt() []byte {
	if s := v.config.String("VAULT_ENCRYPT_SALT"); s != "" {
		return []byte(s)
	}
	return nil
}

func vaultUsage(format string, args ...any) error {
	return &ExitError{usageError, "[ERROR]: " + fmt.Sprintf(format, args...)}
}

func vaultError(err error) error {
	var exit *ExitError
	if err == nil || errors.As(err, &exit) || broken(err) {
		return err
	}
	return &ExitError{1, "[ERROR]: " + err.Error()}
}

func (v *vaultRun) warn(text string) { fmt.Fprintf(v.env.Stderr, "[WARNING]: %s\n", text) }

// load reads the passwords of the options and the configuration; fresh ones are asked for twice.
func (v *vaultRun) load(fresh bool) error {
	p := vaultPasswords(v.env, v.config, v.passwords.IDs, v.passwords.Files, v.passwords.Ask)
	p.AutoAsk, p.New = true, fresh
	secrets, err := p.Load(v.env.secret, v.warn)
	if err != nil {
		return vaultError(err)
	}
	secrets.MatchID = matchVaultID(v.config)
	v.secrets = secrets
	return nil
}

// encrypting loads the passwords and picks the one to encrypt with.
func (v *vaultRun) encrypting() (vault.Secret, error) {
	if err := v.load(true); err != nil {
		return vault.Secret{}, err
	}
	id := v.encryptIdentity()
	if len(v.secrets.List) > 1 && id == "" {
		var ids []string
		for _, s := range v.secrets.List {
			ids = append(ids, s.ID)
		}
		return vault.Secret{}, vaultUsage("The vault-ids %s are available to encrypt. Specify the vault-id to encrypt with --encrypt-vault-id", strings.Join(ids, ","))
	}
	s, err := v.secrets.ForEncryption(id)
	return s, vaultError(err)
}

func (v *vaultRun) encryptIdentity() string {
	if v.encryptID != "" {
		return v.encryptID
	}
	return v.config.String("DEFAULT_VAULT_ENCRYPT_IDENTITY")
}

func (v *vaultRun) path(name string) string {
	if name == "-" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(v.env.Dir, name)
}

func (v *vaultRun) read(name string) ([]byte, error) {
	var content []byte
	var err error
	path := v.path(name)
	if name == "-" {
		content, err = io.ReadAll(v.env.Stdin)
	} else {
		content, err = source.OS{}.ReadFile(path)
	}
	if err != nil {
		return nil, vaultError(fmt.Errorf("Unable to read source file (%s): %w", path, pythonic(err)))
	}
	return content, nil
}

func (v *vaultRun) write(name string, content []byte, keepMode, shred bool) error {
	if name == "-" {
		_, err := v.env.Stdout.Write(content)
		return vaultError(err)
	}
	path := v.path(name)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return vaultError(fmt.Errorf("Destination '%s' is a directory", path))
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return vaultError(fmt.Errorf("Destination '%s' not writable", filepath.Dir(path)))
	}
	return vaultError(vault.Replace(path, content, keepMode, shred))
}

// open decrypts the content of a file and names the file where that fails.
func (v *vaultRun) open(name string, content []byte, full bool) ([]byte, vault.Secret, error) {
	plain, secret, err := v.secrets.Open(content)
	if err != nil {
		if full {
			name = v.path(name)
		}
		return nil, secret, vaultError(fmt.Errorf("%w for %s", err, name))
	}
	return plain, secret, nil
}

// errnoText words an error about a path that Python was given as bytes, "[Errno 2] No such file or directory: b'x'".
func errnoText(err error, path string) string {
	var cause *os.PathError
	if errors.As(err, &cause) {
		if no, ok := errno(cause.Err); ok {
			text := cause.Err.Error()
			return fmt.Sprintf("[Errno %d] %s: %s", no, strings.ToUpper(text[:1])+text[1:], value.Repr(value.Bytes(path)))
		}
	}
	return err.Error()
}

// pythonic words an error of the file system as Python does, "[Errno 2] No such file or directory: '/x'".
func pythonic(err error) error {
	var path *os.PathError
	if !errors.As(err, &path) {
		return err
	}
	text := path.Err.Error()
	if no, ok := errno(path.Err); ok {
		return fmt.Errorf("[Errno %d] %s: %s", no, strings.ToUpper(text[:1])+text[1:], value.Repr(value.S(path.Path)))
	}
	return err
}
