package cli

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vault"
)

// vaultPasswords puts together what the configuration and the command line say about vault passwords, in ansible-core's
// order.
func vaultPasswords(env *Env, c *config.Config, ids, files []string, ask bool) vault.Passwords {
	p := vault.Passwords{IDs: append(c.Strings("DEFAULT_VAULT_IDENTITY_LIST"), ids...), Ask: ask}
	if f := c.String("DEFAULT_VAULT_PASSWORD_FILE"); f != "" {
		files = append(slices.Clone(files), f)
	}
	for _, f := range files {
		if !filepath.IsAbs(f) {
			f = filepath.Join(env.Dir, f)
		}
		p.Files = append(p.Files, f)
	}
	return p
}

// vaultSecrets reads the vault passwords that command line and configuration name.
func vaultSecrets(env *Env, c *config.Config, o workspaceOptions, warn func(string)) (*vault.Secrets, error) {
	p := vaultPasswords(env, c, o.vaultIDs, o.vaultFiles, o.askVault || c.Bool("DEFAULT_ASK_VAULT_PASS"))
	s, err := p.Load(env.secret, warn)
	if s != nil {
		s.MatchID = matchVaultID(c)
	}
	return s, err
}

// secret asks for what is not shown while it is typed. io.EOF says that there is no answer.
func (e *Env) secret(prompt string) (string, error) {
	return e.terminal().Secret(e.context(context.TODO()), prompt)
}

// matchVaultID tells whether only the passwords with a file's own vault id are tried. ansible-core gives the setting no
// type: whatever text it is set to counts as yes.
func matchVaultID(c *config.Config) bool {
	v := c.Get("DEFAULT_VAULT_ID_MATCH")
	return v.Origin.Kind != config.Default && v.Value != nil && value.ToStr(v.Value) != ""
}
