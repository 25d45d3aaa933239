package pytext

import (
	"errors"
	"strings"
	"testing"
)

// Recorded with Python 3.11: text.encode(encoding).
func TestEncode(t *testing.T) {
	for _, c := range []struct{ text, encoding, want, err string }{
		{"a€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸé", "windows-1252", "a\x80\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8e\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9e\x9f\xe9", ""},
		{"é€", "UTF-16", "\xff\xfe\xe9\x00\xac\x20", ""},
		{"é😀", "utf-16-be", "\x00\xe9\xd8\x3d\xde\x00", ""},
		{"é", "utf_32", "\xff\xfe\x00\x00\xe9\x00\x00\x00", ""},
		{"é", "utf-8-sig", "\xef\xbb\xbf\xc3\xa9", ""},
		{"é", "Latin 1", "\xe9", ""},
		{"Привет", "koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", ""},
		{"¤€", "iso-8859-15", "", "'charmap' codec can't encode character '\\xa4' in position 0: character maps to <undefined>"},
		{"A ", "mac_arabic", "A\xa0", ""},
		{"éA", "cp500", "\x51\xc1", ""},
		{"a\xffb", "cp1252", "a\xffb", ""}, // with errors="surrogateescape", from "a\udcffb"
		{"ab→ü", "windows-1252", "", "'charmap' codec can't encode character '\\u2192' in position 2: character maps to <undefined>"},
		{"ab→ü😀z", "ascii", "", "'ascii' codec can't encode characters in position 2-4: ordinal not in range(128)"},
		{"é😀", "latin-1", "", "'latin-1' codec can't encode character '\\U0001f600' in position 1: ordinal not in range(256)"},
		{"a", "nope", "", "unknown encoding: nope"},
		{"a", "shift_jis", "", "the encoding 'shift_jis' is not supported: the Unicode encodings, ascii and those with one byte per character are"},
	} {
		got, err := Encode(c.text, c.encoding)
		said := ""
		if err != nil {
			said = err.Error()
		}
		if string(got) != c.want || said != c.err {
			t.Errorf("%q in %s: %q, %v", c.text, c.encoding, got, err)
		}
	}
	var no *UnsupportedError
	if _, err := Decode(nil, "gbk"); !errors.As(err, &no) {
		t.Errorf("gbk: %v", err)
	}
}

// Every charmap reads what it writes, and has all of its 256 bytes.
func TestCharmaps(t *testing.T) {
	n := 0
	for line := range strings.Lines(charmapText) {
		name, rest, _ := strings.Cut(line, " ")
		if name == "#" {
			continue
		}
		n++
		if got := len(strings.Fields(rest)); got != 257 {
			t.Errorf("%s has %d bytes", name, got-1)
		}
		m, err := charmapNamed(name, name)
		if err != nil {
			t.Fatal(err)
		}
		for r, b := range m.encode {
			text, err := Decode([]byte{b}, name)
			if back, err2 := Encode(string(r), name); text != string(r) || len(back) != 1 || back[0] != b {
				t.Errorf("%s: byte %x, character %q: read %q %v, written %x %v", name, b, r, text, err, back, err2)
			}
		}
	}
	if n != 70 {
		t.Errorf("%d charmaps", n)
	}
}
