package transport_test

import (
	"context"
	"os"
	"strconv"
	"testing"

	"github.com/rehearse-dev/rehearse/runner/transport"
)

func TestLocalRunsInThisProcess(t *testing.T) {
	c := transport.Local(nil)
	defer c.Close()
	res := c.Run(context.Background(), shell("echo $PPID"))
	if got, want := stdout(t, res), strconv.Itoa(os.Getpid()); got != want {
		t.Errorf("the parent of the command is %s, this process is %s", got, want)
	}
}
