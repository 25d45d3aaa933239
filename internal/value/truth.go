package value

// Truth is Python's bool(). Only an undefined value fails.
func Truth(v Value) (bool, error) {
	switch v := v.(type) {
	case Bool:
		return bool(v), nil
	case nil, None:
		return false, nil
	case Int:
		return v != 0, nil
	case *BigInt:
		return v.V.Sign() != 0, nil
	case Float:
		return v != 0, nil
	case Str:
		return v.S != "", nil
	case Bytes:
		return len(v) != 0, nil
	case *List:
		return len(v.Items) != 0, nil
	case *Tuple:
		return len(v.Items) != 0, nil
	case *Dict:
		return v.Len() != 0, nil
	case *Set:
		return v.Len() != 0, nil
	case *View:
		return v.Dict.Len() != 0, nil
	case *Range:
		return v.Len() != 0, nil
	case Delta:
		return v != 0, nil
	case *Undefined:
		if v.Lax() {
			return false, nil
		}
		return false, v
	case interface{ Len() int }:
		return v.Len() != 0, nil
	}
	return true, nil
}

// Len is the number of items of the range.
func (r *Range) Len() int64 {
	switch {
	case r.Step > 0 && r.Start < r.Stop:
		return int64((uint64(r.Stop)-uint64(r.Start)-1)/uint64(r.Step)) + 1
	case r.Step < 0 && r.Start > r.Stop:
		return int64((uint64(r.Start)-uint64(r.Stop)-1)/uint64(-r.Step)) + 1
	}
	return 0
}

// Len is Python's len().
func Len(v Value) (int, error) {
	switch v := v.(type) {
	case Str:
		return RuneLen(v.S), nil
	case Bytes:
		return len(v), nil
	case *List:
		return len(v.Items), nil
	case *Tuple:
		return len(v.Items), nil
	case *Dict:
		return v.Len(), nil
	case *Set:
		return v.Len(), nil
	case *View:
		return v.Dict.Len(), nil
	case *Range:
		n := v.Len()
		if n > 1<<62 {
			return 0, Errorf("OverflowError", "Python int too large to convert to C ssize_t")
		}
		return int(n), nil
	case *Undefined:
		if v.Lax() {
			return 0, nil
		}
		return 0, v
	case interface{ Len() int }:
		return v.Len(), nil
	}
	return 0, TypeError("object of type '%s' has no len()", TypeName(v))
}

// NativeName is v.TypeName() that takes a nil for None.
func NativeName(v Value) string {
	if v == nil {
		return "NoneType"
	}
	return v.TypeName()
}

// TypeName names a type as the errors of Python's own functions do: NativeName, with the module for dates.
func TypeName(v Value) string {
	switch v.(type) {
	case Date, DateTime, Delta:
		return "datetime." + v.TypeName()
	}
	return NativeName(v)
}

// operandName is TypeName with the names of the types in which ansible-core 2.19 keeps what an author has written: the
// errors of Python's operators show them.
func operandName(v Value) string {
	switch v := v.(type) {
	case Str:
		if v.At != nil || v.Trusted {
			return "_AnsibleTaggedStr"
		}
	case *List:
		if v.Lazy != nil {
			return "_AnsibleLazyTemplateList"
		}
	case *Dict:
		if v.Lazy != nil {
			return "_AnsibleLazyTemplateDict"
		}
	}
	return TypeName(v)
}
