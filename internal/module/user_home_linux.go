package module

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// makeHome creates a home directory from the skeleton with the mode that login.defs asks for.
func (t *userTask) makeHome(path string) error {
	if exists(path) {
		return nil
	}
	skeleton, ok := t.str("skeleton")
	if !ok {
		skeleton = "/etc/skel"
	}
	var err error
	if exists(skeleton) && skeleton != "/dev/null" {
		err = (&treeCopy{Call: t.Call, keep: true}).tree(skeleton, path)
	} else {
		err = os.MkdirAll(path, 0o777)
	}
	if err != nil {
		return Fail(pythonError(err))
	}
	content, err := os.ReadFile("/etc/login.defs")
	if err != nil {
		return nil
	}
	mode := uint32(0o755)
	for _, line := range strings.Split(string(content), "\n") {
		if m := regexp.MustCompile(`^(HOME_MODE|UMASK)\s+(\d+)$`).FindStringSubmatch(line); m != nil {
			n, err := strconv.ParseUint(m[2], 8, 32)
			if err != nil {
				continue
			}
			if m[1] == "HOME_MODE" {
				mode = uint32(n)
				break
			}
			mode = 0o777 &^ uint32(n)
		}
	}
	return chmod(path, mode)
}

func chownTree(root string, uid, gid int) error {
	return filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Type()&os.ModeSymlink != 0 {
			return err
		}
		return os.Chown(path, uid, gid)
	})
}

// sshKey makes a key for the account where it has none.
func (t *userTask) sshKey(u *account) error {
	file, ok := t.str("ssh_key_file")
	if !ok {
		file = ".ssh/id_" + t.text("ssh_key_type")
	}
	if !filepath.IsAbs(file) {
		if !exists(u.home) && !t.Check {
			return Fail("User "+t.name+" home directory does not exist", "name", value.S(t.name), "rc", value.Int(1))
		}
		file = filepath.Join(u.home, file)
	}
	if err := t.makeKey(u, file); err != nil {
		return err
	}
	fingerprint := ""
	if exists(file) {
		program, err := t.needProgram("ssh-keygen")
		if err != nil {
			return err
		}
		rc, out, errOut, err := t.command(nil, program, "-l", "-f", file)
		if err != nil {
			return commandError(err, program)
		}
		fingerprint = strings.TrimSpace(out)
		if rc != 0 {
			fingerprint = strings.TrimSpace(errOut)
		}
	}
	t.result.Put("ssh_fingerprint", value.S(fingerprint))
	t.result.Put("ssh_key_file", value.S(file))
	public := value.Value(value.None{})
	if content, err := os.ReadFile(file + ".pub"); err == nil {
		public = value.S(strings.TrimSpace(string(content)))
	}
	t.result.Put("ssh_public_key", public)
	return nil
}

func (t *userTask) makeKey(u *account, file string) error {
	for _, existing := range []struct{ path, kind string }{{file, "private"}, {file + ".pub", "public"}} {
		if !exists(existing.path) {
			continue
		}
		if !t.bool("force") {
			t.Warn("Found existing ssh key " + existing.kind + " file \"" + existing.path + "\", no force, so skipping ssh-keygen generation")
			return nil
		}
		t.Warn("Overwriting existing ssh key " + existing.kind + " file \"" + existing.path + "\"")
	}
	t.changed = true
	return t.Change(func() error {
		dir := filepath.Dir(file)
		if !exists(dir) {
			if err := os.Mkdir(dir, 0o700); err != nil {
				return Fail("Failed to create "+dir+": "+pythonError(err), "name", value.S(t.name), "rc", value.Int(1))
			}
			if err := os.Chown(dir, u.id, u.gid); err != nil {
				return err
			}
		}
		for _, old := range []string{file, file + ".pub"} {
			if err := os.Remove(old); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
		program, err := t.needProgram("ssh-keygen")
		if err != nil {
			return err
		}
		args := []string{program, "-t", t.text("ssh_key_type")}
		if bits, _ := t.integer("ssh_key_bits"); bits > 0 {
			args = append(args, "-b", strconv.FormatInt(bits, 10))
		}
		args = append(args, "-C", t.text("ssh_key_comment"), "-f", file, "-N", "")
		rc, _, errOut, err := t.command(nil, args...)
		if err != nil {
			return commandError(err, quoteWords(args))
		}
		if rc != 0 {
			return Fail(errOut, "name", value.S(t.name), "rc", value.Int(rc))
		}
		for _, made := range []string{file, file + ".pub"} {
			if err := os.Chown(made, u.id, u.gid); err != nil {
				return err
			}
		}
		return nil
	})
}
