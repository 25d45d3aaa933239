package lint

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Task is a task, handler or block as rules see it.
type Task struct {
	*playbook.Syntax
	Action  *playbook.Action // nil for a block
	Handler bool
	Line    int    // where it begins
	Module  string // as written
	Short   string // without "ansible.builtin."
	Args    *value.Dict
}

// blockName stands for the module of a block in ansible-lint's texts.
const blockName = "block/always/rescue"

func newTask(p *pass, item playbook.Item, handler bool) *Task {
	switch item := item.(type) {
	case *playbook.TaskSyntax:
		if item.Action.Form == playbook.NoAction || conflicting(item) {
			return nil // the parser has said what is wrong
		}
		t := &Task{Syntax: &item.Syntax, Action: &item.Action, Handler: handler, Module: item.Action.Name, Args: item.Action.Args}
		t.Short = strings.TrimPrefix(t.Module, "ansible.builtin.")
		t.Line = p.file.Source.Line(item.Node.Whole().Start)
		if t.Args == nil {
			t.Args = &value.Dict{}
		}
		return t
	case *playbook.BlockSyntax:
		return &Task{Syntax: &item.Syntax, Handler: handler, Module: blockName, Short: blockName,
			Line: p.file.Source.Line(item.Node.Whole().Start), Args: &value.Dict{}}
	}
	return nil
}

// conflicting tells whether the task names more than one module.
func conflicting(t *playbook.TaskSyntax) bool {
	n := 0
	for i := range t.Attrs {
		a := &t.Attrs[i]
		if a.Keyword == nil && !strings.HasPrefix(a.Name, "with_") && a.Name != "static" || a.Name == "action" || a.Name == "local_action" {
			n++
		}
	}
	return n > 1
}

// NameSpan is what to underline for the task as such: its module's name, or its first key.
func (t *Task) NameSpan() source.Span {
	if t.Action != nil && t.Action.NameAt.Known() {
		return t.Action.NameAt.Span
	}
	if len(t.Node.Pairs) > 0 {
		return t.Node.Pairs[0].Key.Span
	}
	return t.Node.Span
}

// Arg is an argument as written, nil when it is absent.
func (t *Task) Arg(name string) value.Value {
	v, _ := t.Args.Raw(name)
	return v
}

// ArgNode is the node of an argument's value where it has one of its own (not in k=v text), else nil.
func (t *Task) ArgNode(name string) *yaml.Node {
	if t.Action == nil {
		return nil
	}
	if n := t.Action.Node.Resolve(); n != nil {
		if v := n.Get(name); v != nil {
			return v
		}
	}
	if n := t.Action.ArgsNode; n != nil {
		return n.Get(name)
	}
	return nil
}

// Command is the command line of a command-like module.
func (t *Task) Command() string {
	v, ok := t.Args.Raw("cmd")
	if !ok {
		v, _ = t.Args.Raw("_raw_params")
	}
	switch v := v.(type) {
	case value.Str:
		return v.S
	case *value.List:
		var words []string
		for _, item := range v.Items {
			words = append(words, value.ToStr(item))
		}
		return strings.Join(words, " ")
	}
	return ""
}

// String is the name, or the module with its arguments, as ansible-lint shows a task.
func (t *Task) String() string {
	if v := t.Value("name"); v != nil {
		if s := value.ToStr(v); s != "" && s != "None" {
			return s
		}
	}
	var words []string
	raw := ""
	for k, v := range t.Args.RawAll() {
		key := value.ToStr(k)
		if key == "_raw_params" {
			if s, ok := v.(value.Str); ok {
				raw = s.S
			}
			continue
		}
		words = append(words, key+"="+value.ToStr(v))
	}
	if raw != "" {
		words = append(words, raw)
	}
	return t.Short + " " + strings.Join(words, " ")
}

// skipTag tells whether the tags of a play or task ask the linter to leave it alone.
func skipTag(v value.Value) bool {
	switch v := v.(type) {
	case value.Str:
		return strings.Contains(v.S, "skip_ansible_lint")
	case *value.List:
		for _, item := range v.Items {
			if s, ok := item.(value.Str); ok && s.S == "skip_ansible_lint" {
				return true
			}
		}
	}
	return false
}

// hasTemplate tells whether a value is or holds a template, so that it is not known yet.
func hasTemplate(v value.Value) bool {
	switch v := v.(type) {
	case value.Str:
		return strings.Contains(v.S, "{{") || strings.Contains(v.S, "{%")
	case *value.Vault:
		return true
	case *value.List:
		for _, item := range v.Items {
			if hasTemplate(item) {
				return true
			}
		}
	case *value.Dict:
		for _, item := range v.RawAll() {
			if hasTemplate(item) {
				return true
			}
		}
	}
	return false
}

// truthy is Python's idea of true for an authored value.
func truthy(v value.Value) bool {
	if v == nil {
		return false
	}
	ok, err := value.Truth(v)
	return err == nil && ok
}

// text is a value's text, "" for what is no text.
func text(v value.Value) string {
	if s, ok := v.(value.Str); ok {
		return s.S
	}
	return ""
}
