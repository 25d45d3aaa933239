package playbook

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// loadedTask is a task as testdata/loaded.py records it from ansible-core 2.19.14: keywords after inheritance.
type loadedTask struct {
	Name, Action                                                                    string
	Args, Vars                                                                      map[string]any
	When                                                                            []any
	Tags                                                                            []string
	Become, BecomeUser, RemoteUser, NoLog, IgnoreErrors, Loop, LoopWith, DelegateTo any
	Environment                                                                     []any
	Implicit                                                                        bool
	Search                                                                          []string
}

func (t *loadedTask) UnmarshalJSON(data []byte) error {
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	strs := func(v any) []string {
		var out []string
		for _, x := range v.([]any) {
			out = append(out, x.(string))
		}
		return out
	}
	*t = loadedTask{
		Name: m["name"].(string), Action: m["action"].(string), Args: m["args"].(map[string]any), Vars: m["vars"].(map[string]any),
		When: m["when"].([]any), Tags: strs(m["tags"]), Become: m["become"], BecomeUser: m["become_user"], RemoteUser: m["remote_user"],
		NoLog: m["no_log"], IgnoreErrors: m["ignore_errors"], Loop: m["loop"], LoopWith: m["loop_with"], DelegateTo: m["delegate_to"],
		Environment: m["environment"].([]any), Implicit: m["implicit"].(bool), Search: strs(m["search"]),
	}
	return nil
}

// native turns a value into what encoding/json gives for the same.
func native(t *testing.T, v value.Value) any {
	t.Helper()
	if v == nil {
		return nil
	}
	text, err := value.ToJSON(v, value.JSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func mapping(t *testing.T, d *value.Dict) map[string]any {
	t.Helper()
	if d.Len() == 0 {
		return map[string]any{}
	}
	return native(t, d).(map[string]any)
}

// chainVars are the vars of a task and of what it stands in, as ansible-core's Task.get_vars joins them.
func chainVars(n Node) *value.Dict {
	if n == nil {
		return &value.Dict{}
	}
	d := chainVars(n.ParentNode())
	switch n := n.(type) {
	case *Task:
		update(d, n.Vars)
	case *Block:
		if !n.IsImplicit() {
			own, _ := n.Value("vars").(*value.Dict)
			update(d, own)
		}
	}
	return d
}

func asLoaded(t *testing.T, dir string, task *Task) loadedTask {
	got := loadedTask{
		Name: task.DisplayName(), Action: task.Action.Name, Args: mapping(t, task.Action.Args), Vars: mapping(t, chainVars(task)),
		When: []any{}, Become: native(t, task.Keyword("become")), BecomeUser: native(t, task.Keyword("become_user")),
		RemoteUser: native(t, task.Keyword("remote_user")), NoLog: native(t, task.Keyword("no_log")), IgnoreErrors: native(t, task.Keyword("ignore_errors")),
		DelegateTo: native(t, task.Keyword("delegate_to")), Environment: []any{}, Implicit: task.Implicit,
	}
	if got.NoLog == nil {
		got.NoLog = false // the default
	}
	if task.Is("include_role") && task.Name() == "" {
		got.Name = task.Action.Name // the recorder leaves the role out
	} else if task.Is("include_role") {
		got.Name = task.Name()
	}
	if task.Action.Form == LocalForm {
		got.DelegateTo = "localhost"
	}
	if file, ok := task.Action.Args.Raw("file"); ok && task.Is("include_tasks") {
		got.Args["_raw_params"] = native(t, file)
	}
	for _, w := range task.When() {
		got.When = append(got.When, native(t, w))
	}
	for _, tag := range task.Tags() {
		if s := value.ToStr(tag); !slices.Contains(got.Tags, s) {
			got.Tags = append(got.Tags, s)
		}
	}
	slices.Sort(got.Tags)
	if env, ok := task.Keyword("environment").(*value.List); ok {
		got.Environment = native(t, env).([]any)
	}
	if task.Loop != nil {
		got.Loop = native(t, task.Loop.Value)
		if task.Loop.With != "" {
			got.LoopWith = task.Loop.With
		}
	}
	if !task.Implicit {
		for _, p := range task.SearchPath() {
			rel, err := filepath.Rel(dir, p)
			if err != nil {
				t.Fatal(err)
			}
			got.Search = append(got.Search, rel)
		}
	}
	return got
}

func flat(blocks []*Block) []*Task {
	var out []*Task
	var visit func([]Runnable)
	visit = func(list []Runnable) {
		for _, n := range list {
			switch n := n.(type) {
			case *Task:
				out = append(out, n)
			case *Block:
				visit(n.Block)
				visit(n.Rescue)
				visit(n.Always)
			}
		}
	}
	for _, b := range blocks {
		visit([]Runnable{b})
	}
	return out
}

// A playbook with imports, roles, dependencies, blocks and handlers gives the same tasks, in the same order and with the same
// inherited keywords, as in ansible-core.
func TestLoaded(t *testing.T) {
	data, err := os.ReadFile("testdata/loaded.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []struct {
		Name            string
		Vars            map[string]any
		Tasks, Handlers []loadedTask
		Roles           []struct {
			Name           string
			Public         bool
			Defaults, Vars map[string]any
			Params         map[string]any
		}
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Abs("testdata/loaded")
	if err != nil {
		t.Fatal(err)
	}
	l := testLoader()
	pb, problems := l.Playbook(filepath.Join(dir, "site.yml"))
	for _, p := range problems {
		if p.Rule != "deprecated" {
			t.Errorf("%s:%d: %s", p.At.File.Path, p.At.Position().Line, p.Message)
		}
	}
	if len(pb.Plays) != len(want) {
		t.Fatalf("%d plays, want %d", len(pb.Plays), len(want))
	}
	for i, p := range pb.Plays {
		w := want[i]
		vars := &value.Dict{}
		for _, layer := range p.Layers {
			update(vars, layer.Vars)
		}
		if p.DisplayName() != w.Name || !cmp.Equal(mapping(t, vars), w.Vars) {
			t.Errorf("play %q with %v, want %q with %v", p.DisplayName(), mapping(t, vars), w.Name, w.Vars)
		}
		compare(t, dir, fmt.Sprintf("play %d, tasks", i), flat(p.Compile(l, false)), w.Tasks)
		compare(t, dir, fmt.Sprintf("play %d, handlers", i), flat(p.AllHandlers()), w.Handlers)
		var got, roles []string
		for _, r := range p.Roles() {
			got = append(got, fmt.Sprint(r.FullName(), r.Public, mapping(t, r.Params)))
		}
		for _, r := range w.Roles {
			roles = append(roles, fmt.Sprint(r.Name, r.Public, r.Params))
		}
		if !slices.Equal(got, roles) {
			t.Errorf("roles %q, want %q", got, roles)
		}
	}
}

func compare(t *testing.T, dir, what string, tasks []*Task, want []loadedTask) {
	t.Helper()
	var got []loadedTask
	for _, task := range tasks {
		got = append(got, asLoaded(t, dir, task))
	}
	// ansible-core repeats what a task inherits on two ways; the effect is the same.
	for i := range want {
		want[i].Environment = lastOnly(want[i].Environment)
	}
	for i := range got {
		got[i].Environment = lastOnly(got[i].Environment)
	}
	for i := range want {
		args := want[i].Args // paths of the machine that recorded
		if c, ok := args["validate_args_context"].(map[string]any); ok {
			c["path"] = strings.Replace(c["path"].(string), "/RECORDED/loaded", dir, 1)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s, -ansible-core +ours:\n%s", what, d)
	}
}

// lastOnly keeps the last of equal entries.
func lastOnly(list []any) []any {
	out := []any{}
	for i, x := range list {
		if !slices.ContainsFunc(list[i+1:], func(y any) bool { return cmp.Equal(x, y) }) {
			out = append(out, x)
		}
	}
	return out
}

// TestInstalledCollection finds a role in the collections that came with an installed ansible.
func TestInstalledCollection(t *testing.T) {
	dir := t.TempDir()
	tasks := filepath.Join(dir, "installed", "ansible_collections", "acme", "web", "roles", "site", "tasks")
	if err := os.MkdirAll(tasks, 0o755); err != nil {
		t.Fatal(err)
	}
	book := filepath.Join(dir, "site.yml")
	for path, text := range map[string]string{filepath.Join(tasks, "main.yml"): "- debug:\n", book: "- hosts: all\n  roles: [acme.web.site]\n"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, installed := range []string{"", filepath.Join(dir, "installed")} {
		l := &Loader{FS: source.OS{}, Installed: func() string { return installed }}
		if _, problems := l.Playbook(book); (len(problems) == 0) != (installed != "") {
			t.Errorf("installed in %q: %v", installed, problems)
		}
	}
}
