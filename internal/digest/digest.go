// Package digest names the hashes that Ansible's modules and filters share. The rarer ones that only a filter knows stay
// with the filter, so that the agent does not carry them. It imports nothing of this module.
package digest

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
)

// New gives a hash by the name that Python's hashlib and ansible-core's checksum_algorithm have for it, nil for an
// unknown name.
func New(name string) hash.Hash {
	switch name {
	case "md5":
		return md5.New()
	case "sha1":
		return sha1.New()
	case "sha224":
		return sha256.New224()
	case "sha256":
		return sha256.New()
	case "sha384":
		return sha512.New384()
	case "sha512":
		return sha512.New()
	}
	return nil
}

// Of is the checksum of all that r gives, in hexadecimal digits.
func Of(r io.Reader, name string) (string, error) {
	h := New(name)
	if h == nil {
		return "", fmt.Errorf("no hash is called %q", name)
	}
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// OfFile is Of for the content of a file.
func OfFile(path, name string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return Of(f, name)
}
