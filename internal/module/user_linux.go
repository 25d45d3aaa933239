package module

import (
	"regexp"
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
