package module

import "strings"

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
