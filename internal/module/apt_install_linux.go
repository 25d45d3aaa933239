package module

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

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
