package argspec

import (
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// findSecrets collects the texts under no_log options of a level; they must not appear in a result. Like ansible-core it
// stops where suboptions are not a dict, and says so.
func (c *checker) findSecrets(l *level) {
	found, err := c.secrets(l.options, l.args, nil)
	if err != nil {
		c.problem(l, "", Type, err.Error(), nil)
		return
	}
	c.result.NoLog = append(c.result.NoLog, found...)
}

func (c *checker) secrets(options []*Option, args *value.Dict, out []string) ([]string, error) {
	for _, o := range options {
		if !o.NoLog && o.Options == nil {
			continue
		}
		v, ok := args.Raw(o.Name)
		if !ok || c.skip(v) {
			continue
		}
		if o.NoLog {
			if t, err := value.Truth(v); err == nil && t {
				out = secretTexts(v, out)
			}
		}
		if _, none := v.(value.None); none || o.Options == nil || o.Type != "dict" && !(o.Type == "list" && o.Elements == "dict") {
			continue
		}
		items := []value.Value{v}
		if list, ok := v.(*value.List); ok {
			items = list.Items
		}
		for _, item := range items {
			if c.skip(item) {
				continue
			}
			if s, ok := item.(value.Str); ok {
				converted, err := toDict(s)
				if err != nil {
					return nil, err
				}
				item = converted
			}
			d, ok := item.(*value.Dict)
			if !ok {
				return nil, fmt.Errorf("Value '%s' in the sub parameter field '%s' must be a %s, not '%s'", value.ToStr(item), o.Name, o.Type, item.TypeName())
			}
			var err error
			if out, err = c.secrets(o.Options, d, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func secretTexts(v value.Value, out []string) []string {
	switch v := v.(type) {
	case value.Str:
		if v.S != "" {
			out = append(out, v.S)
		}
	case value.Bytes:
		if len(v) > 0 {
			out = append(out, string(v))
		}
	case *value.Dict:
		for _, item := range v.RawAll() {
			out = secretTexts(item, out)
		}
	case *value.List:
		for _, item := range v.Items {
			out = secretTexts(item, out)
		}
	case *value.Tuple:
		for _, item := range v.Items {
			out = secretTexts(item, out)
		}
	case value.Int, *value.BigInt, value.Float:
		out = append(out, value.ToStr(v))
	}
	return out
}

// deprecations reports the deprecated options that are given, suboptions included.
func (c *checker) deprecations(options []*Option, args *value.Dict, prefix string) {
	for _, o := range options {
		v, ok := args.Raw(o.Name)
		if !ok {
			continue
		}
		name := o.Name
		if prefix != "" {
			name = prefix + `["` + o.Name + `"]`
		}
		if o.RemovedAt != "" || o.RemovedIn != "" {
			d := Deprecation{Message: "Param '" + name + "' is deprecated. See the module docs for more information", Collection: o.RemovedFrom}
			if o.RemovedAt != "" {
				d.Date = o.RemovedAt
			} else {
				d.Version = o.RemovedIn
			}
			c.result.Deprecations = append(c.result.Deprecations, d)
		}
		if o.Options == nil {
			continue
		}
		switch v := v.(type) {
		case *value.Dict:
			c.deprecations(o.Options, v, name)
		case *value.List:
			for _, item := range v.Items {
				if d, ok := item.(*value.Dict); ok {
					c.deprecations(o.Options, d, name)
				}
			}
		}
	}
}
