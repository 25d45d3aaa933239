package runner

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Recorded with ansible-core 2.19.14: command: printf '\377a', and the like.
func TestStrictUTF8(t *testing.T) {
	const refused = "Refusing to deserialize an invalid UTF8 string value: 'utf-8' codec can't encode character"
	for text, want := range map[string]string{
		"é": "", "\ufffd": "",
		"\xffa":           refused + ` '\udcff' in position 0: surrogates not allowed`,
		"é\xff":           refused + ` '\udcff' in position 1: surrogates not allowed`,
		"ab\xff\xfea\xff": refused + "s in position 2-3: surrogates not allowed",
	} {
		err := (&run{}).strictUTF8(value.NewDict("rc", value.Int(0), "lines", value.NewList(value.S("a"), value.S(text))))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
