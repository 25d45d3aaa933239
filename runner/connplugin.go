package runner

import (
	"os"
	"path/filepath"
	"strings"
)

// connectionPlugin is the file of a connection plugin in Python, as ansible-core finds it for a play in dir: beside the
// playbook, in the configured folders, in a collection; "" where there is none, or nothing to run it with.
func (r *run) connectionPlugin(name, dir string) string {
	if r.o.Plugins == nil || r.o.Config == nil {
		return ""
	}
	in, err := r.installation()
	if err != nil {
		return ""
	}
	var files []string
	if parts := strings.SplitN(name, ".", 3); len(parts) == 3 && parts[0]+"."+parts[1] != "ansible.legacy" {
		roots := append([]string{filepath.Join(dir, "collections")}, r.o.Config.Strings("COLLECTIONS_PATHS")...)
		for _, root := range append(roots, filepath.Dir(in.Dir)) {
			files = append(files, filepath.Join(strings.TrimSuffix(root, "/ansible_collections"), "ansible_collections", parts[0], parts[1], "plugins", "connection", parts[2]+".py"))
		}
	} else {
		short := strings.TrimPrefix(name, "ansible.legacy.")
		for _, folder := range append([]string{filepath.Join(dir, "connection_plugins")}, r.o.Config.Strings("DEFAULT_CONNECTION_PLUGIN_PATH")...) {
			files = append(files, filepath.Join(folder, short+".py"))
		}
	}
	for _, f := range files {
		if st, err := os.Stat(f); err == nil && st.Mode().IsRegular() {
			return f
		}
	}
	return ""
}
