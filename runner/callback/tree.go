package callback

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/durable"
)

// Tree writes the last result of each host to a file of the host's name in Dir. ansible-core 2.19 deprecates it.
type Tree struct {
	Default
	Dir string
}

// Event writes results that are not skips.
func (c *Tree) Event(e Event) {
	switch e := e.(type) {
	case PlaybookStart:
		c.Deprecated(pluginDeprecation("tree"))
	case TaskResult:
		if e.Status != Skipped {
			c.write(e.Host, c.dump(e.Result.shown(), 0, true))
		}
	}
}

// write replaces the file; a host's name never leads out of Dir. An error is a warning, as the run itself goes well.
func (c *Tree) write(host, text string) {
	err := os.MkdirAll(c.Dir, 0o755)
	if err == nil {
		err = durable.WriteQuick(filepath.Join(c.Dir, strings.ReplaceAll(host, "/", "_")), []byte(text), 0o644)
	}
	if err != nil {
		c.Warn("Unable to write to '" + host + "'s file: " + err.Error())
	}
}

var _ Callback = (*Tree)(nil)
