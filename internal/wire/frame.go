// Package wire is the language between the controller and its agents: frames with a small fixed header, CBOR in the
// frames that control and raw bytes in the frames that carry data, flow control, cancellation and an orderly end.
//
// Both ends are built from the same commit (the agent's file is named by its hash), so messages have no versions of
// their own; the header's version only guards against garbage. The CBOR is the subset of RFC 8949 that Ansible's values
// need, written here because no library keeps the order of a map, and because its size travels to every host. The
// package may import value only.
package wire

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Version is the first byte of every frame.
const Version = 0xA1

// Type says what a frame is.
type Type uint8

// The types of frames. A stream is numbered by whoever starts it: odd by the controller, even by the agent, 0 is the
// connection.
const (
	Hello   Type = iota + 1 // agent: who I am (CBOR)
	Request                 // controller: call a module, spawn a process, ... (CBOR)
	Result                  // agent: the answer to the request on that stream, which it ends (CBOR)
	Want                    // agent: send me this blob on this new stream (CBOR)
	Data                    // raw bytes of a stream; FlagEnd marks the last
	Window                  // the receiver of a stream's data took this many bytes (4 bytes)
	Cancel                  // the stream is given up, with the reason (text)
	Ping                    // answered by Pong with the same payload
	Pong
	GoAway // nothing more will be sent, with the reason (text)
)

var typeNames = [...]string{"", "hello", "request", "result", "want", "data", "window", "cancel", "ping", "pong", "goaway"}

func (t Type) String() string {
	if int(t) < len(typeNames) && t > 0 {
		return typeNames[t]
	}
	return fmt.Sprintf("type %d", uint8(t))
}

// Flags of a frame.
const (
	FlagEnd  uint8 = 1 << iota // last data of the stream
	FlagMore                   // the message goes on in the next frame of this type and stream
)

// Sizes. A message larger than MaxPayload is split over frames; MaxMessage bounds what a reader gathers.
const (
	HeaderSize = 12
	MaxPayload = 64 << 10
	MaxMessage = 256 << 20
)

// Frame is one frame; Payload is valid until the next read.
type Frame struct {
	Type    Type
	Flags   uint8
	Stream  uint32
	Payload []byte
}

// Append adds the frame in its wire form to b.
func (f *Frame) Append(b []byte) []byte {
	b = append(b, Version, byte(f.Type), f.Flags, 0)
	b = binary.BigEndian.AppendUint32(b, f.Stream)
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.Payload)))
	return append(b, f.Payload...)
}

// A GarbageError means that the bytes are not frames: something else writes into the connection.
type GarbageError struct{ Head []byte }

func (e *GarbageError) Error() string {
	return fmt.Sprintf("the connection carries something else than the agent's frames: %q", e.Head)
}

// Decoder reads frames.
type Decoder struct {
	r      io.Reader
	header [HeaderSize]byte
	buf    []byte
}

// NewDecoder reads frames from r, which should be buffered.
func NewDecoder(r io.Reader) *Decoder { return &Decoder{r: r} }

// Next reads one frame. io.EOF means an end between two frames; an end inside of one is io.ErrUnexpectedEOF.
func (d *Decoder) Next() (Frame, error) {
	if _, err := io.ReadFull(d.r, d.header[:]); err != nil {
		return Frame{}, err
	}
	h := d.header[:]
	n := binary.BigEndian.Uint32(h[8:])
	t := Type(h[1])
	if h[0] != Version || h[3] != 0 || t < Hello || t > GoAway || h[2]&^(FlagEnd|FlagMore) != 0 || n > MaxPayload {
		return Frame{}, &GarbageError{Head: append([]byte(nil), h...)}
	}
	if int(n) > cap(d.buf) {
		d.buf = make([]byte, max(int(n), 4096))
	}
	p := d.buf[:n]
	if _, err := io.ReadFull(d.r, p); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return Frame{}, err
	}
	return Frame{Type: t, Flags: h[2], Stream: binary.BigEndian.Uint32(h[4:]), Payload: p}, nil
}
