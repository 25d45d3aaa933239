package module

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// packageManagers are the programs that give a package manager away; the last one that is there counts.
var packageManagers = [][2]string{
	{"/usr/bin/rpm-ostree", "atomic_container"}, {"/usr/bin/yum", "dnf"}, {"/usr/bin/dnf-3", "dnf"}, {"/usr/bin/dnf5", "dnf5"},
	{"/usr/bin/apt-get", "apt"}, {"/usr/bin/zypper", "zypper"}, {"/usr/sbin/urpmi", "urpmi"}, {"/usr/bin/pacman", "pacman"},
	{"/bin/opkg", "opkg"}, {"/usr/pkg/bin/pkgin", "pkgin"}, {"/opt/local/bin/pkgin", "pkgin"}, {"/opt/tools/bin/pkgin", "pkgin"},
	{"/opt/local/bin/port", "macports"}, {"/usr/local/bin/brew", "homebrew"}, {"/opt/homebrew/bin/brew", "homebrew"},
	{"/sbin/apk", "apk"}, {"/usr/sbin/pkg", "pkgng"}, {"/usr/sbin/swlist", "swdepot"}, {"/usr/bin/emerge", "portage"},
	{"/usr/sbin/pkgadd", "svr4pkg"}, {"/usr/bin/pkg", "pkg5"}, {"/usr/bin/xbps-install", "xbps"}, {"/usr/local/sbin/pkg", "pkgng"},
	{"/usr/bin/swupd", "swupd"}, {"/usr/sbin/sorcery", "sorcery"}, {"/usr/bin/installp", "installp"},
}

func packageManagerFacts(f *factRun) *value.Dict {
	return value.NewDict("pkg_mgr", value.S(f.packageManager()))
}

func (f *factRun) packageManager() string {
	v, _ := f.distribution().Get("os_family")
	family := value.ToStr(v)
	name := "unknown"
	for _, m := range packageManagers {
		if family == "Altlinux" && m[0] == "/usr/bin/pkg" {
			continue
		}
		if exists(m[0]) {
			name = m[1]
		}
	}
	switch {
	case family == "RedHat":
		name = redHatManager()
	case family == "Debian":
		name = "apt"
	case family == "Altlinux" && name == "apt":
		name = "apt_rpm"
	}
	if name == "apt" && exists("/usr/bin/rpm") {
		if rc, _, _, err := f.command(nil, "/usr/bin/rpm", "-q", "--whatprovides", "/usr/bin/apt-get"); err == nil && rc == 0 {
			name = "apt_rpm"
		}
	}
	return name
}

func redHatManager() string {
	if exists("/run/ostree-booted") {
		return "atomic_container"
	}
	for _, path := range []string{"/usr/bin/dnf", "/usr/bin/microdnf"} {
		if exists(path) {
			if realpath(path) == "/usr/bin/dnf5" {
				return "dnf5"
			}
			return "dnf"
		}
	}
	return "unknown"
}

func serviceManagerFacts(f *factRun) *value.Dict {
	return value.NewDict("service_mgr", value.S(f.serviceManager()))
}

// serviceManager is the init system: what process 1 is called, else what is installed.
func (c *Call) serviceManager() string {
	first, ok := fileText("/proc/1/comm")
	if !ok {
		if target, err := os.Readlink("/sbin/init"); err == nil {
			first, ok = target, true
		}
	}
	first = strings.TrimSpace(filepath.Base(first))
	if ok && first != "init" && !strings.HasSuffix(first, "sh") {
		switch first {
		case "procd":
			return "openwrt_init"
		case "runit-init":
			return "runit"
		case "svscan":
			return "svc"
		case "openrc-init":
			return "openrc"
		}
		return first
	}
	target, _ := os.Readlink("/sbin/init")
	switch {
	case exists("/etc/openwrt_release"):
		return "openwrt_init"
	case c.systemdRuns():
		return "systemd"
	case c.findProgram("initctl") != "" && exists("/etc/init/"):
		return "upstart"
	case exists("/sbin/openrc"):
		return "openrc"
	case c.findProgram("systemctl") != "" && filepath.Base(target) == "systemd":
		return "systemd"
	case exists("/etc/init.d/"):
		return "sysvinit"
	case exists("/etc/dinit.d/"):
		return "dinit"
	}
	return "service"
}
