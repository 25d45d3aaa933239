package value

import "github.com/rehearse-dev/rehearse/internal/source"

// Place is where an author wrote the value; the zero Location for what nobody wrote.
func Place(v Value) source.Location {
	var at *source.Location
	switch v := v.(type) {
	case Str:
		at = v.At
	case *List:
		at = v.At
	case *Dict:
		at = v.At
	case *Vault:
		at = v.At
	case *Undefined:
		at = v.At
	}
	if at == nil {
		return source.Location{}
	}
	return *at
}
