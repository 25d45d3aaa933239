package argspec

import (
	"errors"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// toDict takes a dict, a text that holds a JSON or Python dict, or "k1=v1, k2=v2".
func toDict(v value.Value) (value.Value, error) {
	switch v := v.(type) {
	case *value.Dict:
		return v, nil
	case value.Str:
		switch {
		case strings.HasPrefix(v.S, "{"):
			if parsed, err := value.FromJSON([]byte(v.S)); err == nil {
				return parsed, nil
			}
			if parsed, ok := pythonLiteral(v.S); ok {
				if d, ok := parsed.(*value.Dict); ok {
					return d, nil
				}
			}
			return nil, errors.New("unable to evaluate string as dictionary")
		case strings.Contains(v.S, "="):
			return dictOfPairs(v.S)
		}
		return nil, errors.New("dictionary requested, could not parse JSON or key=value")
	}
	return nil, errors.New(class(v) + " cannot be converted to a dict")
}

func dictOfPairs(s string) (value.Value, error) {
	var fields []string
	var field []rune
	var quote rune
	escaped := false
	end := func() {
		if len(field) > 0 {
			fields = append(fields, string(field))
		}
		field = field[:0]
	}
	for _, r := range strings.TrimSpace(s) {
		switch {
		case escaped:
			field, escaped = append(field, r), false
		case r == '\\':
			escaped = true
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == ',' || r == ' '):
			end()
		default:
			field = append(field, r)
		}
	}
	end()
	d := &value.Dict{}
	for _, f := range fields {
		k, v, ok := strings.Cut(f, "=")
		if !ok {
			return nil, errors.New(`unable to evaluate string in the "key=value" format as dictionary`)
		}
		d.Put(k, value.S(v))
	}
	return d, nil
}
