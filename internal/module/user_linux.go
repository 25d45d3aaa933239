package module

import (
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func runUser(c *Call) *value.Dict {
	result, err := (&userTask{Call: c, name: c.text("name")}).run()
	if err != nil {
		return c.failed(err)
	}
	return result
}

// userTask is one run of user.
type userTask struct {
	*Call
	name    string
	changed bool
	result  *value.Dict
}

// uncovered are options that only the Python module has.
var uncovered = []string{"local", "ssh_key_passphrase", "login_class", "hidden", "profile", "authorization", "role"}

func (t *userTask) run() (*value.Dict, error) {
	for _, option := range uncovered {
		if v, _ := t.Args.Raw(option); t.given(option) && v != value.Value(value.Bool(false)) {
			return nil, NeedsPython("ansible.builtin.user", "the option "+option+" of ansible.builtin.user")
		}
	}
	if exists("/etc/redhat-release") || exists("/etc/SuSE-release") {
		if release := osRelease()["version_id"]; strings.HasPrefix(release, "5") || strings.HasPrefix(release, "11") {
			return nil, NeedsPython("ansible.builtin.user", "accounts of this old system")
		}
	}
	if !t.given("groups") && t.bool("append") {
		t.Warn("'append' is set, but no 'groups' are specified. Use 'groups' for appending new groups.This will change to an error in Ansible 2.14.")
	}
	t.checkPassword()
	state := t.text("state")
	t.result = value.NewDict("name", value.S(t.name), "state", value.S(state))
	old := users.name(t.name)
	var done *value.Dict
	var err error
	switch {
	case state == "absent" && old != nil:
		done, err = t.remove()
	case state == "present" && old == nil:
		done, err = t.create()
	case state == "present":
		err = t.modify(old)
	}
	if done != nil || err != nil {
		return done, err
	}
	if state == "present" {
		if t.given("password") {
			t.result.Put("password", value.S("NOT_LOGGING_PASSWORD"))
		}
		if u := users.name(t.name); u != nil {
			if err := t.complete(u); err != nil {
				return nil, err
			}
		}
	}
	t.result.Put("changed", value.Bool(t.changed))
	return t.result, nil
}

// checkPassword warns of a password that seems not to be hashed.
func (t *userTask) checkPassword() {
	password := t.text("password")
	switch password {
	case "", "*", "!", "*************":
		return
	}
	fields := strings.Split(password, "$")
	bad := strings.ContainsAny(password, ":*!") || len(fields) < 3
	if !bad {
		last := fields[len(fields)-1]
		want := map[string]int{"1": 22, "5": 43, "6": 86, "y": 43}[fields[1]]
		bad = regexp.MustCompile(`[^a-zA-Z0-9./=]`).MatchString(last) || want != 0 && len(last) != want
	}
	if bad {
		t.Warn("The input password appears not to have been hashed. The 'password' argument must be encrypted for this module to work properly.")
	}
}

func (t *userTask) do(args ...string) error {
	out, errOut, err := t.account(append(args, t.name), true, "name", value.S(t.name))
	if err != nil {
		return err
	}
	t.changed = true
	if out != "" {
		t.result.Put("stdout", value.S(out))
	}
	if errOut != "" {
		t.result.Put("stderr", value.S(errOut))
	}
	return nil
}

func (t *userTask) remove() (*value.Dict, error) {
	if t.Check {
		return value.NewDict("changed", value.Bool(true)), nil
	}
	args := []string{"userdel"}
	if t.bool("force") {
		args = append(args, "-f")
	}
	if t.bool("remove") {
		args = append(args, "-r")
	}
	if err := t.do(args...); err != nil {
		return nil, err
	}
	t.result.Put("force", value.Bool(t.bool("force")))
	t.result.Put("remove", value.Bool(t.bool("remove")))
	return nil, nil
}

// group finds a group by number or name.
func findGroup(name string) *account {
	if gid, err := strconv.Atoi(name); err == nil {
		if g := groups.id(gid); g != nil {
			return g
		}
	}
	return groups.name(name)
}

func (t *userTask) create() (*value.Dict, error) {
	if t.Check {
		return value.NewDict("changed", value.Bool(true)), nil
	}
	args := []string{"useradd"}
	if uid, ok := t.integer("uid"); ok {
		args = append(args, "-u", strconv.FormatInt(uid, 10))
		if t.bool("non_unique") {
			args = append(args, "-o")
		}
	}
	add := func(flag, option string) {
		if v, ok := t.str(option); ok {
			args = append(args, flag, v)
		}
	}
	add("-Z", "seuser")
	if group, ok := t.str("group"); ok {
		if findGroup(group) == nil {
			return nil, Fail("Group " + group + " does not exist")
		}
		args = append(args, "-g", group)
	} else if findGroup(t.name) != nil {
		args = append(args, "-N")
	}
	if wanted := t.wantedGroups(); len(wanted) > 0 {
		for _, g := range wanted {
			if findGroup(g) == nil {
				return nil, Fail("Group " + g + " does not exist")
			}
		}
		args = append(args, "-G", strings.Join(wanted, ","))
	}
	add("-c", "comment")
	home, hasHome := t.str("home")
	needsParents := false
	if hasHome {
		if parent := dirname(home); t.bool("create_home") && !isDir(parent) {
			needsParents = true
			if err := t.makeHome(home); err != nil {
				return nil, err
			}
		}
		args = append(args, "-d", home)
	}
	add("-s", "shell")
	if day, ok := t.expiry(); ok {
		args = append(args, "-e", day)
	}
	if days, ok := t.integer("password_expire_account_disable"); ok {
		args = append(args, "-f", strconv.FormatInt(days, 10))
	}
	if password, ok := t.str("password"); ok {
		if t.bool("password_lock") {
			password = "!" + password
		}
		args = append(args, "-p", password)
	}
	if t.bool("create_home") {
		args = append(args, "-m")
		add("-k", "skeleton")
		if mask, ok := t.str("umask"); ok {
			args = append(args, "-K", "UMASK="+mask)
		}
	} else {
		args = append(args, "-M")
	}
	if t.bool("system") {
		args = append(args, "-r")
	}
	for _, limit := range [][2]string{{"uid_min", "UID_MIN="}, {"uid_max", "UID_MAX="}} {
		if n, ok := t.integer(limit[0]); ok {
			args = append(args, "-K", limit[1]+strconv.FormatInt(n, 10))
		}
	}
	if err := t.do(args...); err != nil {
		return nil, err
	}
	if needsParents {
		if u := users.name(t.name); u != nil {
			if err := chownTree(home, u.id, u.gid); err != nil {
				return nil, err
			}
		}
	}
	t.result.Put("system", value.Bool(t.bool("system")))
	t.result.Put("create_home", value.Bool(t.bool("create_home")))
	return nil, nil
}

// wantedGroups are the names in groups, without blanks and repeats.
func (t *userTask) wantedGroups() []string {
	var out []string
	for _, item := range t.texts("groups") {
		for _, g := range strings.Split(item, ",") {
			if g = strings.TrimSpace(g); g != "" && !contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out
}

// expiry is the day on which the account expires, "" for never.
func (t *userTask) expiry() (string, bool) {
	v, _ := t.Args.Raw("expires")
	seconds, ok := v.(value.Float)
	switch {
	case !ok:
		return "", false
	case seconds < 0:
		return "", true
	}
	return time.Unix(int64(seconds), 0).UTC().Format("2006-01-02"), true
}

func (t *userTask) modify(old *account) error {
	t.result.Put("append", value.Bool(t.bool("append")))
	t.result.Put("move_home", value.Bool(t.bool("move_home")))
	args := []string{"usermod"}
	if uid, ok := t.integer("uid"); ok && int(uid) != old.id {
		args = append(args, "-u", strconv.FormatInt(uid, 10))
		if t.bool("non_unique") {
			args = append(args, "-o")
		}
	}
	if group, ok := t.str("group"); ok {
		g := findGroup(group)
		if g == nil {
			return Fail("Group " + group + " does not exist")
		}
		if g.id != old.gid {
			args = append(args, "-g", strconv.Itoa(g.id))
		}
	}
	if t.given("groups") {
		change, err := t.groupChange()
		if err != nil {
			return err
		}
		args = append(args, change...)
	}
	if comment, ok := t.str("comment"); ok && comment != old.gecos {
		args = append(args, "-c", comment)
	}
	if home, ok := t.str("home"); ok && home != old.home {
		args = append(args, "-d", home)
		if t.bool("move_home") {
			args = append(args, "-m")
		}
	}
	if shell, ok := t.str("shell"); ok && shell != old.shell {
		args = append(args, "-s", shell)
	}
	args = append(args, t.shadowChange(old)...)
	if len(args) == 1 {
		return nil
	}
	return t.do(args...)
}

// groupChange gives the options of usermod that set the groups; nil where they are right.
func (t *userTask) groupChange() ([]string, error) {
	var current []string
	for _, g := range groups.entries() {
		if contains(g.members, t.name) {
			current = append(current, g.name)
		}
	}
	var wanted []string
	for _, name := range t.wantedGroups() {
		g := findGroup(name)
		if g == nil {
			return nil, Fail("Group " + name + " does not exist")
		}
		if !contains(wanted, g.name) {
			wanted = append(wanted, g.name)
		}
	}
	sort.Strings(wanted)
	missing := false
	for _, g := range wanted {
		missing = missing || !contains(current, g)
	}
	extra := false
	for _, g := range current {
		extra = extra || !contains(wanted, g)
	}
	switch {
	case t.bool("append") && missing:
		return []string{"-a", "-G", strings.Join(wanted, ",")}, nil
	case !t.bool("append") && (missing || extra):
		return []string{"-G", strings.Join(wanted, ",")}, nil
	}
	return nil, nil
}

// shadow is the account's line of /etc/shadow; nil where it cannot be read.
func (t *userTask) shadow() []string {
	content, err := os.ReadFile("/etc/shadow")
	if err != nil {
		return nil
	}
	for _, line := range strings.Split(string(content), "\n") {
		if fields := strings.Split(line, ":"); fields[0] == t.name && len(fields) >= 8 {
			return fields
		}
	}
	return nil
}

// shadowChange gives the options of usermod that set expiry and password.
func (t *userTask) shadowChange(old *account) []string {
	shadow := t.shadow()
	field := func(i int) string {
		if i < len(shadow) {
			return shadow[i]
		}
		return ""
	}
	var args []string
	if seconds, ok := t.Args.Raw("expires"); ok && t.given("expires") {
		current, err := strconv.Atoi(field(7))
		switch {
		case shadow == nil:
			current = 0
		case err != nil:
			current = -1
		}
		if at, isFloat := seconds.(value.Float); isFloat && at < 0 {
			if current >= 0 {
				args = append(args, "-e", "")
			}
		} else if day, _ := t.expiry(); current < 0 || time.Unix(int64(current)*86400, 0).UTC().Format("2006-01-02") != day {
			args = append(args, "-e", day)
		}
	}
	if days, ok := t.integer("password_expire_account_disable"); ok {
		args = append(args, "-f", strconv.FormatInt(days, 10))
	}
	hash := old.password
	if len(hash) <= 1 {
		hash = field(1)
	}
	locked := strings.HasPrefix(hash, "!")
	lock := ""
	switch {
	case t.bool("password_lock") && !locked:
		lock = "-L"
	case t.given("password_lock") && !t.bool("password_lock") && locked:
		lock = "-U"
	}
	if password, ok := t.str("password"); ok && t.text("update_password") == "always" &&
		strings.TrimLeft(hash, "!") != strings.TrimLeft(password, "!") {
		if t.bool("password_lock") {
			password = "!" + password
		}
		return append(args, "-p", password)
	}
	if lock != "" {
		args = append(args, lock)
	}
	return args
}

// complete fills the result and sees to home directory, SSH key and password ages.
func (t *userTask) complete(u *account) error {
	r := t.result
	r.Put("uid", value.Int(u.id))
	r.Put("group", value.Int(u.gid))
	r.Put("comment", value.S(u.gecos))
	r.Put("home", value.S(u.home))
	r.Put("shell", value.S(u.shell))
	if t.given("groups") {
		r.Put("groups", value.S(strings.Join(t.texts("groups"), ",")))
	}
	home, ok := t.str("home")
	if !ok {
		home = u.home
	}
	if !exists(home) && t.bool("create_home") {
		err := t.Change(func() error {
			if err := t.makeHome(home); err != nil {
				return err
			}
			return chownTree(home, u.id, u.gid)
		})
		if err != nil {
			return err
		}
		t.changed = true
	}
	if t.bool("generate_ssh_key") {
		if err := t.sshKey(u); err != nil {
			return err
		}
	}
	return t.ages()
}

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

// ages sets how long a password is valid.
func (t *userTask) ages() error {
	shadow := t.shadow()
	args := []string{"chage"}
	for _, age := range []struct {
		option, flag string
		field        int
	}{{"password_expire_min", "-m", 3}, {"password_expire_max", "-M", 4}, {"password_expire_warn", "-W", 5}} {
		n, ok := t.integer(age.option)
		if text := strconv.FormatInt(n, 10); ok && (shadow == nil || shadow[age.field] != text) {
			args = append(args, age.flag, text)
		}
	}
	if len(args) == 1 {
		return nil
	}
	_, _, err := t.account(append(args, t.name), true, "name", value.S(t.name))
	t.changed = t.changed || err == nil
	return err
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
