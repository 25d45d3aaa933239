package terminal

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// History holds the lines that were entered, oldest first.
type History struct{ lines []string }

func (h *History) add(line string) {
	if h != nil && line != "" && (len(h.lines) == 0 || h.lines[len(h.lines)-1] != line) {
		h.lines = append(h.lines, line)
	}
}

// editor reads one line: letters, deleting, moving, history.
type editor struct {
	in       *os.File
	out      io.Writer
	terminal *Terminal
	prompt   string
	hidden   bool
	history  *History

	line    []rune
	pos     int // of the cursor in line
	at      int // in history; len(history.lines) is the line that is being typed
	typed   []rune
	columns int
}

func (e *editor) read(ctx context.Context) (string, error) {
	keys := controlKeys(e.in)
	restore, err := e.terminal.raw(e.in, false)
	if err != nil {
		return "", err
	}
	defer func() { restore() }()
	if e.history != nil {
		e.at = len(e.history.lines)
	}
	e.columns = columns(e.in)
	io.WriteString(e.out, e.prompt)
	d := &decoder{in: e.in}
	for {
		k, err := d.next(ctx)
		if err != nil {
			return "", err
		}
		switch {
		case k.r == rune(keys.interrupt) && k.name == "":
			if !e.hidden && e.history == nil { // as the terminal itself shows it, and Python's readline does not
				io.WriteString(e.out, "^C")
			}
			return "", ErrInterrupt
		case k.r == rune(keys.suspend) && k.name == "":
			restore()
			suspend()
			if restore, err = e.terminal.raw(e.in, false); err != nil {
				return "", err
			}
			e.columns = columns(e.in)
			io.WriteString(e.out, e.prompt)
			e.draw(0)
		case k.r == '\r' || k.r == '\n':
			e.end()
			io.WriteString(e.out, "\n")
			line := string(e.line)
			if !e.hidden {
				e.history.add(line)
			}
			return line, nil
		case k.r == rune(keys.eof) && k.name == "":
			if len(e.line) == 0 {
				return "", io.EOF
			}
			e.remove(e.pos, e.pos+1)
		case k.r == rune(keys.erase) || k.r == 0x7f || k.r == 0x08:
			e.remove(e.pos-1, e.pos)
		default:
			e.key(k)
		}
	}
}

// key does what the other keys of a line editor do.
func (e *editor) key(k key) {
	switch {
	case k.name == "delete":
		e.remove(e.pos, e.pos+1)
	case k.name == "left" || k.r == 0x02:
		e.move(e.pos - 1)
	case k.name == "right" || k.r == 0x06:
		e.move(e.pos + 1)
	case k.name == "home" || k.r == 0x01:
		e.move(0)
	case k.name == "end" || k.r == 0x05:
		e.move(len(e.line))
	case k.r == 0x0b: // Ctrl-K
		e.remove(e.pos, len(e.line))
	case k.r == 0x15: // Ctrl-U
		e.remove(0, e.pos)
	case k.r == 0x17: // Ctrl-W
		from := e.pos
		for from > 0 && e.line[from-1] == ' ' {
			from--
		}
		for from > 0 && e.line[from-1] != ' ' {
			from--
		}
		e.remove(from, e.pos)
	case k.name == "up" || k.r == 0x10:
		e.recall(-1)
	case k.name == "down" || k.r == 0x0e:
		e.recall(+1)
	case k.name == "" && k.r >= ' ':
		e.insert(k.r)
	}
}

func (e *editor) insert(r rune) {
	e.line = append(e.line, 0)
	copy(e.line[e.pos+1:], e.line[e.pos:])
	e.line[e.pos] = r
	e.pos++
	if e.hidden {
		return
	}
	if e.pos == len(e.line) {
		io.WriteString(e.out, string(r))
		if w := e.width(len(e.line)); w%e.columns == 0 && w > 0 {
			io.WriteString(e.out, " \r") // the terminal breaks the line only with the next letter
		}
		return
	}
	e.draw(e.width(e.pos - 1))
}

// remove deletes line[from:to] and leaves the cursor at from.
func (e *editor) remove(from, to int) {
	from, to = max(from, 0), min(to, len(e.line))
	if from >= to {
		return
	}
	cursor := e.width(e.pos)
	atEnd := e.pos == len(e.line) && to == len(e.line)
	gone := runewidth.StringWidth(string(e.line[from:to]))
	e.line = append(e.line[:from], e.line[to:]...)
	e.pos = from
	if e.hidden {
		return
	}
	if atEnd && gone == 1 && cursor%e.columns != 0 {
		io.WriteString(e.out, "\b \b")
		return
	}
	e.draw(cursor)
}

func (e *editor) move(to int) {
	to = min(max(to, 0), len(e.line))
	if to == e.pos {
		return
	}
	from := e.width(e.pos)
	e.pos = to
	if !e.hidden {
		e.place(from)
	}
}

func (e *editor) end() { e.move(len(e.line)) }

func (e *editor) recall(by int) {
	if e.history == nil || e.hidden {
		return
	}
	to := e.at + by
	if to < 0 || to > len(e.history.lines) {
		return
	}
	if e.at == len(e.history.lines) {
		e.typed = e.line
	}
	e.at = to
	cursor := e.width(e.pos)
	if to == len(e.history.lines) {
		e.line = e.typed
	} else {
		e.line = []rune(e.history.lines[to])
	}
	e.pos = len(e.line)
	e.draw(cursor)
}

// width is the column, over all rows, of the place before line[n].
func (e *editor) width(n int) int {
	last := e.prompt[strings.LastIndexByte(e.prompt, '\n')+1:]
	return runewidth.StringWidth(last) + runewidth.StringWidth(string(e.line[:n]))
}

// draw shows the whole line again; the cursor stands at column from, over all rows.
func (e *editor) draw(from int) {
	if e.hidden {
		return
	}
	start := e.width(0)
	e.jump(from, start)
	text := string(e.line)
	end := e.width(len(e.line))
	if end%e.columns == 0 && end > 0 {
		text += " \r"
	}
	io.WriteString(e.out, text+"\x1b[J")
	e.place(end)
}

// place moves the cursor from a column to the place of editing.
func (e *editor) place(from int) { e.jump(from, e.width(e.pos)) }

func (e *editor) jump(from, to int) {
	if from == to {
		return
	}
	if from/e.columns == to/e.columns && to < from {
		io.WriteString(e.out, strings.Repeat("\b", from-to))
		return
	}
	switch up := from/e.columns - to/e.columns; {
	case up > 0:
		fmt.Fprintf(e.out, "\x1b[%dA", up)
	case up < 0:
		fmt.Fprintf(e.out, "\x1b[%dB", -up)
	}
	io.WriteString(e.out, "\r")
	if n := to % e.columns; n > 0 {
		fmt.Fprintf(e.out, "\x1b[%dC", n)
	}
}

// key is a letter, or a named key of the terminal.
type key struct {
	r    rune
	name string
}

// decoder makes keys of bytes.
type decoder struct {
	in      *os.File
	pending []byte
}

func (d *decoder) byte(ctx context.Context) (byte, error) {
	if len(d.pending) > 0 {
		b := d.pending[0]
		d.pending = d.pending[1:]
		return b, nil
	}
	if _, err := ready(ctx, d.in, 0); err != nil {
		return 0, err
	}
	buf := make([]byte, 256)
	n, err := d.in.Read(buf)
	if n == 0 {
		return 0, silent(ctx, err)
	}
	d.pending = buf[1:n]
	return buf[0], nil
}

var sequences = map[string]string{
	"[A": "up", "[B": "down", "[C": "right", "[D": "left", "[H": "home", "[F": "end", "[1~": "home", "[3~": "delete", "[4~": "end",
	"[7~": "home", "[8~": "end", "OA": "up", "OB": "down", "OC": "right", "OD": "left", "OH": "home", "OF": "end",
}

func (d *decoder) next(ctx context.Context) (key, error) {
	b, err := d.byte(ctx)
	if err != nil {
		return key{}, err
	}
	if b == 0x1b {
		return d.escape(ctx)
	}
	if b < utf8.RuneSelf {
		return key{r: rune(b)}, nil
	}
	letter := []byte{b}
	for !utf8.FullRune(letter) {
		if b, err = d.byte(ctx); err != nil {
			return key{}, err
		}
		letter = append(letter, b)
	}
	r, n := utf8.DecodeRune(letter)
	d.pending = append(append([]byte(nil), letter[n:]...), d.pending...)
	return key{r: r}, nil
}

// escape reads a sequence of the terminal; one that is not known is a key that does nothing.
func (d *decoder) escape(ctx context.Context) (key, error) {
	b, err := d.byte(ctx)
	if err != nil {
		return key{}, err
	}
	seq := []byte{b}
	if b == '[' || b == 'O' {
		for {
			if b, err = d.byte(ctx); err != nil {
				return key{}, err
			}
			seq = append(seq, b)
			if b >= 0x40 && b <= 0x7e {
				break
			}
		}
	}
	if name := sequences[string(seq)]; name != "" {
		return key{name: name}, nil
	}
	return key{name: "unknown"}, nil
}
