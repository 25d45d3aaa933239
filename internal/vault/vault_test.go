package vault

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// sealed is "x: 1\n", encrypted by ansible-vault 2.19.14 with the password pw1.
const sealed = `$ANSIBLE_VAULT;1.1;AES256
66393363653534333630656665656639353661363037326635306364396335383838656533373737
3735306639363964326133616636343332313037363831330a373932393863323437303263353832
30316232323232313161623939313563353065343036636661663537623062366639643566383733
3531343164663961650a353737386133626463613438376638666330666639373231653338333339
3639
`

func secrets(list ...Secret) *Secrets { return &Secrets{List: list} }

func TestOpen(t *testing.T) {
	good, bad := NewSecret("", []byte("pw1"), "test"), NewSecret("other", []byte("pw2"), "test")
	plain, by, err := secrets(bad, good).Open([]byte(sealed))
	if err != nil || string(plain) != "x: 1\n" || by.ID != DefaultID {
		t.Errorf("got %q by %v, %v", plain, by, err)
	}
	for name, c := range map[string]struct {
		s    *Secrets
		text string
		want error
	}{
		"wrong password":    {secrets(bad), sealed, ErrDecrypt},
		"no password":       {secrets(), sealed, ErrNoSecrets},
		"plain text":        {secrets(good), "x: 1\n", ErrNotVault},
		"no fields":         {secrets(good), "$ANSIBLE_VAULT\n", ErrEnvelope},
		"not hex":           {secrets(good), strings.Replace(sealed, "6639", "zzzz", 1), ErrHex},
		"only the right id": {&Secrets{List: []Secret{NewSecret("dev", []byte("pw1"), "test")}, MatchID: true}, sealed, ErrDecrypt},
	} {
		if _, _, err := c.s.Open([]byte(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestASecretNeverPrintsItself(t *testing.T) {
	s := NewSecret("dev", []byte("hunter2"), "prompt")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, s); strings.Contains(got, "hunter2") || strings.Contains(got, "68756e") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}

// FuzzOpen: no text makes the reader panic, and an error is one of those that the callers word for people.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(sealed))
	f.Add([]byte("$ANSIBLE_VAULT;1.2;AES256;dev\n3\n"))
	f.Add([]byte("$ANSIBLE_VAULT;;\n\n"))
	key := NewSecret("dev", []byte("pw1"), "test")
	f.Fuzz(func(t *testing.T, envelope []byte) {
		plain, _, err := secrets(key).Open(envelope)
		if err == nil && (!IsEncrypted(envelope) || len(plain) >= len(envelope)) {
			t.Fatalf("%d bytes came out of %d", len(plain), len(envelope))
		}
		if label := Label(envelope); label != "" && !bytes.Contains(envelope, []byte(label)) {
			t.Fatalf("the label %q is not in the text", label)
		}
	})
}

// FuzzSeal: what is encrypted is opened by its password alone, under its label; a text with one bit changed anywhere never
// gives other content: it is an error or, as between a and A in hexadecimal digits, the same.
func FuzzSeal(f *testing.F) {
	f.Add([]byte("x: 1\n"), "dev", uint16(70), uint8(5))
	f.Add([]byte(""), "", uint16(0), uint8(0))
	f.Add([]byte("x"), "é", uint16(0), uint8(0))
	f.Add([]byte("x"), "a;b", uint16(0), uint8(0))
	f.Add([]byte("x"), " a\n", uint16(0), uint8(0))
	f.Add(bytes.Repeat([]byte{0xff}, 100), "prod", uint16(300), uint8(1))
	f.Fuzz(func(t *testing.T, plain []byte, label string, at uint16, bit uint8) {
		key := NewSecret("dev", []byte("pw"), "test")
		sealed, err := Encrypt(plain, key, label, nil)
		if err != nil {
			if !errors.Is(err, ErrEncrypted) && !(errors.Is(err, ErrLabel) && label != "dev") {
				t.Fatal(err)
			}
			return
		}
		if !IsEncrypted(sealed) || bytes.Contains(sealed, plain) && len(plain) > 8 {
			t.Fatalf("not encrypted: %q", sealed)
		}
		if got := Label(sealed); got != label && !(got == "" && label == DefaultID) {
			t.Fatalf("label %q, want %q", got, label)
		}
		if back, _, err := secrets(key).Open(sealed); err != nil || !bytes.Equal(back, plain) {
			t.Fatalf("got %q, %v; want %q", back, err, plain)
		}
		if back, _, err := secrets(NewSecret("dev", []byte("pW"), "test")).Open(sealed); err == nil {
			t.Fatalf("another password opens it: %q", back)
		}
		changed := bytes.Clone(sealed)
		changed[int(at)%len(changed)] ^= 1 << (bit % 8)
		if back, _, err := secrets(key).Open(changed); err == nil && !bytes.Equal(back, plain) {
			t.Fatalf("a changed text gives %q instead of %q", back, plain)
		}
	})
}
