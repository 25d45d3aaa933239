package module

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func platformFacts(f *factRun) *value.Dict {
	var u unix.Utsname
	unix.Uname(&u)
	text := func(b [65]byte) string { return unix.ByteSliceToString(b[:]) }
	node, machine := text(u.Nodename), text(u.Machine)
	host, _, _ := strings.Cut(node, ".")
	fqdn := f.hostFQDN()
	_, domain, _ := strings.Cut(fqdn, ".")
	bits := strconv.Itoa(strconv.IntSize)
	d := value.NewDict(
		"system", value.S(text(u.Sysname)),
		"kernel", value.S(text(u.Release)),
		"kernel_version", value.S(text(u.Version)),
		"machine", value.S(machine),
	)
	if p := f.python(); p != nil {
		d.Put("python_version", value.S(p.version))
		bits = p.bits
	}
	d.Put("fqdn", value.S(fqdn))
	d.Put("hostname", value.S(host))
	d.Put("nodename", value.S(node))
	d.Put("domain", value.S(domain))
	d.Put("userspace_bits", value.S(bits))
	architecture := machine
	userspace := map[string]string{"64": "x86_64", "32": "i386"}[bits]
	switch machine {
	case "x86_64":
	case "i386", "i486", "i586", "i686", "i86pc":
		architecture = "i386"
	default:
		userspace = ""
	}
	d.Put("architecture", value.S(architecture))
	if userspace != "" {
		d.Put("userspace_architecture", value.S(userspace))
	}
	for _, path := range []string{"/var/lib/dbus/machine-id", "/etc/machine-id"} {
		if id, ok := fileText(path); ok {
			id, _, _ = strings.Cut(id, "\n")
			d.Put("machine_id", value.S(id))
			break
		}
	}
	return d
}

// fqdn is Python's socket.getfqdn(): the first name with a dot that the address of the own name has.
func (f *factRun) fqdn() string {
	var u unix.Utsname
	unix.Uname(&u)
	name := strings.TrimSpace(unix.ByteSliceToString(u.Nodename[:]))
	names, ok := hostsNames(name)
	if !ok {
		names = f.resolvedNames(name)
	}
	if names == nil {
		return name
	}
	for _, n := range names {
		if strings.Contains(n, ".") {
			return n
		}
	}
	return names[0]
}

// hostsNames finds the names of the address of a name in /etc/hosts; ok is false where another source has to be asked.
func hostsNames(name string) (names []string, ok bool) {
	if !filesFirst() {
		return nil, false
	}
	content, err := os.ReadFile("/etc/hosts")
	if err != nil {
		return nil, false
	}
	type line struct {
		address string
		names   []string
	}
	var lines []line
	address := ""
	for _, text := range strings.Split(string(content), "\n") {
		text, _, _ = strings.Cut(text, "#")
		fields := strings.Fields(text)
		if len(fields) < 2 {
			continue
		}
		lines = append(lines, line{fields[0], fields[1:]})
		for _, n := range fields[1:] {
			if !strings.EqualFold(n, name) {
				continue
			}
			if address != "" && strings.Contains(address, ":") != strings.Contains(fields[0], ":") {
				return nil, false // of two families the resolver decides
			}
			if address == "" {
				address = fields[0]
			}
		}
	}
	for _, l := range lines {
		if l.address == address {
			return l.names, true
		}
	}
	return nil, false
}

func filesFirst() bool {
	content, err := os.ReadFile("/etc/nsswitch.conf")
	if err != nil {
		return true
	}
	for _, line := range strings.Split(string(content), "\n") {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "hosts:"); ok {
			fields := strings.Fields(rest)
			return len(fields) > 0 && fields[0] == "files"
		}
	}
	return true
}

// resolvedNames asks the system's resolver for the names of the address of a name.
func (f *factRun) resolvedNames(name string) []string {
	out, ok := f.output("getent", "ahosts", name)
	fields := strings.Fields(out)
	if !ok || len(fields) == 0 {
		return nil
	}
	out, ok = f.output("getent", "hosts", fields[0])
	fields = strings.Fields(out)
	if !ok || len(fields) < 2 {
		return nil
	}
	return fields[1:]
}
