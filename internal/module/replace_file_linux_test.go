package module

import (
	"os"
	"testing"
)

func TestReplacedAtOnceHasLaterTime(t *testing.T) {
	path := t.TempDir() + "/f"
	for i := range 50 {
		if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := (&Call{}).replaceFile(path, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("new")); err != nil {
			t.Fatal(err)
		}
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
		after, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if !after.ModTime().After(before.ModTime()) {
			t.Fatalf("round %d: %v, then %v", i, before.ModTime(), after.ModTime())
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
