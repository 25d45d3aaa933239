package callback

import (
	"io"
	"strings"
)

// Piece is something that a plugin in Python has to say, as ansible-core's Display takes it.
type Piece struct {
	Text, Color string
	Stderr      bool
	ScreenOnly  bool // not for the log
	LogOnly     bool // not for the screen
	Open        bool // no line break is added
	Raw         bool // printed past the display: neither colour nor log
}

// Put shows a piece.
func (d *Display) Put(p Piece) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.Log != nil && !p.ScreenOnly && !p.Raw {
		d.Log.record(p.Color, p.Text)
	}
	if p.LogOnly {
		return
	}
	text, ended := strings.CutSuffix(p.Text, "\n")
	text = d.paint(text, p.Color)
	if ended || !p.Open && !p.Raw {
		text += "\n"
	}
	if !p.Stderr {
		d.write(text)
		return
	}
	d.flush()
	if d.status != "" {
		text = "\r\x1b[K" + text
	}
	io.WriteString(d.err, text)
}
