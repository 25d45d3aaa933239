package vars

import (
	"sync"
	"sync/atomic"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Options are what a Store is made from. They are not changed afterwards.
type Options struct {
	FS        source.FS
	Inventory *inventory.Inventory
	Engine    *jinja.Engine // for hostvars and the names of vars_files
	Dir       string        // directory of the first playbook; "" means that none is known
	Extra     []Layer       // -e options in order; see ParseExtra
	Merge     bool          // DEFAULT_HASH_BEHAVIOUR = merge
	NoInject  bool          // INJECT_FACTS_AS_VARS = no
	// Precedence is VARIABLE_PRECEDENCE; nil means DefaultPrecedence.
	Precedence []string
	// Plugins are the vars plugins beside host_group_vars; nil: there are none.
	Plugins Plugins
	// FileStage is when the files of host_vars and group_vars count: "task", which "" means, "inventory" or "all"
	// (RUN_VARS_PLUGINS and the stage of host_group_vars).
	FileStage string
	Decrypt   func(ciphertext []byte) ([]byte, error)
	// Python finds the Python of the controller, for ansible_playbook_python; nil where there is none. It is called when
	// somebody asks.
	Python func() string
	// Magic holds the run's own variables: ansible_version, ansible_check_mode, ansible_limit, ...
	Magic *value.Dict
	// DuplicateKeys is the setting DUPLICATE_YAML_DICT_KEY: "ignore", "error" or anything else for a warning.
	DuplicateKeys string
	// Report takes problems of files that are read during the run; nil drops them.
	Report func(diag.Diagnostic)
}

// Layer is a mapping of variables with its level and its place. Node is nil where the mapping was not written in a
// file.
type Layer struct {
	Level *Level
	Vars  *value.Dict
	File  *source.File
	Node  *yaml.Node
	Name  string                            // of the group, host or role that the layer belongs to
	place func(name string) source.Location // overrides Node
}

// Store holds the variables of a run: what files give, and what tasks add host by host. It is safe for concurrent use,
// except that the inventory must not change while others read.
type Store struct {
	o     Options
	extra []Layer // strongest first

	files    fileLayers
	mu       sync.RWMutex
	hosts    map[string]*hostState
	hostBase sync.Map // *inventory.Host -> *hostLayers
	plays    sync.Map // *playbook.Play -> *playLayers
	tasks    sync.Map // playbook.Node -> *taskLayers
	prompts  sync.Map // *playbook.Play -> *value.Dict
	groups   atomic.Pointer[groupsVar]
	loaded   sync.Map // path of a vars file -> loadedFile
	watched  sync.Map // *value.Dict whose names have been looked at
	unread   atomic.Pointer[Unread]

	plugins       atomic.Pointer[Plugins]
	pluginMu      sync.Mutex
	pluginAnswers map[string]asked
	pluginVersion int // of the inventory when they were given
}

// Unread is a file of variables that is there and could not be read or understood, or a vars plugin that failed.
type Unread struct {
	diag.Diagnostic
	Cause error // what the plugin raised; nil for a file
}

// Unread is the first thing that should have given variables and could not: ansible-core ends a run with it. nil while all
// is well. Files are read, and plugins asked, when a scope first needs them.
func (s *Store) Unread() *Unread { return s.unread.Load() }

// New makes a store.
func New(o Options) *Store {
	if o.Precedence == nil {
		o.Precedence = DefaultPrecedence
	}
	if o.Inventory == nil {
		o.Inventory = inventory.New()
	}
	s := &Store{o: o, hosts: map[string]*hostState{}}
	s.files.store = s
	for i := len(o.Extra) - 1; i >= 0; i-- {
		s.extra = append(s.extra, o.Extra[i])
	}
	s.watch(s.extra)
	if o.Plugins != nil {
		s.Use(o.Plugins)
	}
	return s
}

// Inventory is the inventory that the store was made with.
func (s *Store) Inventory() *inventory.Inventory { return s.o.Inventory }

// Engine is the template engine of the store.
func (s *Store) Engine() *jinja.Engine { return s.o.Engine }

// hostState is what tasks have set for one host.
type hostState struct {
	mu       sync.RWMutex
	facts    *value.Dict // as modules gave them: ansible_distribution, ...
	spaced   *value.Dict // without the prefix: what ansible_facts shows
	injected *value.Dict // the facts that are variables, too
	set      *value.Dict // set_fact and register
	included *value.Dict // include_vars
	at       map[string]source.Location
	version  uint64
}

func (s *Store) state(host string) *hostState {
	s.mu.RLock()
	h := s.hosts[host]
	s.mu.RUnlock()
	if h != nil {
		return h
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if h = s.hosts[host]; h == nil {
		h = &hostState{facts: &value.Dict{}, spaced: &value.Dict{}, injected: &value.Dict{}, set: &value.Dict{}, included: &value.Dict{}}
		s.hosts[host] = h
	}
	return h
}

// SetFact sets non-persistent facts of a host (set_fact). at may be the zero Location.
func (s *Store) SetFact(host string, facts *value.Dict, at source.Location) {
	h := s.state(host)
	h.mu.Lock()
	defer h.mu.Unlock()
	for k, v := range facts.RawAll() {
		if name := value.ToStr(k); Reserved(name) {
			s.reserved(name, at)
		}
		h.set.Set(k, v)
		h.remember("set:"+value.ToStr(k), at)
	}
	h.version++
}

// Register stores a task's result under its register name: the same level as set_fact.
func (s *Store) Register(host, name string, v value.Value, at source.Location) {
	h := s.state(host)
	h.mu.Lock()
	defer h.mu.Unlock()
	if Reserved(name) {
		s.reserved(name, at)
	}
	h.set.Put(name, v)
	h.remember("set:"+name, at)
	h.version++
}

func (h *hostState) remember(key string, at source.Location) {
	if !at.Known() {
		return
	}
	if h.at == nil {
		h.at = map[string]source.Location{}
	}
	h.at[key] = at
}

// IncludeVars stores variables of include_vars. Mappings join mappings of the same name, as hash_behaviour says.
func (s *Store) IncludeVars(host string, vars *value.Dict, at source.Location) {
	h := s.state(host)
	h.mu.Lock()
	defer h.mu.Unlock()
	for k, v := range vars.RawAll() {
		if name := value.ToStr(k); Reserved(name) {
			s.reserved(name, at)
		}
		if old, ok := h.included.GetValue(k); ok && s.o.Merge {
			v = merge(old, v)
		}
		h.included.Set(k, v)
		h.remember("included:"+value.ToStr(k), at)
	}
	h.version++
}

// Prompted stores an answer to a play's vars_prompt. It is called before the play's tasks run.
func (s *Store) Prompted(p *playbook.Play, name string, v value.Value) {
	answers := &value.Dict{}
	if old, ok := s.prompts.Load(p); ok {
		answers = old.(*value.Dict).Copy()
	}
	answers.Put(name, v)
	s.prompts.Store(p, answers)
}

// Extra tells whether a variable was given with -e.
func (s *Store) Extra(name string) bool {
	for _, l := range s.extra {
		if _, ok := l.Vars.Raw(name); ok {
			return true
		}
	}
	return false
}

// merge joins two mappings recursively, the second winning; anything else is replaced.
func merge(a, b value.Value) value.Value {
	x, ok := a.(*value.Dict)
	if !ok {
		return b
	}
	y, ok := b.(*value.Dict)
	if !ok {
		return b
	}
	out := &value.Dict{At: y.At}
	for k, v := range x.RawAll() {
		out.Set(k, v)
	}
	for k, v := range y.RawAll() {
		if old, ok := out.GetValue(k); ok {
			v = merge(old, v)
		}
		out.Set(k, v)
	}
	return out
}
