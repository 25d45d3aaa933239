package module

import (
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/digest"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runCopy(c *Call) *value.Dict {
	result, err := (&copyTask{Call: c, src: c.text("src")}).run()
	if err != nil {
		return c.failed(err)
	}
	return result
}

// copyTask is one run of the copy module on the host: src is a file there, or content that came with the call.
type copyTask struct {
	*Call
	src, dest string
	body      *content // what to write; nil for a directory
	changed   bool
	// uploaded tells that body came with the call: the new file takes over the attributes of an old one, while a copy
	// of a file of the host takes those of its source.
	uploaded bool
}

// content is what a file shall hold.
type content struct {
	reader      io.ReadSeeker
	sha1, md5   string
	size        int64
	permissions uint32 // of the file it came from, 0 when unknown
}

// hashes reads the content once for both checksums.
func (b *content) hashes() error {
	if b.sha1 != "" && b.md5 != "" {
		return nil
	}
	s, m := sha1.New(), md5.New()
	if _, err := b.reader.Seek(0, io.SeekStart); err != nil {
		return err
	}
	n, err := io.Copy(io.MultiWriter(s, m), b.reader)
	if err != nil {
		return err
	}
	b.size, b.sha1, b.md5 = n, hex.EncodeToString(s.Sum(nil)), hex.EncodeToString(m.Sum(nil))
	return nil
}

func (t *copyTask) run() (*value.Dict, error) {
	t.dest = t.text("dest")
	if !strings.Contains(t.dest, "/") {
		t.dest = "./" + t.dest
	}
	if err := t.open(); err != nil {
		return nil, err
	}
	if f, ok := t.bodyFile(); ok {
		defer f.Close()
	}
	if sum := t.text("checksum"); sum != "" && (t.body == nil || t.body.sha1 != sum) {
		return nil, Fail("Copied file does not match the expected checksum. Transfer failed.",
			"checksum", t.checksum(), "expected_checksum", value.S(sum))
	}
	if done, err := t.place(); done != nil || err != nil {
		return done, err
	}
	oldSum := ""
	st, err := stat(t.dest)
	link := isLinkTo(t.dest, err)
	switch {
	case err == nil:
		if t.bool("follow") && link {
			t.dest, link = realpath(t.dest), false
		}
		if !t.bool("force") {
			return value.NewDict("msg", value.S("file already exists"), "src", value.S(t.src), "dest", value.S(t.dest), "changed", value.Bool(false)), nil
		}
		if t.body != nil && st.Mode&syscall.S_IFMT == syscall.S_IFREG && accessible(t.dest, accessRead) {
			if t.body.size >= 0 && st.Size != t.body.size {
				oldSum = "another size"
			} else if oldSum, err = digest.OfFile(t.dest, "sha1"); err != nil {
				return nil, err
			}
		}
	default:
		dir := dirname(t.dest)
		if _, err := stat(dir); err != nil {
			if errors.Is(err, syscall.EACCES) {
				return nil, Fail("Destination directory " + dir + " is not accessible")
			}
			return nil, Fail("Destination directory " + dir + " does not exist")
		}
	}
	if dir := dirname(t.dest); !accessible(dir, accessWrite) && !t.bool("unsafe_writes") {
		return nil, Fail("Destination " + dir + " not writable")
	}
	newSum := ""
	if t.body != nil {
		newSum = t.body.sha1
	}
	backup := ""
	if newSum != oldSum || link {
		if !t.Check {
			if backup, err = t.write(link); err != nil {
				return nil, err
			}
		}
		t.changed = true
	}
	if err := t.copyTree(oldSum); err != nil {
		return nil, err
	}
	return t.finish(backup)
}

// isLinkTo tells whether a path is a link, given what stat said of it: a missing file is no link unless it dangles.
func isLinkTo(path string, statErr error) bool {
	if statErr != nil && errnoOf(statErr) != syscall.ENOENT {
		return false
	}
	return isLink(path)
}

func (t *copyTask) bodyFile() (*os.File, bool) {
	if t.body == nil || t.uploaded {
		return nil, false
	}
	f, ok := t.body.reader.(*os.File)
	return f, ok
}

func (t *copyTask) checksum() value.Value {
	if t.body == nil {
		return value.None{}
	}
	return value.S(t.body.sha1)
}

func (t *copyTask) md5sum() value.Value {
	if t.body == nil {
		return value.None{}
	}
	return value.S(t.body.md5)
}

// open looks at the source on the host.
func (t *copyTask) open() error {
	if t.uploaded {
		return nil
	}
	st, err := stat(t.src)
	if err != nil {
		shown := t.src
		if !t.given("src") {
			shown = "None"
		}
		return Fail("Source " + shown + " not found")
	}
	if !accessible(t.src, accessRead) {
		return Fail("Source " + t.src + " not readable")
	}
	if t.text("mode") == "preserve" {
		t.Args.Put("mode", value.S(modeText(st.Mode)))
	}
	switch st.Mode & syscall.S_IFMT {
	case syscall.S_IFREG:
		f, err := os.Open(t.src)
		if err != nil {
			return err
		}
		t.body = &content{reader: f, permissions: st.Mode & permBits}
		return t.body.hashes()
	case syscall.S_IFDIR:
	default:
		if t.bool("remote_src") {
			return Fail("Cannot copy invalid source '" + t.src + "': not a file")
		}
	}
	return nil
}

// place finds the path that is written, and makes the folders of a dest that ends in "/". A result means that there is
// nothing more to do.
func (t *copyTask) place() (*value.Dict, error) {
	base := t.text("_original_basename")
	if strings.HasSuffix(t.dest, "/") {
		if base != "" {
			t.dest += base
		}
		dir := dirname(t.dest)
		if !exists(dir) {
			if t.Check {
				return value.NewDict("msg", value.S("dest directory "+dir+" would be created"), "changed", value.Bool(true), "src", value.S(t.src)), nil
			}
			if err := t.makeDirs(dir); err != nil {
				return nil, err
			}
		}
	}
	if isDir(t.dest) {
		if base == "" {
			base = t.src[strings.LastIndex(t.src, "/")+1:]
		}
		t.dest = joinPath(t.dest, base)
	}
	return nil, nil
}

// makeDirs makes a directory and its parents and gives the new ones the attributes, with directory_mode.
func (t *copyTask) makeDirs(dir string) error {
	var made []string
	for d := dir; !exists(d); d = filepath.Dir(d) {
		made = append([]string{d}, made...)
		if d == filepath.Dir(d) {
			break
		}
	}
	if err := t.Change(func() error { return os.MkdirAll(dir, 0o777) }); err != nil {
		return crashed(nil, bytesInError(err))
	}
	t.changed = true
	a := t.attrsOf(dir)
	a.mode = nil
	if t.given("directory_mode") {
		a.mode, _ = t.Args.Raw("directory_mode")
	}
	for _, d := range made {
		a.path = d
		if _, err := t.setAttributes(a, true, nil); err != nil {
			return err
		}
	}
	return nil
}

// write replaces dest by the content and gives the name of the backup.
func (t *copyTask) write(link bool) (backup string, err error) {
	if t.bool("backup") && exists(t.dest) {
		if backup, err = t.backup(t.dest); err != nil {
			return "", err
		}
	}
	if link {
		err := t.Change(func() error {
			if err := os.Remove(t.dest); err != nil {
				return err
			}
			f, err := os.OpenFile(t.dest, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
			if err != nil {
				return err
			}
			return f.Close()
		})
		if err != nil {
			return backup, crashed(err, "Failed to copy "+value.Repr(value.S(t.src))+" to "+value.Repr(value.S(t.dest))+".")
		}
	}
	validate := t.text("validate")
	if validate != "" && !strings.Contains(validate, "%s") {
		return backup, Fail("validate must contain %s: " + validate)
	}
	if t.body == nil {
		return backup, nil
	}
	return backup, t.Change(func() error {
		f, err := t.replaceFile(t.dest, t.uploaded || !t.bool("remote_src"))
		if err != nil {
			return err
		}
		defer f.Close()
		if err := t.fill(f); err != nil {
			return err
		}
		if validate != "" {
			if err := t.validateCopy(validate, f); err != nil {
				return err
			}
		}
		return f.Commit()
	})
}

func (t *copyTask) fill(f *newFile) error {
	if _, err := t.body.reader.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(f, t.body.reader); err != nil {
		return err
	}
	if !t.uploaded && t.bool("remote_src") {
		if err := syscall.Fchmod(f.file.fd, t.body.permissions); err != nil {
			return err
		}
		if err := copyXattrs(t.src, f.file.fd); err != nil {
			return err
		}
		if !f.exists && !exists(t.dest) { // a new file has what the umask gives, whatever its source has
			return syscall.Fchmod(f.file.fd, 0o666&^umask())
		}
	}
	return nil
}

// validateCopy runs the validate command on the new file with the attributes that it is going to have.
func (t *copyTask) validateCopy(command string, f *newFile) error {
	a := t.attrsOf(f.Name())
	a.attributes, a.context = nil, nil
	if _, err := t.setAttributes(a, false, nil); err != nil {
		return err
	}
	return t.validate(command, f.Name(), func(rc int, stdout, stderr string) error {
		return Fail("failed to validate", "exit_status", value.Int(rc), "stdout", value.S(stdout), "stderr", value.S(stderr))
	})
}

// finish sets the attributes of dest and makes the result.
func (t *copyTask) finish(backup string) (*value.Dict, error) {
	var err error
	if t.changed, err = t.setAttributes(t.fileArgs(t.dest), t.changed, nil); err != nil {
		return nil, err
	}
	r := value.NewDict("dest", value.S(t.dest), "src", value.S(t.src), "md5sum", t.md5sum(), "checksum", t.checksum(),
		"changed", value.Bool(t.changed))
	if backup != "" {
		r.Put("backup_file", value.S(backup))
	}
	return r, nil
}
