package callback

import (
	"bufio"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"github.com/rehearse-dev/rehearse/runner/fault"
)

// Display writes to the two streams of the process: one writer for everything that a run prints, so that lines of
// several goroutines never mix. Repeated warnings, deprecations and errors are shown once.
type Display struct {
	Verbosity    int
	Color        bool
	Columns      int // 79 at least
	Deprecations bool
	// Palette gives the colours that somebody has set, by what they stand for; see Colors and Color.
	Palette map[string]string
	// VerboseToStderr shows what verbosity adds on the error stream.
	VerboseToStderr bool
	// Log, when set, gets a copy of what is shown, without colours, a record for each message. LogVerbosity, where it is
	// above Verbosity, adds what only it would show.
	Log          *Log
	LogVerbosity int

	mu     sync.Mutex
	out    *bufio.Writer
	err    io.Writer
	seen   map[string]bool
	dirty  bool
	timer  *time.Timer
	status string // the transient line of a terminal, "" for none
	live   bool
	held   int             // questions under way: no transient line
	lost   map[string]bool // what was said to be lost
	to     io.Writer       // where out leads
}

// NewDisplay wraps the streams. On a terminal, columns is its width; live shows a transient status line there.
func NewDisplay(out, err io.Writer, columns int, live bool) *Display {
	return &Display{out: bufio.NewWriterSize(out, 1<<16), to: out, err: err, Columns: max(79, columns-1), live: live, Deprecations: true}
}

// flushAfter is how long finished lines may wait in the buffer.
const flushAfter = 50 * time.Millisecond

// Flush writes out what is buffered.
func (d *Display) Flush() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.flush()
}

func (d *Display) flush() {
	d.dirty = false
	if err := d.out.Flush(); err != nil {
		d.out.Reset(d.to) // there may be room again later
		d.lose("The output of this run", err)
	}
}

// lose says once that something is not written; as with ansible-playbook the run itself goes on. The lock must be held.
func (d *Display) lose(what string, err error) {
	if d.lost[what] {
		return
	}
	if d.lost == nil {
		d.lost = map[string]bool{}
	}
	d.lost[what] = true
	io.WriteString(d.err, d.paint("[WARNING]: "+what+" is not complete: "+err.Error(), colorWarn)+"\n")
}

// record adds a message to the log, where there is one. The lock must be held.
func (d *Display) record(color, msg string) {
	if d.Log == nil {
		return
	}
	if err := d.Log.record(color, msg); err != nil {
		d.lose("The log", err)
	}
}

// write must be called with the lock held.
func (d *Display) write(s string) {
	s = printable(s)
	if d.status != "" {
		d.out.WriteString("\r\x1b[K")
		d.out.WriteString(s)
		d.out.WriteString(d.status)
		d.flush()
		return
	}
	d.out.WriteString(s)
	if !d.dirty {
		d.dirty = true
		if d.timer == nil {
			d.timer = time.AfterFunc(flushAfter, d.Flush)
		} else {
			d.timer.Reset(flushAfter)
		}
	}
}

// printable shows a byte that is not UTF-8 as ansible-playbook does.
func printable(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			b.WriteByte('?')
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// Live tells whether there is a terminal that shows a transient line.
func (d *Display) Live() bool { return d.live }

// Status replaces the transient line of a terminal; "" removes it. Elsewhere it does nothing.
func (d *Display) Status(line string) {
	if !d.live {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if line == d.status || d.held > 0 {
		return
	}
	if r := []rune(line); len(r) > d.Columns {
		line = string(r[:d.Columns])
	}
	d.status = line
	d.out.WriteString("\r\x1b[K" + line)
	d.flush()
}

// Hold shows what is buffered and leaves the terminal to a question until Release: no transient line comes in between.
func (d *Display) Hold() {
	d.Status("")
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held++
	d.flush()
}

// Release ends Hold.
func (d *Display) Release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held--
}

func (d *Display) paint(msg, color string) string {
	if color == "" || !d.Color {
		return msg
	}
	color = d.code(color)
	lines := strings.Split(msg, "\n")
	for i, l := range lines {
		lines[i] = "\x1b[" + color + "m" + l + "\x1b[0m"
	}
	return strings.Join(lines, "\n")
}

// Show prints a message and a line break, unless the message ends with one.
func (d *Display) Show(msg, color string) { d.show(msg, color, false) }

// ShowErr is Show on the error stream.
func (d *Display) ShowErr(msg, color string) { d.show(msg, color, true) }

func (d *Display) show(msg, color string, stderr bool) {
	msg = strings.ReplaceAll(msg, "\r\n", "\n")
	text := d.paint(strings.TrimSuffix(msg, "\n"), color) + "\n"
	d.mu.Lock()
	defer d.mu.Unlock()
	d.record(color, msg)
	if !stderr {
		d.write(text)
		return
	}
	d.flush()
	if d.status != "" {
		text = "\r\x1b[K" + text
	}
	io.WriteString(d.err, text)
}

// Banner prints a heading, filled with stars to the width of the screen.
func (d *Display) Banner(msg string) {
	msg = strings.TrimSpace(msg)
	d.Show("\n"+msg+" "+strings.Repeat("*", max(3, d.Columns-runewidth.StringWidth(msg))), "")
}

// Shows tells whether a message of the level would be shown or logged.
func (d *Display) Shows(level int) bool {
	return d.Verbosity > level || d.Log != nil && d.LogVerbosity > level
}

// Verbose prints a message where the verbosity is above level (0 for -v).
func (d *Display) Verbose(level int, host, msg string) {
	if host != "" {
		msg = "<" + host + "> " + msg
	}
	if d.Verbosity <= level {
		if d.Log != nil && d.LogVerbosity > level {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.record(colorVerbose, msg)
		}
		return
	}
	d.show(msg, colorVerbose, d.VerboseToStderr)
}

func (d *Display) once(msg string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen[msg] {
		return false
	}
	if d.seen == nil {
		d.seen = map[string]bool{}
	}
	d.seen[msg] = true
	return true
}

// Warning prints a warning on the error stream, once per run.
func (d *Display) Warning(f *fault.Fault) {
	if msg := "[WARNING]: " + fault.Format(f); d.once(msg) {
		d.ShowErr(msg, colorWarn)
	}
}

// Warn is Warning for a plain text.
func (d *Display) Warn(text string) { d.Warning(&fault.Fault{Msg: text}) }

// Deprecated prints a deprecation warning, unless the configuration turned them off.
func (d *Display) Deprecated(w Deprecation) {
	if !d.Deprecations {
		return
	}
	d.Warn("Deprecation warnings can be disabled by setting `deprecation_warnings=False` in ansible.cfg.")
	f := *w.Fault
	f.Msg = DeprecationText(f.Msg, w.When)
	if msg := "[DEPRECATION WARNING]: " + fault.Format(&f); d.once(msg) {
		d.ShowErr(msg, colorDeprecate)
	}
}

// DeprecationText joins a message and the sentence that says when the feature goes.
func DeprecationText(msg, when string) string {
	msg = strings.TrimSpace(msg)
	if msg != "" && !strings.ContainsRune("!?.", rune(msg[len(msg)-1])) {
		msg += "."
	}
	if when == "" {
		return msg
	}
	return msg + " " + when
}

// Error prints an error, once per run.
func (d *Display) Error(f *fault.Fault, stderr bool) {
	if msg := "[ERROR]: " + fault.Format(f); d.once(msg) {
		d.show(msg, colorError, stderr)
	}
}
