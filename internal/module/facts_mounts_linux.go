package module

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func mountFacts(f *factRun) *value.Dict {
	bound := f.bindMounts()
	uuids := f.deviceUUIDs()
	type answer struct {
		i    int
		size *value.Dict
		uuid string
	}
	var infos []*value.Dict
	answers := make(chan answer, 1024)
	pending := map[int]string{}
	byMount := map[string]int{}
	for _, fields := range mountTable() {
		device, mount, kind, options := fields[0], fields[1], fields[2], fields[3]
		if !strings.HasPrefix(device, "/") && !strings.HasPrefix(device, `\`) && !strings.Contains(device, ":/") || kind == "none" {
			continue
		}
		if bound[mount] && !regexp.MustCompile(`.*bind.*"`).MatchString(options) {
			options += ",bind"
		}
		dump, _ := strconv.Atoi(fields[4])
		pass, _ := strconv.Atoi(fields[5])
		info := value.NewDict("mount", value.S(mount), "device", value.S(device), "fstype", value.S(kind), "options", value.S(options),
			"dump", value.Int(dump), "passno", value.Int(pass))
		if at, ok := byMount[mount]; ok { // mounted over: the later one counts
			infos[at] = nil
			delete(pending, at)
		}
		i := len(infos)
		byMount[mount] = i
		infos = append(infos, info)
		pending[i] = mount
		go func() {
			a := answer{i: i, size: mountSize(mount), uuid: uuids[device]}
			if a.uuid == "" {
				a.uuid = f.udevUUID(device)
			}
			answers <- a
		}()
	}
	limit := 10 * time.Second
	if n, ok := f.integer("gather_timeout"); ok && n > 0 {
		limit = time.Duration(n) * time.Second
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for len(pending) > 0 {
		select {
		case a := <-answers:
			if _, ok := pending[a.i]; !ok {
				continue
			}
			delete(pending, a.i)
			for k, v := range a.size.RawAll() {
				infos[a.i].Set(k, v)
			}
			infos[a.i].Put("uuid", value.S(a.uuid))
		case <-timer.C: // a dead network file system answers never; its goroutine stays behind
			for i, mount := range pending {
				f.warn("Timeout exceeded when getting mount info for " + mount)
				infos[i].Put("note", value.S("Could not get extra information due to timeout"))
			}
			pending = nil
		}
	}
	list := emptyList()
	for _, info := range infos {
		if info != nil {
			list.Items = append(list.Items, info)
		}
	}
	return value.NewDict("mounts", list)
}

// mountTable is /etc/mtab, else /proc/mounts, with escapes decoded; each row has six fields.
func mountTable() [][]string {
	path := "/etc/mtab"
	if !exists(path) {
		path = "/proc/mounts"
	}
	var rows [][]string
	for _, line := range fileLines(path) {
		fields := strings.Fields(line)
		if len(fields) < 4 {
			continue
		}
		for i, field := range fields {
			fields[i] = octalEscapes(field)
		}
		for len(fields) < 6 {
			fields = append(fields, "0")
		}
		rows = append(rows, fields)
	}
	return rows
}

// octalEscapes decodes \040 and the like.
func octalEscapes(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 16); err == nil {
				b.WriteRune(rune(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// bindMounts are the mounts of a part of a file system, where findmnt is installed to tell them.
func (f *factRun) bindMounts() map[string]bool {
	bound := map[string]bool{}
	if f.findProgram("findmnt") == "" {
		return bound
	}
	for _, line := range fileLines("/proc/self/mountinfo") {
		fields := strings.Fields(line)
		if len(fields) > 4 && fields[3] != "/" {
			bound[octalEscapes(fields[4])] = true
		}
	}
	return bound
}

// deviceUUIDs asks lsblk for the UUIDs of file systems by device.
func (f *factRun) deviceUUIDs() map[string]string {
	uuids := map[string]string{}
	out, ok := f.output("lsblk", "--list", "--noheadings", "--paths", "--output", "NAME,UUID", "--exclude", "2")
	if !ok {
		return uuids
	}
	for _, line := range strings.Split(out, "\n") {
		line = strings.TrimSpace(line)
		at := strings.LastIndexAny(line, " \t")
		if at < 0 {
			continue
		}
		device := strings.TrimSpace(line[:at])
		if _, ok := uuids[device]; !ok {
			uuids[device] = line[at+1:]
		}
	}
	return uuids
}

func (f *factRun) udevUUID(device string) string {
	if out, ok := f.output("udevadm", "info", "--query", "property", "--name", device); ok {
		if v, ok := group1(`ID_FS_UUID=(.*)\n`, out); ok && v != "" {
			return v
		}
	}
	return "N/A"
}

// mountSize is what statvfs tells of a mounted file system; nil where it fails.
func mountSize(path string) *value.Dict {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return nil
	}
	fragment := int64(st.Frsize)
	if fragment == 0 {
		fragment = int64(st.Bsize)
	}
	total, free := int64(st.Blocks), int64(st.Bavail)
	return value.NewDict(
		"size_total", value.Int(fragment*total),
		"size_available", value.Int(fragment*free),
		"block_size", value.Int(int64(st.Bsize)),
		"block_total", value.Int(total),
		"block_available", value.Int(free),
		"block_used", value.Int(total-free),
		"inode_total", value.Int(int64(st.Files)),
		"inode_available", value.Int(int64(st.Ffree)),
		"inode_used", value.Int(int64(st.Files)-int64(st.Ffree)),
	)
}
