package cli

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Messages of ansible-core 2.19.14 with the locales de_DE.ISO-8859-1, de_DE@euro and de_DE.UTF-8 installed by localedef.
func TestLocaleProblem(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("locales are looked for on Linux only")
	}
	dir := t.TempDir()
	names := "de_DE.iso88591\x00de_DE@euro\x00de_DE.utf8\x00"
	var archive bytes.Buffer
	binary.Write(&archive, binary.NativeEndian, []uint32{0xde020109, 0, 0, 0, 0, 28, uint32(len(names))})
	archive.WriteString(names)
	if err := os.WriteFile(filepath.Join(dir, "locale-archive"), archive.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "fr_FR.utf8"), 0o755); err != nil {
		t.Fatal(err)
	}
	const unknown = "ERROR: Ansible could not initialize the preferred locale: unsupported locale setting"
	const other = "ERROR: Ansible requires the locale encoding to be UTF-8; Detected "
	for _, c := range []struct{ env, want string }{
		{"", ""},
		{"LANG=C", ""},
		{"LC_CTYPE=POSIX", ""},
		{"LC_ALL=C", other + "None."},
		{"LC_ALL=POSIX", other + "None."},
		{"LC_ALL=C.UTF-8", ""},
		{"LC_ALL=C.utf8", ""},
		{"LC_ALL=ham_sandwich LC_CTYPE=C.UTF-8", unknown},
		{"LC_MESSAGES=ham LC_CTYPE=C.UTF-8", unknown},
		{"LANG=ham LC_ALL=C.UTF-8", ""},
		{"LC_ALL=de_DE.UTF-8", ""},
		{"LANG=fr_FR.UTF-8", ""},
		{"LANG=fr_FR.UTF-16", unknown},
		{"LC_ALL= LC_CTYPE=de_DE.ISO-8859-1", other + "ISO8859-1."},
		{"LC_ALL=de_DE@euro", other + "ISO8859-15."},
		{"LC_ALL=../x", unknown},
	} {
		env := map[string]string{}
		for _, kv := range strings.Fields(c.env) {
			k, v, _ := strings.Cut(kv, "=")
			env[k] = v
		}
		if got := localeProblem(func(k string) string { return env[k] }, dir); got != c.want {
			t.Errorf("%s: %q, want %q", c.env, got, c.want)
		}
	}
}
