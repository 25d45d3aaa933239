package source

import (
	"bytes"
	"fmt"
)

// MaxOutput is the most that a program may print where all of it is taken for one value, in bytes.
const MaxOutput = 120 << 20

// Bounded gathers what a program prints, and refuses to hold more than Limit bytes: as the standard output of a command,
// that ends the command by SIGPIPE.
type Bounded struct {
	Limit int
	held  bytes.Buffer // not embedded: its ReadFrom knows no limit
	full  error
}

// Bytes is what was printed so far.
func (b *Bounded) Bytes() []byte { return b.held.Bytes() }

func (b *Bounded) String() string { return b.held.String() }

// Write appends p, or fails where that is more than the limit; it fails from then on.
func (b *Bounded) Write(p []byte) (int, error) {
	if b.full == nil && b.held.Len()+len(p) > b.Limit {
		b.full = fmt.Errorf("it printed more than %d bytes and was stopped", b.Limit)
	}
	if b.full != nil {
		return 0, b.full
	}
	return b.held.Write(p)
}

// Full is the error of a limit that was reached; nil while it was not.
func (b *Bounded) Full() error { return b.full }
