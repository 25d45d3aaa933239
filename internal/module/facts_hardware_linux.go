package module

import (
	"math"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func hardwareFacts(f *factRun) *value.Dict {
	parts := []func(*factRun) *value.Dict{cpuFacts, memoryFacts, dmiFacts, sysinfoFacts, deviceFacts, uptimeFacts, lvmFacts, mountFacts}
	found := make([]*value.Dict, len(parts))
	var wait sync.WaitGroup
	for i, part := range parts {
		wait.Add(1)
		go func() {
			defer wait.Done()
			found[i] = part(f)
		}()
	}
	wait.Wait()
	all := &value.Dict{}
	for _, d := range found {
		for k, v := range d.RawAll() {
			all.Set(k, v)
		}
	}
	return all
}

// processors is what /proc/cpuinfo tells.
type processors struct {
	list                        *value.List
	flags                       *value.List
	vendors, models, numbers    int
	count                       int
	sockets, cores              []string // in order of appearance
	socketCores, coreSiblings   map[string]int
	xen, paravirtual            bool
	s390Processors, s390Threads int
	architecture                string
}

func cpuFacts(f *factRun) *value.Dict {
	d := &value.Dict{}
	if !accessible("/proc/cpuinfo", accessRead) {
		return d
	}
	var u unix.Utsname
	unix.Uname(&u)
	p := &processors{list: emptyList(), socketCores: map[string]int{}, coreSiblings: map[string]int{}, architecture: unix.ByteSliceToString(u.Machine[:])}
	kind, _ := fileText("/sys/hypervisor/type")
	first, _, _ := strings.Cut(kind, "\n")
	p.xen = exists("/proc/xen") || strings.TrimSpace(first) == "xen"
	p.read(fileLines("/proc/cpuinfo"))
	d.Put("processor", p.list)
	if p.flags != nil {
		d.Put("flags", p.flags)
	}
	p.figures(d)
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) == nil {
		d.Put("processor_nproc", value.Int(set.Count()))
	}
	return d
}

func (p *processors) read(lines []string) {
	socket, core := "0", "0"
	for _, line := range lines {
		key, v, _ := strings.Cut(line, ":")
		key, v = strings.TrimSpace(key), strings.TrimSpace(v)
		number, _ := strconv.Atoi(v)
		switch key {
		case "flags":
			p.flags = value.Strings(strings.Fields(v))
			if p.xen && !strings.Contains(v, "vme") {
				p.paravirtual = true
			}
		case "model name", "Processor", "vendor_id", "cpu", "Vendor", "processor":
			p.list.Items = append(p.list.Items, value.S(v))
			switch key {
			case "vendor_id":
				p.vendors++
			case "model name":
				p.models++
			case "processor":
				p.numbers++
			}
			p.count++
		case "physical id":
			socket = v
			if _, ok := p.socketCores[socket]; !ok {
				p.sockets = append(p.sockets, socket)
				p.socketCores[socket] = 1
			}
		case "core id":
			core = v
			if _, ok := p.socketCores[core]; !ok {
				p.addCore(core, 1)
			}
		case "cpu cores":
			if _, ok := p.socketCores[socket]; !ok {
				p.sockets = append(p.sockets, socket)
			}
			p.socketCores[socket] = number
		case "siblings":
			p.addCore(core, number)
		case "# processors":
			p.s390Processors = number
		case "max thread id":
			p.s390Threads = number + 1
		case "ncpus active":
			p.count = number
		}
	}
	if p.vendors > 0 && p.vendors == p.models {
		p.count = p.vendors
	}
	for _, prefix := range []string{"armv", "aarch", "ppc"} {
		if strings.HasPrefix(p.architecture, prefix) {
			p.count = p.numbers
		}
	}
}

func (p *processors) addCore(core string, siblings int) {
	if _, ok := p.coreSiblings[core]; !ok {
		p.cores = append(p.cores, core)
	}
	p.coreSiblings[core] = siblings
}

// figures puts the numbers of sockets, cores and threads.
func (p *processors) figures(d *value.Dict) {
	put := func(count, cores, threads, vcpus, nproc int) {
		d.Put("processor_count", value.Int(count))
		d.Put("processor_cores", value.Int(cores))
		d.Put("processor_threads_per_core", value.Int(threads))
		d.Put("processor_vcpus", value.Int(vcpus))
		d.Put("processor_nproc", value.Int(nproc))
	}
	switch {
	case p.architecture == "s390x" && p.s390Threads > 0:
		put(1, pythonRound(float64(p.s390Processors)/float64(p.s390Threads)), p.s390Threads, p.s390Processors, p.s390Processors)
	case p.paravirtual:
		put(p.count, p.count, 1, p.count, p.count)
	default:
		count, cores, siblings := p.count, 1, 1
		if len(p.sockets) > 0 {
			count = len(p.sockets)
			if n := p.socketCores[p.sockets[0]]; n != 0 {
				cores = n
			}
		}
		if len(p.cores) > 0 {
			siblings = p.coreSiblings[p.cores[0]]
		}
		threads := pythonRound(float64(siblings) / float64(cores))
		put(count, cores, threads, threads*count*cores, p.numbers)
	}
}

func pythonRound(x float64) int { return int(math.RoundToEven(x)) }

func memoryFacts(*factRun) *value.Dict {
	kb := map[string]int{}
	for _, line := range fileLines("/proc/meminfo") {
		key, v, _ := strings.Cut(line, ":")
		number, _, _ := strings.Cut(strings.TrimSpace(v), " ")
		if n, err := strconv.Atoi(number); err == nil {
			kb[key] = n / 1024
		}
	}
	if len(kb) == 0 {
		return nil
	}
	d := &value.Dict{}
	for _, key := range []string{"MemTotal", "SwapTotal", "MemFree", "SwapFree"} {
		if n, ok := kb[key]; ok {
			d.Put(strings.ToLower(key)+"_mb", value.Int(n))
		}
	}
	mb := func(key string) value.Value {
		if n, ok := kb[key]; ok {
			return value.Int(n)
		}
		return value.None{}
	}
	noCache := kb["Cached"] + kb["MemFree"] + kb["Buffers"]
	d.Put("memory_mb", value.NewDict(
		"real", value.NewDict("total", mb("MemTotal"), "used", value.Int(kb["MemTotal"]-kb["MemFree"]), "free", mb("MemFree")),
		"nocache", value.NewDict("free", value.Int(noCache), "used", value.Int(kb["MemTotal"]-noCache)),
		"swap", value.NewDict("total", mb("SwapTotal"), "free", mb("SwapFree"), "used", value.Int(kb["SwapTotal"]-kb["SwapFree"]), "cached", mb("SwapCached")),
	))
	return d
}

// dmi lists the facts that come from the firmware: our name, its file in sysfs, dmidecode's name.
var dmi = [][3]string{
	{"bios_date", "bios_date", "bios-release-date"}, {"bios_vendor", "bios_vendor", "bios-vendor"},
	{"bios_version", "bios_version", "bios-version"}, {"board_asset_tag", "board_asset_tag", "baseboard-asset-tag"},
	{"board_name", "board_name", "baseboard-product-name"}, {"board_serial", "board_serial", "baseboard-serial-number"},
	{"board_vendor", "board_vendor", "baseboard-manufacturer"}, {"board_version", "board_version", "baseboard-version"},
	{"chassis_asset_tag", "chassis_asset_tag", "chassis-asset-tag"}, {"chassis_serial", "chassis_serial", "chassis-serial-number"},
	{"chassis_vendor", "chassis_vendor", "chassis-manufacturer"}, {"chassis_version", "chassis_version", "chassis-version"},
	{"form_factor", "chassis_type", "chassis-type"}, {"product_name", "product_name", "system-product-name"},
	{"product_serial", "product_serial", "system-serial-number"}, {"product_uuid", "product_uuid", "system-uuid"},
	{"product_version", "product_version", "system-version"}, {"system_vendor", "sys_vendor", "system-manufacturer"},
}

// formFactors are the chassis types of the DMI specification.
var formFactors = []string{"Unknown", "Other", "Unknown", "Desktop", "Low Profile Desktop", "Pizza Box", "Mini Tower", "Tower",
	"Portable", "Laptop", "Notebook", "Hand Held", "Docking Station", "All In One", "Sub Notebook", "Space-saving", "Lunch Box",
	"Main Server Chassis", "Expansion Chassis", "Sub Chassis", "Bus Expansion Chassis", "Peripheral Chassis", "RAID Chassis",
	"Rack Mount Chassis", "Sealed-case PC", "Multi-system", "CompactPCI", "AdvancedTCA", "Blade", "Blade Enclosure",
	"Tablet", "Convertible", "Detachable", "IoT Gateway", "Embedded PC", "Mini PC", "Stick PC"}

func dmiFacts(f *factRun) *value.Dict {
	const dir = "/sys/devices/virtual/dmi/id/"
	d := &value.Dict{}
	if exists(dir + "product_name") {
		for _, e := range dmi {
			text, ok := fileText(dir + e[1])
			if !ok {
				text = "NA"
			} else if e[0] == "form_factor" {
				if n, err := strconv.Atoi(text); err == nil && n >= 0 && n < len(formFactors) {
					text = formFactors[n]
				} else {
					text = "unknown (" + text + ")"
				}
			}
			d.Put(e[0], value.S(text))
		}
		return d
	}
	program := f.findProgram("dmidecode")
	for _, e := range dmi {
		text := "NA"
		if program != "" {
			if out, ok := f.output("dmidecode", "-s", e[2]); ok {
				text = ""
				for _, line := range strings.Split(out, "\n") {
					if !strings.HasPrefix(line, "#") {
						text += line
					}
				}
			}
		}
		d.Put(e[0], value.S(text))
	}
	return d
}

// sysinfoFacts are those of IBM Z.
func sysinfoFacts(*factRun) *value.Dict {
	text, ok := fileText("/proc/sysinfo")
	if !ok {
		return nil
	}
	d := value.NewDict("system_vendor", value.S("NA"), "product_version", value.S("NA"), "product_serial", value.S("NA"),
		"product_name", value.S("NA"), "product_uuid", value.S("NA"))
	for _, e := range [][2]string{{"system_vendor", `(?m)Manufacturer:\s+(.+)$`}, {"product_name", `(?m)Type:\s+(.+)$`}, {"product_serial", `(?m)Sequence Code:\s+0+(.+)$`}} {
		if v, ok := group1(e[1], text); ok {
			d.Put(e[0], value.S(v))
		}
	}
	return d
}

func uptimeFacts(*factRun) *value.Dict {
	text, _ := fileText("/proc/uptime")
	first, _, _ := strings.Cut(text, " ")
	seconds, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return nil
	}
	return value.NewDict("uptime_seconds", value.Int(int64(seconds)))
}

func lvmFacts(f *factRun) *value.Dict {
	vgs := f.findProgram("vgs")
	if vgs == "" || os.Getuid() != 0 {
		return value.NewDict("lvm", value.S("N/A"))
	}
	table := func(program string) [][]string {
		path := f.findProgram(program)
		if path == "" {
			return nil
		}
		_, out, _, err := f.command(parsable, path, "--noheadings", "--nosuffix", "--units", "g", "--separator", ",")
		if err != nil {
			return nil
		}
		var rows [][]string
		for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
			if line = strings.TrimSpace(line); line != "" {
				rows = append(rows, strings.Split(line, ","))
			}
		}
		return rows
	}
	groups, volumes, physical := &value.Dict{}, &value.Dict{}, &value.Dict{}
	for _, r := range table("vgs") {
		if n := len(r); n >= 4 {
			groups.Put(r[0], value.NewDict("size_g", value.S(r[n-2]), "free_g", value.S(r[n-1]), "num_lvs", value.S(r[2]), "num_pvs", value.S(r[1])))
		}
	}
	for _, r := range table("lvs") {
		if len(r) >= 4 {
			volumes.Put(r[0], value.NewDict("size_g", value.S(r[3]), "vg", value.S(r[1])))
		}
	}
	for _, r := range table("pvs") {
		if len(r) < 6 {
			continue
		}
		name := r[0]
		if strings.HasPrefix(name, "/dev/dm-") {
			if out, ok := f.output("dmsetup", "info", "-C", "--noheadings", "-o", "name", name); ok {
				name = "/dev/mapper/" + strings.TrimRight(out, " \t\r\n")
			}
		}
		physical.Put(name, value.NewDict("size_g", value.S(r[4]), "free_g", value.S(r[5]), "vg", value.S(r[1])))
	}
	return value.NewDict("lvm", value.NewDict("lvs", volumes, "vgs", groups, "pvs", physical))
}
