// Package vault reads and writes Ansible vault envelopes (format 1.1 and 1.2, cipher AES256) and holds the passwords
// that open them. Plaintext exists in memory only; a Secret never prints itself. The package imports only value.
package vault

import (
	"errors"
	"fmt"
	"strings"
)

// Header starts every vault envelope.
const Header = "$ANSIBLE_VAULT"

// DefaultID is the label of a password that was given without one (DEFAULT_VAULT_IDENTITY).
const DefaultID = "default"

// Secret is one password with its vault id. Its text form hides the password.
type Secret struct {
	ID string
	// Source says where the password came from: a file name, "prompt", a script.
	Source   string
	password []byte
}

// Reveal gives the password itself: for a process that decrypts on our behalf.
func (s Secret) Reveal() []byte { return s.password }

// NewSecret makes a secret; "" as the id means the default one.
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

// The errors that callers tell apart; their texts are ansible-core 2.19's.
var (
	ErrNotVault  = errors.New("Input is not vault encrypted data.")
	ErrNoSecrets = errors.New("Attempting to decrypt but no vault secrets found.")
	ErrDecrypt   = errors.New("Decryption failed (no vault secrets were found that could decrypt).")
	ErrEnvelope  = errors.New("Vault envelope format error.")
	ErrHex       = errors.New("Vault format unhexlify error")
	ErrFormat    = errors.New("Vault vaulttext format error.")
	ErrEncrypted = errors.New("input is already encrypted")
	ErrLabel     = errors.New("a vault id is of printable ASCII characters other than ';'")
	errSignature = errors.New("HMAC verification failed")
)

// IsEncrypted tells whether text is a vault envelope: ASCII only, starting with the header.
func IsEncrypted(text []byte) bool {
	if len(text) < len(Header) || string(text[:len(Header)]) != Header {
		return false
	}
	for _, b := range text {
		if b >= 0x80 {
			return false
		}
	}
	return true
}

// Decrypt opens an envelope with the first password that fits, those with the envelope's own label first.
func (s *Secrets) Decrypt(envelope []byte) ([]byte, error) {
	plain, _, err := s.Open(envelope)
	return plain, err
}

// Open is Decrypt that also names the secret that fitted.
func (s *Secrets) Open(envelope []byte) ([]byte, Secret, error) {
	if !IsEncrypted(envelope) {
		return nil, Secret{}, ErrNotVault
	}
	e, err := parse(envelope)
	if err != nil {
		return nil, Secret{}, err
	}
	if e.cipher != "AES256" {
		return nil, Secret{}, fmt.Errorf("Cipher '%s' could not be found.", e.cipher)
	}
	if s == nil || len(s.List) == 0 {
		return nil, Secret{}, ErrNoSecrets
	}
	id := e.id
	if id == "" {
		id = DefaultID
	}
	for pass := range 2 {
		if pass == 1 && s.MatchID {
			break
		}
		for _, secret := range s.List {
			if (secret.ID == id) != (pass == 0) {
				continue
			}
			plain, err := open(e.body, secret.password)
			if errors.Is(err, errSignature) {
				continue
			}
			if err != nil {
				return nil, Secret{}, err
			}
			return plain, secret, nil
		}
	}
	return nil, Secret{}, ErrDecrypt
}

// Encrypt seals plain with the secret. A label other than the default one makes a format 1.2 envelope that names it.
// salt is nil for a random one.
func Encrypt(plain []byte, secret Secret, label string, salt []byte) ([]byte, error) {
	if IsEncrypted(plain) {
		return nil, ErrEncrypted
	}
	if strings.ContainsFunc(label, func(r rune) bool { return r < ' ' || r > '~' || r == ';' }) || strings.TrimSpace(label) != label {
		return nil, fmt.Errorf("%w: %q", ErrLabel, label) // nothing could open it again
	}
	body, err := seal(plain, secret.password, salt)
	if err != nil {
		return nil, err
	}
	return format(body, label), nil
}

// ForEncryption picks the secret to encrypt with: the one of the given id, or the first.
func (s *Secrets) ForEncryption(id string) (Secret, error) {
	var known []string
	for _, secret := range s.List {
		if id == "" || secret.ID == id {
			return secret, nil
		}
		known = append(known, "'"+secret.ID+"'")
	}
	if id == "" {
		return Secret{}, errors.New("A vault password must be specified to encrypt data")
	}
	return Secret{}, fmt.Errorf("Did not find a match for --encrypt-vault-id=%s in the known vault-ids %v", id, known)
}
