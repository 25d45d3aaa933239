package action

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/terminal"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

var pauseSpec = &argspec.Spec{
	Options: []*argspec.Option{
		{Name: "echo", Type: "bool", Default: value.Bool(true)}, {Name: "minutes", Type: "raw"}, {Name: "seconds", Type: "raw"}, {Name: "prompt"},
	},
	Relations: argspec.Relations{MutuallyExclusive: [][]string{{"minutes", "seconds"}}},
}

// howToEnd tells what ends a pause early. The carriage return at its end is ansible-core's.
const howToEnd = "(ctrl+C then 'C' = continue early, ctrl+C then 'A' = abort)\r"

var pauseAction = &Action{Name: "ansible.builtin.pause", NoHost: true, Once: true, Spec: pauseSpec, Run: pause}

func pause(c *Context) (*value.Dict, error) {
	args, err := validate(c, pauseSpec)
	if err != nil {
		return nil, err
	}
	unit, seconds, timed := "minutes", 0, false
	for _, u := range []struct {
		name string
		n    int
	}{{"minutes", 60}, {"seconds", 1}} {
		if !has(args, u.name) {
			continue
		}
		v, _ := args.Raw(u.name)
		n, err := wholeNumber(v)
		if err != nil {
			return nil, fail("argument '%s' is of type %s and we were unable to convert to int: %s", u.name, v.TypeName(), err)
		}
		unit, seconds, timed = u.name, n*u.n, true
	}
	if !has(args, "minutes") && has(args, "seconds") {
		unit = "seconds"
	}
	echo := boolean(args, "echo")
	hidden := ""
	if !echo {
		hidden = " (output is hidden)"
	}
	own := text(args, "prompt")
	shownPrompt := own
	if own == "" {
		shownPrompt = "Press enter to continue, Ctrl+C to interrupt"
	}
	prompt := fmt.Sprintf("[%s]\n%s%s:", strings.TrimSpace(c.TaskName), shownPrompt, hidden)
	start := time.Now()
	ask := terminal.Wait{Echo: echo}
	if timed {
		ask = terminal.Wait{Limit: time.Duration(max(seconds, 1)) * time.Second, Finish: []byte{}}
		c.Show(fmt.Sprintf("Pausing for %d seconds%s", max(seconds, 1), hidden))
		if own != "" {
			c.Show(howToEnd)
		} else {
			prompt = howToEnd
		}
	}
	typed, err := c.Until(prompt, ask)
	switch {
	case errors.Is(err, terminal.ErrNotInteractive) && timed:
		wait(c.Ctx, ask.Limit)
	case errors.Is(err, terminal.ErrNotInteractive):
		c.Warn("Not waiting for response to prompt as stdin is not interactive")
	case errors.Is(err, terminal.ErrInterrupt):
		again := terminal.Wait{Echo: ask.Echo, Finish: []byte("c"), Stop: []byte("a")}
		if typed, err = c.Until("Press 'C' to continue the play or 'A' to abort \r", again); errors.Is(err, terminal.ErrInterrupt) {
			return nil, &fault.Fault{Msg: "user requested abort!", Handling: true}
		}
		if err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	case timed:
		typed = nil
	}
	input := string(typed)
	stop := time.Now()
	took := stop.Sub(start).Seconds()
	shown := math.Round(took*100) / 100
	if unit == "minutes" {
		shown = math.Round(took/60*100) / 100
	}
	const layout = "2006-01-02 15:04:05.000000"
	return value.NewDict("changed", value.Bool(false), "rc", value.Int(0), "stderr", value.S(""),
		"stdout", value.S("Paused for "+value.ToStr(value.Float(shown))+" "+unit), "start", value.S(start.Format(layout)),
		"stop", value.S(stop.Format(layout)), "delta", value.Int(int(took)), "echo", value.Bool(echo), "user_input", value.S(input)), nil
}

// wholeNumber is Python's int() of a number or a text.
func wholeNumber(v value.Value) (int, error) {
	switch v := v.(type) {
	case value.Int:
		return int(v), nil
	case value.Bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case value.Float:
		return int(v), nil
	case value.Str:
		n, err := strconv.Atoi(strings.TrimSpace(v.S))
		if err != nil {
			return 0, fmt.Errorf("invalid literal for int() with base 10: %s", value.Repr(v))
		}
		return n, nil
	}
	return 0, fmt.Errorf("int() argument must be a string, a bytes-like object or a real number, not '%s'", v.TypeName())
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
