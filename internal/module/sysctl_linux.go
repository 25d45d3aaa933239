package module

import (
	"regexp"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func runSysctl(c *Call) *value.Dict {
	changed, err := setSysctl(c)
	if err != nil {
		return c.failed(err)
	}
	return value.NewDict("changed", value.Bool(changed))
}

var plainOutput = []string{"LANG=C", "LC_ALL=C", "LC_MESSAGES=C"}

func setSysctl(c *Call) (changed bool, err error) {
	present := c.text("state") == "present"
	switch {
	case c.text("name") == "":
		return false, Fail("name cannot be blank")
	case present && !c.given("value"):
		return false, Fail("value cannot be None")
	case present && c.text("value") == "":
		return false, Fail("value cannot be blank")
	}
	program, err := c.needProgram("sysctl")
	if err != nil {
		return false, err
	}
	name, wanted := strings.TrimSpace(c.text("name")), sysctlValue(c.text("value"))
	c.Args.Put("name", value.S(name))
	c.Args.Put("value", value.S(wanted))
	rc, current, _, err := c.command(plainOutput, program, "-e", "-n", name)
	if err != nil {
		return false, commandError(err, program)
	}
	known := rc == 0
	file := c.text("sysctl_file")
	lines, inFile, there, err := sysctlLines(file, name, wanted, present)
	if err != nil {
		return false, err
	}
	same := known && strings.Join(strings.Fields(current), " ") == strings.Join(strings.Fields(wanted), " ")
	write, set := false, false
	switch {
	case !there && present:
		changed, write = true, true
	case !there:
	case inFile != "" && !present:
		changed, write = true, true
	case inFile != wanted:
		changed, write = true, true
	case c.bool("reload"):
		changed = !same
	}
	if c.bool("sysctl_set") && present && !same {
		changed, set = true, known
	}
	err = c.Change(func() error {
		if set {
			args := []string{program}
			if c.bool("ignoreerrors") {
				args = append(args, "-e")
			}
			if out, errOut, ok := c.sysctlRun(append(args, "-w", name+"="+wanted)); !ok {
				return Fail("setting " + name + " failed: " + out + errOut)
			}
		}
		if write {
			if err := c.writeText(file, lines, invalidText); err != nil {
				return err
			}
		}
		if changed && c.bool("reload") {
			args := []string{program}
			if c.bool("ignoreerrors") {
				args = append(args, "-e")
			}
			if out, errOut, ok := c.sysctlRun(append(args, "-p", file)); !ok {
				return Fail("Failed to reload sysctl: " + out + errOut)
			}
		}
		return nil
	})
	return changed, err
}

// sysctlRun runs sysctl; some of its errors come with status 0.
func (c *Call) sysctlRun(args []string) (out, errOut string, ok bool) {
	rc, out, errOut, err := c.command(plainOutput, args...)
	if err != nil {
		return "", pythonError(err), false
	}
	refused := regexp.MustCompile(`(?m)^sysctl: setting key "[^"]+": (Invalid argument|Read-only file system)$`).MatchString(errOut)
	return out, errOut, rc == 0 && !refused
}

// sysctlValue turns the words for true and false into 1 and 0.
func sysctlValue(s string) string {
	switch strings.ToLower(s) {
	case "y", "yes", "on", "1", "true", "t":
		return "1"
	case "n", "no", "off", "0", "false", "f":
		return "0"
	}
	return strings.TrimSpace(s)
}

// sysctlLines reads the file and gives the lines that it shall have, the parameter's value in it, and whether it is there.
func sysctlLines(file, name, wanted string, present bool) (lines []string, old string, there bool, err error) {
	var content []byte
	if isRegular(file) {
		if content, err = readFile(file); err != nil {
			return nil, "", false, Fail("Failed to open " + file + ": " + pythonError(err))
		}
	}
	seen := map[string]bool{}
	for _, line := range splitLines(string(content)) {
		line = strings.TrimSpace(line)
		k, v, ok := strings.Cut(line, "=")
		if line == "" || line[0] == '#' || line[0] == ';' || !ok {
			lines = append(lines, line+"\n")
			continue
		}
		k, v = strings.TrimSpace(k), strings.TrimSpace(v)
		if k == name {
			old, there = v, true
		}
		if seen[k] {
			continue
		}
		seen[k] = true
		switch {
		case k != name:
			lines = append(lines, k+"="+v+"\n")
		case present:
			lines = append(lines, name+"="+wanted+"\n")
		}
	}
	if present && !seen[name] {
		lines = append(lines, name+"="+wanted+"\n")
	}
	return lines, old, there, nil
}
