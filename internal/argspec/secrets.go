package argspec

import (
	"github.com/rehearse-dev/rehearse/internal/value"
)

// secrets collects the texts under no_log options; they must not appear in a result.
func (c *checker) secrets(options []*Option, args *value.Dict) {
	for _, o := range options {
		if !o.NoLog && o.Options == nil {
			continue
		}
		v, ok := args.Raw(o.Name)
		if !ok {
			continue
		}
		if o.NoLog {
			c.result.NoLog = secretTexts(v, c.result.NoLog)
		}
		if o.Options == nil || o.Type != "dict" && !(o.Type == "list" && o.Elements == "dict") {
			continue
		}
		items := []value.Value{v}
		if list, ok := v.(*value.List); ok {
			items = list.Items
		}
		for _, item := range items {
			if s, ok := item.(value.Str); ok {
				if converted, err := toDict(s); err == nil {
					item = converted
				}
			}
			if d, ok := item.(*value.Dict); ok {
				c.secrets(o.Options, d)
			}
		}
	}
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
