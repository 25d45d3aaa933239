package module

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// links maps a device to the names of the links to it, sorted.
type links map[string][]string

func linksIn(dir string) links {
	out := links{}
	entries, _ := readDir(dir)
	for _, e := range entries {
		if target, err := os.Readlink(filepath.Join(dir, e.Name())); err == nil {
			device := filepath.Base(target)
			out[device] = append(out[device], e.Name())
		}
	}
	for _, names := range out {
		sort.Strings(names)
	}
	return out
}

func (l links) value() *value.Dict {
	d := &value.Dict{}
	for device, names := range l {
		d.Put(device, value.Strings(names))
	}
	return d
}

func deviceOwners() links {
	out := links{}
	for _, path := range glob("/sys/block/*/slaves/*") {
		parts := strings.Split(path, "/")
		out[parts[5]] = append(out[parts[5]], parts[3])
	}
	for _, names := range out {
		sort.Strings(names)
	}
	return out
}

var linkKinds = []string{"ids", "uuids", "labels", "masters"}

func deviceFacts(f *factRun) *value.Dict {
	devices := &value.Dict{}
	pci := ""
	if f.findProgram("lspci") != "" {
		pci, _ = f.output("lspci", "-D")
	}
	blocks, err := readDir("/sys/block")
	if err != nil {
		return value.NewDict("devices", devices)
	}
	all := map[string]links{"ids": linksIn("/dev/disk/by-id"), "uuids": linksIn("/dev/disk/by-uuid"), "labels": linksIn("/dev/disk/by-label"), "masters": deviceOwners()}
	wwn := map[string]string{}
	for device, names := range all["ids"] {
		for _, n := range names {
			if rest, ok := strings.CutPrefix(n, "wwn-"); ok {
				wwn[device] = rest
			}
		}
	}
	linked := &value.Dict{}
	for _, kind := range linkKinds {
		linked.Put(kind, all[kind].value())
	}
	inquiry := f.findProgram("sg_inq")
	for _, b := range blocks {
		target, err := os.Readlink("/sys/block/" + b.Name())
		if err != nil {
			continue
		}
		dir := filepath.Join("/sys/block", target)
		devices.Put(filepath.Base(dir), f.device(b.Name(), dir, all, wwn, pci, inquiry))
	}
	return value.NewDict("devices", devices, "device_links", linked)
}

func linksOf(all map[string]links, name string) *value.Dict {
	d := &value.Dict{}
	for _, kind := range linkKinds {
		d.Put(kind, value.Strings(all[kind][name]))
	}
	return d
}

func (f *factRun) device(block, dir string, all map[string]links, wwn map[string]string, pci, inquiry string) *value.Dict {
	name := filepath.Base(dir)
	d := value.NewDict("virtual", value.Int(1), "links", linksOf(all, block))
	for _, key := range []string{"vendor", "model", "sas_address", "sas_device_handle"} {
		d.Put(key, textOr(dir+"/device/"+key, value.None{}))
	}
	if inquiry != "" {
		if rc, out, _, err := f.command(parsable, inquiry, "/dev/"+block); err == nil && rc == 0 {
			if v, ok := group1(`(?:Unit serial|Serial) number:\s+(\w+)`, out); ok {
				d.Put("serial", value.S(v))
			}
		}
	} else if text, ok := fileText("/sys/block/" + block + "/device/serial"); ok {
		d.Put("serial", value.S(text))
	}
	d.Put("removable", textOr(dir+"/removable", value.None{}))
	if text, _ := fileText(dir + "/queue/discard_max_hw_bytes"); text == "0" {
		d.Put("support_discard", value.S("0"))
	} else {
		d.Put("support_discard", textOr(dir+"/queue/discard_granularity", value.None{}))
	}
	if w, ok := wwn[name]; ok {
		d.Put("wwn", value.S(w))
	}
	d.Put("partitions", partitions(dir, name, all))
	d.Put("rotational", textOr(dir+"/queue/rotational", value.None{}))
	mode := ""
	if text, ok := fileText(dir + "/queue/scheduler"); ok {
		mode, _ = group1(`\[(.*)\]`, text)
	}
	d.Put("scheduler_mode", value.S(mode))
	sectorSize, sectors, size := capacity(dir)
	d.Put("sectorsize", sectorSize)
	d.Put("sectors", value.Int(sectors))
	d.Put("size", value.S(size))
	host := ""
	if id, ok := group1(`.+/([a-f0-9]{4}:[a-f0-9]{2}:[01|][a-f0-9]\.[0-7])/`, dir+"/"); ok && pci != "" {
		host, _ = group1(`(?m)^`+regexp.QuoteMeta(id)+`\s(.*)$`, pci)
	}
	d.Put("host", value.S(host))
	d.Put("holders", holders(dir))
	return d
}

// capacity reads the size of a block device: sysfs counts in units of 512 bytes.
func capacity(dir string) (sectorSize value.Value, sectors int64, size string) {
	text, ok := fileText(dir + "/queue/logical_block_size")
	if !ok {
		text, ok = fileText(dir + "/queue/hw_sector_size")
	}
	bytes := int64(512)
	sectorSize = value.Int(512)
	if ok {
		sectorSize = value.S(text)
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
			bytes = n
		}
	}
	count, _ := fileText(dir + "/size")
	n, _ := strconv.ParseInt(count, 10, 64)
	sectors = n * 512 / bytes
	return sectorSize, sectors, bytesToHuman(float64(sectors) * float64(bytes))
}

// bytesToHuman prints a size as ansible-core does: "1.50 GB", "512.00 Bytes".
func bytesToHuman(size float64) string {
	limit := float64(1 << 60)
	limit *= 1 << 20
	for _, unit := range "YZEPTGMK" {
		if size >= limit {
			return fmt.Sprintf("%.2f %cB", size/limit, unit)
		}
		limit /= 1024
	}
	return fmt.Sprintf("%.2f Bytes", size)
}

func partitions(dir, name string, all map[string]links) *value.Dict {
	out := &value.Dict{}
	entries, _ := readDir(dir)
	pattern := regexp.MustCompile("(" + regexp.QuoteMeta(name) + `[p]?\d+)`)
	for _, e := range entries {
		part := pattern.FindString(e.Name())
		if part == "" {
			continue
		}
		sub := dir + "/" + part
		sectorSize, sectors, size := capacity(sub)
		uuid := value.Value(value.None{})
		if ids := all["uuids"][part]; len(ids) > 0 {
			uuid = value.S(ids[0])
		}
		out.Put(part, value.NewDict("links", linksOf(all, part), "start", textOr(sub+"/start", value.Int(0)), "sectors", value.Int(sectors),
			"sectorsize", sectorSize, "size", value.S(size), "uuid", uuid, "holders", holders(sub)))
	}
	return out
}

func holders(dir string) *value.List {
	l := emptyList()
	entries, _ := readDir(dir + "/holders")
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "dm-") {
			continue
		}
		name, ok := fileText(dir + "/holders/" + e.Name() + "/dm/name")
		if !ok {
			name = e.Name()
		}
		l.Items = append(l.Items, value.S(name))
	}
	return l
}
