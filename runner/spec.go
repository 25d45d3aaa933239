package runner

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/action"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// spec is what is known of a task before any host is: its action, its keywords with inheritance, where its files are.
// It is made once and shared by all hosts.
type spec struct {
	task    *playbook.Task
	view    *callback.Task
	name    string // the action as written
	dynamic bool   // the action's name is a template
	target  target
	meta    string // of a meta task

	keywords map[string]value.Value // inherited, not templated; no entry where nobody set one
	when     []value.Value
	until    []value.Value
	changed  []value.Value
	failed   []value.Value
	notify   value.Value
	register string
	path     []string // search path
	pathList *value.List
	plain    map[string]bool // arguments that hold no template
	named    bool            // the name in view is the templated one
	args     *value.Dict     // set in the task debugger; nil for those of the file
}

// target is a resolved action.
type target struct {
	fqcn   string
	action *action.Action
	entry  *catalog.Entry
	kind   kind
}

type kind uint8

const (
	plainTask kind = iota
	metaTask
	includeTasks
	includeRole
)

// inherited are the keywords that decide how a task runs.
var inherited = []string{
	"any_errors_fatal", "async", "become", "become_exe", "become_flags", "become_method", "become_user", "check_mode",
	"connection", "debugger", "delay", "delegate_facts", "delegate_to", "diff", "environment", "ignore_errors",
	"ignore_unreachable", "module_defaults", "no_log", "poll", "port", "remote_user", "retries", "run_once", "throttle",
	"timeout",
}

func (r *run) specOf(t *playbook.Task) *spec {
	r.specMu.Lock()
	defer r.specMu.Unlock()
	if s, ok := r.specs[t]; ok {
		return s
	}
	s := &spec{task: t, name: t.Action.Name, keywords: map[string]value.Value{}}
	s.dynamic = strings.Contains(s.name, "{{") && jinja.IsTemplate(s.name, nil)
	if !s.dynamic {
		var err error
		s.target, err = r.resolve(s.name, t)
		s.dynamic = err != nil && r.o.Adhoc != "" // told for each host
	}
	for _, k := range inherited {
		if v := t.Keyword(k); v != nil {
			s.keywords[k] = v
		}
	}
	if _, given := s.keywords["no_log"]; !given && r.o.Config != nil && r.o.Config.Bool("DEFAULT_NO_LOG") {
		s.keywords["no_log"] = value.Bool(true)
	}
	if s.target.kind == metaTask {
		raw, _ := t.Action.Args.Raw("_raw_params")
		if raw != nil {
			s.meta = value.ToStr(raw)
		}
	}
	s.when = t.When()
	s.until, s.changed, s.failed = conditions(t.Value("until")), conditions(t.Value("changed_when")), conditions(t.Value("failed_when"))
	s.notify = t.Keyword("notify")
	if v, ok := t.Value("register").(value.Str); ok {
		s.register = v.S
	}
	s.path = t.SearchPath()
	if t.Play != nil && !slices.Contains(s.path, t.Play.BaseDir) {
		s.path = append(s.path, t.Play.BaseDir)
	}
	s.pathList = value.Strings(s.path)
	s.plain = map[string]bool{}
	for k, v := range t.Action.Args.RawAll() {
		if !templated(v) {
			s.plain[value.ToStr(k)] = true
		}
	}
	s.view = r.viewOf(s)
	r.specs[t] = s
	return s
}

// arguments are the arguments of the task, not templated.
func (s *spec) arguments() *value.Dict {
	if s.args != nil {
		return s.args
	}
	return s.task.Action.Args
}

func conditions(v value.Value) []value.Value {
	switch v := v.(type) {
	case nil, value.None:
		return nil
	case *value.List:
		return v.Items
	}
	return []value.Value{v}
}

// templated tells whether a value holds something that has to be evaluated.
func templated(v value.Value) bool {
	switch v := v.(type) {
	case value.Str:
		return v.Trusted && jinja.IsTemplate(v.S, nil)
	case *value.List:
		return slices.ContainsFunc(v.Items, templated)
	case *value.Dict:
		for k, item := range v.RawAll() {
			if templated(k) || templated(item) {
				return true
			}
		}
	case *value.Vault:
		return true
	}
	return false
}

func (r *run) viewOf(s *spec) *callback.Task {
	t := s.task
	v := &callback.Task{ID: t, Name: t.DisplayName(), Named: t.Name() != "", Action: s.name, Args: t.Action.Args, Handler: t.Handler,
		UUID: fmt.Sprintf("%012d", t.ID), Loop: t.Loop != nil}
	if t.File != nil && t.Node != nil {
		at := t.At()
		v.Path = fmt.Sprintf("%s:%d", absPath(t.File.Path), at.Position().Line)
	}
	if t.Role != nil {
		v.Role = t.Role.FullName()
	}
	v.Include = s.target.kind == includeTasks || s.target.kind == includeRole
	v.HasInventory = s.target.fqcn == "ansible.builtin.add_host" || s.target.fqcn == "ansible.builtin.group_by"
	if s.target.kind == includeRole && t.Name() == "" {
		n, ok := t.Action.Args.Raw("name")
		if !ok {
			n, _ = t.Action.Args.Raw("role")
		}
		if n != nil {
			v.Name = s.name + " : " + value.ToStr(n)
		}
	}
	v.NoLog = truthy(s.keywords["no_log"])
	v.Check = r.o.Check
	if c, ok := s.keywords["check_mode"]; ok {
		v.Check = truthy(c)
	}
	v.Diff = r.o.Diff
	if c, ok := s.keywords["diff"]; ok {
		v.Diff = truthy(c)
	}
	v.IgnoreUnreachable = truthy(s.keywords["ignore_unreachable"])
	if r.o.Details {
		v.Detail = detail(s)
	}
	return v
}

func absPath(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// truthy reads a keyword that has not been templated; a template counts as true, as in ansible-core's callbacks.
func truthy(v value.Value) bool {
	if v == nil {
		return false
	}
	if s, ok := v.(value.Str); ok && !templated(s) {
		b, err := argspec.Convert("bool", s)
		return err == nil && b == value.Value(value.Bool(true))
	}
	t, _ := value.Truth(v)
	return t
}

// resolve finds what runs under a name.
func (r *run) resolve(name string, t *playbook.Task) (target, error) {
	short := strings.TrimPrefix(strings.TrimPrefix(name, "ansible.builtin."), "ansible.legacy.")
	switch short {
	case "meta":
		return target{fqcn: "ansible.builtin.meta", kind: metaTask}, nil
	case "include_tasks":
		return target{fqcn: "ansible.builtin.include_tasks", kind: includeTasks}, nil
	case "include_role":
		return target{fqcn: "ansible.builtin.include_role", kind: includeRole}, nil
	}
	var collections []string
	if t != nil {
		if l, ok := t.Keyword("collections").(*value.List); ok {
			for _, c := range l.Items {
				collections = append(collections, value.ToStr(c))
			}
		}
	}
	e, err := r.catalog.Module(name, collections)
	if err != nil {
		full := name
		if !strings.Contains(name, ".") {
			full = "ansible.builtin." + name
		}
		if a := action.Find(full); a != nil && !r.catalog.Rejects(short) {
			return target{fqcn: a.Name, action: a}, nil
		}
		return target{}, err
	}
	r.tellRedirects(e)
	if e.Local && e.ActionSource != "" { // the project's own action comes before ours of the same name
		return target{fqcn: e.FQCN, entry: e}, nil
	}
	if e.ActionName != "" { // what module_defaults know the task by
		return target{fqcn: e.ActionName, entry: e}, nil
	}
	return target{fqcn: e.FQCN, entry: e, action: action.Find(e.FQCN)}, nil
}

// at is the place of the task.
func (s *spec) at() source.Location {
	if s.task.File == nil || s.task.Node == nil || s.task.Implicit {
		return source.Location{}
	}
	return s.task.At()
}

// taskFault is the outermost link of every failure of a task.
func (s *spec) taskFault(cause error) *fault.Fault {
	f := fault.Wrap(cause, s.at(), "Task failed.")
	return f
}
