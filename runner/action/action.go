// Package action holds the actions: what a task runs on the controller, before or instead of a module on the host. One
// file per action. An action sees one host and one item through its Context; it knows no strategy and prints nothing
// but through Context. The package may import transport, module, catalog and everything below them.
package action

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/terminal"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// Action is one action plugin. The zero flags are those of a plain action.
type Action struct {
	Name string // ansible.builtin.debug
	Run  func(*Context) (*value.Dict, error)
	// Finalize templates one argument; nil templates as usual.
	Finalize func(t *jinja.Templar, name string, v value.Value) (value.Value, error)
	// Raw takes free-form text.
	Raw bool
	// Once runs on the first host for all of them.
	Once bool
	// Async can be run in the background: what it sends to the host is one module.
	Async bool
	// NoHost needs no connection.
	NoHost bool
	// Spec lists the options, for the check before the run; nil where any name is taken.
	Spec *argspec.Spec
}

// Context is one call of an action.
type Context struct {
	Ctx       context.Context
	Name      string // full name of the action or module of the task
	Written   string // the name as the task has it
	Task      *playbook.Task
	Host      *inventory.Host
	Inventory *inventory.Inventory
	Args      *value.Dict // templated
	Templar   *jinja.Templar
	Scope     *vars.Scope
	Check     bool
	Diff      bool
	NoLog     bool
	Verbosity int
	FS        source.FS
	// SearchPath lists the directories in which files of the task are looked for; BaseDir is the playbook's.
	SearchPath []string
	BaseDir    string
	Decrypt    func([]byte) ([]byte, error)
	// Module runs a module on the host. The name is full; blobs is the content that the arguments name.
	Module func(name string, args *value.Dict, blobs map[string]transport.Blob) (*value.Dict, error)
	// Several says that Module will be called more than once: nothing else of the host may come in between.
	Several func()
	// Conn and Become are the way to the host.
	Conn   func() (transport.Conn, *transport.Become, error)
	Env    map[string]string
	Local  bool // the connection is local
	Warn   func(text string)
	WarnAt func(f *fault.Fault)
	// Until shows a text and reads keys as w says.
	Until func(text string, w terminal.Wait) ([]byte, error)
	// Defaults gives the module_defaults of another module, templated.
	Defaults func(module string) (*value.Dict, error)
	// Known tells whether a module can be run.
	Known   func(module string) bool
	Setting func(name string) (value.Value, bool)
	// Fact gives a gathered fact of the host that the task runs on.
	Fact     func(name string) (value.Value, bool)
	Async    bool
	AsyncDir string
	TaskName string
	Show     func(text string)
	// Verbose shows a line where the verbosity is above level (0 for -v).
	Verbose func(level int, text string)
}

// table is the explicit list of actions.
var table = sync.OnceValue(func() map[string]*Action {
	m := map[string]*Action{}
	for _, a := range []*Action{
		debugAction, setFact, assertAction, failAction, includeVars, copyAction, templateAction, addHost, groupBy,
		setStats, gatherFacts, packageAction, serviceAction, fetchAction, pauseAction, scriptAction, rawAction,
		waitForConnection, validateArgumentSpec, unarchiveAction, assembleAction, uriAction, asyncStatus, inspectAction,
	} {
		m[a.Name] = a
	}
	return m
})

// Find gives the action of a full name, nil where a module runs without one.
func Find(name string) *Action {
	if rest, ok := strings.CutPrefix(name, "ansible.legacy."); ok {
		name = "ansible.builtin." + rest
	}
	return table()[name]
}

// Names lists the actions.
func Names() []string {
	var names []string
	for n := range table() {
		names = append(names, n)
	}
	return names
}

// fail is the result of an action that says no itself: the result has the bare message.
func fail(format string, args ...any) error {
	f := fault.New(source.Location{}, format, args...)
	f.Result = value.NewDict("msg", value.S(f.Msg))
	return f
}

// Refusal is an action that does not take the task as it is; the message stands alone in the result.
func Refusal(format string, args ...any) error { return fail(format, args...) }

// broken is an error that ends an action: the result's message says that the task failed.
func broken(format string, args ...any) error { return fault.New(source.Location{}, format, args...) }

// only refuses arguments that the action does not have.
func (c *Context) only(names ...string) error {
	var bad []string
	for k := range c.Args.RawAll() {
		if name := value.ToStr(k); !slices.Contains(names, name) {
			bad = append(bad, name)
		}
	}
	if len(bad) > 0 {
		return fail("Invalid options for %s: %s", c.Written, strings.Join(bad, ","))
	}
	return nil
}

// validate checks the action's own arguments with ansible-core's messages.
func validate(c *Context, s *argspec.Spec) (*value.Dict, error) {
	args, problems := s.Validate(c.Args)
	if len(problems) > 0 {
		return nil, c.unfit(problems[0])
	}
	return args, nil
}

// unfit is the failure of arguments that do not fit the action.
func (c *Context) unfit(p argspec.Problem) error {
	if p.Kind != argspec.Unsupported {
		return fail("%s", p.Message)
	}
	name := c.Written // ansible-core shows under which name it has loaded the action
	if rest, ok := strings.CutPrefix(name, "ansible.legacy."); ok {
		name = rest
	} else if parts := strings.SplitN(name, ".", 3); len(parts) == 3 {
		name = "ansible_collections." + parts[0] + "." + parts[1] + ".plugins.action." + parts[2]
	}
	return fail("Unsupported parameters for (%s) module: %s", name, p.Message)
}

func text(d *value.Dict, key string) string {
	v, ok := d.Raw(key)
	if !ok {
		return ""
	}
	if _, none := v.(value.None); none {
		return ""
	}
	return value.ToStr(v)
}

func has(d *value.Dict, key string) bool {
	v, ok := d.Raw(key)
	_, none := v.(value.None)
	return ok && v != nil && !none
}

func boolean(d *value.Dict, key string) bool {
	v, _ := d.Raw(key)
	b, _ := v.(value.Bool)
	return bool(b)
}

func integer(d *value.Dict, key string) int {
	v, _ := d.Raw(key)
	n, _ := v.(value.Int)
	return int(n)
}

// failed makes the dict of a failed result.
func failed(msg string, pairs ...any) *value.Dict {
	d := value.NewDict("failed", value.Bool(true), "msg", value.S(msg))
	for i := 0; i+1 < len(pairs); i += 2 {
		d.Put(pairs[i].(string), pairs[i+1].(value.Value))
	}
	return d
}

func isFailed(d *value.Dict) bool {
	v, ok := d.Raw("failed")
	if !ok {
		return false
	}
	t, _ := value.Truth(v)
	return t
}
