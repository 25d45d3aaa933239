package module

import (
	"encoding/base64"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runSlurp(c *Call) *value.Dict {
	path := c.text("src")
	content, err := source.OS{}.ReadFile(path)
	if err != nil {
		message := "Unable to slurp file: {source}"
		switch errnoOf(err) {
		case syscall.ENOENT:
			message = "File not found: " + path
		case syscall.EACCES:
			message = "File is not readable: " + path
		case syscall.EISDIR:
			message = "Source is a directory and must be a file: " + path
		}
		return c.failed(failBecause(err, message))
	}
	return value.NewDict(
		"content", value.S(base64.StdEncoding.EncodeToString(content)),
		"source", value.S(path),
		"encoding", value.S("base64"),
	)
}
