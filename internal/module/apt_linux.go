package module

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func runApt(c *Call) *value.Dict {
	result, err := (&aptTask{Call: c}).run()
	if err != nil {
		return c.failed(err)
	}
	return result
}

// aptTask is one run of apt: what ansible-core does through python-apt is read from dpkg's status and apt-cache here.
type aptTask struct {
	*Call
	aptGet  string
	options string // of dpkg and locks, as text of a command line
	updated bool
	stamp   int64
}

// aptEnvironment makes the output readable and the tools ask nothing.
var aptEnvironment = []string{"DEBIAN_FRONTEND=noninteractive", "DEBIAN_PRIORITY=critical", "LANG=C.UTF-8", "LC_ALL=C.UTF-8",
	"LC_MESSAGES=C.UTF-8", "LC_CTYPE=C.UTF-8", "LANGUAGE=C.UTF-8"}

func (t *aptTask) run() (*value.Dict, error) {
	upgrade := t.text("upgrade")
	aptitude := t.findProgram("aptitude") != "" && !t.bool("force_apt_get")
	wantsAll := false
	var packages []string
	for _, p := range t.texts("package") {
		if p == "*" {
			wantsAll = true
		} else {
			packages = append(packages, strings.TrimSpace(p))
		}
	}
	switch {
	case t.given("deb"):
		return nil, NeedsPython("ansible.builtin.apt", "the option deb of ansible.builtin.apt")
	case t.given("policy_rc_d"):
		return nil, NeedsPython("ansible.builtin.apt", "the option policy_rc_d of ansible.builtin.apt")
	case aptitude && (upgrade == "yes" || upgrade == "safe" || upgrade == "full" || wantsAll):
		return nil, NeedsPython("ansible.builtin.apt", "upgrades with aptitude")
	}
	var err error
	if t.aptGet, err = t.needProgram("apt-get"); err != nil {
		return nil, err
	}
	if _, err := debPackages(); err != nil {
		return nil, NeedsPython("ansible.builtin.apt", "a host without "+dpkgFile)
	}
	var options []string
	for _, o := range strings.Split(t.text("dpkg_options"), ",") {
		options = append(options, `-o "Dpkg::Options::=--`+o+`"`)
	}
	timeout, _ := t.integer("lock_timeout")
	t.options = strings.Join(options, " ") + " -o DPkg::Lock::Timeout=" + strconv.FormatInt(timeout, 10)
	if t.bool("clean") {
		r, err := t.clean()
		if err != nil || len(packages) == 0 && !wantsAll && upgrade == "no" {
			return r, err
		}
	}
	if err := t.update(); err != nil {
		return nil, err
	}
	validTime, _ := t.integer("cache_valid_time")
	if (t.bool("update_cache") || validTime != 0) && !t.given("package") && upgrade == "no" {
		return value.NewDict("changed", value.Bool(t.updated), "cache_updated", value.Bool(t.updated), "cache_update_time", value.Int(t.stamp)), nil
	}
	if upgrade != "no" {
		return t.upgrade(upgrade)
	}
	state := t.text("state")
	if state == "latest" && wantsAll {
		if len(packages) > 0 {
			return nil, Fail("unable to install additional packages when upgrading all installed packages")
		}
		return t.upgrade("yes")
	}
	for _, p := range packages {
		if strings.Count(p, "=") > 1 {
			return nil, Fail("invalid package spec: " + p)
		}
	}
	if len(packages) == 0 {
		if t.bool("autoclean") {
			return t.cleanup("autoclean", "Del ")
		}
		if t.bool("autoremove") {
			return t.cleanup("autoremove", "The following packages will be REMOVED")
		}
	}
	if packages, err = t.expandNames(packages); err != nil {
		return nil, err
	}
	if state == "absent" {
		return t.remove(packages)
	}
	return t.install(packages, state)
}

// get runs a command line of apt-get, split as a shell would.
func (t *aptTask) get(line string) (rc int, out, errOut string, err error) {
	words, err := shellWords(line)
	if err != nil {
		return 0, "", "", crashed(nil, err.Error())
	}
	rc, out, errOut, err = t.command(aptEnvironment, words...)
	if err != nil {
		err = commandError(err, quoteWords(words))
	}
	return rc, out, errOut, err
}

// pick is the text where it is wanted, else nothing.
func pick(on bool, text string) string {
	if on {
		return text
	}
	return ""
}

func (t *aptTask) clean() (*value.Dict, error) {
	rc, out, errOut, err := t.command(aptEnvironment, "apt-get", "clean")
	switch {
	case err != nil:
		return nil, commandError(err, "apt-get clean")
	case rc != 0:
		return nil, Fail("apt-get clean failed", "stdout", value.S(out), "rc", value.Int(rc))
	case errOut != "":
		return nil, Fail("apt-get clean failed: "+errOut, "stdout", value.S(out), "rc", value.Int(rc))
	}
	return value.NewDict("changed", value.Bool(true), "msg", value.S(out), "stdout", value.S(out), "stderr", value.S(errOut), "diff", t.difference(out)), nil
}

func cacheTime() int64 {
	for _, path := range []string{"/var/lib/apt/periodic/update-success-stamp", "/var/lib/apt/lists"} {
		if st, err := stat(path); err == nil {
			return st.Mtim.Sec
		}
	}
	return 0
}

// update fetches the package lists where that is asked for and they are too old.
func (t *aptTask) update() error {
	t.stamp = cacheTime()
	valid, _ := t.integer("cache_valid_time")
	if !t.bool("update_cache") && valid == 0 || time.Unix(t.stamp+valid, 0).After(time.Now()) {
		return nil
	}
	if t.Check {
		t.updated = true
		return nil
	}
	retries, _ := t.integer("update_cache_retries")
	longest, _ := t.integer("update_cache_retry_max_delay")
	problem := "unknown reason"
	for try := int64(0); ; try++ {
		if try == retries {
			return Fail(fmt.Sprintf("Failed to update apt cache after %d retries: %s", retries, problem))
		}
		rc, _, errOut, err := t.get(t.aptGet + " update -q " + t.options)
		if err != nil {
			return err
		}
		if rc == 0 && !strings.Contains(errOut, "Failed to fetch") {
			break
		}
		problem = strings.TrimSpace(errOut)
		t.Warn(fmt.Sprintf("Failed to update cache after %d retries due to %s, retrying", try+1, problem))
		delay := min(int64(1)<<min(try, 30), longest)
		select {
		case <-time.After(time.Duration(delay) * time.Second):
		case <-t.context().Done():
			return t.context().Err()
		}
		t.Warn(fmt.Sprintf("Sleeping for %d seconds, before attempting to refresh the cache again", delay))
	}
	after := cacheTime()
	t.updated, t.stamp = after != t.stamp, after
	return nil
}

const nothingToDo = "\n0 upgraded, 0 newly installed, 0 to remove"

func (t *aptTask) upgrade(mode string) (*value.Dict, error) {
	command := "upgrade --with-new-pkgs "
	if mode == "dist" || mode == "full" {
		command = "dist-upgrade "
	}
	command += pick(t.bool("autoremove"), "--auto-remove")
	line := strings.Join([]string{t.aptGet, "-y", t.options, pick(t.bool("force"), "--force-yes"), pick(t.bool("fail_on_autoremove"), "--no-remove"),
		pick(t.bool("allow_unauthenticated"), "--allow-unauthenticated"), pick(t.bool("allow_downgrade"), "--allow-downgrades"), pick(t.Check, "--simulate"), command}, " ")
	if release, ok := t.str("default_release"); ok {
		line += " -t '" + release + "'"
	}
	rc, out, errOut, err := t.get(line)
	if err != nil {
		return nil, err
	}
	if rc != 0 {
		return nil, Fail("'"+t.aptGet+" "+command+"' failed: "+errOut, "stdout", value.S(out), "rc", value.Int(rc))
	}
	r := value.NewDict("changed", value.Bool(true), "msg", value.S(out), "stdout", value.S(out), "stderr", value.S(errOut))
	if strings.Contains(out, nothingToDo) {
		r.Put("changed", value.Bool(false))
	} else {
		r.Put("diff", t.difference(out))
	}
	return r, nil
}

// difference is the part of the output that says what is done, when differences are wanted.
func (t *aptTask) difference(out string) value.Value {
	if !t.Diff {
		return &value.Dict{}
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	start, end := 0, len(lines)
	for i, line := range lines {
		if line == "Reading state information..." {
			start = i + 1
			break
		}
	}
	for i, line := range lines {
		if regexp.MustCompile(`^[0-9]+ (packages )?upgraded`).MatchString(line) {
			end = i + 1
			break
		}
	}
	return value.NewDict("prepared", value.S(strings.Join(lines[start:max(start, end)], "\n")))
}

func (t *aptTask) cleanup(operation, sign string) (*value.Dict, error) {
	line := strings.Join([]string{t.aptGet, "-y", t.options, pick(t.bool("purge"), "--purge"), pick(t.bool("force"), "--force-yes"), operation, pick(t.Check, "--simulate")}, " ")
	rc, out, errOut, err := t.get(line)
	if err != nil {
		return nil, err
	}
	if rc != 0 {
		return nil, Fail("'apt-get "+operation+"' failed: "+errOut, "stdout", value.S(out), "stderr", value.S(errOut), "rc", value.Int(rc))
	}
	return value.NewDict("changed", value.Bool(strings.Contains(out, sign)), "stdout", value.S(out), "stderr", value.S(errOut), "diff", t.difference(out)), nil
}
