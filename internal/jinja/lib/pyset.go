package lib

import (
	"math"
	"math/big"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// numberSet is a set of numbers laid out as CPython lays it out, so that union and its kin give numbers in the order that
// ansible-core gives. (The order of texts in a Python set is by chance, from run to run.)
type numberSet struct {
	table      []slot
	fill, used int
}

type slot struct {
	item value.Value // nil where the slot is free
	hash int64
	gone bool // an item was here
}

func newNumberSet() *numberSet { return &numberSet{table: make([]slot, 8)} }

// numberHash is Python's hash of a number; ok is false for any other value.
func numberHash(v value.Value) (hash int64, ok bool) {
	const modulus = 1<<61 - 1
	switch v := v.(type) {
	case value.Bool:
		if v {
			return 1, true
		}
		return 0, true
	case value.Int, *value.BigInt:
		n, _ := value.Big(v)
		h := new(big.Int).Abs(n)
		hash = h.Mod(h, big.NewInt(modulus)).Int64()
		if n.Sign() < 0 {
			hash = -hash
		}
	case value.Float:
		f := float64(v)
		if math.IsInf(f, 0) || math.IsNaN(f) {
			return 0, false
		}
		m, e := math.Frexp(math.Abs(f))
		for m != 0 { // 28 bits at a time
			hash = hash<<28&modulus | hash>>33
			m *= 1 << 28
			e -= 28
			digit := int64(m)
			m -= float64(digit)
			if hash += digit; hash >= modulus {
				hash -= modulus
			}
		}
		if e = e % 61; e < 0 {
			e += 61
		}
		hash = hash<<e&modulus | hash>>(61-e)
		if f < 0 {
			hash = -hash
		}
	default:
		return 0, false
	}
	if hash == -1 {
		hash = -2
	}
	return hash, true
}

// numberSets makes sets of two lists where all items are numbers.
func numberSets(a, b []value.Value) (x, y *numberSet, ok bool) {
	x, y = newNumberSet(), newNumberSet()
	for _, v := range a {
		if !x.addValue(v) {
			return nil, nil, false
		}
	}
	for _, v := range b {
		if !y.addValue(v) {
			return nil, nil, false
		}
	}
	return x, y, true
}

func (s *numberSet) addValue(v value.Value) bool {
	h, ok := numberHash(v)
	if ok {
		s.add(v, h)
	}
	return ok
}

// find gives the slot of an item, or the free slot where it belongs; reuse is a slot on the way whose item is gone, or -1.
func (s *numberSet) find(v value.Value, h int64) (at, reuse int) {
	reuse = -1
	mask := uint64(len(s.table) - 1)
	perturb := uint64(h)
	for i := uint64(h) & mask; ; {
		probes := uint64(0)
		if i+9 <= mask {
			probes = 9
		}
		for at := i; at <= i+probes; at++ {
			e := &s.table[at]
			if e.item == nil && !e.gone || e.item != nil && e.hash == h && value.Equal(e.item, v) {
				return int(at), reuse
			}
			if e.gone {
				reuse = int(at)
			}
		}
		perturb >>= 5
		i = (i*5 + 1 + perturb) & mask
	}
}

func (s *numberSet) has(v value.Value, h int64) bool {
	at, _ := s.find(v, h)
	return s.table[at].item != nil
}

func (s *numberSet) add(v value.Value, h int64) {
	at, reuse := s.find(v, h)
	if s.table[at].item != nil {
		return
	}
	if reuse >= 0 {
		s.table[reuse] = slot{item: v, hash: h}
		s.used++
		return
	}
	s.table[at] = slot{item: v, hash: h}
	s.fill++
	s.used++
	if s.fill*5 >= (len(s.table)-1)*3 {
		grow := s.used * 4
		if s.used > 50000 {
			grow = s.used * 2
		}
		s.resize(grow)
	}
}

func (s *numberSet) resize(least int) {
	size := 8
	for size <= least {
		size <<= 1
	}
	old := s.table
	s.table, s.fill = make([]slot, size), s.used
	for _, e := range old {
		if e.item != nil {
			at, _ := s.find(e.item, e.hash)
			s.table[at] = e
		}
	}
}

// merge is set.update(other).
func (s *numberSet) merge(other *numberSet) {
	if other.used == 0 {
		return
	}
	if (s.fill+other.used)*5 >= (len(s.table)-1)*3 {
		s.resize((s.used + other.used) * 2)
	}
	if s.fill == 0 && len(s.table) == len(other.table) && other.fill == other.used {
		copy(s.table, other.table)
		s.fill, s.used = other.fill, other.used
		return
	}
	for _, e := range other.table {
		if e.item != nil {
			s.add(e.item, e.hash)
		}
	}
}

func (s *numberSet) clone() *numberSet {
	c := newNumberSet()
	c.merge(s)
	return c
}

func (s *numberSet) discard(v value.Value, h int64) bool {
	at, _ := s.find(v, h)
	e := &s.table[at]
	if e.item == nil {
		return false
	}
	*e = slot{gone: true}
	s.used--
	return true
}

func (s *numberSet) items() []value.Value {
	out := make([]value.Value, 0, s.used)
	for _, e := range s.table {
		if e.item != nil {
			out = append(out, e.item)
		}
	}
	return out
}

// operate is one of Python's set operators on sets of numbers.
func (s *numberSet) operate(op string, other *numberSet) *numberSet {
	switch op {
	case "|":
		c := s.clone()
		c.merge(other)
		return c
	case "&":
		small, large := other, s
		if other.used > s.used {
			small, large = s, other
		}
		c := newNumberSet()
		for _, e := range small.table {
			if e.item != nil && large.has(e.item, e.hash) {
				c.add(e.item, e.hash)
			}
		}
		return c
	case "-":
		if s.used>>2 > other.used {
			c := s.clone()
			for _, e := range other.table {
				if e.item != nil {
					c.discard(e.item, e.hash)
				}
			}
			return c
		}
		c := newNumberSet()
		for _, e := range s.table {
			if e.item != nil && !other.has(e.item, e.hash) {
				c.add(e.item, e.hash)
			}
		}
		return c
	}
	c := other.clone()
	for _, e := range s.table {
		if e.item != nil && !c.discard(e.item, e.hash) {
			c.add(e.item, e.hash)
		}
	}
	return c
}

// setOperation applies a set operator to two lists of values that can be hashed.
func setOperation(op string, a, b []value.Value) value.Value {
	if x, y, ok := numberSets(a, b); ok {
		return list(x.operate(op, y).items())
	}
	return list(value.SetOp(op, setOf(a), setOf(b)).Items())
}
