package iterator

import "slices"

// Lockstep decides, for the linear strategy, which task comes next over all hosts: the first one in the order of the
// play that any host is waiting for.
type Lockstep[T comparable] struct {
	plan []T
	cur  int // of the task after the one chosen last
}

// NewLockstep takes the tasks of the play as written, setup first.
func NewLockstep[T comparable](plan []T) *Lockstep[T] { return &Lockstep[T]{plan: slices.Clone(plan)} }

// Choose gives the next task of the plan that is in waiting; ok is false where none is.
func (l *Lockstep[T]) Choose(waiting map[T]bool) (t T, ok bool) {
	for range 2 {
		for l.cur < len(l.plan) {
			t = l.plan[l.cur]
			l.cur++
			if waiting[t] {
				return t, true
			}
		}
		l.cur = 0 // hosts whose errors were cleared may be behind
	}
	return t, false
}

// Insert puts tasks, those of an include or of a flush, behind the task chosen last.
func (l *Lockstep[T]) Insert(tasks []T) { l.plan = slices.Insert(l.plan, l.cur, tasks...) }
