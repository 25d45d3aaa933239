package module

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/digest"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runFind(c *Call) *value.Dict {
	f := &search{Call: c, skipped: &value.Dict{}, msg: "All paths examined", files: emptyList()}
	result, err := f.run()
	if err != nil {
		return c.failed(err)
	}
	return result
}

// search is one run of find.
type search struct {
	*Call
	patterns, excludes []string
	wanted, unwanted   []*pyre.Regexp
	contains           *pyre.Regexp
	age, size          *int64
	now                float64
	mode               uint32
	hasMode            bool
	depth, limit       int64

	files    *value.List
	skipped  *value.Dict
	looked   int
	msg      string
	warned   bool
	finished bool
}

func (f *search) run() (*value.Dict, error) {
	if err := f.prepare(); err != nil {
		return nil, err
	}
	for _, path := range f.texts("paths") {
		if err := f.path(path); err != nil {
			text := err.Error()
			f.skipped.Put(path, value.S(text))
			f.Warn("Skipped '" + path + "' path due to this access issue: " + text + "\n")
			f.warned = true
		}
	}
	if f.warned {
		f.msg = "Not all paths examined, check warnings for details"
	}
	return value.NewDict("files", f.files, "changed", value.Bool(false), "msg", value.S(f.msg), "matched", value.Int(len(f.files.Items)),
		"examined", value.Int(f.looked), "skipped_paths", f.skipped), nil
}

// prepare reads the arguments.
func (f *search) prepare() error {
	if f.given("contains") {
		switch f.encoding() {
		case "", "utf-8", "utf8", "ascii", "us-ascii", "latin-1", "latin1", "iso-8859-1":
		default:
			return NeedsPython("ansible.builtin.find", "the encoding "+f.text("encoding"))
		}
	}
	mode, _ := f.Args.Raw("mode")
	switch m := mode.(type) {
	case value.Str:
		if m.S != "" {
			n, err := wantedMode(m, 0)
			if err != nil {
				return crashed(nil, err.Error())
			}
			f.mode, f.hasMode = n&permBits, true
		}
	case nil, value.None:
	default:
		if t, _ := value.Truth(m); t {
			return Fail("argument 'mode' is not a string and conversion is not allowed, value is of type " + m.TypeName())
		}
	}
	f.patterns, f.excludes = f.texts("patterns"), f.texts("excludes")
	if len(f.patterns) == 0 {
		f.patterns = []string{"*"}
		if f.bool("use_regex") {
			f.patterns = []string{".*"}
		}
		f.Args.Put("patterns", value.Strings(f.patterns))
	}
	var err error
	if f.age, err = f.amount("age", map[string]int64{"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}); err != nil {
		return err
	}
	if f.size, err = f.amount("size", map[string]int64{"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}); err != nil {
		return err
	}
	if limit, ok := f.integer("limit"); ok {
		if limit <= 0 {
			return Fail("limit cannot be " + strconv.FormatInt(limit, 10) + " (use None for unlimited)")
		}
		f.limit = limit
	}
	f.depth, _ = f.integer("depth")
	f.now = float64(time.Now().UnixNano()) / 1e9
	return nil
}

func (f *search) amount(option string, units map[string]int64) (*int64, error) {
	text, ok := f.str(option)
	if !ok {
		return nil, nil
	}
	number := strings.TrimRight(strings.ToLower(text), "bkmgtshdw")
	unit, known := units[strings.ToLower(text)[len(number):]]
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !known || strings.HasPrefix(number, "+") {
		return nil, Fail("failed to process "+option, option, value.S(text))
	}
	n *= unit
	return &n, nil
}

func (f *search) path(path string) error {
	if !isDir(path) {
		return Fail("'" + path + "' is not a directory")
	}
	return f.walk(path, path)
}

// compile compiles the patterns when they are regular expressions.
func (f *search) compile() (err error) {
	if pattern, ok := f.str("contains"); ok && f.contains == nil {
		if f.contains, err = pyre.Compile(pattern, 0); err != nil {
			return err
		}
	}
	if !f.bool("use_regex") || f.wanted != nil {
		return nil
	}
	for _, list := range []struct {
		patterns []string
		out      *[]*pyre.Regexp
	}{{f.patterns, &f.wanted}, {f.excludes, &f.unwanted}} {
		for _, p := range list.patterns {
			re, err := pyre.Compile(p, 0)
			if err != nil {
				return err
			}
			*list.out = append(*list.out, re)
		}
	}
	return nil
}

// walk looks at a directory and then at those below, in the order of the file system, files first.
func (f *search) walk(top, dir string) error {
	entries, err := readDir(dir)
	if err != nil {
		f.skipped.Put(dir, value.S(pythonError(err)))
		return nil
	}
	var files, dirs []string
	for _, e := range entries {
		if e.IsDir() || e.Type()&os.ModeSymlink != 0 && isDir(joinPath(dir, e.Name())) {
			dirs = append(dirs, e.Name())
		} else {
			files = append(files, e.Name())
		}
	}
	f.looked += len(files) + len(dirs)
	if err := f.compile(); err != nil {
		return err
	}
	below := dirs
	for _, name := range append(files, dirs...) {
		full := filepath.Clean(joinPath(dir, name))
		if f.depth != 0 {
			base := strings.TrimRight(top, "/") + "/"
			if int64(strings.Count(full, "/")-strings.Count(base, "/")+1) > f.depth {
				below = nil
				continue
			}
		}
		if strings.HasPrefix(name, ".") && !f.bool("hidden") {
			continue
		}
		if err := f.look(full, name); err != nil {
			return err
		}
		if f.limit > 0 && int64(len(f.files.Items)) == f.limit {
			f.msg, f.finished = "Limit of matches reached", true
			break
		}
	}
	if !f.bool("recurse") || f.finished {
		return nil
	}
	for _, name := range below {
		full := joinPath(dir, name)
		if !f.bool("follow") && isLink(full) {
			continue
		}
		if err := f.walk(top, full); err != nil || f.finished {
			return err
		}
	}
	return nil
}

func (f *search) look(path, name string) error {
	st, err := lstat(path)
	if err != nil {
		f.skipped.Put(path, value.S(pythonError(err)))
		f.Warn("Skipped entry " + value.Repr(value.S(path)) + " due to access issue: " + pythonError(err))
		f.warned = true
		return nil
	}
	kind := st.Mode & syscall.S_IFMT
	regular := kind == syscall.S_IFREG
	wanted := f.text("file_type")
	switch wanted {
	case "any":
	case "directory":
		if kind != syscall.S_IFDIR {
			return nil
		}
	case "file":
		if !regular {
			return nil
		}
	case "link":
		if kind != syscall.S_IFLNK {
			return nil
		}
	}
	ok, err := f.named(name)
	if err != nil || !ok || !f.old(&st) || f.hasMode && !f.modeMatches(st.Mode&permBits) {
		return err
	}
	if regular && (wanted == "file" || wanted == "any") && !f.large(st.Size) {
		return nil
	}
	if wanted == "file" {
		if ok, err := f.holds(path); err != nil || !ok {
			return err
		}
	}
	r := findFacts(path, &st)
	if regular && f.bool("get_checksum") {
		sum, err := digest.OfFile(path, f.text("checksum_algorithm"))
		if err != nil {
			return err
		}
		r.Put("checksum", value.S(sum))
	}
	f.files.Items = append(f.files.Items, r)
	return nil
}

// named tells whether a name matches one of the patterns and none of the excludes.
func (f *search) named(name string) (bool, error) {
	matches := func(patterns []string, compiled []*pyre.Regexp) (bool, error) {
		for i, p := range patterns {
			if compiled == nil {
				if fnmatch(p, name) {
					return true, nil
				}
				continue
			}
			if m, err := compiled[i].Match(name); err != nil || m != nil {
				return m != nil, err
			}
		}
		return false, nil
	}
	ok, err := matches(f.patterns, f.wanted)
	if err != nil || !ok {
		return false, err
	}
	out, err := matches(f.excludes, f.unwanted)
	return !out, err
}

func (f *search) old(st *syscall.Stat_t) bool {
	if f.age == nil {
		return true
	}
	stamp := st.Mtim
	switch f.text("age_stamp") {
	case "atime":
		stamp = st.Atim
	case "ctime":
		stamp = st.Ctim
	}
	age := f.now - pythonTime(stamp)
	if *f.age >= 0 {
		return age >= float64(*f.age)
	}
	return age <= float64(-*f.age)
}

func (f *search) large(size int64) bool {
	switch {
	case f.size == nil:
		return true
	case *f.size >= 0:
		return size >= *f.size
	}
	return size <= -*f.size
}

func (f *search) modeMatches(mode uint32) bool {
	if f.bool("exact_mode") {
		return mode == f.mode
	}
	return mode&f.mode != 0
}

// encoding is the name of the encoding as Python writes it.
func (f *search) encoding() string {
	return strings.ReplaceAll(strings.ToLower(f.text("encoding")), "_", "-")
}

// holds tells whether the file has a line that matches contains.
func (f *search) holds(path string) (bool, error) {
	if f.contains == nil {
		return true, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return false, nil
	}
	defer file.Close()
	code := f.encoding()
	decode := func(s string) (string, error) {
		switch code {
		case "latin-1", "latin1", "iso-8859-1":
			return widen(s), nil
		}
		if !utf8.ValidString(s) {
			shown := f.text("encoding")
			if shown == "" {
				shown = "None (default determined by the Python built-in function \"open\")"
			}
			return "", Fail("Failed to read the file " + path + " due to an encoding error. current encoding: " + shown)
		}
		return s, nil
	}
	if f.bool("read_whole_file") {
		content, err := io.ReadAll(file)
		if err != nil {
			return false, nil
		}
		text, err := decode(strings.ReplaceAll(string(content), "\r\n", "\n"))
		if err != nil {
			return false, err
		}
		m, err := f.contains.Search(text)
		return m != nil, err
	}
	lines := bufio.NewReader(file)
	for {
		line, end := lines.ReadString('\n')
		if line != "" {
			text, err := decode(line)
			if err != nil {
				return false, err
			}
			if m, err := f.contains.Match(strings.ReplaceAll(text, "\r\n", "\n")); err != nil || m != nil {
				return m != nil, err
			}
		}
		if end != nil {
			return false, nil
		}
	}
}

// findFacts are those of statFacts that find reports.
func findFacts(path string, st *syscall.Stat_t) *value.Dict {
	r := statFacts(path, st)
	for _, key := range []string{"exists", "blocks", "block_size", "device_type"} {
		r.Delete(value.S(key))
	}
	user, group := "", ""
	if u := users.id(int(st.Uid)); u != nil {
		user = u.name
	}
	if g := groups.id(int(st.Gid)); g != nil {
		group = g.name
	}
	r.Put("pw_name", value.S(user))
	r.Put("gr_name", value.S(group))
	return r
}
