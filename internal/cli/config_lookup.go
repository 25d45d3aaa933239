package cli

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// setting is what the config lookup gives: a setting, or an option of a plugin by "become/sudo/become_flags", with its origin.
func (w *workspace) setting(name string, variable func(string) (value.Value, bool)) (v value.Value, origin string, ok, plugin bool) {
	s, plugin := config.Find(name), true
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		if s = config.FindPlugin(name[:i], name[i+1:]); s == nil {
			s = config.FindOther(name[:i], name[i+1:])
		}
		plugin = s != nil || slices.Contains(config.Plugins, name[:i])
	}
	if s == nil {
		return nil, "", false, plugin
	}
	got := w.config.ResolveWith(s, variable)
	return got.Value, got.Origin.String(), true, true
}
