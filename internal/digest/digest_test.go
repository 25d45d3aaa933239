package digest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The digits are those of: for a in md5 sha1 sha224 sha256 sha384 sha512; do printf abc | ${a}sum; done
func TestOf(t *testing.T) {
	tests := map[string]string{
		"md5":    "900150983cd24fb0d6963f7d28e17f72",
		"sha1":   "a9993e364706816aba3e25717850c26c9cd0d89d",
		"sha224": "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
		"sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha384": "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
		"sha512": "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	}
	path := filepath.Join(t.TempDir(), "abc")
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range tests {
		if got, err := Of(strings.NewReader("abc"), name); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", name, got, err, want)
		}
		if got, err := OfFile(path, name); err != nil || got != want {
			t.Errorf("%s of a file: got %s, %v, want %s", name, got, err, want)
		}
	}
	if got, err := OfFile(path, "crc32"); err == nil {
		t.Errorf("an unknown hash gave %q", got)
	}
	if got, err := OfFile(path+"x", "md5"); err == nil {
		t.Errorf("a missing file gave %q", got)
	}
}
