package action

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
)

// find looks up a file on the controller: in the folder for its kind ("files", "templates", "vars") of each directory
// of the task's search path, and beside it. The error lists where it was looked for.
func (c *Context) find(kind, name string) (string, error) {
	path, tried, ok := "", []string(nil), false
	if name != "" {
		path, tried, ok = playbook.FindInStack(c.FS, c.BaseDir, c.SearchPath, kind, name)
	}
	if ok {
		if strings.HasSuffix(name, "/") && !strings.HasSuffix(path, "/") {
			path += "/"
		}
		return path, nil
	}
	msg := "Could not find or access '" + name + "'"
	if name == "" {
		msg = "Could not find file"
	}
	if len(tried) > 1 {
		msg += "\nSearched in:\n\t" + strings.Join(tried, "\n\t")
	}
	return "", broken("%s", msg+" on the Ansible Controller.\nIf you are using a module and expect the file to exist on the remote, see the remote_src option")
}
