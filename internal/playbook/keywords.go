package playbook

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Place says where a keyword may stand; places combine.
type Place uint16

// The places.
const (
	InPlay        Place = 1 << iota // an entry of a playbook with hosts
	InImport                        // an entry of a playbook with import_playbook
	InBlock                         // a block
	InTask                          // a task
	InHandler                       // a task in a handlers list
	InRole                          // an entry of roles: or of meta dependencies
	InLoopControl                   // the mapping under loop_control
)

// taskLike is the set of places that every task keyword has.
const taskLike = InTask | InHandler

// everywhere is the set of places of the keywords that all objects inherit.
const everywhere = InPlay | InImport | InBlock | InTask | InHandler | InRole

// Type is the type that ansible-core coerces a keyword to when the object is about to run.
type Type uint8

// The types. Percent is a number or a text with a percent sign; Class is a mapping with keywords of its own.
const (
	Any Type = iota
	Bool
	Int
	Float
	Text
	Percent
	ListOf // a list; a lone value stands for a list of one
	Mapping
	Class
)

func (t Type) String() string {
	return [...]string{"any", "bool", "int", "float", "string", "percent", "list", "dict", "dict"}[t]
}

// Keyword is one keyword of the playbook language as ansible-core 2.19 knows it. The parser, the linter and the editor
// read this one table.
type Keyword struct {
	Name     string
	In       Place
	Type     Type
	Inherit  bool        // looked up in the parents when the object has none
	Extend   bool        // parents' values are joined instead of replaced
	Prepend  bool        // with Extend: the parents' values come first
	Static   bool        // never templated
	Private  bool        // not for authors: written by the parser
	Required bool        //
	Default  value.Value // nil: none, or one that the configuration gives
	Choices  []string    // the values that ansible-core takes, where it limits them
	Doc      string      // one line, our own words
}

// FindKeyword finds a keyword by name; nil where there is none. A with_* loop is not in the table.
func FindKeyword(name string) *Keyword {
	i, ok := slices.BinarySearchFunc(Keywords, name, func(k Keyword, n string) int { return strings.Compare(k.Name, n) })
	if !ok {
		return nil
	}
	return &Keywords[i]
}

// Allowed tells whether the keyword may stand at a place.
func (k *Keyword) Allowed(p Place) bool { return k.In&p != 0 }

// Keywords is the table, in alphabetical order.
var Keywords = []Keyword{
	{Name: "action", In: taskLike, Type: Text, Doc: "Module to run, as `action: module k=v` or as a mapping with `module:`."},
	{Name: "always", In: InBlock, Type: ListOf, Doc: "Tasks of the block that run whatever happened before."},
	{Name: "any_errors_fatal", In: everywhere, Type: Bool, Inherit: true, Default: value.Bool(false), Doc: "A failure on one host ends the play on all hosts."},
	{Name: "args", In: taskLike, Type: Mapping, Doc: "Further arguments of the module, merged with the ones beside its name."},
	{Name: "async", In: taskLike, Type: Int, Default: value.Int(0), Doc: "Run in the background for at most this many seconds."},
	{Name: "become", In: everywhere, Type: Bool, Inherit: true, Doc: "Run as another user."},
	{Name: "become_exe", In: everywhere, Type: Text, Inherit: true, Doc: "Program that changes the user."},
	{Name: "become_flags", In: everywhere, Type: Text, Inherit: true, Doc: "Options for the program that changes the user."},
	{Name: "become_method", In: everywhere, Type: Text, Inherit: true, Doc: "How to change the user: sudo, su, ..."},
	{Name: "become_user", In: everywhere, Type: Text, Inherit: true, Doc: "User to run as with become."},
	{Name: "block", In: InBlock, Type: ListOf, Doc: "Tasks that share the keywords beside them."},
	{Name: "break_when", In: InLoopControl, Type: ListOf, Doc: "Conditions that end the loop after an item."},
	{Name: "changed_when", In: taskLike, Type: ListOf, Doc: "Conditions under which the task counts as changed."},
	{Name: "check_mode", In: everywhere, Type: Bool, Inherit: true, Doc: "Force check mode on or off, whatever the command line says."},
	{Name: "collections", In: InPlay | InBlock | taskLike | InRole, Type: ListOf, Inherit: true, Static: true, Doc: "Collections in which short names of modules and roles are looked up."},
	{Name: "connection", In: everywhere, Type: Text, Inherit: true, Doc: "Connection plugin."},
	{Name: "debugger", In: everywhere, Type: Text, Inherit: true, Choices: []string{"always", "on_failed", "on_unreachable", "on_skipped", "never"}, Doc: "When to start the task debugger."},
	{Name: "delay", In: taskLike, Type: Float, Default: value.Int(5), Doc: "Seconds between two attempts of until."},
	{Name: "delegate_facts", In: InBlock | taskLike | InRole, Type: Bool, Inherit: true, Doc: "Give gathered facts to the delegated host."},
	{Name: "delegate_to", In: InBlock | taskLike | InRole, Type: Text, Inherit: true, Doc: "Host that runs the task instead of the current one."},
	{Name: "diff", In: everywhere, Type: Bool, Inherit: true, Doc: "Show what files look like before and after."},
	{Name: "environment", In: everywhere, Type: ListOf, Inherit: true, Extend: true, Prepend: true, Doc: "Environment variables of the module: a mapping or a list of mappings."},
	{Name: "extended", In: InLoopControl, Type: Bool, Doc: "Define ansible_loop with details of the iteration."},
	{Name: "extended_allitems", In: InLoopControl, Type: Bool, Default: value.Bool(true), Doc: "Keep all items in ansible_loop.allitems."},
	{Name: "fact_path", In: InPlay, Type: Text, Doc: "Directory of local facts."},
	{Name: "failed_when", In: taskLike, Type: ListOf, Doc: "Conditions under which the task counts as failed."},
	{Name: "force_handlers", In: InPlay, Type: Bool, Doc: "Run notified handlers even on hosts that failed."},
	{Name: "gather_facts", In: InPlay, Type: Bool, Doc: "Gather facts before the first task."},
	{Name: "gather_subset", In: InPlay, Type: ListOf, Doc: "Subsets of facts to gather."},
	{Name: "gather_timeout", In: InPlay, Type: Int, Doc: "Seconds that gathering one fact may take."},
	{Name: "handlers", In: InPlay, Type: ListOf, Doc: "Tasks that run once at the end when they were notified."},
	{Name: "hosts", In: InPlay, Type: ListOf, Required: true, Doc: "Host pattern, or a list of them."},
	{Name: "ignore_errors", In: everywhere, Type: Bool, Inherit: true, Doc: "Go on after a failure."},
	{Name: "ignore_unreachable", In: everywhere, Type: Bool, Inherit: true, Doc: "Go on with the host after it could not be reached."},
	{Name: "import_playbook", In: InImport, Type: Text, Required: true, Doc: "Playbook whose plays take this place."},
	{Name: "index_var", In: InLoopControl, Type: Text, Doc: "Variable that holds the number of the item, from 0."},
	{Name: "label", In: InLoopControl, Type: Text, Doc: "What is shown for an item."},
	{Name: "listen", In: InHandler, Type: ListOf, Static: true, Doc: "Topics that notify the handler, besides its name."},
	{Name: "local_action", In: taskLike, Type: Text, Doc: "Like action, with delegate_to localhost."},
	{Name: "loop", In: taskLike, Type: ListOf, Doc: "Run the task once for every item of the list."},
	{Name: "loop_control", In: taskLike, Type: Class, Doc: "How the loop behaves."},
	{Name: "loop_var", In: InLoopControl, Type: Text, Default: value.S("item"), Doc: "Variable that holds the item."},
	{Name: "loop_with", In: taskLike, Type: Text, Private: true, Doc: "Name of the lookup of a with_* loop."},
	{Name: "max_fail_percentage", In: InPlay, Type: Percent, Doc: "Share of hosts of a batch that may fail before the play ends."},
	{Name: "module_defaults", In: everywhere, Type: ListOf, Inherit: true, Extend: true, Prepend: true, Doc: "Default arguments by module or group of modules."},
	{Name: "name", In: everywhere, Type: Text, Default: value.S(""), Doc: "Text that names the object in the output."},
	{Name: "no_log", In: everywhere, Type: Bool, Inherit: true, Default: value.Bool(false), Doc: "Hide arguments and results."},
	{Name: "notify", In: InBlock | taskLike, Type: ListOf, Inherit: true, Doc: "Handlers to run at the end when the task changed something."},
	{Name: "order", In: InPlay, Type: Text, Choices: []string{"inventory", "sorted", "reverse_sorted", "reverse_inventory", "shuffle"}, Doc: "Order of the hosts."},
	{Name: "pause", In: InLoopControl, Type: Float, Default: value.Int(0), Doc: "Seconds between two items."},
	{Name: "poll", In: taskLike, Type: Int, Default: value.Int(15), Doc: "Seconds between two looks at an async task; 0 does not wait."},
	{Name: "port", In: everywhere, Type: Int, Inherit: true, Doc: "Port of the connection."},
	{Name: "post_tasks", In: InPlay, Type: ListOf, Doc: "Tasks that run after the tasks section."},
	{Name: "pre_tasks", In: InPlay, Type: ListOf, Doc: "Tasks that run before roles."},
	{Name: "register", In: taskLike, Type: Text, Static: true, Doc: "Variable that receives the result."},
	{Name: "remote_user", In: everywhere, Type: Text, Inherit: true, Doc: "User of the connection."},
	{Name: "rescue", In: InBlock, Type: ListOf, Doc: "Tasks of the block that run after one of its tasks failed."},
	{Name: "retries", In: taskLike, Type: Int, Doc: "Attempts of until."},
	{Name: "role", In: InRole, Type: Text, Doc: "Name of the role."},
	{Name: "roles", In: InPlay, Type: ListOf, Doc: "Roles that run before the tasks section."},
	{Name: "run_once", In: everywhere, Type: Bool, Inherit: true, Doc: "Run on the first host of the batch only and give all the result."},
	{Name: "serial", In: InPlay, Type: ListOf, Doc: "Hosts per batch: numbers or percentages."},
	{Name: "strategy", In: InPlay, Type: Text, Default: value.S("linear"), Doc: "Strategy plugin."},
	{Name: "tags", In: everywhere, Type: ListOf, Inherit: true, Extend: true, Doc: "Tags that select the object."},
	{Name: "tasks", In: InPlay, Type: ListOf, Doc: "Tasks that run after roles."},
	{Name: "throttle", In: everywhere, Type: Int, Inherit: true, Default: value.Int(0), Doc: "At most this many hosts at a time."},
	{Name: "timeout", In: everywhere, Type: Int, Inherit: true, Default: value.Int(0), Doc: "Seconds after which the task fails."},
	{Name: "until", In: taskLike, Type: ListOf, Doc: "Repeat the task until the conditions hold."},
	{Name: "user", In: InPlay, Type: Text, Inherit: true, Doc: "Old name of remote_user."},
	{Name: "vars", In: everywhere, Type: Mapping, Static: true, Doc: "Variables of the object."},
	{Name: "vars_files", In: InPlay, Type: ListOf, Doc: "Files of variables; a list inside is searched for the first that exists."},
	{Name: "vars_prompt", In: InPlay, Type: ListOf, Doc: "Variables that are asked for at the start."},
	{Name: "when", In: InImport | InBlock | taskLike | InRole, Type: ListOf, Inherit: true, Extend: true, Prepend: true, Doc: "Conditions under which the object runs."},
}
