package module

import (
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

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
