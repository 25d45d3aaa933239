package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"time"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// The tags in use: RFC 8949's for dates and big numbers, IANA's for sets and days, and two of our own.
const (
	tagDateTime  = 0       // RFC 3339 text
	tagBigPos    = 2       // bytes of n
	tagBigNeg    = 3       // bytes of -1-n
	tagSet       = 258     // array
	tagDate      = 1004    // text
	tagRawText   = 0xA5001 // bytes: a text that is not UTF-8 (Python: surrogateescape)
	tagTuple     = 0xA5002 // array
	tagNaiveTime = 0xA5003 // text without a zone
)

const naiveLayout = "2006-01-02T15:04:05.999999999"

// maxDepth bounds nesting, of what is written and of what is read.
const maxDepth = 500

// AppendValue adds v as CBOR. Places and trust do not travel: what a module is given, or gives back, is data. A value that is not data (undefined,
// omit, an undecrypted vault, a callable) is an error.
func AppendValue(b []byte, v value.Value) ([]byte, error) { return appendValue(b, v, 0) }

func appendValue(b []byte, v value.Value, depth int) (_ []byte, err error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("a value is nested deeper than %d levels", maxDepth)
	}
	switch v := v.(type) {
	case nil, value.None:
		return append(b, cborNull), nil
	case value.Bool:
		return appendBool(b, bool(v)), nil
	case value.Int:
		return appendInt(b, int64(v)), nil
	case *value.BigInt:
		if v.V.Sign() < 0 {
			n := new(big.Int).Not(v.V)
			return appendBytes(appendHead(b, majorTag, tagBigNeg), n.Bytes()), nil
		}
		return appendBytes(appendHead(b, majorTag, tagBigPos), v.V.Bytes()), nil
	case value.Float:
		return binary.BigEndian.AppendUint64(append(b, cborFloat64), math.Float64bits(float64(v))), nil
	case value.Str:
		if utf8.ValidString(v.S) {
			return appendText(b, v.S), nil
		}
		return appendBytes(appendHead(b, majorTag, tagRawText), []byte(v.S)), nil
	case value.Bytes:
		return appendBytes(b, v), nil
	case value.Date:
		return appendText(appendHead(b, majorTag, tagDate), v.T.Format(time.DateOnly)), nil
	case value.DateTime:
		if v.Aware {
			return appendText(appendHead(b, majorTag, tagDateTime), v.T.Format(time.RFC3339Nano)), nil
		}
		return appendText(appendHead(b, majorTag, tagNaiveTime), v.T.Format(naiveLayout)), nil
	case *value.List:
		b = appendHead(b, majorArray, uint64(len(v.Items)))
		for i := range v.Items {
			if b, err = appendValue(b, v.Item(i), depth+1); err != nil {
				return nil, err
			}
		}
		return b, nil
	case *value.Tuple:
		return appendItems(appendHead(b, majorTag, tagTuple), v.Items, depth)
	case *value.Set:
		return appendItems(appendHead(b, majorTag, tagSet), v.Items(), depth)
	case *value.Dict:
		b = appendHead(b, majorMap, uint64(v.Len()))
		for k, item := range v.All() {
			if b, err = appendValue(b, k, depth+1); err != nil {
				return nil, err
			}
			if b, err = appendValue(b, item, depth+1); err != nil {
				return nil, err
			}
		}
		return b, nil
	case *value.Undefined:
		return nil, v
	}
	return nil, fmt.Errorf("a value of type %s cannot be sent to a host", v.TypeName())
}

func appendItems(b []byte, items []value.Value, depth int) (_ []byte, err error) {
	b = appendHead(b, majorArray, uint64(len(items)))
	for _, item := range items {
		if b, err = appendValue(b, item, depth+1); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// DecodeValue reads one value that fills b.
func DecodeValue(b []byte) (value.Value, error) {
	c := &cursor{b: b}
	v := c.value(0)
	if c.err == nil && len(c.b) > 0 {
		c.fail("%d bytes follow the value", len(c.b))
	}
	if c.err != nil {
		return nil, c.err
	}
	return v, nil
}

func (c *cursor) value(depth int) value.Value {
	if depth > maxDepth {
		c.fail("nested deeper than %d levels", maxDepth)
		return value.None{}
	}
	switch c.peek() & 0xe0 {
	case majorUint, majorNeg:
		m, n := c.head()
		switch {
		case n <= math.MaxInt64 && m == majorUint:
			return value.Int(n)
		case n <= math.MaxInt64:
			return value.Int(-1 - int64(n))
		}
		big := new(big.Int).SetUint64(n)
		if m == majorNeg {
			big.Not(big)
		}
		return value.NewInt(big)
	case majorBytes:
		return value.Bytes(c.bytes())
	case majorText:
		s := c.text()
		if !utf8.ValidString(s) {
			c.fail("text is not UTF-8")
		}
		return value.S(s)
	case majorArray:
		return &value.List{Items: c.items(depth)}
	case majorMap:
		return c.dict(depth)
	case majorTag:
		_, tag := c.head()
		return c.tagged(tag, depth)
	}
	switch c.peek() {
	case cborFalse, cborTrue:
		return value.Bool(c.bool())
	case cborFloat64:
		_, n := c.head()
		return value.Float(math.Float64frombits(n))
	case cborNull:
		c.take(1)
		return value.None{}
	}
	c.fail("unknown simple value 0x%02x", c.peek())
	return value.None{}
}

func (c *cursor) items(depth int) []value.Value {
	n := c.count(majorArray, 1)
	items := make([]value.Value, 0, n)
	for i := 0; i < n && c.err == nil; i++ {
		items = append(items, c.value(depth+1))
	}
	return items
}

func (c *cursor) dict(depth int) *value.Dict {
	n := c.count(majorMap, 2)
	d := &value.Dict{}
	for i := 0; i < n && c.err == nil; i++ {
		k := c.value(depth + 1)
		v := c.value(depth + 1)
		if c.err == nil && !d.Set(k, v) {
			c.fail("a %s cannot be a key", k.TypeName())
		}
	}
	return d
}

func (c *cursor) tagged(tag uint64, depth int) value.Value {
	switch tag {
	case tagBigPos, tagBigNeg:
		n := new(big.Int).SetBytes(c.bytes())
		if tag == tagBigNeg {
			n.Not(n)
		}
		return value.NewInt(n)
	case tagRawText:
		return value.S(string(bytes.Clone(c.bytes())))
	case tagTuple:
		return &value.Tuple{Items: c.items(depth)}
	case tagSet:
		s := &value.Set{}
		for _, item := range c.items(depth) {
			if c.err == nil && !s.Add(item) {
				c.fail("a %s cannot be in a set", item.TypeName())
			}
		}
		return s
	case tagDate, tagDateTime, tagNaiveTime:
		layout := map[uint64]string{tagDate: time.DateOnly, tagDateTime: time.RFC3339Nano, tagNaiveTime: naiveLayout}[tag]
		t, err := time.Parse(layout, c.text())
		if err != nil {
			c.fail("%v", err)
		}
		if tag == tagDate {
			return value.Date{T: t}
		}
		return value.DateTime{T: t, Aware: tag == tagDateTime}
	}
	c.fail("unknown tag %d", tag)
	return value.None{}
}
