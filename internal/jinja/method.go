package jinja

import (
	"sync"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Method is a Python method or property that templates may use: one row of a table that the evaluator and the editor
// read.
type Method struct {
	Name     string
	Params   string // as the editor shows it: "sep=None, maxsplit=-1"
	Doc      string // one line, our own words
	Result   string // type of the result
	Property bool
	Call     func(c *MethodCall) (value.Value, error)
}

// MethodCall is one call of a Method.
type MethodCall struct {
	Self   value.Value
	Args   []value.Value
	Kwargs *value.Dict
	run    *run
	name   string
}

type boundMethod struct {
	self value.Value
	m    *Method
}

// TypeName is Python's name of such a value.
func (b *boundMethod) TypeName() string {
	// Ansible's lazy containers have some of their methods in Python
	switch x := b.self.(type) {
	case *value.Dict:
		if x.Lazy != nil && isOneOf(b.m.Name, []string{"get", "setdefault", "items", "values", "pop", "popitem"}) {
			return "method"
		}
	case *value.List:
		if x.Lazy != nil && isOneOf(b.m.Name, []string{"pop", "index", "remove", "sort"}) {
			return "method"
		}
	}
	return "builtin_function_or_method"
}

// PyStr is str(), PyRepr repr().
func (b *boundMethod) PyStr() (string, error) { return b.PyRepr() }

// PyRepr is repr() without the address.
func (b *boundMethod) PyRepr() (string, error) {
	return "<built-in method " + b.m.Name + " of " + value.TypeName(b.self) + " object>", nil
}

func (b *boundMethod) call(r *run, args []value.Value, kw *value.Dict) (value.Value, error) {
	return b.m.Call(&MethodCall{Self: b.self, Args: args, Kwargs: kw, run: r, name: b.m.Name})
}

// Methods lists the methods and properties of a Python type: "str", "list", "dict", "tuple", "int", "float", "bytes",
// "set", "datetime", "date", "timedelta".
func Methods(typeName string) []*Method {
	switch typeName {
	case "str":
		return strMethods()
	case "list":
		return listMethods()
	case "dict":
		return dictMethods()
	case "tuple":
		return tupleMethods()
	case "int", "bool":
		return intMethods()
	case "float":
		return floatMethods()
	case "bytes":
		return bytesMethods()
	case "set":
		return setMethods()
	case "datetime":
		return datetimeMethods()
	case "date":
		return dateMethods()
	case "timedelta":
		return deltaMethods()
	}
	return nil
}

// BoundMethod gives a method of one of Python's types as a function, nil where it has none of the name; a property is not
// a method. What the function fails with is a *value.Error.
func BoundMethod(self value.Value, name string) func(args []value.Value, kw *value.Dict) (value.Value, error) {
	m := findMethod(self, name)
	if m == nil || m.Property {
		return nil
	}
	return func(args []value.Value, kw *value.Dict) (value.Value, error) {
		return m.Call(&MethodCall{Self: self, Args: args, Kwargs: kw, run: &run{e: plainEngine()}, name: name})
	}
}

// plainEngine serves methods that are called outside of any template.
var plainEngine = sync.OnceValue(func() *Engine { return NewPlain(Config{}) })

var methodTables sync.Map // type name -> map[string]*Method

func findMethod(v value.Value, name string) *Method {
	tn := value.NativeName(v)
	switch tn {
	case "Markup":
		tn = "str"
	case "HostVars", "HostVarsVars":
		tn = "dict"
	}
	t, ok := methodTables.Load(tn)
	if !ok {
		m := map[string]*Method{}
		for _, x := range Methods(tn) {
			m[x.Name] = x
		}
		t, _ = methodTables.LoadOrStore(tn, m)
	}
	return t.(map[string]*Method)[name]
}

// isDictMethod tells whether a name is that of a method of dict, which hides an entry of that name from d.name.
func isDictMethod(name string) bool {
	switch name {
	case "clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values":
		return true
	}
	return len(name) > 1 && name[0] == '_' && name[1] == '_'
}

// bind gives the call's arguments by name; those of the last optional ones that are absent are nil.
func (c *MethodCall) bind(required int, names ...string) ([]value.Value, error) {
	out := make([]value.Value, len(names))
	if len(c.Args) > len(names) {
		return nil, value.TypeError("%s() takes at most %d argument%s (%d given)", c.name, len(names), plural(len(names)), len(c.Args))
	}
	copy(out, c.Args)
	for k, v := range c.Kwargs.RawAll() {
		i := -1
		for j, n := range names {
			if n == k.(value.Str).S {
				i = j
			}
		}
		if i < 0 {
			return nil, value.TypeError("%s() got an unexpected keyword argument %s", c.name, value.Repr(k))
		}
		if out[i] != nil {
			return nil, value.TypeError("argument for %s() given by name ('%s') and position (%d)", c.name, names[i], i+1)
		}
		out[i] = v
	}
	for i := range required {
		if out[i] == nil {
			return nil, value.TypeError("%s() takes at least %d argument%s (%d given)", c.name, required, plural(required), len(c.Args))
		}
	}
	return out, nil
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

func (c *MethodCall) text(v value.Value, missing string) (string, error) {
	switch v := v.(type) {
	case nil:
		return missing, nil
	case value.None:
		return missing, nil
	case value.Str:
		return v.S, nil
	case *value.Undefined:
		return "", v
	}
	return "", value.TypeError("%s() argument must be str, not %s", c.name, value.TypeName(v))
}

func (c *MethodCall) integer(v value.Value, missing int) (int, error) {
	if v == nil || v == (value.None{}) {
		return missing, nil
	}
	n, ok := value.Index(v)
	if !ok {
		if u, ok := v.(*value.Undefined); ok {
			return 0, u
		}
		return 0, value.TypeError("'%s' object cannot be interpreted as an integer", value.TypeName(v))
	}
	return int(n), nil
}

// bitOperation gives the bit operators of int, which Ansible allows to be called by their Python names.
func bitOperation(v value.Value, name string) (value.Value, bool) {
	switch v.(type) {
	case value.Int, value.Bool, *value.BigInt:
	default:
		return nil, false
	}
	switch name {
	case "__and__", "__or__", "__xor__", "__lshift__", "__rshift__":
	default:
		return nil, false
	}
	return &native{name, func(_ *run, args []value.Value, _ *value.Dict) (value.Value, error) {
		if len(args) != 1 {
			return nil, value.TypeError("expected 1 argument, got %d", len(args))
		}
		return bits(name, v, args[0])
	}}, true
}
