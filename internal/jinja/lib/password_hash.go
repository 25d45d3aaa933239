package lib

import (
	"crypto/rand"
	"encoding/base64"
	"strings"

	_ "github.com/GehirnInc/crypt/md5_crypt" // registers the algorithms
	_ "github.com/GehirnInc/crypt/sha256_crypt"
	_ "github.com/GehirnInc/crypt/sha512_crypt"

	"github.com/GehirnInc/crypt"
	"golang.org/x/crypto/blowfish" //lint:ignore SA1019 bcrypt is made of it

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// scheme is a way to hash passwords, with the limits that passlib sets.
type scheme struct {
	name                 string // passlib's
	prefix               string
	crypt                crypt.Crypt
	saltSize, saltMax    int
	rounds, rMin, rMax   int
	implicit             int // rounds that are not written out
	saltExact, saltIdent bool
}

func findScheme(name string) (scheme, bool) {
	switch name {
	case "md5", "md5_crypt":
		return scheme{name: "md5_crypt", prefix: "$1$", crypt: crypt.MD5, saltSize: 8, saltMax: 8}, true
	case "sha256", "sha256_crypt":
		return scheme{name: "sha256_crypt", prefix: "$5$", crypt: crypt.SHA256, saltSize: 16, saltMax: 16, rounds: 535000, rMin: 1000, rMax: 999999999, implicit: 5000}, true
	case "sha512", "sha512_crypt":
		return scheme{name: "sha512_crypt", prefix: "$6$", crypt: crypt.SHA512, saltSize: 16, saltMax: 16, rounds: 656000, rMin: 1000, rMax: 999999999, implicit: 5000}, true
	case "blowfish", "bcrypt":
		return scheme{name: "bcrypt", saltSize: 22, saltMax: 22, rounds: 12, rMin: 4, rMax: 31, saltExact: true, saltIdent: true}, true
	}
	return scheme{}, false
}

const saltAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func passwordHash(c *jinja.Call) (value.Value, error) {
	name, _ := str(c.Args[1])
	s, ok := findScheme(name)
	if !ok {
		return nil, failf("%s is not in the list of supported passlib algorithms: md5, blowfish, sha256, sha512", value.ToStr(c.Args[1]))
	}
	var salt, ident string
	var err error
	if on(c.Args[2]) {
		if salt, err = toText(c.Args[2]); err != nil {
			return nil, err
		}
	}
	if on(c.Args[5]) {
		if ident, err = textArg(c.Args[5], ""); err != nil {
			return nil, err
		}
	}
	rounds := s.rounds
	if on(c.Args[4]) {
		n, err := value.ToInt(c.Args[4])
		if err != nil {
			return nil, err
		}
		if rounds, err = intArg(n); err != nil {
			return nil, err
		}
	}
	size := 0
	if !isNone(c.Args[3]) {
		if size, ok = indexInt(c.Args[3]); !ok {
			return nil, typeError("salt_size must be an integer")
		}
	}
	secret, ok := str(c.Args[0])
	if !ok {
		return nil, typeError("secret must be unicode or bytes, not %s", value.TypeName(c.Args[0]))
	}
	hashed, err := s.hash(secret, salt, size, rounds, ident)
	if err != nil {
		return nil, because("Could not hash the secret.", err)
	}
	return value.S(hashed), nil
}

func indexInt(v value.Value) (int, bool) {
	n, ok := value.Index(v)
	return int(n), ok
}

func randomSalt(n int) string {
	raw := make([]byte, n)
	rand.Read(raw)
	for i := range raw {
		raw[i] = saltAlphabet[raw[i]&63]
	}
	return string(raw)
}

func (s scheme) hash(secret, salt string, size, rounds int, ident string) (string, error) {
	switch {
	case s.rounds == 0:
	case rounds < s.rMin:
		return "", valueError("%s: min_desired_rounds (%d) is too low, must be at least %d", s.name, rounds, s.rMin)
	case rounds > s.rMax:
		return "", valueError("%s: min_desired_rounds (%d) is too large, cannot be more than %d", s.name, rounds, s.rMax)
	}
	if salt == "" {
		if size == 0 {
			size = s.saltSize
		}
		if size > s.saltMax {
			return "", valueError("%s: salt_size (%d) above max_salt_size (%d)", s.name, size, s.saltMax)
		}
		salt = randomSalt(size)
	}
	if bad := strings.Trim(salt, saltAlphabet); bad != "" {
		return "", valueError("invalid characters in %s salt", s.name)
	}
	if n := len(salt); n > s.saltMax || s.saltExact && n < s.saltSize {
		how, limit := "too large", "<= "
		if s.saltExact {
			limit = "exactly "
		}
		if n < s.saltSize {
			how = "too small"
		}
		return "", valueError("salt %s (%s requires %s%d chars)", how, s.name, limit, s.saltMax)
	}
	if strings.ContainsRune(secret, 0) {
		return "", valueError("%s does not allow NULL bytes in password", s.name)
	}
	if s.saltIdent {
		return bcrypt(secret, salt, rounds, ident)
	}
	full := s.prefix + salt
	if s.rounds != 0 && rounds != s.implicit {
		full = s.prefix + "rounds=" + value.ToStr(value.Int(rounds)) + "$" + salt
	}
	return crypt.New(s.crypt).Generate([]byte(secret), []byte(full))
}

// bcrypt is the blowfish hash with a salt of one's own, which golang.org/x/crypto/bcrypt does not offer.
func bcrypt(secret, salt string, cost int, ident string) (string, error) {
	ident = strings.Trim(ident, "$")
	switch ident {
	case "":
		ident = "2b"
	case "2", "2a", "2y", "2b":
	default:
		return "", valueError("invalid ident: %s", repr(ident))
	}
	alphabet := base64.NewEncoding("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789").WithPadding(base64.NoPadding)
	raw, err := alphabet.DecodeString(salt)
	if err != nil {
		return "", err
	}
	salt = alphabet.EncodeToString(raw) // the last character carries two bits of no use
	key := []byte(secret)
	if len(key) > 72 {
		key = key[:72]
	}
	if ident != "2" {
		key = append(key, 0)
	}
	if len(key) > 72 {
		key = key[:72]
	}
	if len(key) == 0 {
		key = []byte{0}
	}
	cipher, err := blowfish.NewSaltedCipher(key, raw)
	if err != nil {
		return "", err
	}
	for range uint64(1) << uint(cost) {
		blowfish.ExpandKey(key, cipher)
		blowfish.ExpandKey(raw, cipher)
	}
	text := []byte("OrpheanBeholderScryDoubt")
	for i := 0; i < len(text); i += 8 {
		for range 64 {
			cipher.Encrypt(text[i:i+8], text[i:i+8])
		}
	}
	rounds := value.ToStr(value.Int(cost))
	if cost < 10 {
		rounds = "0" + rounds
	}
	return "$" + ident + "$" + rounds + "$" + salt + alphabet.EncodeToString(text[:23]), nil
}
