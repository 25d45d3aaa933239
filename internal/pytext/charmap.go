package pytext

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

//go:embed charmaps.txt
var charmapText string

// charmap is an encoding with one byte per character.
type charmap struct {
	decode [256]rune // utf8.RuneError where a byte stands for nothing
	encode map[rune]byte
}

// An UnsupportedError is an encoding that Python has and this package has not.
type UnsupportedError struct{ Encoding string }

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("the encoding %s is not supported: the Unicode encodings, ascii and those with one byte per character are", value.Quote(e.Encoding))
}

// absent are Python's other encodings of text, by the names that its modules have or their most used ones.
var absent = []string{"big5", "big5hkscs", "big5_hkscs", "cp932", "932", "ms932", "mskanji", "ms_kanji", "cp949", "949", "ms949", "uhc", "cp950", "950", "ms950",
	"euc_jis_2004", "euc_jisx0213", "euc_jp", "eucjp", "ujis", "u_jis", "euc_kr", "euckr", "korean", "ksc5601", "ks_c_5601", "ksx1001", "gb18030", "gb18030_2000",
	"gb2312", "chinese", "csiso58gb231280", "euc_cn", "euccn", "eucgb2312_cn", "gbk", "936", "cp936", "ms936", "hz", "hzgb", "hz_gb", "hz_gb_2312",
	"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "iso2022_jp_ext", "iso2022_kr", "iso2022jp", "iso_2022_jp", "csiso2022jp",
	"johab", "cp1361", "ms1361", "shift_jis", "shiftjis", "sjis", "s_jis", "csshiftjis", "shift_jis_2004", "shift_jisx0213", "sjisx0213",
	"utf_7", "utf7", "u7", "unicode_1_1_utf_7", "punycode", "raw_unicode_escape", "unicode_escape", "idna"}

// kept holds the charmaps that were asked for, by name.
var kept struct {
	sync.Mutex
	maps map[string]*charmap
}

// charmapNamed finds an encoding by its canonical name; encoding is what was asked for.
func charmapNamed(name, encoding string) (*charmap, error) {
	kept.Lock()
	defer kept.Unlock()
	if m := kept.maps[name]; m != nil {
		return m, nil
	}
	for line := range strings.Lines(charmapText) {
		own, rest, _ := strings.Cut(line, " ")
		aliases, bytes, _ := strings.Cut(rest, " ")
		if own != name && !slices.Contains(strings.Split(aliases, ","), name) || own == "#" {
			continue
		}
		m := &charmap{encode: map[rune]byte{}}
		for b, field := range strings.Fields(bytes) {
			m.decode[b] = utf8.RuneError
			hex, onlyRead := strings.CutPrefix(field, "<")
			if hex == "-" {
				continue
			}
			r, err := strconv.ParseUint(hex, 16, 32)
			if err != nil {
				return nil, fmt.Errorf("charmaps.txt, %s: %w", own, err)
			}
			m.decode[b] = rune(r)
			if !onlyRead {
				m.encode[rune(r)] = byte(b)
			}
		}
		if kept.maps == nil {
			kept.maps = map[string]*charmap{}
		}
		kept.maps[name] = m
		return m, nil
	}
	if slices.Contains(absent, name) {
		return nil, &UnsupportedError{encoding}
	}
	return nil, value.Errorf("LookupError", "unknown encoding: %s", encoding)
}
