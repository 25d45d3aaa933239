package transport

import (
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// plain gives arguments as they would arrive on another machine: texts are data, which nothing will template when a
// module hands them back; nothing is lazy; what is not data (undefined, omit, a callable) is an error.
func plain(v value.Value) (value.Value, error) {
	switch v := v.(type) {
	case value.Str:
		if v.Trusted || v.At != nil {
			return value.S(v.S), nil
		}
		return v, nil
	case nil, value.None, value.Bool, value.Int, *value.BigInt, value.Float, value.Bytes, value.Date, value.DateTime, *value.Set:
		return v, nil
	case *value.List:
		items, err := plainItems(v.Items, v.Lazy)
		return &value.List{Items: items}, err
	case *value.Tuple:
		items, err := plainItems(v.Items, nil)
		return &value.Tuple{Items: items}, err
	case *value.Dict:
		return plainDict(v)
	case *value.Undefined:
		return nil, v
	}
	return nil, fmt.Errorf("a value of type %s cannot be sent to a host", v.TypeName())
}

func plainItems(items []value.Value, lazy func(value.Value) value.Value) ([]value.Value, error) {
	out := make([]value.Value, len(items))
	for i, item := range items {
		if lazy != nil {
			item = lazy(item)
		}
		var err error
		if out[i], err = plain(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func plainDict(v *value.Dict) (*value.Dict, error) {
	d := &value.Dict{}
	for k, item := range v.All() {
		key, err := plain(k)
		if err != nil {
			return nil, err
		}
		if item, err = plain(item); err != nil {
			return nil, err
		}
		d.Set(key, item)
	}
	return d, nil
}
