package cli

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// localeCategories are those that setlocale(LC_ALL, "") reads, with LC_CTYPE, which gives the encoding, first.
var localeCategories = []string{"LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES", "LC_PAPER", "LC_NAME",
	"LC_ADDRESS", "LC_TELEPHONE", "LC_MEASUREMENT", "LC_IDENTIFICATION"}

// localeProblem is why Ansible's programs refuse the locale of the environment before they do anything, "" where they do
// not: a locale that is not installed, or one with another encoding than UTF-8. dir is where locales are installed.
func localeProblem(getenv func(string) string, dir string) string {
	name := func(category string) string {
		for _, v := range []string{"LC_ALL", category, "LANG"} {
			if s := getenv(v); s != "" {
				return s
			}
		}
		return "C"
	}
	seen := map[string]bool{}
	for _, category := range localeCategories {
		n := name(category)
		if seen[n] {
			continue
		}
		seen[n] = true
		if !localeInstalled(n, dir) {
			return "ERROR: Ansible could not initialize the preferred locale: unsupported locale setting"
		}
	}
	ctype := name("LC_CTYPE")
	if isC(ctype) && getenv("LC_ALL") == "" {
		return "" // Python makes C.UTF-8 of it
	}
	if encoding := localeEncoding(ctype); !strings.EqualFold(encoding, "UTF-8") {
		return "ERROR: Ansible requires the locale encoding to be UTF-8; Detected " + encoding + "."
	}
	return ""
}

func isC(locale string) bool { return locale == "C" || locale == "POSIX" }

// localeEncoding names the encoding of a locale as Python does; without one in its name it is the one of old.
func localeEncoding(locale string) string {
	if isC(locale) {
		return "None"
	}
	name, modifier, _ := strings.Cut(locale, "@")
	_, codeset, ok := strings.Cut(name, ".")
	if !ok {
		if modifier == "euro" {
			return "ISO8859-15"
		}
		return "ISO8859-1"
	}
	normal := normalCodeset(codeset)
	switch part, iso := strings.CutPrefix(normal, "iso8859"); {
	case normal == "utf8":
		return "UTF-8"
	case iso:
		return "ISO8859-" + part
	case strings.HasPrefix(normal, "koi8"):
		return "KOI8-" + strings.ToUpper(normal[4:])
	}
	return codeset
}

// normalCodeset is the form in which the C library stores the encoding of a locale: letters and digits, in lower case.
func normalCodeset(s string) string {
	digits := true
	normal := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			digits = false
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z':
			digits = false
			return r
		case r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
	if digits && normal != "" {
		return "iso" + normal
	}
	return normal
}

// localeInstalled tells whether the C library has the locale: as a folder or in its archive. Where neither is found, any
// name is taken.
func localeInstalled(locale, dir string) bool {
	if isC(locale) || runtime.GOOS != "linux" || os.Getenv("LOCPATH") != "" {
		return true
	}
	name, modifier, hasModifier := strings.Cut(locale, "@")
	language, codeset, hasCodeset := strings.Cut(name, ".")
	stored := language
	if hasCodeset {
		stored += "." + normalCodeset(codeset)
	}
	if hasModifier {
		stored += "@" + modifier
	}
	if stored == "C.utf8" {
		return true
	}
	if strings.Contains(stored, "/") {
		return false
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		return true
	}
	for _, e := range entries {
		if e.Name() == stored || e.Name() == locale {
			return true
		}
	}
	names, err := archivedLocales(filepath.Join(dir, "locale-archive"))
	return err == nil && bytes.Contains(names, []byte("\x00"+stored+"\x00"))
}

// archivedLocales gives the names in glibc's archive of locales, each between zero bytes.
func archivedLocales(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var head struct{ Magic, Serial, HashOffset, HashUsed, HashSize, Strings, StringsUsed uint32 }
	if err := binary.Read(f, binary.NativeEndian, &head); err != nil {
		return nil, err
	}
	const magic, limit = 0xde020109, 1 << 22
	if head.Magic != magic || head.StringsUsed > limit {
		return nil, os.ErrInvalid
	}
	names := make([]byte, int(head.StringsUsed)+2)
	if _, err := io.ReadFull(io.NewSectionReader(f, int64(head.Strings), int64(head.StringsUsed)), names[1:len(names)-1]); err != nil {
		return nil, err
	}
	return names, nil
}
