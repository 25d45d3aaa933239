package lib

import (
	"crypto/rand"
	"crypto/sha512"
	"encoding/binary"
	"math/big"
	"math/bits"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// generator is what Python's random.Random and SystemRandom have in common.
type generator struct {
	twister *twister // nil: the system's randomness
}

// twister is the Mersenne Twister MT19937, as Python's random.Random runs it.
type twister struct {
	state [624]uint32
	index int
}

func (t *twister) init(seed uint32) {
	t.state[0] = seed
	for i := uint32(1); i < 624; i++ {
		t.state[i] = 1812433253*(t.state[i-1]^t.state[i-1]>>30) + i
	}
	t.index = 624
}

func (t *twister) initKey(key []uint32) {
	t.init(19650218)
	i, j := 1, 0
	next := func() {
		if i++; i >= 624 {
			t.state[0] = t.state[623]
			i = 1
		}
	}
	for range max(624, len(key)) {
		t.state[i] = (t.state[i] ^ (t.state[i-1]^t.state[i-1]>>30)*1664525) + key[j] + uint32(j)
		next()
		if j++; j >= len(key) {
			j = 0
		}
	}
	for range 623 {
		t.state[i] = (t.state[i] ^ (t.state[i-1]^t.state[i-1]>>30)*1566083941) - uint32(i)
		next()
	}
	t.state[0] = 0x80000000
}

func (t *twister) next() uint32 {
	if t.index >= 624 {
		for k := range 624 {
			y := t.state[k]&0x80000000 | t.state[(k+1)%624]&0x7fffffff
			v := t.state[(k+397)%624] ^ y>>1
			if y&1 != 0 {
				v ^= 0x9908b0df
			}
			t.state[k] = v
		}
		t.index = 0
	}
	y := t.state[t.index]
	t.index++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// newGenerator is random.Random(seed); a seed of None takes the system's randomness.
func newGenerator(seed value.Value) (*generator, error) {
	var n *big.Int
	switch s := seed.(type) {
	case nil, value.None:
		return &generator{}, nil
	case value.Str:
		sum := sha512.Sum512([]byte(s.S))
		n = new(big.Int).SetBytes(append([]byte(s.S), sum[:]...))
	case value.Bytes:
		sum := sha512.Sum512(s)
		n = new(big.Int).SetBytes(append(append([]byte{}, s...), sum[:]...))
	case value.Float:
		h, ok := value.HashKey(s)
		i, isInt := h.(int64)
		if !ok || !isInt {
			return nil, typeError("a seed that is no whole number is not supported: %s", value.Repr(s))
		}
		n = big.NewInt(i)
	default:
		b, ok := value.Big(seed)
		if !ok {
			return nil, typeError("The only supported seed types are: None,\nint, float, str, bytes, and bytearray.")
		}
		n = b
	}
	return seeded(n), nil
}

func seeded(n *big.Int) *generator {
	raw := new(big.Int).Abs(n).Bytes()
	key := make([]uint32, max(1, (len(raw)+3)/4))
	for i, b := range raw {
		at := len(raw) - 1 - i
		key[at/4] |= uint32(b) << (8 * (at % 4))
	}
	t := &twister{}
	t.initKey(key)
	return &generator{t}
}

func (g *generator) word() uint32 {
	if g.twister != nil {
		return g.twister.next()
	}
	var b [4]byte
	rand.Read(b[:])
	return binary.LittleEndian.Uint32(b[:])
}

// below is _randbelow: an integer from 0 to n-1.
func (g *generator) below(n *big.Int) *big.Int {
	k := n.BitLen()
	for {
		if r := g.bits(k); r.Cmp(n) < 0 {
			return r
		}
	}
}

func (g *generator) bits(k int) *big.Int {
	out := new(big.Int)
	for shift := uint(0); k > 0; k, shift = k-32, shift+32 {
		w := g.word()
		if k < 32 {
			w >>= 32 - k
		}
		out.Or(out, new(big.Int).Lsh(big.NewInt(int64(w)), shift))
	}
	return out
}

// intn is below for small numbers.
func (g *generator) intn(n int) int {
	k := bits.Len(uint(n))
	if k > 32 {
		return int(g.below(big.NewInt(int64(n))).Int64())
	}
	for {
		if r := int(g.word() >> (32 - k)); r < n {
			return r
		}
	}
}

// choice is random.choice; the sequence must have an item.
func (g *generator) choice(all []value.Value) value.Value { return all[g.intn(len(all))] }

// randomItem is Jinja2's own filter.
func randomItem(c *jinja.Call) (value.Value, error) {
	n, err := value.Len(c.Args[0])
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return c.Undefined("No random item, sequence was empty."), nil
	}
	return value.GetItem(c.Args[0], value.Int((&generator{}).intn(n)))
}

// randomFilter is Ansible's: an item of a sequence, or a number below the given one.
func randomFilter(c *jinja.Call) (value.Value, error) {
	end, start, step := c.Args[0], c.Args[1], c.Args[2]
	g, err := newGenerator(c.Args[3])
	if err != nil {
		return nil, err
	}
	stop, ok := value.Big(end)
	if !ok {
		if _, err := value.Iterate(end); err != nil {
			return nil, failf("random can only be used on sequences and integers")
		}
		if on(start) || on(step) {
			return nil, failf("start and step can only be used with integer values")
		}
		n, err := value.Len(end)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, value.Errorf("IndexError", "Cannot choose from an empty sequence")
		}
		v, err := value.GetItem(end, value.Int(g.intn(n)))
		if err != nil {
			return nil, err
		}
		return v, defined(v)
	}
	from, by := big.NewInt(0), big.NewInt(1)
	for _, arg := range []struct {
		v   value.Value
		out **big.Int
	}{{start, &from}, {step, &by}} {
		if !on(arg.v) {
			continue
		}
		n, ok := value.Big(arg.v)
		if !ok {
			return nil, typeError("'%s' object cannot be interpreted as an integer", value.TypeName(arg.v))
		}
		*arg.out = n
	}
	width := new(big.Int).Sub(stop, from)
	if by.Cmp(big.NewInt(1)) == 0 {
		if width.Sign() <= 0 {
			return nil, valueError("empty range for randrange() (%s, %s, %s)", from, stop, width)
		}
		return value.NewInt(new(big.Int).Add(from, g.below(width))), nil
	}
	n := new(big.Int).Add(width, by)
	n.Sub(n, big.NewInt(int64(by.Sign())))
	floorDiv(n, by)
	if n.Sign() <= 0 {
		return nil, valueError("empty range for randrange()")
	}
	at := g.below(n)
	return value.NewInt(at.Mul(at, by).Add(at, from)), nil
}

// floorDiv divides n by d in place, rounding down.
func floorDiv(n, d *big.Int) {
	r := new(big.Int)
	n.QuoRem(n, d, r)
	if r.Sign() != 0 && r.Sign() != d.Sign() {
		n.Sub(n, big.NewInt(1))
	}
}

// shuffle gives the list in another order; what cannot be listed comes back as it is.
func shuffle(c *jinja.Call) (value.Value, error) {
	all, err := c.List(c.Args[0])
	if err != nil {
		if u, ok := c.Args[0].(*value.Undefined); ok {
			return nil, u
		}
		return c.Args[0], nil
	}
	var seed value.Value
	if on(c.Args[1]) {
		seed = c.Args[1]
	}
	g, err := newGenerator(seed)
	if err != nil {
		return list(all), nil
	}
	for i := len(all) - 1; i > 0; i-- {
		j := g.intn(i + 1)
		all[i], all[j] = all[j], all[i]
	}
	return list(all), nil
}
