package jinja

import (
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// loopCode is a compiled for loop.
type loopCode struct {
	span       Span
	iterSpan   Span
	loop       *symbol // the variable "loop", when something reads it
	enter      func(*frame) error
	target     setFunc
	body       stmtFunc
	testEnter  func(*frame) error
	testTarget setFunc
	test       func(f *frame) (bool, error)
	elseEnter  func(*frame) error
	els        stmtFunc
	slots      func() int // of the function that a recursive loop is
}

// run loops over v in frame f; ctl is the loop variable of a recursive loop.
func (l *loopCode) run(f *frame, v value.Value, ctl *loopValue) (signal, error) {
	next, err := f.run.iterate(v)
	if err != nil {
		return goOn, f.run.locate(err, l.iterSpan)
	}
	if l.test != nil {
		next = l.filtered(f, next)
		v = nil
	}
	if l.loop != nil {
		if ctl == nil {
			ctl = &loopValue{}
		}
		ctl.iterable, ctl.next, ctl.index0, ctl.f = v, next, -1, f
	}
	ran := false
	lim := f.run.lim
	for {
		if err := lim.step(); err != nil {
			return goOn, f.run.locate(err, l.span)
		}
		var x value.Value
		if ctl != nil {
			x, err = ctl.advance()
		} else {
			x, err = next()
		}
		if err != nil {
			return goOn, f.run.locate(err, l.iterSpan)
		}
		if x == nil {
			break
		}
		if ctl != nil {
			f.slots[l.loop.slot] = ctl
		}
		if err := l.target(f, x); err != nil {
			return goOn, f.run.locate(err, l.span)
		}
		if err := l.enter(f); err != nil {
			return goOn, err
		}
		sig, err := l.body(f)
		if err != nil {
			return goOn, err
		}
		if sig == doBreak {
			return goOn, nil
		}
		if sig == doContinue {
			// Jinja2 clears its "no iteration" mark at the end of the body, which continue skips
			continue
		}
		ran = true
	}
	if l.els != nil && !ran {
		if err := l.elseEnter(f); err != nil {
			return goOn, err
		}
		return l.els(f)
	}
	return goOn, nil
}

// filtered is the loop's items that pass its test.
func (l *loopCode) filtered(f *frame, next func() (value.Value, error)) func() (value.Value, error) {
	entered := false
	return func() (value.Value, error) {
		if !entered {
			entered = true
			if err := l.testEnter(f); err != nil {
				return nil, err
			}
		}
		for {
			x, err := next()
			if x == nil || err != nil {
				return nil, err
			}
			if err := f.run.lim.step(); err != nil {
				return nil, err
			}
			if err := l.testTarget(f, x); err != nil {
				return nil, err
			}
			ok, err := l.test(f)
			if err != nil {
				return nil, err
			}
			if ok {
				return x, nil
			}
		}
	}
}

// recurse runs a recursive loop over v in a frame of its own and gives what it printed.
func (l *loopCode) recurse(f *frame, v value.Value, depth int) (value.Value, error) {
	if err := f.run.lim.enter(); err != nil {
		return nil, f.run.locate(err, l.span)
	}
	out := f.run.newOutput()
	in := &frame{slots: make([]value.Value, l.slots()), up: f, run: f.run, out: &out}
	ctl := &loopValue{depth0: depth}
	ctl.recurse = func(w value.Value) (value.Value, error) { return l.recurse(f, w, depth+1) }
	_, err := l.run(in, v, ctl)
	f.run.lim.depth--
	if err != nil {
		return nil, err
	}
	return out.result(f.run)
}

// iterate is value.Iterate with this engine's errors.
func (r *run) iterate(v value.Value) (func() (value.Value, error), error) {
	return value.Iterate(v)
}

// loopValue is the variable "loop".
type loopValue struct {
	iterable value.Value // nil when it is filtered
	next     func() (value.Value, error)
	f        *frame
	index0   int
	depth0   int
	after    value.Value // an item that was read ahead
	ended    bool        // reading ahead found the end
	current  value.Value
	before   value.Value
	size     int // -1: unknown
	sized    bool
	changed  value.Value
	recurse  func(value.Value) (value.Value, error)
	failed   error
}

// TypeName is Jinja2's name of the class.
func (*loopValue) TypeName() string { return "LoopContext" }

func (l *loopValue) advance() (value.Value, error) {
	var x value.Value
	switch {
	case l.failed != nil:
		return nil, l.failed
	case l.after != nil:
		x, l.after = l.after, nil
	case l.ended:
		return nil, nil
	default:
		var err error
		if x, err = l.next(); err != nil || x == nil {
			return nil, err
		}
	}
	l.index0++
	l.before, l.current = l.current, x
	return x, nil
}

func (l *loopValue) peek() value.Value {
	if l.after == nil && !l.ended {
		x, err := l.next()
		if err != nil {
			l.failed = err
		}
		l.after = x
		l.ended = x == nil
	}
	return l.after
}

// length reads the rest of an iterable that has no size.
func (l *loopValue) length() (int, error) {
	if l.sized {
		return l.size, nil
	}
	l.sized = true
	if l.iterable != nil {
		switch l.iterable.(type) {
		case *value.Iterator:
		default:
			if n, err := value.Len(l.iterable); err == nil {
				l.size = n
				return n, nil
			}
		}
	}
	var rest []value.Value
	for !l.ended {
		x, err := l.next()
		if err != nil {
			return 0, err
		}
		if x == nil {
			break
		}
		if err := l.f.run.lim.step(); err != nil {
			return 0, err
		}
		rest = append(rest, x)
	}
	n := len(rest) + l.index0 + 1
	if l.after != nil {
		n++
	}
	i := 0
	l.next = func() (value.Value, error) {
		if i >= len(rest) {
			return nil, nil
		}
		i++
		return rest[i-1], nil
	}
	l.size = n
	return n, nil
}

// Len is len(loop).
func (l *loopValue) Len() int { n, _ := l.length(); return n }

// Attr gives loop.index and the others.
func (l *loopValue) Attr(name string) (value.Value, bool) {
	undefined := func(hint string) value.Value {
		return &value.Undefined{Message: hint, Hint: hint, Kind: l.f.run.e.undefinedKind()}
	}
	size := func(f func(n int) int) (value.Value, bool) {
		n, err := l.length()
		if err != nil {
			return asUndefined(err), true
		}
		return value.Int(f(n)), true
	}
	switch name {
	case "index":
		return value.Int(l.index0 + 1), true
	case "index0":
		return value.Int(l.index0), true
	case "first":
		return value.Bool(l.index0 == 0), true
	case "last":
		return value.Bool(l.peek() == nil), true
	case "length":
		return size(func(n int) int { return n })
	case "revindex":
		return size(func(n int) int { return n - l.index0 })
	case "revindex0":
		return size(func(n int) int { return n - l.index0 - 1 })
	case "depth":
		return value.Int(l.depth0 + 1), true
	case "depth0":
		return value.Int(l.depth0), true
	case "previtem":
		if l.index0 == 0 {
			return undefined("there is no previous item"), true
		}
		return l.before, true
	case "nextitem":
		if x := l.peek(); x != nil {
			return x, true
		}
		return undefined("there is no next item"), true
	case "cycle":
		return &native{"cycle", func(_ *run, args []value.Value, _ *value.Dict) (value.Value, error) {
			if len(args) == 0 {
				return nil, value.TypeError("no items for cycling given")
			}
			return args[l.index0%len(args)], nil
		}}, true
	case "changed":
		return &native{"changed", func(_ *run, args []value.Value, _ *value.Dict) (value.Value, error) {
			now := &value.Tuple{Items: args}
			if l.changed != nil {
				same, err := value.TryEqual(l.changed, now)
				if err != nil {
					return nil, err
				}
				if same {
					return value.Bool(false), nil
				}
			}
			l.changed = now
			return value.Bool(true), nil
		}}, true
	}
	return nil, false
}

func (l *loopValue) call(_ *run, args []value.Value, kw *value.Dict) (value.Value, error) {
	if l.recurse == nil {
		return nil, value.TypeError("The loop must have the 'recursive' marker to be called recursively.")
	}
	if len(args) != 1 || kw.Len() > 0 {
		return nil, value.TypeError("LoopContext.__call__() takes 2 positional arguments but %d were given", len(args)+1)
	}
	return l.recurse(args[0])
}

// PyStr is str(loop), PyRepr repr(loop).
func (l *loopValue) PyStr() (string, error) { return l.PyRepr() }

// PyRepr is repr(loop).
func (l *loopValue) PyRepr() (string, error) {
	n, err := l.length()
	return fmt.Sprintf("<LoopContext %d/%d>", l.index0+1, n), err
}

// PyIter iterates what is left of the loop, as pairs of item and loop.
func (l *loopValue) PyIter() (func() (value.Value, error), error) {
	return func() (value.Value, error) {
		x, err := l.advance()
		if x == nil || err != nil {
			return nil, err
		}
		return &value.Tuple{Items: []value.Value{x, l}}, nil
	}, nil
}
