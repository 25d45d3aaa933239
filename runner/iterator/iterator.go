// Package iterator walks one host through the blocks of a play: tasks, rescue, always, handlers. It is pure: a State
// is a value, Next and Fail give new ones, and nothing is known of what a task does. Strategies keep one State per
// host.
package iterator

import "slices"

// Block is a block with its three sections. The zero sections are empty.
type Block[T comparable] struct {
	Tasks, Rescue, Always []Item[T]
}

// Item is a task or, where Block is set, a nested block.
type Item[T comparable] struct {
	Task  T
	Block *Block[T]
}

// View answers what the walk depends on besides its own position.
type View[T comparable] interface {
	// Skip tells that the task is passed over in silence: an implicit flush without notified handlers, a task of a
	// role that has run already.
	Skip(t T) bool
	// Notified tells that the handler is to run.
	Notified(t T) bool
}

type section uint8

const (
	tasks section = iota
	rescue
	always
)

type frame[T comparable] struct {
	block   *Block[T]
	section section
	items   []Item[T] // of the section; included tasks are spliced in
	pos     int       // of the next item
	failed  bool
}

// State is where one host stands. States are immutable: every method returns a changed copy.
type State[T comparable] struct {
	setup    []T // run before the blocks; a failure there ends the host
	inSetup  bool
	frames   []frame[T] // outermost first; frame 0 holds the blocks of the play
	flush    []T        // the handlers of a flush under way
	flushPos int
	flushing bool
	done     bool
	failed   bool
}

// New starts a host: setup tasks first, then the blocks.
func New[T comparable](setup []T, blocks []*Block[T]) State[T] {
	root := &Block[T]{}
	for _, b := range blocks {
		root.Tasks = append(root.Tasks, Item[T]{Block: b})
	}
	return State[T]{setup: setup, frames: []frame[T]{{block: root, items: root.Tasks}}}
}

// Done tells that the host has no task left in this play.
func (s State[T]) Done() bool { return s.done }

// Failed tells that the host has ended in failure: nothing rescued it.
func (s State[T]) Failed() bool { return s.done && s.failed }

// Flushing tells that handlers run.
func (s State[T]) Flushing() bool { return s.flushing }

func (s *State[T]) top() *frame[T] { return &s.frames[len(s.frames)-1] }

func (f *frame[T]) enter(sec section) {
	f.section, f.pos = sec, 0
	if sec == rescue {
		f.items = f.block.Rescue
	} else {
		f.items = f.block.Always
	}
}

// Next gives the host's next task; ok is false at the end.
func (s State[T]) Next(v View[T]) (next State[T], t T, ok bool) {
	s.frames = slices.Clone(s.frames)
	for !s.done {
		if s.flushing {
			for s.flushPos < len(s.flush) {
				h := s.flush[s.flushPos]
				s.flushPos++
				if v.Notified(h) {
					return s, h, true
				}
			}
			s.flushing, s.flush, s.flushPos = false, nil, 0
			continue
		}
		if len(s.setup) > 0 {
			t, s.setup, s.inSetup = s.setup[0], s.setup[1:], true
			if v.Skip(t) {
				continue
			}
			return s, t, true
		}
		s.inSetup = false
		f := s.top()
		if f.pos >= len(f.items) {
			s.leave(f)
			continue
		}
		item := f.items[f.pos]
		f.pos++
		if item.Block != nil {
			s.frames = append(s.frames, frame[T]{block: item.Block, items: item.Block.Tasks})
			continue
		}
		if v.Skip(item.Task) {
			continue
		}
		return s, item.Task, true
	}
	return s, t, false
}

// leave ends a section that has run out of items.
func (s *State[T]) leave(f *frame[T]) {
	switch f.section {
	case rescue:
		f.failed = false
		f.enter(always)
	case tasks:
		f.enter(always)
	case always:
		failed := f.failed
		s.frames = s.frames[:len(s.frames)-1]
		if len(s.frames) == 0 {
			s.done, s.failed = true, failed
		} else if failed {
			s.fail()
		}
	}
}

// Fail marks the task that Next gave last as failed.
func (s State[T]) Fail() State[T] {
	if s.done {
		return s
	}
	s.frames = slices.Clone(s.frames)
	s.flushing, s.flush, s.flushPos = false, nil, 0
	if s.inSetup {
		s.done, s.failed = true, true
		return s
	}
	s.fail()
	return s
}

// fail leads the innermost block to its rescue or always section; a block that has neither hands the failure on.
func (s *State[T]) fail() {
	for len(s.frames) > 0 {
		f := s.top()
		f.failed = true
		if f.section == tasks && len(f.block.Rescue) > 0 {
			f.enter(rescue)
			return
		}
		if f.section != always && len(f.block.Always) > 0 {
			f.enter(always)
			return
		}
		s.frames = s.frames[:len(s.frames)-1]
	}
	s.done, s.failed = true, true
}

// Rescuing tells that a failure now counts as rescued: a block around the current task has a rescue section ahead.
func (s State[T]) Rescuing() bool {
	if s.inSetup {
		return false
	}
	for i, f := range s.frames {
		if (f.section == tasks || s.flushing && i == 1) && len(f.block.Rescue) > 0 {
			return true
		}
	}
	return false
}

// End ends the host early, as the meta tasks end_host, end_batch and end_play do; in a rescue section the host counts
// as rescued.
func (s State[T]) End() State[T] {
	if s.done {
		return s
	}
	s.failed = len(s.frames) > 1 && s.frames[1].failed && s.top().section != rescue
	s.done = true
	return s
}

// ClearErrors forgets failures.
func (s State[T]) ClearErrors() State[T] {
	s.frames = slices.Clone(s.frames)
	for i := range s.frames {
		s.frames[i].failed = false
	}
	s.failed = false
	return s
}

// Flush lets the notified ones of the handlers run before the next task.
func (s State[T]) Flush(handlers []T) State[T] {
	s.flushing, s.flush, s.flushPos = true, handlers, 0
	return s
}

// Insert puts included blocks before the next task of the current section.
func (s State[T]) Insert(blocks []*Block[T]) State[T] {
	if s.done || len(blocks) == 0 {
		return s
	}
	if s.flushing {
		var list []T
		for _, b := range blocks {
			for _, it := range b.Tasks {
				list = append(list, it.Task)
			}
		}
		s.flush = slices.Insert(slices.Clone(s.flush), s.flushPos, list...)
		return s
	}
	s.frames = slices.Clone(s.frames)
	f := s.top()
	if f.failed && f.section == tasks {
		return s
	}
	items := make([]Item[T], len(blocks))
	for i, b := range blocks {
		items[i].Block = b
	}
	f.items = slices.Insert(slices.Clone(f.items), f.pos, items...)
	return s
}

// WithSetup gives the state with setup tasks before the next task: a walk that was moved forward (--start-at-task)
// still gathers facts.
func (s State[T]) WithSetup(setup []T) State[T] {
	s.setup = setup
	return s
}

// Flatten lists the tasks of a block in the order in which they are written: tasks, rescue, always.
func Flatten[T comparable](b *Block[T]) []T {
	var out []T
	for _, sec := range [][]Item[T]{b.Tasks, b.Rescue, b.Always} {
		for _, it := range sec {
			if it.Block != nil {
				out = append(out, Flatten(it.Block)...)
			} else {
				out = append(out, it.Task)
			}
		}
	}
	return out
}
