package cli

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
)

// printHostVar tells what holds in place of a variable that nobody has set, where ansible-core gives its name a meaning: the
// options that it would set, with their values and where those come from.
func (r *varsRun) printHostVar(name string) {
	h := config.FindHostVar(name)
	if h == nil {
		return
	}
	out := r.env.Stdout
	fmt.Fprintf(out, "  %s\n", h.Doc)
	for _, s := range h.Settings {
		v := r.w.config.Get(s.Name)
		of := "setting"
		if s.Plugin != "" {
			v = r.w.config.Plugin(s.Plugin, s.Name)
			kind, plugin, _ := strings.Cut(s.Plugin, "/")
			of = kind + " " + plugin
		}
		shown := "(none)"
		switch {
		case v.Err != nil:
			shown = "error: " + v.Err.Error()
		case v.Value == nil || v.Value == value.Value(value.None{}):
		case h.Secret:
			shown = "(hidden)"
		default:
			shown = short(v.Value)
		}
		origin := v.Origin.String()
		if v.Origin.At.Known() {
			origin = r.where(vars.Definition{At: v.Origin.At})
		}
		fmt.Fprintf(out, "  %s, %s = %s  %s\n", of, s.Name, shown, origin)
	}
}
