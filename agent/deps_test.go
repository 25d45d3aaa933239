package agent

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const here = "github.com/rehearse-dev/rehearse/"

// reach is all that the agent may be made of beyond the standard library: its size travels to every host.
var reach = []string{
	here + "agent", here + "cmd/rehearse-agent",
	here + "internal/argspec", here + "internal/digest", here + "internal/module", here + "internal/module/pyhost", here + "internal/pyre", here + "internal/source",
	here + "internal/value", here + "internal/wire",
	"github.com/creack/pty", "github.com/dlclark/regexp2/v2", "github.com/dlclark/regexp2/v2/helpers", "github.com/dlclark/regexp2/v2/syntax",
	"github.com/ncruces/go-strftime", "golang.org/x/sys/unix",
}

// forbidden are parts of the standard library that would bring megabytes.
var forbidden = []string{"net/http", "crypto/tls", "html/template", "text/template", "go/ast", "encoding/gob", "plugin", "testing"}

func TestReachOfTheAgent(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}}", "./cmd/rehearse-agent")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	deps := strings.Fields(string(out))
	if len(deps) < 50 {
		t.Fatalf("go list found only %v", deps)
	}
	for _, dep := range beyond(deps) {
		t.Errorf("the agent reaches %s", dep)
	}
}

// beyond gives the packages that are not allowed.
func beyond(deps []string) []string {
	return slices.DeleteFunc(slices.Clone(deps), func(dep string) bool {
		first, _, _ := strings.Cut(dep, "/")
		standard := !strings.Contains(first, ".") // vendor/golang.org/x/... is the standard library's own
		return standard && !slices.Contains(forbidden, dep) || slices.Contains(reach, dep)
	})
}

func TestWhatIsBeyondReachIsFound(t *testing.T) {
	got := beyond([]string{"os", "net/http", here + "internal/jinja", "github.com/spf13/cobra", here + "agent"})
	if want := []string{"net/http", here + "internal/jinja", "github.com/spf13/cobra"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
