package runner

import (
	"github.com/rehearse-dev/rehearse/internal/factcache"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// factCache keeps the facts of hosts between runs. A nil cache keeps nothing beyond the run (plugin memory).
type factCache struct {
	factcache.Cache
	all map[string]*value.Dict
	err error // of the first host that could not be read
}

// openFactCache opens the cache of the settings. One that cannot be used is a warning, as in ansible-core: the run goes
// on without.
func (r *run) openFactCache() {
	if r.o.Config == nil {
		return
	}
	c, err := factcache.Open(r.o.Config, r.o.FS, r.o.Plugins, r.display.Warn)
	if err != nil {
		r.display.Warn(err.Error())
	}
	if c == nil {
		return
	}
	r.cache = &factCache{Cache: c, all: map[string]*value.Dict{}}
	if r.o.FlushCache {
		r.cache.Delete("localhost")
	}
	for _, h := range r.o.Inventory.Hosts() {
		if r.o.FlushCache {
			r.cache.Delete(h.Name)
		}
		r.recall(h.Name)
	}
}

// recall loads the cached facts of a host, once.
func (r *run) recall(host string) {
	c := r.cache
	if c == nil || c.all[host] != nil {
		return
	}
	c.all[host] = &value.Dict{}
	d, err := c.Get(host)
	if err != nil && c.err == nil {
		c.err = err
	}
	if d == nil {
		return
	}
	c.all[host] = d
	r.store.SetFacts(host, d)
	if v, ok := d.Raw("_ansible_facts_gathered"); ok && truthy(v) {
		r.gathered[host] = true
	}
}

// uncached is the error of facts that could not be read from the cache, once.
func (r *run) uncached() error {
	if r.cache == nil {
		return nil
	}
	err := r.cache.err
	r.cache.err = nil
	return err
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
	if err := c.Set(host, c.all[host]); err != nil {
		r.display.Warn(err.Error())
	}
}

// forgetFacts drops the facts of a host, cached ones too.
func (r *run) forgetFacts(host string) {
	r.store.ClearFacts(host)
	delete(r.gathered, host)
	if r.cache != nil {
		r.cache.Delete(host)
		r.cache.all[host] = &value.Dict{}
	}
}
