package config

import "github.com/rehearse-dev/rehearse/internal/source"

// Entry is one option as it stands in ansible.cfg; its Key is in lower case.
type Entry struct {
	Section, Key, Text string
	At                 source.Location // of the key
}

// Entries lists what stands in ansible.cfg, in the order of the file.
func (c *Config) Entries() []Entry {
	if c.file == nil {
		return nil
	}
	var entries []Entry
	for _, e := range c.file.order {
		entries = append(entries, Entry{e.section, e.key, e.text, e.at})
	}
	return entries
}
