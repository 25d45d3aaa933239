package lib

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vault"
)

// vaultID is the label: vaultid is its old name.
func vaultID(c *jinja.Call, id, old value.Value) (string, error) {
	label, err := textArg(id, "")
	if err != nil || isNone(old) {
		return label, err
	}
	c.Deprecated("Use of undocumented `vaultid`.", "2.20")
	if label == "filter_default" {
		return textArg(old, "")
	}
	c.Warn("Ignoring vaultid as vault_id is already set.")
	return label, nil
}

func vaultFilter(c *jinja.Call) (value.Value, error) {
	secret, ok := str(c.Args[1])
	if !ok {
		return nil, typeError("Secret passed is required to be a string, instead we got %s.", pyClass(c.Args[1]))
	}
	data, ok := str(c.Args[0])
	if !ok {
		return nil, typeError("Can only vault strings, instead we got %s.", pyClass(c.Args[0]))
	}
	id, err := vaultID(c, c.Args[3], c.Args[5])
	if err != nil {
		return nil, err
	}
	var salt []byte
	if on(c.Args[2]) {
		s, err := toText(c.Args[2])
		if err != nil {
			return nil, err
		}
		salt = []byte(s)
	}
	out, err := vault.Encrypt([]byte(data), vault.NewSecret(id, []byte(secret), "the vault filter"), id, salt)
	if err != nil {
		return nil, because("Unable to encrypt.", err)
	}
	if on(c.Args[4]) {
		return &value.Vault{Ciphertext: string(out)}, nil
	}
	return value.S(string(out)), nil
}

func unvaultFilter(c *jinja.Call) (value.Value, error) {
	if err := defined(c.Args[1:]...); err != nil {
		return nil, err
	}
	secret, ok := str(c.Args[1])
	if !ok {
		return nil, typeError("Secret passed is required to be as string, instead we got %s.", pyClass(c.Args[1]))
	}
	text, isText := str(c.Args[0])
	if v := value.VaultOf(c.Args[0]); v != nil {
		text, isText = v.Ciphertext, true
	}
	if u, ok := c.Args[0].(*value.Undefined); ok && !isText {
		return nil, u
	}
	if !isText {
		return nil, typeError("Vault should be in the form of a string, instead we got %s.", pyClass(c.Args[0]))
	}
	id, err := vaultID(c, c.Args[2], c.Args[3])
	if err != nil {
		return nil, err
	}
	if !vault.IsEncrypted([]byte(text)) {
		return value.S(text), nil
	}
	secrets := &vault.Secrets{List: []vault.Secret{vault.NewSecret(id, []byte(secret), "the unvault filter")}}
	plain, err := secrets.Decrypt([]byte(text))
	if err != nil {
		return nil, because("Unable to decrypt.", err)
	}
	return value.S(string(plain)), nil
}

func vaultEncrypted(c *jinja.Call) (value.Value, error) {
	if value.VaultOf(c.Args[0]) != nil {
		return yes, nil
	}
	if u, ok := c.Args[0].(*value.Undefined); ok {
		return nil, u
	}
	return no, nil
}
