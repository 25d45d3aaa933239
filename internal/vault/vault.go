// Package vault reads and writes Ansible vault envelopes (format 1.1 and 1.2, cipher AES256) and holds the passwords
// that open them. Plaintext exists in memory only; a Secret never prints itself. The package imports only the
// standard library, source and golang.org/x/crypto.
package vault

import (
	"errors"
	"fmt"
	"strings"
)

// Header starts every vault envelope.
const Header = "$ANSIBLE_VAULT"

// DefaultID is the label of a password that was given without one.
const DefaultID = "default"

// Secret is one password with its vault id. Its text form hides the password.
type Secret struct {
	ID       string
	password []byte
	// Source says where the password came from: a file name, "prompt", a script.
	Source string
}

// NewSecret makes a secret; an empty password is refused by the places that read one, not here.
func NewSecret(id string, password []byte, source string) Secret {
	if id == "" {
		id = DefaultID
	}
	return Secret{ID: id, password: password, Source: source}
}

// String hides the password.
func (s Secret) String() string { return fmt.Sprintf("vault secret %q from %s", s.ID, s.Source) }

// GoString hides the password from %#v.
func (s Secret) GoString() string { return s.String() }

// Format hides the password from every verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// Secrets is the ordered list of passwords of one run. The zero value holds none. It is immutable after set-up.
type Secrets struct {
	List []Secret
	// MatchID tries only the passwords whose id equals the envelope's label (DEFAULT_VAULT_ID_MATCH).
	MatchID bool
}

// Errors that callers tell apart.
var (
	ErrNotVault  = errors.New("input is not vault encrypted data")
	ErrNoSecrets = errors.New("Attempting to decrypt but no vault secrets found")
	ErrDecrypt   = errors.New("Decryption failed (no vault secrets were found that could decrypt)")
)

// IsEncrypted tells whether text starts as a vault envelope does.
func IsEncrypted(text []byte) bool {
	return strings.HasPrefix(string(text[:min(len(text), len(Header))]), Header)
}
