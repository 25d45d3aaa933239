package lib

import (
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func lookupFiletree(c *jinja.Call) (value.Value, error) {
	out := &value.List{}
	seen := map[string]bool{}
	for _, term := range c.Args {
		name, ok := str(term)
		if !ok {
			return nil, typeError("expected str, bytes or os.PathLike object, not %s", value.NativeName(term))
		}
		dir := pathDir(name)
		if p, ok := findFile(c, "files", dir); ok && dir != "" {
			dir = p
		} else {
			dir = unfrack(c, dir)
		}
		root := joinPath(dir, pathBase(name))
		if pathBase(name) == "" {
			root = dir + "/"
		}
		var dirs, rest []string
		err := walkTree(root, "", func(rel string) {
			if !seen[rel] {
				seen[rel] = true
				rest = append(rest, rel)
			}
		})
		if err != nil {
			return nil, osError(err, root)
		}
		for _, rel := range append(dirs, rest...) {
			if props := fileProps(c, root, rel); props != nil {
				out.Items = append(out.Items, props)
			}
		}
	}
	return out, nil
}

// walkTree visits directories before the files beside them, then what is in the directories, as os.walk gives them.
func walkTree(root, rel string, visit func(string)) error {
	entries, err := os.ReadDir(filepath.Join(root, rel))
	if err != nil {
		return nil // what cannot be read is passed over
	}
	var dirs []string
	for _, wantDir := range []bool{true, false} {
		for _, e := range entries {
			p := filepath.Join(rel, e.Name())
			isDir := e.IsDir()
			if e.Type()&fs.ModeSymlink != 0 {
				info, err := os.Stat(filepath.Join(root, p))
				isDir = err == nil && info.IsDir()
			}
			if isDir != wantDir {
				continue
			}
			visit(p)
			if e.IsDir() {
				dirs = append(dirs, p)
			}
		}
	}
	for _, d := range dirs {
		if err := walkTree(root, d, visit); err != nil {
			return err
		}
	}
	return nil
}

func fileProps(c *jinja.Call, root, rel string) *value.Dict {
	abs := joinPath(root, rel)
	info, err := os.Lstat(abs)
	if err != nil {
		c.Warn("filetree: Error using stat() on path " + abs + " (" + err.Error() + ")")
		return nil
	}
	out := value.NewDict("root", value.S(root), "path", value.S(rel))
	switch mode := info.Mode(); {
	case mode&os.ModeSymlink != 0:
		target, _ := os.Readlink(abs)
		out.Put("state", value.S("link"))
		out.Put("src", value.S(target))
	case mode.IsDir():
		out.Put("state", value.S("directory"))
	case mode.IsRegular():
		out.Put("state", value.S("file"))
		out.Put("src", value.S(abs))
	default:
		c.Warn("filetree: Error file type of " + abs + " is not supported")
		return nil
	}
	st := statOf(info)
	out.Put("uid", value.Int(st.uid))
	out.Put("gid", value.Int(st.gid))
	out.Put("owner", accountName(st.uid))
	out.Put("group", groupName(st.gid))
	out.Put("mode", value.S("0"+pad3(strconv.FormatUint(uint64(st.mode), 8))))
	out.Put("size", value.Int(info.Size()))
	out.Put("mtime", value.Float(float64(info.ModTime().UnixNano())/1e9))
	out.Put("ctime", value.Float(st.ctime))
	return out
}

func pad3(s string) string { return strings.Repeat("0", max(0, 3-len(s))) + s }

func accountName(id int) value.Value {
	if u, err := user.LookupId(strconv.Itoa(id)); err == nil {
		return value.S(u.Username)
	}
	return value.Int(id)
}

func groupName(id int) value.Value {
	if g, err := user.LookupGroupId(strconv.Itoa(id)); err == nil {
		return value.S(g.Name)
	}
	return value.Int(id)
}
