package module

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/module/pyhost"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// runProgram is what the carrier of scripts and binaries does.
func runProgram(c *Call) *value.Dict {
	content, err := c.Blob(c.text("file"))
	if err != nil {
		return c.failed(Fail("fetch the module " + c.text("name") + ": " + err.Error()))
	}
	text, err := io.ReadAll(content)
	if err != nil {
		return c.failed(Fail("fetch the module " + c.text("name") + ": " + err.Error()))
	}
	dir, err := c.scratch(c.text("remote_tmp"))
	if err != nil {
		return c.failed(Fail(err.Error()))
	}
	if !c.bool("keep") {
		defer os.RemoveAll(dir)
	}
	mark, here := []byte(c.text("mark")), []byte(dir+"/")
	path := filepath.Join(dir, filepath.Base(c.text("name")))
	line := QuoteWord(path)
	if words := c.text("interpreter"); words != "" {
		line = words + " " + line
		text = bytes.ReplaceAll(text, mark, here) // never in a binary
	}
	files := []struct {
		path string
		text []byte
	}{{path, text}}
	if args, ok := c.str("args"); ok {
		files = append(files, struct {
			path string
			text []byte
		}{filepath.Join(dir, "args"), bytes.ReplaceAll([]byte(args), mark, here)})
		line += " " + QuoteWord(filepath.Join(dir, "args"))
	}
	for _, f := range files {
		if err := os.WriteFile(f.path, f.text, 0o700); err != nil {
			return c.failed(Fail(err.Error()))
		}
	}
	rc, stdout, stderr, err := c.start(process{args: []string{c.text("shell"), "-c", line}, stdin: []byte{}})
	if err != nil {
		return c.failed(Fail(err.Error()))
	}
	reply := &pyhost.Reply{RC: rc, Stdout: stdout, Stderr: stderr}
	result := pythonResult(reply)
	if _, bad := result.Raw(UndecodedKey); bad {
		name := c.text("interpreter")
		out, said := lossyText(stdout), lossyText(stderr)
		if name != "" && (missing(said, name) || missing(out, name)) {
			result = noInterpreter(name, rc, out, said)
		}
		result.Put("cmd", value.S(strings.TrimPrefix(line, name+" ")))
	}
	return result
}

// missing tells whether the output of a shell says that it has no such program.
func missing(output, program string) bool {
	for _, why := range []string{"No such file or directory", "not found", "command not found"} {
		if strings.Contains(output, program+": "+why) {
			return true
		}
	}
	return false
}

// scratch makes a folder that only this account can read, under remote_tmp or, where that cannot be, under a temporary
// folder of the system.
func (c *Call) scratch(remoteTmp string) (string, error) {
	if rest, ok := strings.CutPrefix(remoteTmp, "~"); ok && (rest == "" || rest[0] == '/') {
		home, _ := c.home("")
		remoteTmp = home + rest
	}
	name := fmt.Sprintf("ansible-tmp-%.7f-%d-%d", float64(time.Now().UnixNano())/1e9, os.Getpid(), rand.Int64N(1<<48))
	var failure error
	for _, base := range []string{remoteTmp, c.TmpDir, "/var/tmp", "/tmp"} {
		if !filepath.IsAbs(base) {
			continue
		}
		err := os.MkdirAll(base, 0o700)
		if err == nil {
			dir := filepath.Join(base, name)
			if err = os.Mkdir(dir, 0o700); err == nil {
				return dir, nil
			}
		}
		if failure == nil {
			failure = err
		}
	}
	return "", fmt.Errorf("make a folder for the module: %w", failure)
}
