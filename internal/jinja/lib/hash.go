package lib

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"strings"

	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/blake2s"
	"golang.org/x/crypto/ripemd160" //lint:ignore SA1019 a playbook may ask for this hash by name

	"github.com/rehearse-dev/rehearse/internal/digest"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// newHash finds an algorithm by the name that Python's hashlib has for it.
func newHash(name string) hash.Hash {
	if h := digest.New(name); h != nil {
		return h
	}
	switch name {
	case "sha512_224":
		return sha512.New512_224()
	case "sha512_256":
		return sha512.New512_256()
	case "sha3_224":
		return sha3.New224()
	case "sha3_256":
		return sha3.New256()
	case "sha3_384":
		return sha3.New384()
	case "sha3_512":
		return sha3.New512()
	case "blake2b":
		h, _ := blake2b.New512(nil)
		return h
	case "blake2s":
		h, _ := blake2s.New256(nil)
		return h
	case "ripemd160":
		return ripemd160.New()
	}
	return nil
}

func hexDigest(v value.Value, h hash.Hash) (value.Value, error) {
	s, err := toText(v)
	if err != nil {
		return nil, err
	}
	h.Write([]byte(s))
	return value.S(hex.EncodeToString(h.Sum(nil))), nil
}

func hashFilter(c *jinja.Call) (value.Value, error) {
	name, ok := str(c.Args[1])
	if !ok {
		return nil, failf("name must be a string")
	}
	h := newHash(name)
	if h == nil {
		h = newHash(strings.NewReplacer("-", "_").Replace(strings.ToLower(name)))
	}
	switch {
	case h != nil:
		return hexDigest(c.Args[0], h)
	case name == "shake_128", name == "shake_256":
		return nil, typeError("hexdigest() missing required argument 'length' (pos 1)")
	}
	return nil, failf("unsupported hash type %s", name)
}

func md5Filter(c *jinja.Call) (value.Value, error)  { return hexDigest(c.Args[0], md5.New()) }
func sha1Filter(c *jinja.Call) (value.Value, error) { return hexDigest(c.Args[0], sha1.New()) }

// ansibleNamespace is the namespace of UUIDs that Ansible makes.
const ansibleNamespace = "361e6d51-faec-444a-9079-341386da8e2e"

func toUUID(c *jinja.Call) (value.Value, error) {
	s, err := toText(c.Args[0])
	if err != nil {
		return nil, err
	}
	namespace, err := soft(c.Args[1])
	if err != nil {
		return nil, err
	}
	digits := strings.NewReplacer("urn:", "", "uuid:", "").Replace(namespace)
	digits = strings.ReplaceAll(strings.Trim(digits, "{}"), "-", "")
	raw, err := hex.DecodeString(digits)
	if _, isText := str(c.Args[1]); !isText || err != nil || len(raw) != 16 {
		why := "badly formed hexadecimal UUID string"
		if !isText {
			why = attributeError(c.Args[1], "replace").Error()
		} else if len(digits) == 32 && err != nil {
			why = "invalid literal for int() with base 16: " + repr(digits)
		}
		return nil, failf("Invalid value '%s' for 'namespace': %s", namespace, why)
	}
	return value.S(uuid5(raw, s)), nil
}

func uuid5(namespace []byte, name string) string {
	sum := sha1.Sum(append(append([]byte{}, namespace...), name...))
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	x := hex.EncodeToString(id)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}
