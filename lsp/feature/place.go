package feature

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// scope is what a mapping or list means in a playbook: which keys may stand in it.
type scope uint8

const (
	unknown scope = iota
	playList
	playMap
	taskList
	taskMap // a task, a handler or a block: all share one mapping
	roleList
	roleMap
	loopControlMap
	optionMap      // arguments of a module, or suboptions
	optionList     // list of suboption mappings
	actionMap      // under action: a mapping with module: and its arguments
	defaultsList   // module_defaults as a list
	defaultsMap    // module_defaults: modules to arguments
	varsMap        // variables under vars:
	promptList     // vars_prompt
	promptMap      // an entry of vars_prompt
	metaMap        // a role's meta/main.yml
	valueOf        // a scalar, or a list of scalars, that is the value of a keyword or option
	variableFile   // a file of variables
	argSpecsFile   // meta/argument_specs.yml
	requirementMap // requirements.yml
)

// place is where an offset stands, in the words of the playbook language.
type place struct {
	scope   scope
	handler bool       // tasks are handlers
	key     bool       // at a key of a mapping of that scope; else at a value
	pair    *yaml.Pair // the pair whose key or value it is, nil in lists
	parent  *yaml.Node // the mapping or list that it stands in
	scalar  *yaml.Node // the scalar at the offset, nil where there is none

	play, task, role *yaml.Node   // innermost mappings around
	blocks           []*yaml.Node // blocks around the task, outermost first

	keyword string            // with valueOf: the keyword whose value it is
	module  string            // as written, within arguments
	entry   *catalog.Entry    // what is known of the module, nil when nothing
	options []*argspec.Option // allowed in an optionMap
	option  *argspec.Option   // with valueOf: the option whose value it is
}

// locate says what stands at an offset of the file, by its tree.
func locate(in *Input, t *yaml.Tree, off int) place {
	if t == nil {
		return place{}
	}
	path := t.Path(off)
	p := place{scope: rootScope(in.Kind()), handler: in.Kind() == project.Handlers}
	for i, n := range path {
		var child *yaml.Node
		if i+1 < len(path) {
			child = path[i+1]
		}
		p.parent = n
		switch n.Kind {
		case yaml.Mapping:
			p.enterMapping(n)
			if child == nil {
				p.key, p.pair = true, nil
				return p
			}
			pair := pairOf(n, child)
			p.pair = pair
			if pair.Key == child {
				p.key, p.scalar = true, child
				return p
			}
			p.enterValue(in, n, pair)
		case yaml.Sequence:
			if child == nil {
				p.pair = nil
				return p
			}
			p.enterItem()
		case yaml.Scalar:
			p.scalar = n
			if i > 0 {
				p.parent = path[i-1]
			}
			return p
		default:
			return p
		}
	}
	return p
}

func pairOf(n, child *yaml.Node) *yaml.Pair {
	for _, p := range n.Pairs {
		if p.Key == child || p.Value == child {
			return p
		}
	}
	return &yaml.Pair{Key: child, Value: child}
}

func rootScope(k project.Kind) scope {
	switch k {
	case project.Playbook:
		return playList
	case project.Tasks, project.Handlers:
		return taskList
	case project.Meta:
		return metaMap
	case project.Vars, project.Defaults:
		return variableFile
	case project.ArgSpecs:
		return argSpecsFile
	case project.Requirements:
		return requirementMap
	}
	return unknown
}

// enterMapping notes the mappings that later answers are about.
func (p *place) enterMapping(n *yaml.Node) {
	switch p.scope {
	case playMap:
		p.play = n
	case taskMap:
		if p.task != nil {
			p.blocks = append(p.blocks, p.task)
		}
		p.task = n
	case roleMap:
		p.role = n
	case playList: // a single play without its dash: half-written
		p.scope, p.play = playMap, n
	case taskList:
		p.scope, p.task = taskMap, n
	case optionList:
		p.scope = optionMap
	case defaultsList:
		p.scope = defaultsMap
	case roleList:
		p.scope, p.role = roleMap, n
	}
}

// enterItem steps from a list to one of its items.
func (p *place) enterItem() {
	switch p.scope {
	case playList:
		p.scope = playMap
	case taskList:
		p.scope = taskMap
	case roleList:
		p.scope = roleMap
	case optionList:
		p.scope = optionMap
	case defaultsList:
		p.scope = defaultsMap
	case promptList:
		p.scope = promptMap
	case valueOf: // a list of values
	default:
		p.scope = unknown
	}
}

// enterValue steps from a mapping to the value of one of its keys.
func (p *place) enterValue(in *Input, n *yaml.Node, pair *yaml.Pair) {
	name := pair.Key.Text
	was := p.scope
	p.scope, p.keyword = unknown, ""
	switch was {
	case playMap, taskMap, roleMap:
		p.enterKeyword(in, was, n, name)
	case loopControlMap, promptMap:
		p.scope, p.keyword = valueOf, name
	case metaMap:
		if name == "dependencies" {
			p.scope = roleList
		}
	case actionMap:
		if name == "module" {
			p.scope, p.keyword = valueOf, "action"
			return
		}
		p.setModule(in, textOf(n.Get("module")))
		p.enterOption(name)
	case optionMap:
		p.enterOption(name)
	case defaultsMap:
		if strings.HasPrefix(name, "group/") {
			return
		}
		p.setModule(in, name)
		p.scope = optionMap
	case varsMap, variableFile:
		p.scope = valueOf
	}
}

func (p *place) enterKeyword(in *Input, was scope, n *yaml.Node, name string) {
	switch name {
	case "tasks", "pre_tasks", "post_tasks", "block", "rescue", "always":
		p.scope = taskList
		return
	case "handlers":
		p.scope, p.handler = taskList, true
		return
	case "roles":
		if was == playMap {
			p.scope = roleList
			return
		}
	case "loop_control":
		p.scope = loopControlMap
		return
	case "vars", "environment":
		p.scope, p.keyword = varsMap, name
		return
	case "module_defaults":
		p.scope = defaultsMap
		return
	case "vars_prompt":
		p.scope = promptList
		return
	case "action", "local_action":
		p.scope, p.keyword = actionMap, name
		return
	case "args":
		p.setModule(in, ActionOf(n))
		p.scope = optionMap
		return
	}
	if playbook.FindKeyword(name) != nil || strings.HasPrefix(name, "with_") || was != taskMap {
		p.scope, p.keyword = valueOf, name
		return
	}
	p.setModule(in, name)
	p.scope = optionMap
}

// enterOption steps to the value of an option: suboptions, or a value.
func (p *place) enterOption(name string) {
	i := slices.IndexFunc(p.options, func(o *argspec.Option) bool { return o.Name == name || slices.Contains(o.Aliases, name) })
	p.option = nil
	if i < 0 {
		p.options, p.scope = nil, valueOf
		return
	}
	o := p.options[i]
	p.option = o
	switch {
	case len(o.Options) > 0 && o.Type == "list":
		p.scope, p.options = optionList, o.Options
	case len(o.Options) > 0:
		p.scope, p.options = optionMap, o.Options
	default:
		p.scope = valueOf
	}
}

// setModule looks the module up, in the collections that the play or task names.
func (p *place) setModule(in *Input, name string) {
	p.module, p.entry, p.options = name, nil, nil
	p.entry = in.Module(name, collections(p.task, p.play))
	if p.entry != nil && p.entry.Spec != nil {
		p.options = p.entry.Spec.Options
	}
}

// collections is what the `collections` keyword says, innermost first.
func collections(nodes ...*yaml.Node) []string {
	for _, n := range nodes {
		if list := n.Get("collections"); list != nil {
			var names []string
			for _, i := range list.Items {
				names = append(names, i.Text)
			}
			return names
		}
	}
	return nil
}

func textOf(n *yaml.Node) string {
	if n = n.Resolve(); n == nil || n.Kind != yaml.Scalar {
		return ""
	}
	return n.Text
}

// ActionOf is the name of the module that a task's mapping runs, as written; "" when it names none yet.
func ActionOf(task *yaml.Node) string {
	if p := actionPair(task); p != nil {
		switch p.Key.Text {
		case "action", "local_action":
			if p.Value.Kind == yaml.Mapping {
				return textOf(p.Value.Get("module"))
			}
			name, _, _ := strings.Cut(p.Value.Text, " ")
			return name
		}
		return p.Key.Text
	}
	return ""
}

// actionPair finds the entry of a task's mapping that names its module.
func actionPair(task *yaml.Node) *yaml.Pair {
	if task == nil {
		return nil
	}
	for _, p := range task.Pairs {
		switch name := p.Key.Text; {
		case name == "action", name == "local_action":
			return p
		case p.Key.Kind != yaml.Scalar, name == "", playbook.FindKeyword(name) != nil, strings.HasPrefix(name, "with_"), p.Merge:
		default:
			return p
		}
	}
	return nil
}
