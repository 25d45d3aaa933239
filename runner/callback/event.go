// Package callback shows what happens in a run: the default output of ansible-playbook byte for byte, its other stdout
// callbacks, and the reports that are written beside them. It knows hosts and tasks only by what an Event carries, so
// that any callback can be fed by hand. It imports source, value and fault.
package callback

import (
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// Callback is told every event of a run, in order, from one goroutine at a time.
type Callback interface{ Event(Event) }

// Event is one of the types of this file.
type Event interface{}

// Task is what callbacks see of a task. The same task is the same ID on every host and for every item.
type Task struct {
	ID           any
	Name         string // with the role in front, as the banner shows it
	Named        bool   // by its author; otherwise it is the action's name
	Action       string // as the playbook names it
	Path         string // file:line
	Args         *value.Dict
	NoLog        bool
	Check        bool
	Diff         bool
	Loop         bool
	Handler      bool
	Include      bool // include_tasks or include_role
	HasInventory bool // add_host or group_by: item results are shown later
	Role         string
	UUID         string

	IgnoreUnreachable bool

	// What only callbacks in Python are told.
	Detail *TaskDetail
}

// TaskDetail is what ansible-core's task objects say beside the rest of Task. It is shared and must not be changed.
type TaskDetail struct {
	Kind     string // task, handler, include_tasks, include_handlers or include_role
	Named    bool   // the task has a name of its own
	Resolved string // full name of the action, "" where it is not known
	RolePath string
	Implicit bool
	At       source.Location
	Fields   *value.Dict // its keywords as they are written
	Source   value.Value // the whole task as it is written, nil where nobody wrote it
}

// Deprecation is one deprecation warning of a result. When is the sentence part that says when and from where the
// feature goes.
type Deprecation struct {
	Fault *fault.Fault
	When  string
}

// Result is the outcome of a task, or of one item of its loop, on a host.
type Result struct {
	Host         string
	Task         *Task
	Dict         *value.Dict // the module's result with the internal keys
	DelegateTo   string
	Fault        *fault.Fault // why it failed, nil when nothing is known beyond Dict
	Warnings     []*fault.Fault
	Deprecations []Deprecation
}

// Status is how a result ended.
type Status uint8

// The statuses.
const (
	OK Status = iota
	Failed
	Skipped
	Unreachable
)

func (s Status) String() string { return [...]string{"ok", "failed", "skipped", "unreachable"}[s] }

// The events of a run.
type (
	// PlaybookStart begins a playbook file.
	PlaybookStart struct {
		File string
		// Given lists the command line's options with their values for -vvvv: "forks: 5".
		Given []string
	}
	// PlayStart begins a play, once per serial batch.
	PlayStart struct {
		Name  string
		Check bool
		Free  bool // strategy free or host_pinned: banners come with results
		UUID  string
		Path  string // file:line
		// What only callbacks in Python are told.
		Hosts    value.Value
		Strategy string
		At       source.Location
		Fields   *value.Dict // the keywords of the play as they are written
	}
	// NoHostsMatched says that the play's pattern gave no host.
	NoHostsMatched struct{}
	// NoHostsRemaining says that every host has failed.
	NoHostsRemaining struct{}
	// TaskStart begins a task or handler.
	TaskStart struct{ Task *Task }
	// HostStart tells that a host begins with the task.
	HostStart struct {
		Host string
		Task *Task
	}
	// TaskResult ends a task on one host.
	TaskResult struct {
		Result
		Status Status
		// Ignored tells that ignore_errors or ignore_unreachable held.
		Ignored bool
	}
	// ItemResult ends one item of a loop.
	ItemResult struct {
		Result
		Status Status
	}
	// Diff shows what changed in files; it comes before the result.
	Diff struct{ Result }
	// Retry tells that an attempt has failed and another one follows.
	Retry struct {
		Result
		Attempts, Retries int
	}
	// AsyncPoll, AsyncOK and AsyncFailed follow a job in the background.
	AsyncPoll   struct{ Result }
	AsyncOK     struct{ Result }
	AsyncFailed struct{ Result }
	// Include tells that a file or role was included for the hosts.
	Include struct {
		Name  string
		Hosts []string
		Item  value.Value // the label of the item, nil for none
		Task  *Task
		Vars  *value.Dict // variables of the include
	}
	// Notify tells that a handler was notified.
	Notify struct {
		Handler, Host string
		Task          *Task
	}
	// Prompt tells that somebody is asked for a variable of vars_prompt: its name, whether the answer is hidden, the prompt,
	// encrypt, whether it is asked twice, salt_size, salt, default, unsafe.
	Prompt struct{ Arguments []value.Value }
	// Stats is the recap that ends a playbook file.
	Stats struct {
		Hosts  []Recap // sorted by name
		Custom []CustomStat
		Run    *value.Dict // custom stats of the whole run, nil for none
	}
)

// CustomStat holds what set_stats collected for one host.
type CustomStat struct {
	Host string
	Data *value.Dict
}

// Recap counts the results of one host.
type Recap struct {
	Host                                                        string
	OK, Changed, Unreachable, Failed, Skipped, Rescued, Ignored int
}

// Flag reads a key of the result as Python truth.
func (r *Result) Flag(key string) bool {
	v, ok := r.Dict.Raw(key)
	return ok && truth(v)
}

// Changed tells whether the result reports a change.
func (r *Result) Changed() bool { return r.Flag("changed") }

// Items gives the results of a loop; ok is false for a result without.
func (r *Result) Items() (items []value.Value, ok bool) {
	v, ok := r.Dict.Raw("results")
	if l, isList := v.(*value.List); isList {
		items = l.Items
	}
	return items, ok
}

func truth(v value.Value) bool {
	switch v := v.(type) {
	case value.Bool:
		return bool(v)
	case value.None, nil:
		return false
	case value.Int:
		return v != 0
	case value.Float:
		return v != 0
	case value.Str:
		return v.S != ""
	case *value.List:
		return v.Len() > 0
	case *value.Dict:
		return v.Len() > 0
	}
	return true
}
