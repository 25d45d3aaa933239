package module

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/internal/value"
)

var processDir = sync.OnceValue(func() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return dir
})

// runIn runs the module with the call's directory as the current one, where that matters: where a path among the
// arguments is relative. The directory belongs to one thread of the process, which ends with the call, so that calls of
// other hosts are not disturbed.
func runIn(c *Call, m *Module) *value.Dict {
	if c.Cwd == "" || c.Cwd == processDir() || len(relativePaths(c, m)) == 0 {
		return run(c, m)
	}
	result := make(chan *value.Dict)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if unix.Unshare(unix.CLONE_FS) != nil {
			makeAbsolute(c, m) // a container that forbids it: results show absolute paths
			result <- run(c, m)
			return
		}
		if err := unix.Chdir(c.Cwd); err != nil {
			result <- c.failed(Fail("chdir to " + c.Cwd + ": " + strerror(errnoOf(err))))
			return
		}
		result <- run(c, m)
	}()
	return <-result
}

// relativePaths lists the options whose values are relative paths.
func relativePaths(c *Call, m *Module) []string {
	var names []string
	for _, o := range m.Spec.Options {
		v, ok := c.Args.Raw(o.Name)
		if !ok {
			continue
		}
		switch {
		case o.Type == "path":
			if s, ok := v.(value.Str); ok && s.S != "" && !filepath.IsAbs(s.S) {
				names = append(names, o.Name)
			}
		case o.Elements == "path":
			if l, ok := v.(*value.List); ok {
				for _, item := range l.Items {
					if s := value.ToStr(item); s != "" && !filepath.IsAbs(s) {
						names = append(names, o.Name)
						break
					}
				}
			}
		}
	}
	return names
}

func makeAbsolute(c *Call, m *Module) {
	for _, name := range relativePaths(c, m) {
		v, _ := c.Args.Raw(name)
		switch v := v.(type) {
		case value.Str:
			c.Args.Put(name, value.S(joinPath(c.Cwd, v.S)))
		case *value.List:
			out := &value.List{}
			for _, item := range v.Items {
				out.Items = append(out.Items, value.S(joinPath(c.Cwd, value.ToStr(item))))
			}
			c.Args.Put(name, out)
		}
	}
}
