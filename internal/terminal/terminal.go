// Package terminal asks the person who started a run: a line with editing and history, a secret, a pause that ends on a
// key or with time. Questions come one at a time; the terminal's settings are put back after each, whatever ends it.
// Without a terminal lines come from standard input. It imports nothing of this program.
package terminal

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// ErrInterrupt is what Ctrl-C at a question gives.
var ErrInterrupt = errors.New("interrupted at the prompt")

// ErrNotInteractive says that nobody can answer: standard input is no terminal, or the program runs in the background.
var ErrNotInteractive = errors.New("standard input is not interactive")

// Terminal is where answers come from. The zero value of the fields other than In and Out is ready for use.
type Terminal struct {
	In  io.Reader // standard input
	Out io.Writer // standard output; prompts go there
	Err io.Writer // standard error
	// Controlling opens the controlling terminal for secrets; nil is /dev/tty.
	Controlling func() (*os.File, error)

	asking sync.Mutex // held during a question

	mu      sync.Mutex
	restore func() // puts the terminal's settings back; nil while they are
}

// Interactive tells whether standard input is a terminal.
func (t *Terminal) Interactive() bool {
	f, ok := t.In.(*os.File)
	return ok && isTerminal(f)
}

// screen tells whether standard output is a terminal.
func (t *Terminal) screen() bool {
	f, ok := t.Out.(*os.File)
	return ok && isTerminal(f)
}

// Restore puts the terminal back as it was; for a program that ends in the middle of a question.
func (t *Terminal) Restore() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.restore != nil {
		t.restore()
		t.restore = nil
	}
}

// raw lets keys through one by one until the returned function is called.
func (t *Terminal) raw(f *os.File, echo bool) (func(), error) {
	restore, err := makeRaw(f, echo)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.restore = restore
	return t.Restore, nil
}

// Line asks as Python's input() does. On a terminal the line can be edited; history, which may be nil, is gone through
// with the arrow keys and gets the answer. It gives io.EOF for Ctrl-D or where the input ends, ErrInterrupt for Ctrl-C.
func (t *Terminal) Line(ctx context.Context, prompt string, history *History) (string, error) {
	t.asking.Lock()
	defer t.asking.Unlock()
	if !t.Interactive() || !t.screen() {
		if _, err := io.WriteString(t.Out, prompt); err != nil {
			return "", err
		}
		return t.plain(ctx)
	}
	in := t.In.(*os.File)
	e := &editor{in: in, out: t.Out, prompt: prompt, history: history, terminal: t}
	return e.read(ctx)
}

// Secret asks without showing what is typed, on the controlling terminal as getpass() does; without one, standard input
// has the answer. Errors are those of Line.
func (t *Terminal) Secret(ctx context.Context, prompt string) (string, error) {
	t.asking.Lock()
	defer t.asking.Unlock()
	open := t.Controlling
	if open == nil {
		open = openControlling
	}
	tty, err := open()
	if err == nil {
		defer tty.Close()
	} else if t.Interactive() {
		tty = t.In.(*os.File)
	} else {
		if _, err := io.WriteString(t.Err, prompt); err != nil {
			return "", err
		}
		return t.plain(ctx)
	}
	e := &editor{in: tty, out: tty, prompt: prompt, hidden: true, terminal: t}
	return e.read(ctx)
}

// plain reads a line byte by byte, so that nothing behind it is lost to the next reader.
func (t *Terminal) plain(ctx context.Context) (string, error) {
	var line []byte
	buf := make([]byte, 1)
	for {
		if f, ok := t.In.(*os.File); ok {
			if _, err := ready(ctx, f, 0); err != nil {
				return "", err
			}
		} else if t.In == nil {
			return "", io.EOF
		}
		n, err := t.In.Read(buf)
		if n == 1 {
			if buf[0] == '\n' {
				return string(line), nil
			}
			line = append(line, buf[0])
			continue
		}
		if err != nil {
			if err == io.EOF && len(line) > 0 {
				return string(line), nil
			}
			return "", err
		}
	}
}

// Wait says how a pause ends.
type Wait struct {
	Limit  time.Duration // 0 waits for a key
	Echo   bool          // shows what is typed
	Finish []byte        // keys, in small letters, that end it; nil is Return, an empty list is none
	Stop   []byte        // keys, in small letters, that give ErrInterrupt; nil is Ctrl-C
}

// Until reads keys as ansible-core's Display.prompt_until does: show is called when the terminal listens, every key counts
// by itself, and what was typed is the result. It gives ErrNotInteractive without showing anything where nobody can answer.
func (t *Terminal) Until(ctx context.Context, w Wait, show func()) ([]byte, error) {
	t.asking.Lock()
	defer t.asking.Unlock()
	if !t.Interactive() || !foreground(t.In.(*os.File)) {
		return nil, ErrNotInteractive
	}
	in := t.In.(*os.File)
	keys := controlKeys(in)
	restore, err := t.raw(in, w.Echo)
	if err != nil {
		return nil, err
	}
	defer restore()
	show()
	var deadline time.Time
	if w.Limit > 0 {
		deadline = time.Now().Add(w.Limit)
	}
	var typed []byte
	clear := func() { io.WriteString(t.Out, clearLine) }
	for {
		var left time.Duration
		if w.Limit > 0 {
			if left = time.Until(deadline); left <= 0 {
				return typed, nil
			}
		}
		ok, err := ready(ctx, in, left)
		if err != nil {
			return nil, err
		}
		if !ok {
			return typed, nil
		}
		buf := make([]byte, 1)
		n, err := in.Read(buf)
		if n == 0 {
			return nil, silent(ctx, err)
		}
		key := buf[0]
		low := key
		if 'A' <= low && low <= 'Z' {
			low += 'a' - 'A'
		}
		switch {
		case w.Stop == nil && key == keys.interrupt, contains(w.Stop, low):
			clear()
			return nil, ErrInterrupt
		case w.Finish == nil && (key == '\r' || key == '\n'), contains(w.Finish, low):
			clear()
			return typed, nil
		case key == keys.erase:
			clear()
			typed = typed[:max(0, len(typed)-1)]
			if w.Echo {
				t.Out.Write(typed)
			}
		default:
			typed = append(typed, key)
		}
	}
}

// hangupWait is how long the signal of a terminal that was closed may take to come.
const hangupWait = time.Second

// silent is the error of a terminal that gives nothing any more: it was hung up, and the process is about to be told so by a
// signal, whose effect is the cause to report.
func silent(ctx context.Context, err error) error {
	if err == nil {
		err = io.EOF
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(hangupWait):
		return err
	}
}

// clearLine is what ansible-core writes to empty the line of a pause.
const clearLine = "\x1b[\r\x1b[\x1b[K"

func contains(list []byte, b byte) bool {
	for _, x := range list {
		if x == b {
			return true
		}
	}
	return false
}
