package runner

import (
	"fmt"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// strictUTF8 refuses a module's result that holds bytes which are not UTF-8, as ansible-core 2.19 does unless
// MODULE_STRICT_UTF8_RESPONSE is off.
func (r *run) strictUTF8(result value.Value) error {
	bad := notUTF8(result)
	if bad == "" || r.o.Config != nil && !r.o.Config.Bool("MODULE_STRICT_UTF8_RESPONSE") {
		return nil
	}
	f := fault.New(source.Location{}, "Refusing to deserialize an invalid UTF8 string value: %s", surrogates(bad))
	f.Help = "This check can be disabled with the `MODULE_STRICT_UTF8_RESPONSE` setting."
	return f
}

// notUTF8 gives the first text in a value that is not UTF-8, "" where all are.
func notUTF8(v value.Value) string {
	switch x := v.(type) {
	case value.Str:
		if !utf8.ValidString(x.S) {
			return x.S
		}
	case *value.List:
		for _, w := range x.Items {
			if bad := notUTF8(w); bad != "" {
				return bad
			}
		}
	case *value.Dict:
		for k, w := range x.RawAll() {
			if bad := notUTF8(k); bad != "" {
				return bad
			}
			if bad := notUTF8(w); bad != "" {
				return bad
			}
		}
	}
	return ""
}

// surrogates is Python's error of a text in which bytes stand as escaped surrogates.
func surrogates(s string) string {
	const why = "surrogates not allowed"
	at, first, count := 0, byte(0), 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			if count == 0 {
				first = s[i]
			}
			count++
		} else if count > 0 {
			break
		}
		if count == 0 {
			at++
		}
		i += n
	}
	if count == 1 {
		return fmt.Sprintf(`'utf-8' codec can't encode character '\udc%02x' in position %d: %s`, first, at, why)
	}
	return fmt.Sprintf(`'utf-8' codec can't encode characters in position %d-%d: %s`, at, at+count-1, why)
}
