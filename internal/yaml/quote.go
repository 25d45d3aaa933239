package yaml

import "strings"

// Quote writes a text of one line as a quoted scalar: with double quotes where that needs no escape, else with single
// ones.
func Quote(s string) string {
	if !strings.ContainsAny(s, "\"\\\n\t") {
		return `"` + s + `"`
	}
	if !strings.ContainsAny(s, "\n") {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	r := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)
	return `"` + r.Replace(s) + `"`
}
