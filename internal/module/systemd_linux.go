package module

import (
	"os"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func runSystemd(c *Call) *value.Dict {
	t := &unitTask{Call: c, unit: c.text("name"), result: &value.Dict{}}
	if err := t.run(); err != nil {
		return c.failed(err)
	}
	t.result.Put("changed", value.Bool(t.changed))
	return t.result
}

// unitTask is one run of systemd.
type unitTask struct {
	*Call
	unit      string
	systemctl []string
	result    *value.Dict
	status    *value.Dict
	found     bool
	initd     bool
	changed   bool
}

// ctl runs systemctl.
func (t *unitTask) ctl(args ...string) (rc int, out, errOut string, err error) {
	env := []string(nil)
	if v, ok := t.getenv("XDG_RUNTIME_DIR"); !ok || v == "" {
		env = []string{"XDG_RUNTIME_DIR=/run/user/" + strconv.Itoa(os.Geteuid())}
	}
	all := append(append([]string{}, t.systemctl...), args...)
	rc, out, errOut, err = t.command(env, all...)
	if err != nil {
		err = commandError(err, quoteWords(all))
	}
	return rc, out, errOut, err
}

func (t *unitTask) run() error {
	for _, magic := range []string{"*", "?", "["} {
		if strings.Contains(t.unit, magic) {
			return Fail("This module does not currently support using glob patterns, found '" + magic + "' in service name: " + t.unit)
		}
	}
	program, err := t.needProgram("systemctl")
	if err != nil {
		return err
	}
	t.systemctl = []string{program}
	if scope := t.text("scope"); scope != "system" {
		t.systemctl = append(t.systemctl, "--"+scope)
	}
	if t.bool("no_block") {
		t.systemctl = append(t.systemctl, "--no-block")
	}
	if t.bool("force") {
		t.systemctl = append(t.systemctl, "--force")
	}
	name := value.Value(value.None{})
	if t.given("name") {
		name = value.S(t.unit)
	}
	t.status = &value.Dict{}
	t.result.Put("name", name)
	t.result.Put("status", t.status)
	for _, command := range []string{"daemon-reload", "daemon-reexec"} {
		if t.bool(strings.ReplaceAll(command, "-", "_")) {
			if err := t.Change(func() error { return t.daemon(command) }); err != nil {
				return err
			}
		}
	}
	if t.unit == "" {
		return nil
	}
	if err := t.look(); err != nil {
		return err
	}
	for _, step := range []func() error{t.mask, t.enable, t.operate} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// offline tells whether systemd cannot be talked to, as in a chroot.
func (t *unitTask) offline() bool {
	if v, _ := t.getenv("SYSTEMD_OFFLINE"); v == "1" {
		return true
	}
	is, _ := chrootFacts(&factRun{Call: t.Call}).Get("is_chroot")
	return is == value.Value(value.Bool(true))
}

func (t *unitTask) daemon(command string) error {
	rc, _, errOut, err := t.ctl(command)
	switch {
	case err != nil || rc == 0:
		return err
	case t.offline():
		t.Warn(command + " failed, but target is a chroot or systemd is offline. Continuing. Error was: " + strconv.Itoa(rc) + " / " + errOut)
		return nil
	}
	return Fail("failure " + strconv.Itoa(rc) + " during " + command + ": " + errOut)
}

func ignored(out string) bool {
	return !strings.Contains(out, "=") && (strings.Contains(out, "ignoring request") || strings.Contains(out, "ignoring command"))
}

// look finds out whether the unit is there and what it does.
func (t *unitTask) look() error {
	t.initd = exists("/etc/init.d/" + t.unit)
	is := false
	rc, out, errOut, err := t.ctl("show", t.unit)
	if err != nil {
		return err
	}
	switch {
	case rc == 0 && !ignored(out) && !ignored(errOut):
		if out == "" {
			break
		}
		t.status = unitProperties(out)
		t.result.Put("status", t.status)
		load, hasLoad := t.status.Get("LoadState")
		is = hasLoad && value.ToStr(load) != "not-found"
		if problem, ok := t.status.Get("LoadError"); ok && is && value.ToStr(load) != "masked" {
			return Fail("Error loading unit file '" + t.unit + "': " + value.ToStr(problem))
		}
	case errOut != "" && rc == 1 && strings.Contains(errOut, "Failed to parse bus message"):
		t.status = unitProperties(out)
		t.result.Put("status", t.status)
		base, _, templated := strings.Cut(t.unit, "@")
		if templated {
			base += "@"
		}
		_, out, _, err := t.ctl("list-unit-files", base+"*")
		if err != nil {
			return err
		}
		is = strings.Contains(out, base)
		if _, out, _, err = t.ctl("is-active", t.unit); err != nil {
			return err
		}
		t.status.Put("ActiveState", value.S(strings.TrimRight(out, "\n")))
	default:
		_, out, _, err := t.ctl("is-enabled", t.unit)
		if err != nil {
			return err
		}
		if contains(enabledStates, strings.TrimSpace(out)) {
			is = true
			break
		}
		rc, _, _, err := t.ctl("list-unit-files", t.unit)
		if err != nil {
			return err
		}
		if is = rc == 0; !is {
			rc, out, errOut, err := t.ctl()
			if err != nil {
				return err
			}
			if rc != 0 {
				return Fail(strings.TrimRight(errOut, " \t\r\n"), "cmd", value.S(quoteWords(t.systemctl)), "rc", value.Int(rc), "stdout", value.S(out), "stderr", value.S(errOut))
			}
		}
	}
	t.found = is || t.initd
	if t.initd && !is {
		t.Warn("The service (" + t.unit + ") is actually an init script but the system is managed by systemd")
	}
	return nil
}

// enabledStates are the answers of is-enabled about a unit that exists.
var enabledStates = []string{"enabled", "enabled-runtime", "linked", "linked-runtime", "masked", "masked-runtime", "static", "indirect", "disabled", "generated", "transient"}

// unitProperties reads what systemctl show prints; values of Exec keys in braces may span lines.
func unitProperties(out string) *value.Dict {
	d := &value.Dict{}
	key := ""
	var lines []string
	for _, line := range strings.Split(out, "\n") {
		if key != "" {
			lines = append(lines, line)
			if strings.HasSuffix(strings.TrimRight(line, " \t\r"), "}") {
				d.Put(key, value.S(strings.TrimSpace(strings.Join(lines, "\n"))))
				key, lines = "", nil
			}
			continue
		}
		k, v, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		if strings.HasPrefix(k, "Exec") && strings.HasPrefix(strings.TrimLeft(v, " \t"), "{") && !strings.HasSuffix(strings.TrimRight(v, " \t\r"), "}") {
			key, lines = k, []string{v}
			continue
		}
		d.Put(k, value.S(strings.TrimSpace(v)))
	}
	return d
}

func (t *unitTask) missing() error {
	if t.found {
		return nil
	}
	return Fail("Could not find the requested service " + t.unit + ": host")
}

func (t *unitTask) mask() error {
	if !t.given("masked") {
		return nil
	}
	_, out, _, err := t.ctl("is-enabled", t.unit)
	if err != nil {
		return err
	}
	if strings.TrimSpace(out) == "masked" == t.bool("masked") {
		return nil
	}
	t.changed = true
	action := "unmask"
	if t.bool("masked") {
		action = "mask"
	}
	return t.Change(func() error {
		rc, _, errOut, err := t.ctl(action, t.unit)
		if err != nil || rc == 0 {
			return err
		}
		if err := t.missing(); err != nil {
			return err
		}
		return Fail("Failed to " + action + " the service (" + t.unit + "): " + strings.TrimSpace(errOut))
	})
}

func (t *unitTask) enable() error {
	if !t.given("enabled") {
		return nil
	}
	if err := t.missing(); err != nil {
		return err
	}
	rc, out, _, err := t.ctl("is-enabled", t.unit, "-l")
	if err != nil {
		return err
	}
	enabled := false
	switch rc {
	case 0:
		enabled = !contains([]string{"enabled-runtime", "indirect", "alias"}, strings.TrimRight(out, " \t\r\n"))
	case 1:
		enabled = t.text("scope") == "system" && t.initd && !strings.HasSuffix(strings.TrimSpace(out), "disabled") && sysvEnabled(t.unit)
	}
	t.result.Put("enabled", value.Bool(enabled))
	if enabled == t.bool("enabled") {
		return nil
	}
	t.changed = true
	action := "disable"
	if t.bool("enabled") {
		action = "enable"
	}
	err = t.Change(func() error {
		rc, out, errOut, err := t.ctl(action, t.unit)
		if err != nil || rc == 0 {
			return err
		}
		return Fail("Unable to " + action + " service " + t.unit + ": " + out + errOut)
	})
	t.result.Put("enabled", value.Bool(!enabled))
	return err
}

func sysvEnabled(name string) bool {
	if isDir("/etc/rc0.d/") {
		return len(glob("/etc/rc?.d/S??"+name)) > 0
	}
	return len(glob("/etc/init.d/rc?.d/S??"+name)) > 0
}

// operate starts, stops, restarts or reloads the unit.
func (t *unitTask) operate() error {
	if !t.given("state") {
		return nil
	}
	if err := t.missing(); err != nil {
		return err
	}
	wanted := t.text("state")
	t.result.Put("state", value.S(wanted))
	active, ok := t.status.Get("ActiveState")
	if !ok {
		if t.offline() {
			t.Warn("Target is a chroot or systemd is offline. This can lead to false positives or prevent the init system tools from working.")
			return nil
		}
		return Fail("Service is in unknown state", "status", t.status)
	}
	now := value.ToStr(active)
	running := now == "active" || now == "activating"
	action := ""
	switch wanted {
	case "started":
		if !running {
			action = "start"
		}
	case "stopped":
		if running || now == "deactivating" {
			action = "stop"
		}
	default:
		action = strings.TrimSuffix(wanted, "ed")
		if !running {
			action = "start"
		}
		t.result.Put("state", value.S("started"))
	}
	if action == "" {
		return nil
	}
	t.changed = true
	return t.Change(func() error {
		rc, _, errOut, err := t.ctl(action, t.unit)
		if err != nil || rc == 0 {
			return err
		}
		return Fail("Unable to " + action + " service " + t.unit + ": " + errOut)
	})
}
