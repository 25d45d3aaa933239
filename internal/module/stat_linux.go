package module

import (
	"errors"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/internal/digest"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runStat(c *Call) *value.Dict {
	path := c.text("path")
	look := lstat
	if c.bool("follow") {
		look = stat
	}
	st, err := look(path)
	if errors.Is(err, syscall.ENOENT) {
		return value.NewDict("changed", value.Bool(false), "stat", value.NewDict("exists", value.Bool(false)))
	}
	if err != nil {
		return c.failed(failBytes(err, strerror(errnoOf(err))))
	}
	out := statFacts(path, &st)
	readable := accessible(path, accessRead)
	out.Put("readable", value.Bool(readable))
	out.Put("writeable", value.Bool(accessible(path, accessWrite)))
	out.Put("executable", value.Bool(accessible(path, accessExecute)))
	kind := st.Mode & syscall.S_IFMT
	if kind == syscall.S_IFLNK {
		target, _ := os.Readlink(path)
		out.Put("lnk_source", value.S(realpath(path)))
		out.Put("lnk_target", value.S(target))
	}
	if u := users.id(int(st.Uid)); u != nil {
		out.Put("pw_name", value.S(u.name))
	}
	if g := groups.id(int(st.Gid)); g != nil {
		out.Put("gr_name", value.S(g.name))
	}
	if kind == syscall.S_IFREG && readable && c.bool("get_checksum") {
		sum, err := digest.OfFile(path, c.text("checksum_algorithm"))
		if err != nil {
			return c.failed(err)
		}
		out.Put("checksum", value.S(sum))
	}
	if c.bool("get_mime") {
		c.addMIME(out, path)
	}
	if c.bool("get_attributes") {
		c.addFlags(out, path, kind)
	}
	return value.NewDict("changed", value.Bool(false), "stat", out)
}

// statFacts are the keys that come from the file's inode alone.
func statFacts(path string, st *syscall.Stat_t) *value.Dict {
	is := func(kind uint32) value.Bool { return value.Bool(st.Mode&syscall.S_IFMT == kind) }
	bit := func(mask uint32) value.Bool { return value.Bool(st.Mode&mask != 0) }
	seconds := func(t syscall.Timespec) value.Float { return value.Float(float64(t.Sec) + 1e-9*float64(t.Nsec)) }
	return value.NewDict(
		"exists", value.Bool(true),
		"path", value.S(path),
		"mode", value.S(fourDigits(st.Mode)),
		"isdir", is(syscall.S_IFDIR),
		"ischr", is(syscall.S_IFCHR),
		"isblk", is(syscall.S_IFBLK),
		"isreg", is(syscall.S_IFREG),
		"isfifo", is(syscall.S_IFIFO),
		"islnk", is(syscall.S_IFLNK),
		"issock", is(syscall.S_IFSOCK),
		"uid", value.Int(st.Uid),
		"gid", value.Int(st.Gid),
		"size", value.Int(st.Size),
		"inode", value.Int(st.Ino),
		"dev", value.Int(st.Dev),
		"nlink", value.Int(st.Nlink),
		"atime", seconds(st.Atim),
		"mtime", seconds(st.Mtim),
		"ctime", seconds(st.Ctim),
		"wusr", bit(0o200),
		"rusr", bit(0o400),
		"xusr", bit(0o100),
		"wgrp", bit(0o020),
		"rgrp", bit(0o040),
		"xgrp", bit(0o010),
		"woth", bit(0o002),
		"roth", bit(0o004),
		"xoth", bit(0o001),
		"isuid", bit(syscall.S_ISUID),
		"isgid", bit(syscall.S_ISGID),
		"blocks", value.Int(st.Blocks),
		"block_size", value.Int(st.Blksize),
		"device_type", value.Int(st.Rdev),
	)
}

// fourDigits prints permissions as stat does: "0644", "1777".
func fourDigits(mode uint32) string {
	mode &= permBits
	return string([]byte{'0' + byte(mode>>9), '0' + byte(mode>>6&7), '0' + byte(mode>>3&7), '0' + byte(mode&7)})
}

func (c *Call) addMIME(out *value.Dict, path string) {
	mimeType, charset := "unknown", "unknown"
	if program := c.findProgram("file"); program != "" {
		text, ok := mime.ask(program, path)
		if !ok {
			var rc int
			var err error
			rc, text, _, err = c.command(nil, program, "--mime-type", "--mime-encoding", path)
			ok = err == nil && rc == 0
		}
		if at := strings.LastIndex(text, ":"); ok && at >= 0 {
			kind, rest, found := strings.Cut(text[at+1:], ";")
			if _, set, ok := strings.Cut(rest, "="); found && ok && !strings.Contains(rest, ";") {
				mimeType, charset = strings.TrimSpace(kind), strings.TrimSpace(set)
			}
		}
	}
	out.Put("mimetype", value.S(mimeType))
	out.Put("charset", value.S(charset))
}

func (c *Call) addFlags(out *value.Dict, path string, kind uint32) {
	out.Put("version", value.None{})
	out.Put("attributes", &value.List{Items: []value.Value{}})
	out.Put("attr_flags", value.S(""))
	f, err := c.nativeFlags(path, kind)
	if err != nil || f == nil {
		return
	}
	out.Put("version", value.S(f.version))
	out.Put("attributes", f.names())
	out.Put("attr_flags", value.S(f.letters))
}

// nativeFlags reads the flags from the kernel where lsattr is installed, which is when ansible-core reports them.
func (c *Call) nativeFlags(path string, kind uint32) (*flags, error) {
	if c.findProgram("lsattr") == "" || kind != syscall.S_IFREG && kind != syscall.S_IFDIR {
		return nil, nil
	}
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	bits, err := unix.IoctlGetUint32(fd, unix.FS_IOC_GETFLAGS)
	if err != nil {
		return nil, err
	}
	version, err := unix.IoctlGetUint32(fd, fsGetVersion)
	if err != nil {
		return nil, err
	}
	f := &flags{version: value.ToStr(value.Int(version))}
	for _, flag := range lsattrOrder {
		if bits&flag.bit != 0 {
			f.letters += flag.letter
		}
	}
	return f, nil
}

const fsGetVersion = 0x80087601 // FS_IOC_GETVERSION: _IOR('v', 1, long)

// lsattrOrder is the order in which lsattr of e2fsprogs 1.47 prints the flags.
var lsattrOrder = []struct {
	bit    uint32
	letter string
}{
	{0x1, "s"}, {0x2, "u"}, {0x8, "S"}, {0x10000, "D"}, {0x10, "i"}, {0x20, "a"}, {0x40, "d"}, {0x80, "A"},
	{0x4, "c"}, {0x800, "E"}, {0x4000, "j"}, {0x1000, "I"}, {0x8000, "t"}, {0x20000, "T"}, {0x80000, "e"},
	{0x800000, "C"}, {0x2000000, "x"}, {0x40000000, "F"}, {0x10000000, "N"}, {0x20000000, "P"}, {0x100000, "V"}, {0x400, "m"},
}
