package module

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func selinuxFacts(*factRun) *value.Dict {
	present := false
	for _, pattern := range []string{"/lib*/libselinux.so.1", "/lib*/*/libselinux.so.1", "/usr/lib*/libselinux.so.1", "/usr/lib*/*/libselinux.so.1"} {
		present = present || len(glob(pattern)) > 0
	}
	if !present {
		return value.NewDict("selinux", value.NewDict("status", value.S("Missing selinux Python library")), "selinux_python_present", value.Bool(false))
	}
	d := value.NewDict("status", value.S("disabled"))
	if selinuxEnabled() {
		modes := map[string]string{"1": "enforcing", "0": "permissive"}
		d = value.NewDict("status", value.S("enabled"))
		version, _ := fileText("/sys/fs/selinux/policyvers")
		if n, err := strconv.Atoi(version); err == nil {
			d.Put("policyvers", value.Int(n))
		} else {
			d.Put("policyvers", value.S("unknown"))
		}
		config, kind := "unknown", "unknown"
		for _, line := range fileLines("/etc/selinux/config") {
			line = strings.TrimSpace(line)
			if v, ok := strings.CutPrefix(line, "SELINUX="); ok {
				config = strings.ToLower(strings.TrimSpace(v))
			}
			if v, ok := strings.CutPrefix(line, "SELINUXTYPE="); ok {
				kind = strings.TrimSpace(v)
			}
		}
		mode, _ := fileText("/sys/fs/selinux/enforce")
		word := modes[mode]
		if word == "" {
			word = "unknown"
		}
		d.Put("config_mode", value.S(config))
		d.Put("mode", value.S(word))
		d.Put("type", value.S(kind))
	}
	return value.NewDict("selinux_python_present", value.Bool(true), "selinux", d)
}

func apparmorFacts(*factRun) *value.Dict {
	status := "disabled"
	if exists("/sys/kernel/security/apparmor") {
		status = "enabled"
	}
	return value.NewDict("apparmor", value.NewDict("status", value.S(status)))
}

func chrootFacts(f *factRun) *value.Dict {
	is := false
	if v, _ := f.getenv("debian_chroot"); v != "" {
		is = true
	} else if own, err := stat("/"); err == nil {
		if first, err := stat("/proc/1/root/."); err == nil {
			is = own.Ino != first.Ino || own.Dev != first.Dev
		} else {
			var fs unix.Statfs_t
			inode := uint64(2)
			if unix.Statfs("/", &fs) == nil {
				switch int64(fs.Type) {
				case unix.BTRFS_SUPER_MAGIC:
					inode = 256
				case unix.XFS_SUPER_MAGIC:
					inode = 128
				}
			}
			is = own.Ino != inode
		}
	}
	return value.NewDict("is_chroot", value.Bool(is))
}

func fipsFacts(*factRun) *value.Dict {
	text, _ := fileText("/proc/sys/crypto/fips_enabled")
	return value.NewDict("fips", value.Bool(text == "1"))
}

func capsFacts(f *factRun) *value.Dict {
	d := value.NewDict("system_capabilities_enforced", value.S("N/A"), "system_capabilities", value.S("N/A"))
	path := f.findProgram("capsh")
	if path == "" {
		return d
	}
	rc, out, _, err := f.command(nil, path, "--print")
	if err != nil || rc != 0 {
		return d
	}
	enforced, caps := "NA", emptyList()
	for _, line := range strings.Split(out, "\n") {
		rest, ok := strings.CutPrefix(line, "Current:")
		if !ok {
			continue
		}
		if first, _, _ := strings.Cut(rest, ":"); strings.TrimSpace(first) == "=ep" {
			enforced = "False"
			continue
		}
		enforced, caps = "True", emptyList()
		if parts := strings.Split(line, "="); len(parts) > 1 {
			for _, c := range strings.Split(parts[1], ",") {
				caps.Items = append(caps.Items, value.S(strings.TrimSpace(c)))
			}
		}
	}
	d.Put("system_capabilities_enforced", value.S(enforced))
	d.Put("system_capabilities", caps)
	return d
}

func cmdlineFacts(*factRun) *value.Dict {
	text, ok := fileText("/proc/cmdline")
	if !ok {
		return nil
	}
	last, all := &value.Dict{}, &value.Dict{}
	for _, piece := range quotedWords(text) {
		key, v, ok := strings.Cut(piece, "=")
		if !ok {
			last.Put(key, value.Bool(true))
			all.Put(key, value.Bool(true))
			continue
		}
		last.Put(key, value.S(v))
		switch old, _ := all.Get(key); old := old.(type) {
		case nil:
			all.Put(key, value.S(v))
		case *value.List:
			old.Items = append(old.Items, value.S(v))
		default:
			all.Put(key, value.NewList(old, value.S(v)))
		}
	}
	return value.NewDict("cmdline", last, "proc_cmdline", all)
}

// quotedWords splits at blanks outside of quotes and keeps the quotes, as Python's shlex does without POSIX rules.
func quotedWords(s string) []string {
	var words []string
	var word strings.Builder
	var quote byte
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			word.WriteByte(c)
			if c == quote {
				quote = 0
			}
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			end()
		case (c == '"' || c == '\''):
			quote = c
			word.WriteByte(c)
		default:
			word.WriteByte(c)
		}
	}
	if quote != 0 {
		return nil
	}
	end()
	return words
}

func dateTimeFacts(*factRun) *value.Dict {
	now := time.Now()
	utc := now.UTC()
	micro := fmt.Sprintf("%06d", now.Nanosecond()/1000)
	epoch := strconv.FormatInt(now.Unix(), 10)
	yearDay := now.YearDay() - 1
	weekday := int(now.Weekday())
	week := (yearDay + 7 - (weekday+6)%7) / 7
	zone, _ := now.Zone()
	return value.NewDict("date_time", value.NewDict(
		"year", value.S(now.Format("2006")),
		"month", value.S(now.Format("01")),
		"weekday", value.S(now.Weekday().String()),
		"weekday_number", value.S(strconv.Itoa(weekday)),
		"weeknumber", value.S(fmt.Sprintf("%02d", week)),
		"day", value.S(now.Format("02")),
		"hour", value.S(now.Format("15")),
		"minute", value.S(now.Format("04")),
		"second", value.S(now.Format("05")),
		"epoch", value.S(epoch),
		"epoch_int", value.S(epoch),
		"date", value.S(now.Format("2006-01-02")),
		"time", value.S(now.Format("15:04:05")),
		"iso8601_micro", value.S(utc.Format("2006-01-02T15:04:05.")+micro+"Z"),
		"iso8601", value.S(utc.Format("2006-01-02T15:04:05Z")),
		"iso8601_basic", value.S(now.Format("20060102T150405")+micro),
		"iso8601_basic_short", value.S(now.Format("20060102T150405")),
		"tz", value.S(zone),
		"tz_dst", value.S(summerZone(now)),
		"tz_offset", value.S(now.Format("-0700")),
	))
}

// summerZone is the name of the zone in summer time, the plain name where there is none: Python's time.tzname[1].
func summerZone(now time.Time) string {
	name, _ := now.Zone()
	for month := 1; month <= 12; month++ {
		t := time.Date(now.Year(), time.Month(month), 1, 12, 0, 0, 0, time.Local)
		n, _ := t.Zone()
		if t.IsDST() {
			return n
		}
		name = n
	}
	return name
}

func envFacts(f *factRun) *value.Dict {
	d := &value.Dict{}
	for _, e := range f.environ(nil) {
		if k, v, ok := strings.Cut(e, "="); ok {
			d.Put(k, value.S(v))
		}
	}
	return value.NewDict("env", d)
}

func loadFacts(*factRun) *value.Dict {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return nil
	}
	load := func(i int) value.Value { return value.Float(float64(info.Loads[i]) / 65536) }
	return value.NewDict("loadavg", value.NewDict("1m", load(0), "5m", load(1), "15m", load(2)))
}

func hostKeyFacts(*factRun) *value.Dict {
	d := &value.Dict{}
	for _, dir := range []string{"/etc/ssh", "/etc/openssh", "/etc"} {
		for _, kind := range []string{"dsa", "rsa", "ecdsa", "ed25519"} {
			name := "ssh_host_key_" + kind + "_public"
			if _, ok := d.Get(name); ok {
				return d
			}
			text, _ := fileText(dir + "/ssh_host_" + kind + "_key.pub")
			if fields := strings.Fields(text); len(fields) >= 2 {
				d.Put(name, value.S(fields[1]))
				d.Put(name+"_keytype", value.S(fields[0]))
			}
		}
	}
	return d
}

func userFacts(f *factRun) *value.Dict {
	name := ""
	for _, variable := range []string{"LOGNAME", "USER", "LNAME", "USERNAME"} {
		if v, _ := f.getenv(variable); v != "" {
			name = v
			break
		}
	}
	var u *account
	if name != "" {
		u = users.name(name)
	}
	if u == nil {
		u = users.id(os.Getuid())
	}
	if u == nil {
		return nil
	}
	if name == "" {
		name = u.name
	}
	return value.NewDict(
		"user_id", value.S(name),
		"user_uid", value.Int(u.id),
		"user_gid", value.Int(u.gid),
		"user_gecos", value.S(u.gecos),
		"user_dir", value.S(u.home),
		"user_shell", value.S(u.shell),
		"real_user_id", value.Int(os.Getuid()),
		"effective_user_id", value.Int(os.Geteuid()),
		"real_group_id", value.Int(os.Getgid()),
		"effective_group_id", value.Int(os.Getgid()),
	)
}

func systemdFacts(f *factRun) *value.Dict {
	if !f.systemdRuns() {
		return nil
	}
	out, ok := f.output("systemctl", "--version")
	lines := strings.Split(out, "\n")
	words := strings.Split(out, " ")
	if !ok || len(lines) < 2 || len(words) < 2 {
		return nil
	}
	version, err := strconv.Atoi(strings.TrimSpace(words[1]))
	if err != nil {
		return nil
	}
	return value.NewDict("systemd", value.NewDict("features", value.S(lines[1]), "version", value.Int(version)))
}

// systemdRuns tells whether systemd is the init system and its tools are there.
func (c *Call) systemdRuns() bool {
	if c.findProgram("systemctl") == "" {
		return false
	}
	for _, path := range []string{"/run/systemd/system/", "/dev/.run/systemd/", "/dev/.systemd/"} {
		if exists(path) {
			return true
		}
	}
	return false
}

func dnsFacts(*factRun) *value.Dict {
	d := &value.Dict{}
	for _, line := range fileLines("/etc/resolv.conf") {
		words := strings.Fields(line)
		if len(words) == 0 || line[0] == '#' || line[0] == ';' {
			continue
		}
		switch words[0] {
		case "nameserver":
			list, _ := d.Get("nameservers")
			l, ok := list.(*value.List)
			if !ok {
				l = emptyList()
				d.Put("nameservers", l)
			}
			l.Items = append(l.Items, value.Strings(words[1:]).Items...)
		case "domain":
			if len(words) > 1 {
				d.Put("domain", value.S(words[1]))
			}
		case "search", "sortlist":
			d.Put(words[0], value.Strings(words[1:]))
		case "options":
			o := &value.Dict{}
			for _, w := range words[1:] {
				k, v, ok := strings.Cut(w, ":")
				if ok && v != "" {
					o.Put(k, value.S(v))
				} else {
					o.Put(k, value.Bool(true))
				}
			}
			d.Put("options", o)
		}
	}
	return value.NewDict("dns", d)
}

func fibreFacts(*factRun) *value.Dict {
	l := emptyList()
	for _, path := range glob("/sys/class/fc_host/*/port_name") {
		for _, line := range fileLines(path) {
			if line = strings.TrimRight(line, " \t"); len(line) >= 2 {
				l.Items = append(l.Items, value.S(line[2:]))
			}
		}
	}
	return value.NewDict("fibre_channel_wwn", l)
}

func iscsiFacts(*factRun) *value.Dict {
	name := ""
	for _, line := range fileLines("/etc/iscsi/initiatorname.iscsi") {
		if v, ok := strings.CutPrefix(line, "InitiatorName="); ok {
			name = v
			break
		}
	}
	return value.NewDict("iscsi_iqn", value.S(name))
}

func nvmeFacts(*factRun) *value.Dict {
	name := ""
	for _, line := range fileLines("/etc/nvme/hostnqn") {
		if strings.HasPrefix(line, "nqn.") {
			name = line
			break
		}
	}
	return value.NewDict("hostnqn", value.S(name))
}
