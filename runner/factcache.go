package runner

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// factCache keeps the facts of hosts between runs, one JSON file for each host as ansible-core's jsonfile plugin does.
// A nil cache keeps nothing beyond the run (plugin memory).
type factCache struct {
	dir, prefix string
	timeout     time.Duration // 0: never too old
	all         map[string]*value.Dict
}

// openFactCache reads the configuration; a plugin that is not there is refused by name.
func (r *run) openFactCache() error {
	if r.o.Config == nil {
		return nil
	}
	switch name := strings.TrimPrefix(r.o.Config.String("CACHE_PLUGIN"), "ansible.builtin."); name {
	case "", "memory":
		return nil
	case "jsonfile":
	default:
		return &fault.Fault{Msg: "The fact cache plugin '" + name + "' is not supported; there are memory and jsonfile."}
	}
	dir := os.ExpandEnv(expandHome(r.o.Config.String("CACHE_PLUGIN_CONNECTION")))
	if dir == "" {
		return &fault.Fault{Msg: "error, 'ansible.builtin.jsonfile' cache plugin requires the 'fact_caching_connection' config option to be set (to a writeable directory path)"}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fault.Wrap(err, source.Location{}, "Error in 'ansible.builtin.jsonfile' cache plugin while trying to create cache dir '%s'.", dir)
	}
	r.cache = &factCache{dir: dir, prefix: r.o.Config.String("CACHE_PLUGIN_PREFIX"),
		timeout: time.Duration(r.o.Config.Int("CACHE_PLUGIN_TIMEOUT")) * time.Second, all: map[string]*value.Dict{}}
	for _, h := range r.o.Inventory.Hosts() {
		r.recall(h.Name)
	}
	return nil
}

func (c *factCache) path(host string) string { return filepath.Join(c.dir, c.prefix+host) }

// recall loads the cached facts of a host, once.
func (r *run) recall(host string) {
	c := r.cache
	if c == nil || c.all[host] != nil {
		return
	}
	c.all[host] = &value.Dict{}
	path := c.path(host)
	if r.o.FlushCache {
		os.Remove(path)
		return
	}
	info, err := os.Stat(path)
	if err != nil || c.timeout > 0 && time.Since(info.ModTime()) > c.timeout {
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return
	}
	v, err := value.FromJSON(data)
	d, ok := v.(*value.Dict)
	if err != nil || !ok {
		os.Remove(path)
		r.display.Warn("error in 'ansible.builtin.jsonfile' cache plugin while trying to read " + path + ". Most likely a corrupt file, so erasing and failing.")
		return
	}
	if p, ok := d.Raw("__payload__"); ok { // ansible-core 2.19 wraps the facts
		if s, ok := p.(value.Str); ok {
			if x, err := value.FromJSON([]byte(s.S)); err == nil {
				if inner, ok := x.(*value.Dict); ok {
					d = inner
				}
			}
		}
	}
	c.all[host] = d
	r.store.SetFacts(host, d)
	if v, ok := d.Raw("_ansible_facts_gathered"); ok && truthy(v) {
		r.gathered[host] = true
	}
}

// remember stores facts of a host and keeps them for later runs.
func (r *run) remember(host string, facts *value.Dict) {
	r.store.SetFacts(host, facts)
	c := r.cache
	if c == nil {
		return
	}
	if c.all[host] == nil {
		c.all[host] = &value.Dict{}
	}
	for k, v := range facts.RawAll() {
		c.all[host].Set(k, v)
	}
	indent := 4
	data, err := value.ToJSON(c.all[host], value.JSONOptions{Indent: &indent, SortKeys: true})
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(c.dir, ".tmp"); err == nil {
			_, err = f.Write(data)
			if e := f.Close(); err == nil {
				err = e
			}
			if err == nil {
				err = os.Chmod(f.Name(), 0o640)
			}
			if err == nil {
				err = os.Rename(f.Name(), c.path(host))
			}
			if err != nil {
				os.Remove(f.Name())
			}
		}
	}
	if err != nil {
		r.display.Warn("Error in 'ansible.builtin.jsonfile' cache plugin while trying to write to '" + c.path(host) + "': " + err.Error())
	}
}

// forgetFacts drops the facts of a host, cached ones too.
func (r *run) forgetFacts(host string) {
	r.store.ClearFacts(host)
	delete(r.gathered, host)
	if r.cache != nil {
		delete(r.cache.all, host)
		os.Remove(r.cache.path(host))
		r.cache.all[host] = &value.Dict{}
	}
}
