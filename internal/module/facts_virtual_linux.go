package module

import (
	"os"
	"regexp"
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// virtual is what the host runs in, and what runs on it. The first technology that is found gives type and role; all are
// listed.
type virtual struct {
	kind, role       string
	hasKind, hasRole bool
	found            bool
	guest, host      map[string]bool
}

// guestOf notes a technology in which the host runs.
func (v *virtual) guestOf(tech string) { v.note(v.guest, tech, "guest") }

// hostOf notes a technology that runs on the host.
func (v *virtual) hostOf(tech string) { v.note(v.host, tech, "host") }

func (v *virtual) note(set map[string]bool, tech, role string) {
	set[tech] = true
	if !v.found {
		v.kind, v.role, v.hasKind, v.hasRole, v.found = tech, role, true, true, true
	}
}

func virtualFacts(f *factRun) *value.Dict {
	v := &virtual{guest: map[string]bool{}, host: map[string]bool{}}
	v.containers()
	v.xen()
	v.firmware()
	v.cpu(f)
	v.modules()
	if out, ok := f.output("dmidecode", "-s", "system-product-name"); ok {
		var name strings.Builder
		for _, line := range strings.Split(out, "\n") {
			if !strings.HasPrefix(line, "#") {
				name.WriteString(strings.TrimSpace(line))
			}
		}
		if strings.HasPrefix(name.String(), "VMware") {
			v.guestOf("VMware")
		}
		if strings.Contains(out, "BHYVE") {
			v.guestOf("bhyve")
		}
	}
	if exists("/dev/kvm") {
		v.hostOf("kvm")
	}
	if !v.found {
		v.kind, v.role, v.hasKind, v.hasRole = "NA", "NA", true, true
	}
	d := &value.Dict{}
	if v.hasKind {
		d.Put("virtualization_type", value.S(v.kind))
	}
	if v.hasRole {
		d.Put("virtualization_role", value.S(v.role))
	}
	d.Put("virtualization_tech_guest", sortedSet(v.guest))
	d.Put("virtualization_tech_host", sortedSet(v.host))
	return d
}

func sortedSet(set map[string]bool) *value.List {
	names := make([]string, 0, len(set))
	for n := range set {
		names = append(names, n)
	}
	sort.Strings(names)
	return value.Strings(names)
}

func (v *virtual) containers() {
	docker := regexp.MustCompile(`/docker(/|-[0-9a-f]+\.scope)`)
	for _, line := range fileLines("/proc/1/cgroup") {
		if docker.MatchString(line) {
			v.guestOf("docker")
		}
		if strings.Contains(line, "/lxc/") || strings.Contains(line, "/machine.slice/machine-lxc") {
			v.guestOf("lxc")
		}
		if strings.Contains(line, "/system.slice/containerd.service") {
			v.guestOf("containerd")
		}
	}
	environ, _ := os.ReadFile("/proc/1/environ")
	for _, e := range strings.Split(strings.TrimRight(string(environ), "\x00"), "\x00") {
		if strings.Contains(e, "container=lxc") {
			v.guestOf("lxc")
		}
		if strings.Contains(e, "container=podman") {
			v.guestOf("podman")
		}
		if strings.HasPrefix(e, "container=") && len(e) > len("container=") {
			v.guestOf("container")
		}
	}
	if exists("/proc/vz") && !exists("/proc/lve") {
		v.kind, v.hasKind = "openvz", true
		role, set := "guest", v.guest
		if exists("/proc/bc") {
			role, set = "host", v.host
		}
		set["openvz"] = true
		if !v.found {
			v.role, v.hasRole = role, true
		}
		v.found = true
	}
	systemd, inContainer := fileText("/run/systemd/container")
	if inContainer {
		v.guestOf(systemd)
	}
	if exists("/.dockerenv") || exists("/.dockerinit") {
		v.guestOf("docker")
	}
	for _, tech := range []string{"docker", "lxc", "podman", "openvz", "containerd"} {
		inContainer = inContainer || v.guest[tech]
	}
	if inContainer {
		v.guest["container"] = true
	}
}

func (v *virtual) xen() {
	if !exists("/proc/xen") {
		return
	}
	text, _ := fileText("/proc/xen/capabilities")
	if strings.Contains(text, "control_d") {
		v.hostOf("xen")
	} else if !v.found {
		v.kind, v.role, v.hasKind, v.hasRole = "xen", "guest", true, true
	}
	v.found = true
}

// firmware looks at what the virtual machine's firmware calls itself.
func (v *virtual) firmware() {
	const dir = "/sys/devices/virtual/dmi/id/"
	product, _ := fileText(dir + "product_name")
	vendor, _ := fileText(dir + "sys_vendor")
	family, _ := fileText(dir + "product_family")
	bios, _ := fileText(dir + "bios_vendor")
	in := func(s string, list ...string) bool { return contains(list, s) }
	for _, rule := range []struct {
		matches bool
		tech    string
	}{
		{in(product, "KVM", "KVM Server", "Bochs", "AHV", "CloudStack KVM Hypervisor"), "kvm"},
		{vendor == "oVirt", "oVirt"},
		{vendor == "Red Hat" && family == "RHV", "RHV"},
		{vendor == "Red Hat" && family != "RHV" && product == "RHEV Hypervisor", "RHEV"},
		{strings.HasPrefix(product, "VMware"), "VMware"},
		{in(product, "OpenStack Compute", "OpenStack Nova"), "openstack"},
		{bios == "Xen", "xen"},
		{bios == "innotek GmbH", "virtualbox"},
		{in(bios, "Amazon EC2", "DigitalOcean", "Hetzner", "Linode"), "kvm"},
		{in(vendor, "QEMU", "Amazon EC2", "DigitalOcean", "Google", "Scaleway", "Nutanix"), "kvm"},
		{vendor == "KubeVirt", "KubeVirt"},
		{vendor == "Microsoft Corporation", "VirtualPC"},
		{vendor == "Parallels Software International Inc.", "parallels"},
		{vendor == "OpenStack Foundation", "openstack"},
	} {
		if rule.matches {
			v.guestOf(rule.tech)
		}
	}
	for _, line := range fileLines("/proc/self/status") {
		rest, ok := strings.CutPrefix(line, "VxID:")
		rest = strings.TrimSpace(rest)
		if !ok || rest == "" {
			continue
		}
		if strings.HasPrefix(rest, "0") {
			v.hostOf("linux_vserver")
		} else {
			v.guestOf("linux_vserver")
		}
	}
}

func (v *virtual) cpu(f *factRun) {
	for _, line := range fileLines("/proc/cpuinfo") {
		key, rest, _ := strings.Cut(line, ":")
		key = strings.TrimSpace(key)
		switch {
		case key == "model name" && strings.Contains(rest, "QEMU Virtual CPU"),
			key == "machine" && strings.Contains(rest, "CHRP IBM pSeries ") && strings.Contains(rest, "emulated by qemu"):
			v.guestOf("kvm")
		case key == "vendor_id" && strings.Contains(rest, "User Mode Linux"), key == "model name" && strings.Contains(rest, "UML"):
			v.guestOf("uml")
		case key == "vendor_id" && strings.Contains(rest, "PowerVM Lx86"):
			v.guestOf("powervm_lx86")
		case key == "vendor_id" && strings.Contains(rest, "IBM/S390"):
			v.mainframe(f)
		}
	}
}

func (v *virtual) mainframe(f *factRun) {
	v.guest["PR/SM"] = true
	tech := "PR/SM"
	if f.findProgram("lscpu") == "" {
		tech = "ibm_systemz"
	} else if out, ok := f.output("lscpu"); ok {
		for _, line := range strings.Split(out, "\n") {
			if key, rest, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "Hypervisor" {
				tech = strings.TrimSpace(rest)
			}
		}
	}
	v.guest[tech] = true
	if v.found {
		return
	}
	v.kind, v.role, v.hasKind, v.hasRole, v.found = tech, "guest", true, true, true
	if tech == "PR/SM" {
		v.role = "LPAR"
	}
}

func (v *virtual) modules() {
	loaded := map[string]bool{}
	for _, line := range fileLines("/proc/modules") {
		name, _, _ := strings.Cut(line, " ")
		loaded[name] = true
	}
	if loaded["kvm"] {
		v.hostOf("kvm")
		if isDir("/rhev/") {
			for _, path := range glob("/proc/[0-9]*/comm") {
				if name, _ := fileText(path); name == "vdsm" || name == "vdsmd" {
					v.host["RHEV"] = true
					break
				}
			}
		}
	}
	if loaded["vboxdrv"] {
		v.hostOf("virtualbox")
	}
	if loaded["virtio"] {
		v.host["kvm"] = true
		if !v.found {
			v.kind, v.role, v.hasKind, v.hasRole, v.found = "kvm", "guest", true, true, true
		}
	}
}
