package playbook

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// tasksFile reads the root of a tasks or handlers file.
func (p *parser) tasksFile(root *yaml.Node, handlers bool) []Item {
	if isNull(root) {
		return nil
	}
	if root.Kind != yaml.Sequence {
		p.fail(ruleSyntax, head(root), "included task files must contain a list of tasks")
		return nil
	}
	return p.items(root, nil, "a block", handlers)
}

// blocks reads the list under tasks, handlers, block, ... of the owner.
func (p *parser) blocks(a *Attr, owner *yaml.Node, handlers bool) []Item {
	n := a.Node.Resolve()
	if isNull(n) {
		return nil
	}
	inBlock := a.Name == "block" || a.Name == "rescue" || a.Name == "always"
	if n.Kind != yaml.Sequence {
		v := p.value(n)
		if inBlock {
			p.fail(ruleSyntax, head(owner), "A malformed block was encountered while loading %s: The ds (%s) should be a list but was a %s",
				section(a.Name), value.ToStr(v), pyType(v))
		} else {
			p.fail(ruleSyntax, head(owner), "A malformed block was encountered while loading %s: %s should be a list or None but is %s",
				a.Name, value.ToStr(v), pyType(v))
		}
		return nil
	}
	if inBlock {
		return p.items(n, owner, section(a.Name), handlers)
	}
	return p.items(n, nil, "a block", handlers)
}

func section(name string) string {
	if name == "block" {
		return "a block"
	}
	return name
}

// items reads a list of tasks and blocks. At the top of a play's section or a file (owner is nil), empty entries are
// skipped and handlers may stand in a block; inside of a block neither is so.
func (p *parser) items(list, owner *yaml.Node, where string, handlers bool) []Item {
	var items []Item
	for i, entry := range list.Items {
		n := entry.Resolve()
		if isNull(n) && owner == nil {
			continue
		}
		if p.count++; p.count >= itemLimit {
			if p.count == itemLimit {
				p.fail(ruleSyntax, entry.Span, "This file has more than %d tasks, with those that its aliases stand for.", itemLimit)
			}
			return items
		}
		if p.open[n] {
			p.fail(ruleSyntax, entry.Span, "The value of anchor '%s' contains itself.", n.Anchor)
			continue
		}
		if n == nil || n.Kind != yaml.Mapping {
			p.notMapping(list, i, owner, where)
			continue
		}
		if isBlock(n) {
			b := p.block(n, handlers)
			if handlers && owner != nil {
				p.fail(ruleSpecific, head(n), "Using a block as a handler is not supported.")
			}
			items = append(items, b)
			continue
		}
		items = append(items, p.task(n, handlers))
	}
	return items
}

// notMapping complains about an entry of a list of tasks that is no mapping. ansible-core shows the list: inside of a
// block the whole one, elsewhere the run of entries that are no blocks.
func (p *parser) notMapping(list *yaml.Node, i int, owner *yaml.Node, where string) {
	from, to := 0, len(list.Items)
	class, at := "<class 'ansible.module_utils._internal._datatag._AnsibleTaggedList'>", list.Items[i].Span
	if owner == nil {
		class = "<class 'list'>"
		plain := func(n *yaml.Node) bool { n = n.Resolve(); return n != nil && !isNull(n) && !isBlock(n) }
		for from = i; from > 0 && plain(list.Items[from-1]); from-- {
		}
		for to = i + 1; to < len(list.Items) && plain(list.Items[to]); to++ {
		}
	} else {
		at = head(owner)
	}
	shown := &value.List{}
	for _, n := range list.Items[from:to] {
		shown.Items = append(shown.Items, p.value(n))
	}
	p.fail(ruleSyntax, at, "A malformed block was encountered while loading %s: The ds (%s) should be a dict but was a %s",
		where, value.Repr(shown), class)
}

func isBlock(n *yaml.Node) bool {
	for _, pair := range flatten(n) {
		switch pair.Key.Text {
		case "block", "rescue", "always":
			return true
		}
	}
	return false
}

func (p *parser) block(n *yaml.Node, handlers bool) *BlockSyntax {
	if p.open == nil {
		p.open = map[*yaml.Node]bool{}
	}
	p.open[n] = true
	defer delete(p.open, n)
	b := &BlockSyntax{Syntax: p.syntax(n, InBlock)}
	for i := range b.Attrs {
		a := &b.Attrs[i]
		if a.Keyword == nil || a.Keyword.Private {
			p.fail(ruleKeyword, a.Key.Span, "'%s' is not a valid attribute for a Block", a.Name)
			continue
		}
		switch a.Name {
		case "block":
			b.Block = p.blocks(a, n, handlers)
		case "rescue":
			b.Rescue = p.blocks(a, n, handlers)
		case "always":
			b.Always = p.blocks(a, n, handlers)
		}
	}
	if b.Attr("block") == nil || len(b.Block) == 0 {
		for _, name := range [...]string{"always", "rescue"} {
			if a := b.Attr(name); a != nil && !isNull(a.Node) {
				p.fail(ruleSpecific, head(n), "'%s' keyword cannot be used without 'block'", name)
			}
		}
	}
	p.common(&b.Syntax, "Block")
	return b
}

func (p *parser) task(n *yaml.Node, handler bool) *TaskSyntax {
	place, class := InTask, "Task"
	if handler {
		place, class = InHandler, "Handler"
	}
	t := &TaskSyntax{Syntax: p.syntax(n, place), Handler: handler}
	t.Action.Args = &value.Dict{}
	p.action(t)
	switch shortName(t.Action.Name) {
	case "include_tasks", "import_tasks":
		class = "TaskInclude"
		if handler {
			class = "HandlerTaskInclude"
		}
	case "include_role", "import_role":
		class = "IncludeRole"
	}
	for i := range t.Attrs {
		a := &t.Attrs[i]
		switch {
		case a.Key == t.Action.Key || a.Name == "args" || a.Name == "action" || a.Name == "local_action":
		case strings.HasPrefix(a.Name, "with_"):
			p.loop(t, a)
		case a.Keyword == nil && a.Name != "listen":
			// a second module: action has said so
		case a.Keyword == nil, a.Keyword.Private:
			if t.Action.Form != NoAction {
				p.fail(ruleKeyword, a.Key.Span, "'%s' is not a valid attribute for a %s\n"+
					"This error can be suppressed as a warning using the \"invalid_task_attribute_failed\" configuration", a.Name, class)
			}
		case a.Name == "loop":
			if t.Loop != nil { // `loop` behind a with_ gives that its items, as ansible-core has it
				t.Loop.Attr, t.Loop.Value = a, a.Value
				continue
			}
			t.Loop = &Loop{Attr: a, Value: a.Value}
		case a.Name == "loop_control":
			p.loopControl(t, a)
		case a.Name == "register":
			if _, null := a.Value.(value.None); !null && !ValidName(a.Value) {
				p.fail(ruleVariables, a.Node.Span, "Invalid 'register' specified: %s", InvalidName(a.Value))
			}
		}
	}
	if t.Loop != nil && t.Loop.With == "" {
		if _, null := t.Loop.Value.(value.None); null {
			t.Loop = nil
		}
	}
	p.common(&t.Syntax, class)
	if t.Action.Form != NoAction {
		p.include(t, class)
	}
	return t
}

// common checks the keywords that objects of all kinds have.
func (p *parser) common(s *Syntax, class string) {
	p.texts(s)
	p.varsAttr(s, class)
	for i := range s.Attrs {
		a := &s.Attrs[i]
		if a.Keyword == nil {
			continue
		}
		switch a.Name {
		case "tags":
			switch a.Value.(type) {
			case value.Str, *value.List:
			default:
				p.fail(ruleOther, a.Node.Span, "tags must be specified as a list")
			}
		case "collections":
			for i, item := range listOf(a.Value) {
				if _, ok := item.(value.Str); !ok && !isNull(a.Node) {
					p.fail(ruleSpecific, itemSpan(a.Node, i), "Keyword 'collections' items must be of type 'str', not '%s'.", value.TypeName(item))
				}
			}
		case "module_defaults":
			for i, item := range listOf(a.Value) {
				if _, ok := item.(*value.Dict); ok || isNull(a.Node) {
					continue
				}
				at := a.Node.Span
				if _, list := a.Value.(*value.List); list {
					at = itemSpan(a.Node, i)
				}
				p.fail(ruleSpecific, at, "The field 'module_defaults' is supposed to be a dictionary or list of dictionaries, the keys of which "+
					"must be static action, module, or group names. Only the values may contain templates. For example: {'ping': \"{{ ping_defaults }}\"}")
			}
		}
	}
}

func (p *parser) loop(t *TaskSyntax, a *Attr) {
	name := strings.TrimPrefix(a.Name, "with_")
	if t.Loop != nil {
		p.fail(ruleOther, head(t.Node), "duplicate loop in task: %s", name)
		return
	}
	if _, null := a.Value.(value.None); null {
		p.fail(ruleOther, head(t.Node), "you must specify a value when using %s", a.Name)
		return
	}
	t.Loop = &Loop{With: name, Attr: a, Value: a.Value}
}

func (p *parser) loopControl(t *TaskSyntax, a *Attr) {
	n := a.Node.Resolve()
	if n == nil || n.Kind != yaml.Mapping {
		p.fail(ruleSpecific, a.Node.Span, "the `loop_control` value must be specified as a dictionary and cannot be a variable itself (though it can contain variables)")
		return
	}
	s := p.syntax(n, InLoopControl)
	for i := range s.Attrs {
		c := &s.Attrs[i]
		if c.Keyword == nil {
			p.fail(ruleKeyword, c.Key.Span, "'%s' is not a valid attribute for a LoopControl", c.Name)
		}
	}
	p.texts(&s)
	t.Control = &s
}

// includeKeywords are the keywords that include_tasks and include_role take; other ones belong into `apply`.
func includeKeyword(name string, handler bool) bool {
	switch name {
	case "action", "args", "local_action", "collections", "debugger", "ignore_errors", "loop", "loop_control", "loop_with", "name", "no_log", "register",
		"run_once", "tags", "timeout", "vars", "when":
		return true
	case "listen":
		return handler
	}
	return false
}

// include checks the tasks that bring in other files.
func (p *parser) include(t *TaskSyntax, class string) {
	short := shortName(t.Action.Name)
	at := head(t.Node)
	if short == "include_tasks" || short == "include_role" {
		for i := range t.Attrs {
			a := &t.Attrs[i]
			if a.Keyword != nil && !strings.HasPrefix(a.Name, "with_") && !includeKeyword(a.Name, t.Handler) {
				p.fail(ruleKeyword, at, "'%s' is not a valid attribute for a %s", a.Name, class)
			}
		}
	}
	args := t.Action.Args
	var bad []string
	switch short {
	case "include_tasks", "import_tasks":
		for k := range args.RawAll() {
			switch key := value.ToStr(k); key {
			case "file", "_raw_params", "apply", "_variable_params":
			default:
				bad = append(bad, key)
			}
		}
		if len(bad) > 0 {
			p.fail(ruleSpecific, at, "Invalid options for %s: %s", t.Action.Name, strings.Join(bad, ","))
		}
		if _, ok := includedFile(args); !ok {
			p.fail(ruleSpecific, at, "No file specified for %s", t.Action.Name)
		}
		if short == "import_tasks" && t.Loop != nil {
			p.fail(ruleSpecific, at, "You cannot use loops on 'import_tasks' statements. You should use 'include_tasks' instead.")
		}
	case "include_role", "import_role":
		for k := range args.RawAll() {
			switch key := value.ToStr(k); key {
			case "name", "role", "tasks_from", "vars_from", "defaults_from", "handlers_from", "apply", "public", "allow_duplicates", "rolespec_validate", "_variable_params":
				if strings.HasSuffix(key, "_from") {
					v, _ := args.Raw(key)
					if _, ok := v.(value.Str); !ok {
						p.fail(ruleSpecific, at, "Expected a string for %s but got %s instead", key, pyType(v))
					}
				}
			default:
				bad = append(bad, key)
			}
		}
		if !present(args, "name") && !present(args, "role") {
			p.fail(ruleSpecific, at, "'name' is a required field for %s.", t.Action.Name)
		}
		if len(bad) > 0 {
			p.fail(ruleSpecific, at, "Invalid options for %s: %s", t.Action.Name, strings.Join(bad, ","))
		}
		if t.Handler {
			p.fail(ruleSpecific, at, "Using '%s' as a handler is not supported.", t.Action.Name)
		}
		if short == "import_role" && t.Loop != nil {
			p.fail(ruleSpecific, at, "You cannot use loops on 'import_role' statements. You should use 'include_role' instead.")
		}
	default:
		return
	}
	if apply, ok := args.Raw("apply"); ok {
		if t, err := value.Truth(apply); err == nil && t && strings.HasPrefix(short, "import_") {
			p.fail(ruleSpecific, at, "Invalid options for %s: apply", short)
		} else if _, isDict := apply.(*value.Dict); !isDict {
			p.fail(ruleSpecific, at, "Expected a dict for apply but got %s instead", pyType(apply))
		}
	}
}

func present(d *value.Dict, key string) bool {
	v, ok := d.Raw(key)
	if !ok {
		return false
	}
	_, null := v.(value.None)
	return !null
}

// includedFile is the file that an include_tasks or import_tasks names.
func includedFile(args *value.Dict) (value.Value, bool) {
	for _, key := range [...]string{"_raw_params", "file"} {
		if v, ok := args.Raw(key); ok {
			if t, err := value.Truth(v); err == nil && t {
				return v, true
			}
		}
	}
	return nil, false
}

func (p *parser) warn(rule string, at source.Span, format string, args ...any) {
	p.problem(rule, diag.Warning, at, format, args...)
}
