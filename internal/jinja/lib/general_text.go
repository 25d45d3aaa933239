package lib

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func fromINI(c *jinja.Call) (value.Value, error) {
	s, ok := str(c.Args[0])
	if !ok {
		return nil, failf("from_ini requires a str, got %s", pyClass(c.Args[0]))
	}
	parsed, err := parseINI(s, "<???>", iniOptions{caseSensitive: true})
	if err != nil {
		return nil, failf("from_ini failed to parse given string: %s", err)
	}
	section := func(name string) *value.Dict {
		out := &value.Dict{}
		for _, from := range []string{"DEFAULT", name} {
			for _, k := range parsed.keys[from] {
				out.Put(k, value.S(*parsed.values[from][k]))
			}
		}
		return out
	}
	out := &value.Dict{}
	for _, name := range parsed.sections {
		out.Put(name, section(name))
	}
	if len(parsed.keys["DEFAULT"]) > 0 {
		out.Put("DEFAULT", section("DEFAULT"))
	}
	return out, nil
}

func toINI(c *jinja.Call) (value.Value, error) {
	d, ok := asDict(c.Args[0])
	if !ok {
		return nil, failf("to_ini requires a dict, got %s", pyClass(c.Args[0]))
	}
	var b strings.Builder
	write := func(name string, section *value.Dict) error {
		b.WriteString("[" + name + "]\n")
		for k, v := range section.All() {
			if err := defined(v); err != nil {
				return err
			}
			b.WriteString(value.ToStr(k))
			if !isNone(v) {
				b.WriteString(" = " + strings.ReplaceAll(value.ToStr(v), "\n", "\n\t"))
			} else {
				b.WriteString(" = None")
			}
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
		return nil
	}
	var order []string
	sections := map[string]*value.Dict{}
	for k, v := range d.All() {
		if err := defined(v); err != nil {
			return nil, err
		}
		section, ok := asDict(v)
		if !ok {
			return nil, failf("to_ini failed to parse given dict:%s", attributeError(v, "items"))
		}
		name := value.ToStr(k)
		if sections[name] != nil {
			return nil, failf("to_ini failed to parse given dict:Section %s already exists", repr(name))
		}
		sections[name] = section
		if name == "DEFAULT" {
			order = append([]string{name}, order...)
		} else {
			order = append(order, name)
		}
	}
	if d.Len() == 0 {
		return nil, failf("to_ini received an empty dict. An empty dict cannot be converted.")
	}
	for _, name := range order {
		if name == "DEFAULT" && sections[name].Len() == 0 {
			continue
		}
		if err := write(name, sections[name]); err != nil {
			return nil, err
		}
	}
	return value.S(strings.TrimSuffix(b.String(), "\n")), nil
}

func fromCSV(c *jinja.Call) (value.Value, error) {
	s, ok := str(c.Args[0])
	if !ok {
		return nil, typeError("initial_value must be str or None, not %s", value.TypeName(c.Args[0]))
	}
	r := csvReader{delimiter: ',', skipSpace: on(c.Args[4]), strict: on(c.Args[5])}
	switch dialect := value.ToStr(c.Args[1]); dialect {
	case "excel", "unix":
	case "excel-tab":
		r.delimiter = '\t'
	default:
		return nil, failf("Dialect '%s' is not supported by your version of python.", dialect)
	}
	if !isNone(c.Args[3]) {
		delimiter := []rune(value.ToStr(c.Args[3]))
		if len(delimiter) != 1 {
			return nil, failf("Unable to create custom dialect: \"delimiter\" must be a 1-character string")
		}
		r.delimiter = delimiter[0]
	}
	var names []value.Value
	if !isNone(c.Args[2]) {
		var err error
		if names, err = items(c.Args[2]); err != nil {
			return nil, err
		}
	}
	out := &value.List{}
	rows, err := r.rows(s)
	if err != nil {
		return nil, failf("Unable to process file: %s", err)
	}
	for _, row := range rows {
		if len(row) == 0 {
			continue
		}
		if names == nil {
			for _, n := range row {
				names = append(names, value.S(n))
			}
			continue
		}
		d := &value.Dict{}
		for i, name := range names {
			if i < len(row) {
				d.Set(name, value.S(row[i]))
			} else {
				d.Set(name, value.None{})
			}
		}
		if len(row) > len(names) {
			d.Set(value.None{}, value.Strings(row[len(names):]))
		}
		out.Items = append(out.Items, d)
	}
	return out, nil
}
