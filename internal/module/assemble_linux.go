package module

import (
	"os"
	"sort"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/digest"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runAssemble(c *Call) *value.Dict {
	result, err := assemble(c)
	if err != nil {
		return c.failed(err)
	}
	return result
}

func assemble(c *Call) (*value.Dict, error) {
	src, dest := c.text("src"), c.text("dest")
	if !exists(src) {
		return nil, Fail("Source (" + src + ") does not exist")
	}
	if !isDir(src) {
		return nil, Fail("Source (" + src + ") is not a directory")
	}
	text, err := fragments(c, src)
	if err != nil {
		return nil, err
	}
	body := &content{reader: strings.NewReader(text), size: -1}
	if err := body.hashes(); err != nil {
		return nil, err
	}
	r := value.NewDict("src", value.S(src), "dest", value.S(dest), "checksum", value.S(body.sha1), "md5sum", value.S(body.md5))
	old := ""
	if exists(dest) {
		if isDir(dest) {
			return nil, Fail("attempted to take checksum of directory: " + dest)
		}
		if old, err = digest.OfFile(dest, "sha1"); err != nil {
			return nil, err
		}
	}
	changed := old != body.sha1
	if changed {
		if err := putAssembled(c, r, text, dest, old != ""); err != nil {
			return nil, err
		}
	}
	if changed, err = c.setAttributes(c.attrsOf(dest), changed, nil); err != nil {
		return nil, err
	}
	r.Put("changed", value.Bool(changed))
	r.Put("msg", value.S("OK"))
	return r, nil
}

// putAssembled checks the new content and puts it in place. ansible-core runs the check in check mode, too.
func putAssembled(c *Call, r *value.Dict, text, dest string, there bool) error {
	if command := c.text("validate"); command != "" {
		scratch, err := os.CreateTemp(c.tempDir(), ".ansible_tmp*")
		if err != nil {
			return err
		}
		defer os.Remove(scratch.Name())
		if _, err := scratch.WriteString(text); err != nil {
			return err
		}
		if err := scratch.Close(); err != nil {
			return err
		}
		words, err := shellWords(strings.ReplaceAll(command, "%s", scratch.Name()))
		if err != nil {
			return crashed(nil, err.Error())
		}
		rc, out, errOut, err := c.command(nil, words...)
		if err != nil {
			return commandError(err, quoteWords(words))
		}
		r.Put("validation", value.NewDict("rc", value.Int(rc), "stdout", value.S(out), "stderr", value.S(errOut)))
		if rc != 0 {
			return Fail("failed to validate: rc:" + strconv.Itoa(rc) + " error:" + errOut)
		}
	}
	if c.bool("backup") && there {
		name, err := c.backup(dest)
		if err != nil {
			return err
		}
		r.Put("backup_file", value.S(name))
	}
	return c.Change(func() error {
		f, err := c.replaceFile(dest, true)
		if err != nil {
			return err
		}
		defer f.Close()
		if _, err := f.Write([]byte(text)); err != nil {
			return err
		}
		return f.Commit()
	})
}

// fragments joins the files of a folder in the order of their names. A fragment without a line break at its end gets one
// before the next.
func fragments(c *Call, dir string) (string, error) {
	var re *pyre.Regexp
	if pattern, ok := c.str("regexp"); ok {
		var err error
		if re, err = pyre.Compile(pattern, 0); err != nil {
			return "", Fail("Invalid Regexp (" + err.Error() + ") in \"" + pattern + "\"")
		}
	}
	if command := c.text("validate"); command != "" && !strings.Contains(command, "%s") {
		return "", Fail("validate must contain %s: " + command)
	}
	entries, err := readDir(dir)
	if err != nil {
		return "", crashed(nil, pythonError(err))
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	sort.Strings(names)
	delimiter := c.text("delimiter")
	var out strings.Builder
	first, broken := true, true
	for _, name := range names {
		if re != nil {
			if m, err := re.Search(name); err != nil || m == nil {
				if err != nil {
					return "", err
				}
				continue
			}
		}
		path := joinPath(dir, name)
		if !isRegular(path) || c.bool("ignore_hidden") && strings.HasPrefix(name, ".") {
			continue
		}
		text, err := readFile(path)
		if err != nil {
			return "", crashed(nil, pythonError(err))
		}
		if !broken {
			out.WriteByte('\n')
		}
		if !first && delimiter != "" {
			delimiter = bytesEscapes(delimiter)
			out.WriteString(delimiter)
			if !strings.HasSuffix(delimiter, "\n") {
				out.WriteByte('\n')
			}
		}
		out.Write(text)
		first, broken = false, strings.HasSuffix(string(text), "\n")
	}
	return out.String(), nil
}

// bytesEscapes decodes the escapes of Python's byte literals: \n, \t, \x41, \101, ...
func bytesEscapes(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if at := strings.IndexByte(`\'"abfnrtv`, s[i]); at >= 0 {
			b.WriteByte("\\'\"\a\b\f\n\r\t\v"[at])
			continue
		}
		if s[i] == 'x' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		end := i
		for end < len(s) && end < i+3 && s[end] >= '0' && s[end] <= '7' {
			end++
		}
		if n, err := strconv.ParseUint(s[i:end], 8, 16); err == nil {
			b.WriteByte(byte(n))
			i = end - 1
			continue
		}
		b.WriteByte('\\')
		b.WriteByte(s[i])
	}
	return b.String()
}
