package module

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/argspec"
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

// splitSpec cuts "name=version" or "name>=version".
func splitSpec(spec string) (name, relation, version string) {
	at := strings.Index(spec, "=")
	switch {
	case at < 0:
		return spec, "", ""
	case at > 0 && spec[at-1] == '>':
		return spec[:at-1], ">=", spec[at+1:]
	}
	return spec[:at], "=", spec[at+1:]
}

// expandNames replaces patterns of names by the packages of this architecture that match.
func (t *aptTask) expandNames(specs []string) ([]string, error) {
	var all, out []string
	for _, spec := range specs {
		name, _, _ := splitSpec(spec)
		if !strings.ContainsAny(name, "*?[]!") {
			out = append(out, spec)
			continue
		}
		if all == nil {
			_, text, _, err := t.command(aptEnvironment, "apt-cache", "pkgnames")
			if err != nil {
				return nil, commandError(err, "apt-cache pkgnames")
			}
			all = strings.Fields(text)
		}
		found := false
		for _, n := range all {
			if fnmatch(name, n) {
				out, found = append(out, n), true
			}
		}
		if !found {
			return nil, Fail("No package(s) matching '" + name + "' available")
		}
	}
	return out, nil
}

// policy is what apt-cache says of a package: the version that would be installed and all that are available, newest first.
type policy struct {
	candidate string
	versions  []string
}

// policies asks for several packages at once; a name that is not in the answer is no package.
func (t *aptTask) policies(names []string) (map[string]policy, error) {
	out := map[string]policy{}
	if len(names) == 0 {
		return out, nil
	}
	args := []string{"apt-cache"}
	if release, ok := t.str("default_release"); ok {
		args = append(args, "-o", "APT::Default-Release="+release)
	}
	_, text, errOut, err := t.command(aptEnvironment, append(append(args, "policy"), names...)...)
	if err != nil {
		return nil, commandError(err, "apt-cache policy")
	}
	if text == "" && strings.Contains(errOut, "E: ") && !strings.Contains(errOut, "Unable to locate") {
		return nil, Fail(strings.TrimSpace(errOut))
	}
	name := ""
	for _, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case line != "" && line[0] != ' ' && strings.HasSuffix(line, ":"):
			name = strings.TrimSuffix(line, ":")
			out[name] = policy{}
		case strings.HasPrefix(trimmed, "Candidate: "):
			p := out[name]
			if p.candidate = strings.TrimPrefix(trimmed, "Candidate: "); p.candidate == "(none)" {
				p.candidate = ""
			}
			out[name] = p
		case strings.HasPrefix(line, " *** ") || strings.HasPrefix(line, "     ") && !strings.HasPrefix(line, "      "):
			if fields := strings.Fields(strings.TrimPrefix(line, " ***")); len(fields) == 2 {
				p := out[name]
				p.versions = append(p.versions, fields[0])
				out[name] = p
			}
		}
	}
	return out, nil
}

// best is the version that would be installed for a spec, "" for none.
func (p policy) best(relation, version string) string {
	if relation != "=" {
		return p.candidate
	}
	for _, v := range p.versions {
		if fnmatch(version, v) {
			return v
		}
	}
	return ""
}

// atLeast compares Debian versions.
func (t *aptTask) atLeast(a, b string) bool {
	rc, _, _, err := t.command(nil, "dpkg", "--compare-versions", a, "ge", b)
	return err == nil && rc == 0
}

// standing is how a package stands to a spec.
type standing struct {
	installed bool   // in whatever version
	right     bool   // in a version that the spec allows
	best      string // version to install, "" for none
	virtual   bool   // provided by others: apt-get chooses
}

func (t *aptTask) standing(name, relation, version string, known policy) (standing, error) {
	packages, err := debPackages()
	if err != nil {
		return standing{}, err
	}
	p := packages[name]
	s := standing{installed: p.installed}
	if !p.installed && len(known.versions) == 0 {
		return t.provided(name)
	}
	best := known.best(relation, version)
	if !p.installed {
		s.best = best
		return s, nil
	}
	fits := func(v string) bool { return true }
	switch relation {
	case "=":
		fits = func(v string) bool { return fnmatch(version, v) }
	case ">=":
		fits = func(v string) bool { return t.atLeast(v, version) }
	}
	s.right = fits(p.version)
	if best != "" && best != p.version && fits(best) {
		s.best = best
	}
	return s, nil
}

// provided looks for packages that provide a name which is no package itself.
func (t *aptTask) provided(name string) (standing, error) {
	_, text, _, err := t.command(aptEnvironment, "apt-cache", "showpkg", name)
	if err != nil {
		return standing{}, commandError(err, "apt-cache showpkg "+name)
	}
	_, list, _ := strings.Cut(text, "Reverse Provides:")
	providers := map[string]bool{}
	for _, line := range strings.Split(list, "\n") {
		if fields := strings.Fields(line); len(fields) > 0 {
			providers[fields[0]] = true
		}
	}
	switch len(providers) {
	case 0:
		return standing{}, Fail("No package matching '" + name + "' is available")
	case 1:
		packages, err := debPackages()
		if err != nil {
			return standing{}, err
		}
		for p := range providers {
			if packages[p].installed {
				return standing{installed: true, right: true}, nil
			}
		}
	}
	return standing{virtual: true}, nil
}

func (t *aptTask) install(specs []string, state string) (*value.Dict, error) {
	var list, names []string
	fail := func(message string, pairs ...any) error {
		return Fail(message, append(pairs, "cache_updated", value.Bool(t.updated), "cache_update_time", value.Int(t.stamp))...)
	}
	known, err := t.needed(specs, state)
	if err != nil {
		return nil, err
	}
	for _, spec := range specs {
		if state == "build-dep" {
			list = append(list, "'"+spec+"'")
			continue
		}
		name, relation, version := splitSpec(spec)
		names = append(names, name)
		s, err := t.standing(name, relation, version, known[name])
		if err != nil {
			return nil, err
		}
		switch {
		case !s.installed && t.bool("only_upgrade"):
		case !s.right && s.best == "" && !s.virtual:
			return nil, fail("no available installation candidate for " + spec)
		case (s.best != "" || s.virtual) && (!s.installed || state == "latest" || !s.right):
			switch {
			case !s.virtual:
				list = append(list, "'"+name+"="+s.best+"'")
			case version != "":
				list = append(list, "'"+name+"="+version+"'")
			default:
				list = append(list, "'"+name+"'")
			}
		case s.right && s.best != "" && relation == "=":
			list = append(list, "'"+name+"="+version+"'")
		}
	}
	r := value.NewDict("changed", value.Bool(false))
	if len(list) > 0 {
		line := t.installLine(list, state == "build-dep", state == "fixed")
		rc, out, errOut, err := t.get(line)
		if err != nil {
			return nil, err
		}
		if rc != 0 {
			return nil, fail("'"+line+"' failed: "+errOut, "stdout", value.S(out), "stderr", value.S(errOut), "rc", value.Int(rc))
		}
		changed := state != "build-dep" || !strings.Contains(out, nothingToDo)
		r = value.NewDict("changed", value.Bool(changed), "stdout", value.S(out), "stderr", value.S(errOut), "diff", t.difference(out))
	}
	if state != "build-dep" {
		if err := t.Change(func() error { return t.markManual(names) }); err != nil {
			return nil, err
		}
	}
	r.Put("cache_updated", value.Bool(t.updated))
	r.Put("cache_update_time", value.Int(t.stamp))
	return r, nil
}

// needed asks for the policies of those packages whose state does not show in dpkg's own records.
func (t *aptTask) needed(specs []string, state string) (map[string]policy, error) {
	packages, err := debPackages()
	if err != nil {
		return nil, err
	}
	var ask []string
	for _, spec := range specs {
		name, relation, _ := splitSpec(spec)
		if state != "build-dep" && (!packages[name].installed || state == "latest" || relation != "") {
			ask = append(ask, name)
		}
	}
	return t.policies(ask)
}

func (t *aptTask) installLine(list []string, buildDep, fixed bool) string {
	packages := strings.Join(list, " ")
	only, force := pick(t.bool("only_upgrade"), "--only-upgrade"), pick(t.bool("force"), "--force-yes")
	fix, keep, simulate := pick(fixed, "--fix-broken"), pick(t.bool("fail_on_autoremove"), "--no-remove"), pick(t.Check, "--simulate")
	parts := []string{t.aptGet, "-y", t.options, only, fix, force, pick(t.bool("autoremove"), "--auto-remove"), keep, simulate, "install", packages}
	if buildDep {
		parts = []string{t.aptGet, "-y", t.options, only, fix, force, keep, simulate, "build-dep", packages}
	}
	line := strings.Join(parts, " ")
	if release, ok := t.str("default_release"); ok && release != "" {
		line += " -t '" + release + "'"
	}
	if t.given("install_recommends") {
		line += " -o APT::Install-Recommends=" + map[bool]string{true: "yes", false: "no"}[t.bool("install_recommends")]
	}
	line += pick(t.bool("allow_unauthenticated"), " --allow-unauthenticated")
	line += pick(t.bool("allow_downgrade"), " --allow-downgrades")
	return line + pick(t.bool("allow_change_held_packages"), " --allow-change-held-packages")
}

// markManual keeps the packages from being removed as no longer needed.
func (t *aptTask) markManual(names []string) error {
	names = automatic(names)
	program := t.findProgram("apt-mark")
	if len(names) == 0 {
		return nil
	}
	if program == "" {
		t.Warn("Could not find apt-mark binary, not marking package(s) as manually installed.")
		return nil
	}
	line := program + " manual " + strings.Join(names, " ")
	rc, out, errOut, err := t.get(line)
	if err == nil && rc != 0 {
		err = Fail("'"+line+"' failed: "+errOut, "stdout", value.S(out), "stderr", value.S(errOut), "rc", value.Int(rc))
	}
	return err
}

func (t *aptTask) remove(specs []string) (*value.Dict, error) {
	packages, err := debPackages()
	if err != nil {
		return nil, err
	}
	var list []string
	for _, spec := range specs {
		name, relation, version := splitSpec(spec)
		p := packages[name]
		right := p.installed
		switch relation {
		case "=":
			right = right && fnmatch(version, p.version)
		case ">=":
			right = right && t.atLeast(p.version, version)
		}
		if right || t.bool("purge") && hasFiles(name) {
			list = append(list, "'"+spec+"'")
		}
	}
	if list == nil {
		return value.NewDict("changed", value.Bool(false)), nil
	}
	line := strings.Join([]string{t.aptGet, "-q", "-y", t.options, pick(t.bool("purge"), "--purge"), pick(t.bool("force"), "--force-yes"),
		pick(t.bool("autoremove"), "--auto-remove"), pick(t.Check, "--simulate"), pick(t.bool("allow_change_held_packages"), "--allow-change-held-packages"),
		"remove", strings.Join(list, " ")}, " ")
	rc, out, errOut, err := t.get(line)
	if err != nil {
		return nil, err
	}
	if rc != 0 {
		return nil, Fail("'apt-get remove "+strings.Join(list, " ")+"' failed: "+errOut, "stdout", value.S(out), "stderr", value.S(errOut), "rc", value.Int(rc))
	}
	return value.NewDict("changed", value.Bool(true), "stdout", value.S(out), "stderr", value.S(errOut), "diff", t.difference(out)), nil
}

// runPackage does what ansible-core's package action does: it runs the module of the host's package manager. Here that is
// apt; others need their Python modules.
func runPackage(c *Call) *value.Dict {
	use := strings.ToLower(c.text("use"))
	if use == "auto" || use == "" {
		f := &factRun{Call: c}
		f.lsb = func() *value.Dict { return &value.Dict{} }
		f.distribution = f.distributionFacts
		use = f.packageManager()
	}
	if use != "apt" && use != "ansible.builtin.apt" && use != "ansible.legacy.apt" {
		return c.failed(NeedsPython(pythonPackages(use), "the package manager "+use))
	}
	args := c.Args.Copy()
	args.Delete(value.S("use"))
	checked := aptModule().Spec.Check(args, argspec.Options{Env: c.getenv, Home: c.home})
	sub := *c
	sub.Args = checked.Args
	var r *value.Dict
	if len(checked.Problems) > 0 {
		p := checked.Problems[0]
		message := p.Message
		if p.Kind == argspec.Unsupported {
			message = "Unsupported parameters for (ansible.legacy.apt) module: " + message
		}
		r = c.failed(Fail(message))
	} else {
		r = runApt(&sub)
		c.warnings = sub.warnings
	}
	r.Put("invocation", value.NewDict("module_args", sub.Args))
	return r
}

// pythonPackages is the module of a package manager.
func pythonPackages(use string) string {
	switch {
	case strings.Contains(use, "."):
		return use
	case use == "yum" || use == "yum4" || use == "dnf4":
		return "ansible.builtin.dnf"
	}
	return "ansible.builtin." + use
}
