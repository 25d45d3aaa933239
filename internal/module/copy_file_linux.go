package module

import (
	"io"
	"strings"
	"sync"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/digest"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runCopyFile(c *Call) *value.Dict {
	result, err := (&upload{Call: c, dest: c.text("dest"), given: c.text("dest")}).run()
	if err != nil {
		result = c.failed(err)
	}
	return result
}

// upload is one run of CopyFile.
type upload struct {
	*Call
	given string // dest as given
	dest  string // the file that is written
	body  *content
	diff  *value.List
}

func (u *upload) run() (*value.Dict, error) {
	base := u.text("_original_basename")
	if strings.HasSuffix(u.dest, "/") {
		u.dest = joinPath(u.dest, base)
	}
	st, there, err := u.look()
	if err != nil {
		return nil, err
	}
	if there && st.Mode&syscall.S_IFMT == syscall.S_IFDIR {
		if u.bool("_content") {
			return nil, Fail("can not use content with a dir as dest", "diff", &value.List{Items: []value.Value{}})
		}
		u.dest = joinPath(u.given, base)
		if st, there, err = u.look(); err != nil {
			return nil, err
		}
	}
	if there && !u.bool("force") {
		return value.NewDict("_exists", value.Bool(true), "changed", value.Bool(false)), nil
	}
	reader, err := u.Blob(u.text("_blob"))
	if err != nil {
		return nil, err
	}
	if closer, ok := reader.(io.Closer); ok {
		defer closer.Close()
	}
	u.body = &content{reader: reader, sha1: u.text("_checksum"), size: -1}
	same := false
	if there && st.Mode&syscall.S_IFMT == syscall.S_IFREG && accessible(u.dest, accessRead) {
		if err := u.body.measure(); err != nil {
			return nil, err
		}
		if u.body.size == st.Size {
			if err := u.body.hashes(); err != nil {
				return nil, err
			}
			sum, err := digest.OfFile(u.dest, "sha1")
			if err != nil {
				return nil, err
			}
			same = sum == u.body.sha1
		}
	}
	if mode := u.text("_mode"); mode != "" && u.text("mode") == "preserve" {
		u.Args.Put("mode", value.S(mode))
	}
	u.diff = &value.List{Items: []value.Value{}}
	if same {
		return u.attributesOnly()
	}
	if u.Diff {
		d, err := u.difference(there, st)
		if err != nil {
			return nil, err
		}
		u.diff.Items = append(u.diff.Items, d)
	}
	if u.Check {
		return value.NewDict("changed", value.Bool(true), "diff", u.diff, "invocation", value.None{}), nil
	}
	return u.copy()
}

func (b *content) measure() error {
	if b.size >= 0 {
		return nil
	}
	n, err := b.reader.Seek(0, io.SeekEnd)
	b.size = n
	return err
}

func (u *upload) look() (syscall.Stat_t, bool, error) {
	look := lstat
	if u.bool("follow") {
		look = stat
	}
	st, err := look(u.dest)
	if err != nil {
		if errnoOf(err) == syscall.ENOENT {
			return st, false, nil
		}
		return st, false, crashed(nil, "Failed to get information on remote file ("+u.dest+"): "+strerror(errnoOf(err)))
	}
	return st, true, nil
}

// attributesOnly is what is left where the content is right: the file module sets the attributes.
func (u *upload) attributesOnly() (*value.Dict, error) {
	dest := u.given
	if u.bool("follow") && isLink(u.dest) {
		dest = realpath(u.dest)
	}
	args := &value.Dict{}
	for k, v := range u.Args.RawAll() {
		if name := value.ToStr(k); isFileOption(name) && u.wasGiven(name) {
			args.Put(name, v)
		}
	}
	args.Delete(value.S("src"))
	args.Put("dest", value.S(dest))
	args.Put("_original_basename", value.S(u.text("_original_basename")))
	args.Put("recurse", value.Bool(false))
	args.Put("state", value.S("file"))
	m := fileSpec()
	checked := m.Check(args, argspec.Options{Env: u.getenv, Home: u.home})
	if len(checked.Problems) > 0 {
		return nil, Fail(checked.Problems[0].Message)
	}
	sub := *u.Call
	sub.Args = checked.Args
	r := runFile(&sub)
	u.warnings = sub.warnings
	r.Put("invocation", value.NewDict("module_args", sub.Args))
	if _, ok := r.Raw("diff"); !ok {
		r.Put("diff", u.diff)
	}
	if sum, _ := r.Raw("checksum"); sum == nil {
		r.Put("checksum", value.S(u.body.sha1))
	}
	return r, nil
}

// wasGiven tells whether the user gave the option: defaults of copy are not passed on to the file module.
func (u *upload) wasGiven(name string) bool {
	if !u.Call.given(name) {
		return false
	}
	return name != "force" && name != "unsafe_writes" || u.bool(name)
}

func isFileOption(name string) bool {
	switch name {
	case "mode", "owner", "group", "seuser", "serole", "selevel", "setype", "attributes", "unsafe_writes", "force":
		return true
	}
	return false
}

// copy runs the copy module with the content.
func (u *upload) copy() (*value.Dict, error) {
	if err := u.body.hashes(); err != nil {
		return nil, err
	}
	args := &value.Dict{}
	for k, v := range u.Args.RawAll() {
		if name := value.ToStr(k); !strings.HasPrefix(name, "_") && name != "content" {
			args.Put(name, v)
		}
	}
	args.Put("content", value.None{})
	args.Put("_original_basename", value.S(u.text("_original_basename")))
	if u.text("checksum") == "" {
		args.Put("checksum", value.S(u.body.sha1))
	}
	sub := *u.Call
	sub.Args = args
	t := &copyTask{Call: &sub, src: u.text("src"), body: u.body, uploaded: true}
	r, err := t.run()
	u.warnings = sub.warnings
	if err != nil {
		r = u.failed(err)
	}
	r.Put("invocation", value.NewDict("module_args", args))
	if _, ok := r.Raw("diff"); !ok {
		r.Put("diff", u.diff)
	}
	if sum, _ := r.Raw("checksum"); sum == nil {
		r.Put("checksum", value.S(u.body.sha1))
	}
	return r, nil
}

const defaultMaxDiff = 104448

// difference is the before and after of the content in the shape that the controller prints.
func (u *upload) difference(there bool, st syscall.Stat_t) (*value.Dict, error) {
	limit := int64(u.MaxDiff)
	if limit == 0 {
		limit = defaultMaxDiff
	}
	d := &value.Dict{}
	switch {
	case !there:
		d.Put("before", value.S(""))
	case looksBinary(u.dest):
		d.Put("dst_binary", value.Int(1))
	case st.Size > limit:
		d.Put("dst_larger", value.Int(limit))
	default:
		old, err := source.OS{}.ReadFile(u.dest)
		if err == nil {
			d.Put("before_header", value.S(u.dest))
			d.Put("before", value.S(u.hide(string(old), "")))
		}
	}
	if err := u.body.measure(); err != nil {
		return nil, err
	}
	if u.body.size > limit {
		d.Put("src_larger", value.Int(limit))
		return d, nil
	}
	if _, err := u.body.reader.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(u.body.reader)
	if err != nil {
		return nil, err
	}
	if strings.IndexByte(string(text), 0) >= 0 {
		d.Put("src_binary", value.Int(1))
		return d, nil
	}
	header := u.text("_source")
	if u.bool("_content") && len(text) > 0 {
		header = u.dest
	}
	d.Put("after_header", value.S(header))
	d.Put("after", value.S(u.hide(string(text), " [[ Diff output has been hidden because 'no_log: true' was specified for this result ]]\n")))
	return d, nil
}

// hide replaces a text of a difference where the task hides its result.
func (u *upload) hide(text, instead string) string {
	if u.NoLog {
		return instead
	}
	return text
}

// fileSpec is the specification of the file module.
var fileSpec = sync.OnceValue(func() *argspec.Spec { return fileModule().Spec })
