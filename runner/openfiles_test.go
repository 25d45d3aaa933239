package runner

import "testing"

func TestFewFiles(t *testing.T) {
	for _, c := range []struct{ limit, forks, width, conns int }{
		{0, 500, 500, 0}, {1 << 20, 500, 500, 784159}, {1024, 5, 5, 723}, {1024, 500, 82, 376}, {256, 50, 18, 88}, {64, 5, 2, 16}, {40, 5, 1, 3}, {16, 5, 1, 1},
	} {
		if width, conns := fewFiles(c.limit, c.forks); width != c.width || conns != c.conns {
			t.Errorf("%d files, %d forks: %d and %d, want %d and %d", c.limit, c.forks, width, conns, c.width, c.conns)
		}
	}
}
