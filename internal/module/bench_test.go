//go:build linux

package module

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// BenchmarkCopyAndLineinfile is the module's share of examples/bench: 200 files written, then a line added to each.
func BenchmarkCopyAndLineinfile(b *testing.B) {
	b.ReportAllocs()
	for range b.N {
		dir := b.TempDir()
		for i := range 200 {
			c := &Call{Blob: func(string) (io.ReadSeeker, error) { return strings.NewReader("content of the file\n"), nil }}
			path := value.S(fmt.Sprintf("%s/file%d", dir, i))
			r := Invoke(c, Find(CopyFile), value.NewDict("dest", path, "mode", value.S("0644"), "_blob", value.S("x"),
				"_original_basename", value.S(".x"), "src", value.S("/tmp/.source")))
			if changed, _ := r.Get("changed"); changed != value.Value(value.Bool(true)) {
				b.Fatal(value.Repr(r))
			}
		}
		for i := range 200 {
			path := value.S(fmt.Sprintf("%s/file%d", dir, i))
			r := Invoke(&Call{}, Find("ansible.builtin.lineinfile"), value.NewDict("path", path, "line", value.S("another line"), "regexp", value.S("^another")))
			if changed, _ := r.Get("changed"); changed != value.Value(value.Bool(true)) {
				b.Fatal(value.Repr(r))
			}
		}
	}
}
