package cli

import (
	"strings"
	"testing"
)

func TestController(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "freebsd"} {
		if err := controller(goos, "rehearse run"); err != nil {
			t.Errorf("%s: %v", goos, err)
		}
	}
	err := controller("windows", "rehearse run")
	if err == nil || !strings.Contains(err.Error(), "rehearse run needs a Unix controller") {
		t.Errorf("windows: %v", err)
	}
}
