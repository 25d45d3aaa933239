// Package vars knows which variables a task sees and where each comes from. The precedence levels are one table
// (Levels). A Scope is a chain of layers that is searched by name, from the strongest level down; nothing is merged per
// task. It imports inventory, playbook, jinja, yaml, config, vault and what they import.
package vars

import (
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Level is one precedence level.
type Level struct {
	Name string // shown to people: "role defaults", "host_vars beside the inventory"
	Doc  string
}

// Levels is the precedence table, weakest first.
var Levels = []Level{}

// Options are what a Store is made from.
type Options struct {
	FS        source.FS
	Inventory *inventory.Inventory
	Engine    *jinja.Engine
	Dir       string // directory of the first playbook; host_vars and group_vars beside it are read
	ExtraVars []Extra
	Merge     bool // hash_behaviour = merge
	Decrypt   func(ciphertext []byte) ([]byte, error)
	Inject    bool // INJECT_FACTS_AS_VARS
	// Magic holds the run's own variables: ansible_version, ansible_check_mode, ansible_verbosity, ...
	Magic *value.Dict
}

// Extra is one -e option.
type Extra struct {
	Vars *value.Dict
	At   source.Location
}

// Store holds the variables of a run: what files give, and what tasks add host by host. It is safe for concurrent use.
type Store struct{ o Options }

// New makes a store.
func New(o Options) *Store { return &Store{o: o} }

// Query says for whom variables are looked up. Every field may be nil.
type Query struct {
	Host *inventory.Host
	Play *playbook.Play
	Task *playbook.Task
	// Hosts of the play and of the batch, for the magic variables.
	PlayHosts, Batch []string
}

// Scope looks variables up for one query. It implements jinja.Scope. It is cheap to make.
type Scope struct {
	store *Store
	q     Query
	over  *value.Dict
	up    *Scope
}

// Scope makes the scope of a query.
func (s *Store) Scope(q Query) *Scope { return &Scope{store: s, q: q} }

// With lays variables over the scope (a loop's item, a delegated host's variables); they win over everything.
func (s *Scope) With(vars *value.Dict) *Scope {
	return &Scope{store: s.store, q: s.q, over: vars, up: s}
}

// Lookup gives a variable as its author wrote it, not templated.
func (s *Scope) Lookup(name string) (value.Value, bool) { return nil, false }

// Names lists the names of all variables that the scope knows.
func (s *Scope) Names() []string { return nil }

// Definition is one place where a variable gets a value.
type Definition struct {
	Level  *Level
	At     source.Location // unknown for what tasks set at run time
	Value  value.Value
	Winner bool
	Why    string // why it wins or loses
}

// Explain lists all definitions of a variable, the winner first.
func (s *Scope) Explain(name string) []Definition { return nil }

// SetFacts updates a host's ansible_facts (module results, set_fact with cacheable).
func (s *Store) SetFacts(host string, facts *value.Dict) {}

// SetFact sets non-persistent facts: set_fact.
func (s *Store) SetFact(host string, facts *value.Dict) {}

// Register stores a task's result under its register name: the same level as set_fact.
func (s *Store) Register(host, name string, v value.Value) {}

// IncludeVars stores variables of include_vars.
func (s *Store) IncludeVars(host string, vars *value.Dict) {}

// ClearFacts forgets a host's ansible_facts.
func (s *Store) ClearFacts(host string) {}
