package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// envelope is the outer form: "$ANSIBLE_VAULT;version;cipher[;id]" and lines of hexadecimal digits.
type envelope struct {
	version, cipher, id string
	body                []byte
}

func parse(text []byte) (envelope, error) {
	lines := bytes.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	fields := strings.Split(strings.TrimSpace(string(lines[0])), ";")
	if len(fields) < 3 {
		return envelope{}, ErrEnvelope
	}
	e := envelope{version: strings.TrimSpace(fields[1]), cipher: strings.TrimSpace(fields[2])}
	if len(fields) >= 4 {
		e.id = strings.TrimSpace(fields[3])
	}
	for _, line := range lines[1:] {
		e.body = append(e.body, line...)
	}
	return e, nil
}

// width is the length of an envelope's lines.
const width = 80

func format(body []byte, id string) []byte {
	var b bytes.Buffer
	b.WriteString(Header)
	if id != "" && id != DefaultID {
		fmt.Fprintf(&b, ";1.2;AES256;%s\n", id)
	} else {
		b.WriteString(";1.1;AES256\n")
	}
	for len(body) > 0 {
		n := min(width, len(body))
		b.Write(body[:n])
		b.WriteByte('\n')
		body = body[n:]
	}
	return b.Bytes()
}

// keys derives the cipher key, the signature key and the counter's start from a password.
func keys(password, salt []byte) (key, sign, iv []byte, err error) {
	k, err := pbkdf2.Key(sha256.New, string(password), salt, 10000, 80)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("derive vault key: %w", err)
	}
	return k[:32], k[32:64], k[64:], nil
}

// open decodes the body (hex of "hex(salt)\nhex(hmac)\nhex(ciphertext)"), checks the signature and decrypts.
func open(body, password []byte) ([]byte, error) {
	inner, err := unhex(body)
	if err != nil {
		return nil, err
	}
	parts := bytes.SplitN(inner, []byte("\n"), 3)
	if len(parts) != 3 {
		return nil, ErrFormat
	}
	salt, err := unhex(parts[0])
	if err != nil {
		return nil, err
	}
	ciphertext, err := unhex(parts[2])
	if err != nil {
		return nil, err
	}
	key, sign, iv, err := keys(password, salt)
	if err != nil {
		return nil, err
	}
	want, err := unhex(parts[1])
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, sign)
	mac.Write(ciphertext)
	if !hmac.Equal(mac.Sum(nil), want) {
		return nil, errSignature
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, len(ciphertext))
	cipher.NewCTR(block, iv).XORKeyStream(plain, ciphertext)
	pad := 0
	if len(plain) > 0 {
		pad = int(plain[len(plain)-1])
	}
	if pad == 0 || pad > aes.BlockSize || len(plain)%aes.BlockSize != 0 {
		return nil, ErrFormat
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, ErrFormat
		}
	}
	return plain[:len(plain)-pad], nil
}

// seal encrypts, signs and encodes.
func seal(plain, password, salt []byte) ([]byte, error) {
	if len(salt) == 0 {
		salt = make([]byte, 32)
		if _, err := rand.Read(salt); err != nil {
			return nil, fmt.Errorf("make vault salt: %w", err)
		}
	}
	key, sign, iv, err := keys(password, salt)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	text := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCTR(block, iv).XORKeyStream(text, text)
	mac := hmac.New(sha256.New, sign)
	mac.Write(text)
	inner := hex.EncodeToString(salt) + "\n" + hex.EncodeToString(mac.Sum(nil)) + "\n" + hex.EncodeToString(text)
	return []byte(hex.EncodeToString([]byte(inner))), nil
}

func unhex(text []byte) ([]byte, error) {
	out := make([]byte, hex.DecodedLen(len(text)))
	if _, err := hex.Decode(out, text); err != nil {
		if errors.Is(err, hex.ErrLength) {
			return nil, fmt.Errorf("%w: Odd-length string", ErrHex)
		}
		return nil, fmt.Errorf("%w: Non-hexadecimal digit found", ErrHex)
	}
	return out, nil
}

// Label is the vault id that an envelope names, "" for one without.
func Label(text []byte) string {
	if !IsEncrypted(text) {
		return ""
	}
	e, err := parse(text)
	if err != nil {
		return ""
	}
	return e.id
}
