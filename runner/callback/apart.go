package callback

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// apartKeys are the texts that ansible.posix.debug takes out of a result, in the order in which it prints them below.
// The lists of lines say the same again and are left out.
var apartKeys = []struct {
	name  string
	shown bool
}{{"stdout", true}, {"stdout_lines", false}, {"stderr", true}, {"stderr_lines", false}, {"msg", true}, {"module_stdout", true}, {"module_stderr", true}}

// takeTexts splits a result in what ansible.posix.debug prints as a result, always indented, and the texts below it. The
// result itself stays as it is.
func takeTexts(d *value.Dict) (rest *value.Dict, texts string) {
	rest = d.Copy()
	rest.Put("_ansible_verbose_always", value.Bool(true))
	var below strings.Builder
	for _, key := range apartKeys {
		v, ok := rest.Raw(key.name)
		if !ok {
			continue
		}
		rest.Delete(value.S(key.name))
		if key.shown && truth(v) {
			below.WriteString("\n\n" + strings.ToUpper(key.name) + ":\n\n" + value.ToStr(v) + "\n")
		}
	}
	return rest, below.String()
}
