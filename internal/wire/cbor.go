package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The major types of CBOR, shifted into place.
const (
	majorUint  = 0 << 5
	majorNeg   = 1 << 5
	majorBytes = 2 << 5
	majorText  = 3 << 5
	majorArray = 4 << 5
	majorMap   = 5 << 5
	majorTag   = 6 << 5
	majorOther = 7 << 5
)

// The simple values and floats of major type 7.
const (
	cborFalse   = 0xf4
	cborTrue    = 0xf5
	cborNull    = 0xf6
	cborFloat64 = 0xfb
)

// ErrTruncated is a message that ends too early.
var ErrTruncated = errors.New("cbor: the message is cut off")

func appendHead(b []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}

func appendInt(b []byte, n int64) []byte {
	if n < 0 {
		return appendHead(b, majorNeg, uint64(-1-n))
	}
	return appendHead(b, majorUint, uint64(n))
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, cborTrue)
	}
	return append(b, cborFalse)
}

func appendText(b []byte, s string) []byte {
	return append(appendHead(b, majorText, uint64(len(s))), s...)
}

func appendBytes(b, s []byte) []byte { return append(appendHead(b, majorBytes, uint64(len(s))), s...) }

// cursor reads CBOR. Its first error sticks; later reads give zero values.
type cursor struct {
	b   []byte
	err error
}

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("cbor: "+format, args...)
	}
	c.b = nil
}

func (c *cursor) peek() byte {
	if len(c.b) == 0 {
		if c.err == nil {
			c.err = ErrTruncated
		}
		return cborNull
	}
	return c.b[0]
}

func (c *cursor) take(n uint64) []byte {
	if n > uint64(len(c.b)) {
		if c.err == nil {
			c.err = ErrTruncated
		}
		c.b = nil
		return nil
	}
	s := c.b[:n]
	c.b = c.b[n:]
	return s
}

// head reads a major type and its number; for major type 7 the number is the raw payload.
func (c *cursor) head() (major byte, n uint64) {
	first := c.take(1)
	if first == nil {
		return majorOther, 22
	}
	major = first[0] & 0xe0
	info := first[0] & 0x1f
	switch {
	case info < 24:
		return major, uint64(info)
	case info <= 27:
		s := c.take(1 << (info - 24))
		for _, x := range s {
			n = n<<8 | uint64(x)
		}
		return major, n
	}
	c.fail("indefinite lengths are not used here")
	return majorOther, 22
}

func (c *cursor) expect(major byte, what string) uint64 {
	m, n := c.head()
	if m != major {
		c.fail("%s expected", what)
		return 0
	}
	return n
}

// count reads the head of an array or map, each of whose elements takes at least size bytes.
func (c *cursor) count(major byte, size int) int {
	n := c.expect(major, "array or map")
	if n > uint64(len(c.b)/size) {
		c.fail("an array or map of %d elements does not fit into %d bytes", n, len(c.b))
		return 0
	}
	return int(n)
}

func (c *cursor) text() string  { return string(c.take(c.expect(majorText, "text"))) }
func (c *cursor) bytes() []byte { return append([]byte(nil), c.take(c.expect(majorBytes, "bytes"))...) }

func (c *cursor) int() int64 {
	m, n := c.head()
	switch {
	case m == majorUint && n <= math.MaxInt64:
		return int64(n)
	case m == majorNeg && n <= math.MaxInt64:
		return -1 - int64(n)
	}
	c.fail("integer expected")
	return 0
}

func (c *cursor) bool() bool {
	b := c.take(1)
	if b == nil {
		return false
	}
	if b[0] != cborTrue && b[0] != cborFalse {
		c.fail("true or false expected")
	}
	return b[0] == cborTrue
}
