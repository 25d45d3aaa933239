package jinja

import (
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// HasFilter tells whether a filter of that name exists, HasTest a test.
func (c *Call) HasFilter(name string) bool { return named(c.Engine.cfg.Filters, name) }

// HasTest tells whether a test of that name exists.
func (c *Call) HasTest(name string) bool { return named(c.Engine.cfg.Tests, name) }

func named(table []*Function, name string) bool {
	for _, f := range table {
		if f.Name == name || f.FQCN == name {
			return true
		}
		for _, alias := range f.Aliases {
			if alias == name {
				return true
			}
		}
	}
	return false
}

// Deprecated shows that something will no longer work in the given version of ansible-core.
func (c *Call) Deprecated(message, version string) {
	if d := c.Engine.cfg.Deprecate; d != nil {
		d(message, version, c.At)
	}
}

// TemplateFile renders the text of a template file with further variables, as the template lookup does: to the value
// of its only expression where it has nothing else, else to a text.
func (c *Call) TemplateFile(path, text string, local Vars, o *Options) (value.Value, error) {
	at := source.Location{File: source.NewFile(path, []byte(text)), Span: source.Span{End: len(text)}}
	s, err := c.Templar.Extend(local).Text(value.Authored(text, &at), o)
	return value.S(s), err
}
