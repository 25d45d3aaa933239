// Package runner runs playbooks: plays batch by batch, tasks host by host, as ansible-core 2.19 does, with its output
// and exit codes. The walk through a play is runner/iterator, what a task does on the controller runner/action, the way
// to hosts runner/transport, the output runner/callback; this package puts them together. It may import everything but
// lsp and cli.
package runner

import (
	"context"
	"errors"
	"io"
	"sort"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/terminal"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// Options is what a run is made of. Everything is resolved: the command line has been read, the inventory loaded.
type Options struct {
	FS        source.FS
	Playbooks []string
	Config    *config.Config
	Inventory *inventory.Inventory
	Engine    *jinja.Engine
	Store     *vars.Store
	Loader    *playbook.Loader
	Catalog   *catalog.Catalog
	Display   *callback.Display
	Callbacks []callback.Callback
	// Plugins runs plugins that are written in Python; nil where none can.
	Plugins *pyplugin.Host
	Details bool // events carry what only callbacks in Python use
	Decrypt func([]byte) ([]byte, error)
	Getenv  func(string) string
	Stdin   io.Reader
	Dir     string

	Limit         *inventory.Limit
	Tags, Skip    []string
	Check, Diff   bool
	Forks         int
	Verbosity     int
	StartAt       string
	Step          bool
	ForceHandlers bool
	FlushCache    bool
	Only          []Place // run nothing but these tasks
	Adhoc         string  // the pattern of a single task, "" for playbooks
	// Given lists the options of the command line for -vvvv: "forks: 5".
	Given []string
	// Begun is called when the files have been read and the first playbook starts; may be nil.
	Begun func()
	// Describe names the places of the playbook that stands for the single task, by their text.
	Describe func(text string) string

	Syntax, ListHosts, ListTasks, ListTags bool

	// The defaults of the way to hosts: keywords and variables win over them.
	Connection, User, KeyFile          string
	Port                               int
	Timeout                            int // of a connection, seconds
	SSHCommonArgs, SSHExtraArgs        string
	Become                             bool
	BecomeUser, BecomeMethod           string
	ConnectionPassword, BecomePassword transport.Secret

	// Fallback, when set, takes the run over where it would be refused before any host is touched; why says in one line what
	// the reason is. It gives the exit status.
	Fallback func(ctx context.Context, why string) int

	// Refresh reads the inventory again; nil where it cannot be.
	Refresh func() error

	// Terminal asks the person who started the run; nil where nobody can be asked.
	Terminal *terminal.Terminal
}

// AnsibleVersion is the version of ansible-core whose behaviour this program has.
const AnsibleVersion = "2.19.14"

// ErrKilled is the cause of a context that ends because the process is to end of a signal: the run says nothing of it.
var ErrKilled = errors.New("ended by a signal")

// Place is a line of a file.
type Place struct {
	Path string
	Line int
}

// The exit statuses of ansible-playbook.
const (
	ExitOK          = 0
	ExitError       = 1
	ExitFailed      = 2
	ExitUnreachable = 4
	ExitParser      = 4
	ExitOptions     = 5
	ExitBreakPlay   = 8 // internal: the play ends because too many hosts failed
	ExitInterrupted = 99
	ExitUnexpected  = 250
)

// run is the state of one run over all its plays.
type run struct {
	ctx     context.Context
	o       Options
	engine  *jinja.Engine
	store   *vars.Store
	loader  *playbook.Loader
	catalog *catalog.Catalog
	display *callback.Display

	handedOver bool     // Fallback has run
	redirects  sync.Map // names of modules whose redirection has been told

	specMu sync.Mutex
	specs  map[*playbook.Task]*spec

	stop    context.CancelCauseFunc
	eventMu sync.Mutex
	broken  error // of a callback that ends the run

	stats       map[string]*callback.Recap
	custom      map[string]*value.Dict
	customRun   *value.Dict
	failed      map[string]bool
	unreachable map[string]bool
	gathered    map[string]bool
	startDone   bool
	passed      []string       // names that --start-at-task did not mean
	dynamic     []func() error // what add_host and group_by did, to be done again after a refresh
	cache       *factCache
	warned      int // inventory warnings shown

	connMu             sync.Mutex
	conns              map[string]*conn
	connTick, maxConns int
	python             pythonSupport

	interpreters map[string]string // found on hosts, by host

	debugHistory terminal.History // of the task debugger

}

// Run runs the playbooks and returns the exit status.
func Run(ctx context.Context, o Options) int {
	r := &run{ctx: ctx, o: o, engine: o.Engine, store: o.Store, loader: o.Loader, catalog: o.Catalog, display: o.Display,
		specs: map[*playbook.Task]*spec{}, stats: map[string]*callback.Recap{}, custom: map[string]*value.Dict{},
		failed: map[string]bool{}, unreachable: map[string]bool{}, gathered: map[string]bool{}, conns: map[string]*conn{}}
	if r.o.Forks <= 0 {
		r.o.Forks = 5
	}
	r.o.Forks, r.maxConns = fewFiles(openFileLimit(), r.o.Forks)
	ctx, r.stop = context.WithCancelCause(ctx)
	defer r.stop(nil)
	r.ctx = ctx
	defer r.display.Flush()
	defer r.closeAll()
	r.openFactCache()
	return r.playbooks(ctx)
}

// emit tells every callback; workers call it, too.
func (r *run) emit(e callback.Event) {
	r.eventMu.Lock()
	defer r.eventMu.Unlock()
	for _, c := range r.o.Callbacks {
		c.Event(e)
		if f, ok := c.(interface{ Err() error }); ok && f.Err() != nil && r.broken == nil {
			r.broken = f.Err()
			r.stop(r.broken)
		}
	}
}

func (r *run) stat(host string) *callback.Recap {
	s := r.stats[host]
	if s == nil {
		s = &callback.Recap{Host: host}
		r.stats[host] = s
	}
	return s
}

func (r *run) recap() callback.Stats {
	var s callback.Stats
	for _, h := range r.stats {
		s.Hosts = append(s.Hosts, *h)
	}
	sort.Slice(s.Hosts, func(i, j int) bool { return s.Hosts[i].Host < s.Hosts[j].Host })
	for h, d := range r.custom {
		s.Custom = append(s.Custom, callback.CustomStat{Host: h, Data: d})
	}
	sort.Slice(s.Custom, func(i, j int) bool { return s.Custom[i].Host < s.Custom[j].Host })
	s.Run = r.customRun
	return s
}
