package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestPositions(t *testing.T) {
	f := NewFile("f", []byte("aé😀b\r\nsecond\rthird\n"))
	for _, c := range []struct {
		off        int
		line, col  int
		line0, u16 uint32
	}{
		{0, 1, 1, 0, 0},
		{1, 1, 2, 0, 1},
		{3, 1, 3, 0, 2},
		{7, 1, 4, 0, 4}, // the emoji is one code point, two UTF-16 units
		{8, 1, 5, 0, 5},
		{10, 2, 1, 1, 0},
		{17, 3, 1, 2, 0},
		{23, 4, 1, 3, 0},
	} {
		if p := f.Position(c.off); p != (Position{c.line, c.col}) {
			t.Errorf("Position(%d) = %v, want %d:%d", c.off, p, c.line, c.col)
		}
		if off := f.Offset(Position{c.line, c.col}); off != c.off {
			t.Errorf("Offset(%d:%d) = %d, want %d", c.line, c.col, off, c.off)
		}
		if l, u := f.UTF16(c.off); l != c.line0 || u != c.u16 {
			t.Errorf("UTF16(%d) = %d:%d, want %d:%d", c.off, l, u, c.line0, c.u16)
		}
		if off := f.FromUTF16(c.line0, c.u16); off != c.off {
			t.Errorf("FromUTF16(%d,%d) = %d, want %d", c.line0, c.u16, off, c.off)
		}
	}
	if f.LineCount() != 4 || f.Text(f.LineSpan(1)) != "aé😀b" || f.Text(f.LineSpan(99)) != "" {
		t.Errorf("lines: %d, %q, %q", f.LineCount(), f.Text(f.LineSpan(1)), f.Text(f.LineSpan(99)))
	}
	if off := f.FromUTF16(0, 3); off != 3 {
		t.Errorf("the middle of a surrogate pair gives %d, want the start of the character, 3", off)
	}
	if off := f.FromUTF16(0, 500); off != 8 {
		t.Errorf("a column beyond the line gives %d, want its end, 8", off)
	}
	if p := f.Position(1000); p.Line != 4 || p.Column != 1 {
		t.Errorf("beyond the end: %v", p)
	}
}

func TestOSRefusesWhatIsNotAFile(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{fifo: "is a named pipe", dir: "is a directory"} {
		if _, err := (OS{}).ReadFile(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ReadFile(%s): %v, want %q", path, err, want)
		}
	}
	if _, err := (OS{}).ReadFile(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestPipeOfADescriptor reads what a shell's <(command) gives.
func TestPipeOfADescriptor(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString("content"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	got, err := OS{}.ReadFile(fmt.Sprintf("/dev/fd/%d", r.Fd()))
	if err != nil || string(got) != "content" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestBoundedEndsAProgram(t *testing.T) {
	out := Bounded{Limit: 100_000}
	cmd := exec.Command("cat", "/dev/zero")
	cmd.Stdout = &out
	if err := cmd.Run(); err == nil || out.Full() == nil || len(out.Bytes()) > out.Limit {
		t.Errorf("%v, %v, %d bytes", err, out.Full(), len(out.Bytes()))
	}
}

func TestReadSecret(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		if f, err := os.OpenFile(fifo, os.O_WRONLY, 0); err == nil {
			f.WriteString("word")
			f.Close()
		}
	}()
	if got, err := ReadSecret(fifo); err != nil || string(got) != "word" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := readPipe(fifo, 0); err == nil || !strings.Contains(err.Error(), "nobody writes") {
		t.Errorf("a pipe without a writer: %v", err)
	}
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, MaxSecret+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/dev/zero": "is a device", dir: "is a directory", large: "has more than"} {
		if _, err := ReadSecret(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ReadSecret(%s): %v, want %q", path, err, want)
		}
	}
	if _, err := ReadSecret(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestOverlay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.yml")
	if err := os.WriteFile(path, []byte("disk"), 0o600); err != nil {
		t.Fatal(err)
	}
	base := &Overlay{Base: OS{}}
	edited := base.With(path, []byte("buffer"))
	for _, c := range []struct {
		fs   FS
		want string
	}{{base, "disk"}, {edited, "buffer"}, {edited.Without(path), "disk"}} {
		if got, err := c.fs.ReadFile(path); err != nil || string(got) != c.want {
			t.Errorf("got %q, %v, want %q", got, err, c.want)
		}
	}
}
