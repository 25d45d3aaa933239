package factcache

import (
	"context"
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// python is a cache plugin that is written in Python.
type python struct {
	plugins *pyplugin.Host
	warn    func(string)
}

func openPython(plugins *pyplugin.Host, name string, warn func(string)) (Cache, error) {
	if plugins == nil {
		return nil, fmt.Errorf("Unable to load the cache plugin '%s'.", name)
	}
	if _, err := plugins.Call(context.Background(), "fact_cache.open", value.S(name), nil); err != nil {
		return nil, err
	}
	return &python{plugins, warn}, nil
}

// Get asks the plugin.
func (p *python) Get(host string) (*value.Dict, error) {
	v, err := p.plugins.Call(context.Background(), "fact_cache.get", value.S(host), nil)
	if err != nil {
		return nil, err
	}
	items, err := value.Collect(v)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	d, ok := items[0].(*value.Dict)
	if !ok {
		return nil, fmt.Errorf("the cached facts of %s must be a mapping, not '%s'", host, items[0].TypeName())
	}
	return d, nil
}

// Set tells the plugin.
func (p *python) Set(host string, facts *value.Dict) error {
	_, err := p.plugins.Call(context.Background(), "fact_cache.set", value.NewDict("host", value.S(host), "facts", facts), nil)
	return err
}

// Delete tells the plugin; what it raises is a warning.
func (p *python) Delete(host string) {
	if _, err := p.plugins.Call(context.Background(), "fact_cache.delete", value.S(host), nil); err != nil {
		p.warn(err.Error())
	}
}
