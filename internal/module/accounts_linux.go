package module

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// account is a line of passwd or group.
type account struct {
	name     string
	id       int // uid or gid
	gid      int // of a user
	gecos    string
	home     string
	shell    string
	members  []string // of a group
	password string
}

// accountFile caches /etc/passwd or /etc/group by name and number until the file changes.
type accountFile struct {
	path, database string

	mu     sync.Mutex
	stamp  [4]int64 // mtime, ctime, size, inode of what is cached
	byName map[string]*account
	byID   map[int]*account
	all    []*account
	remote bool // the name service knows sources other than files
}

var (
	users  = accountFile{path: "/etc/passwd", database: "passwd"}
	groups = accountFile{path: "/etc/group", database: "group"}
)

// load reads the file when it has changed; the caller holds the lock.
func (f *accountFile) load() {
	var st syscall.Stat_t
	if err := syscall.Stat(f.path, &st); err != nil {
		f.byName, f.byID, f.all, f.stamp = nil, nil, nil, [4]int64{}
		return
	}
	stamp := [4]int64{st.Mtim.Nano(), st.Ctim.Nano(), st.Size, int64(st.Ino)}
	if stamp == f.stamp {
		return
	}
	content, _ := os.ReadFile(f.path)
	f.stamp, f.byName, f.byID, f.all = stamp, map[string]*account{}, map[int]*account{}, nil
	for _, line := range strings.Split(string(content), "\n") {
		if a := parseAccount(line, f.database); a != nil {
			f.all = append(f.all, a)
			if f.byName[a.name] == nil {
				f.byName[a.name] = a
			}
			if f.byID[a.id] == nil {
				f.byID[a.id] = a
			}
		}
	}
	f.remote = remoteSources(f.database)
}

func parseAccount(line, database string) *account {
	fields := strings.Split(line, ":")
	want := 7
	if database == "group" {
		want = 4
	}
	if len(fields) < want || fields[0] == "" || strings.HasPrefix(fields[0], "+") || strings.HasPrefix(fields[0], "-") {
		return nil
	}
	id, err := strconv.Atoi(fields[2])
	if err != nil {
		return nil
	}
	a := &account{name: fields[0], password: fields[1], id: id}
	if database == "group" {
		if fields[3] != "" {
			a.members = strings.Split(fields[3], ",")
		}
		return a
	}
	a.gid, _ = strconv.Atoi(fields[3])
	a.gecos, a.home, a.shell = fields[4], fields[5], fields[6]
	return a
}

// remoteSources tells whether nsswitch.conf names sources for the database that are not local files.
func remoteSources(database string) bool {
	content, err := os.ReadFile("/etc/nsswitch.conf")
	if err != nil {
		return false
	}
	for _, line := range strings.Split(string(content), "\n") {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), database+":")
		if !ok {
			continue
		}
		for _, source := range strings.Fields(rest) {
			switch source {
			case "files", "compat", "[NOTFOUND=return]", "[SUCCESS=merge]", "[success=merge]":
			default:
				return true
			}
		}
	}
	return false
}

func (f *accountFile) name(name string) *account {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.load()
	if a := f.byName[name]; a != nil || !f.remote {
		return a
	}
	return f.getent(name)
}

func (f *accountFile) id(id int) *account {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.load()
	if a := f.byID[id]; a != nil || !f.remote {
		return a
	}
	return f.getent(strconv.Itoa(id))
}

func (f *accountFile) entries() []*account {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.load()
	return f.all
}

// getent asks the name service; an answer is kept as long as the file stays the same.
func (f *accountFile) getent(key string) *account {
	out, err := exec.Command("getent", f.database, key).Output()
	if err != nil {
		return nil
	}
	line, _, _ := bytes.Cut(out, []byte("\n"))
	a := parseAccount(string(line), f.database)
	if a != nil {
		if f.byName == nil {
			f.byName, f.byID = map[string]*account{}, map[int]*account{}
		}
		f.byName[a.name], f.byID[a.id] = a, a
	}
	return a
}

// userName is the name of a user, the number as text where there is none.
func userName(uid int) string {
	if a := users.id(uid); a != nil {
		return a.name
	}
	return strconv.Itoa(uid)
}

// groupName is the name of a group, the number as text where there is none.
func groupName(gid int) string {
	if a := groups.id(gid); a != nil {
		return a.name
	}
	return strconv.Itoa(gid)
}

// home is the home directory of a user, of the current one for "".
func (c *Call) home(user string) (string, bool) {
	if user == "" {
		if dir, ok := c.getenv("HOME"); ok {
			return dir, true
		}
		if a := users.id(os.Getuid()); a != nil {
			return a.home, true
		}
		return "", false
	}
	if a := users.name(user); a != nil {
		return a.home, true
	}
	return "", false
}
