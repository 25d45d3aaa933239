package module

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func runGetent(c *Call) *value.Dict {
	program, err := c.needProgram("getent")
	if err != nil {
		return c.failed(err)
	}
	database := c.text("database")
	args := []string{program, database}
	if key, ok := c.str("key"); ok {
		args = append(args, key)
	}
	if service, ok := c.str("service"); ok {
		args = append(args, "-s", service)
	}
	rc, out, _, err := c.command(nil, args...)
	if err != nil {
		return c.failed(commandError(err, quoteWords(args)))
	}
	tree := &value.Dict{}
	facts := value.NewDict("getent_"+database, tree)
	msg := "Unexpected failure!"
	switch rc {
	case 0:
		c.readEntries(tree, database, out)
		return value.NewDict("ansible_facts", facts)
	case 1:
		msg = "Missing arguments, or database unknown."
	case 2:
		msg = "One or more supplied key could not be found in the database."
		if !c.bool("fail_key") {
			tree.Put(c.text("key"), value.None{})
			return value.NewDict("ansible_facts", facts, "msg", value.S(msg))
		}
	case 3:
		msg = "Enumeration not supported on this database."
	}
	return c.failed(Fail(msg))
}

// readEntries puts each entry under its first field; repeated keys get a list of entries.
func (c *Call) readEntries(tree *value.Dict, database, out string) {
	split, ok := c.str("split")
	if !ok {
		switch database {
		case "passwd", "shadow", "group", "gshadow":
			split, ok = ":", true
		}
	}
	seen := map[string]int{}
	for _, line := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
		fields := strings.Fields(line)
		if ok {
			fields = strings.Split(line, split)
		}
		if len(fields) == 0 {
			continue
		}
		key, record := fields[0], value.Strings(fields[1:])
		old, _ := tree.Get(key)
		switch seen[key] {
		case 0:
			tree.Put(key, record)
		case 1:
			tree.Put(key, value.NewList(old, record))
		default:
			list := old.(*value.List)
			list.Items = append(list.Items, record)
		}
		seen[key]++
	}
}
