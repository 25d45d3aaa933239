package lib

import (
	"unicode"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

var valueParam = params{{Name: "value", Type: "any"}}

var compareParams = params{{Name: "a", Type: "any"}, {Name: "b", Type: "any", Doc: "what to compare with"}}

// jinjaTests are the tests of Jinja2 that Ansible takes as they are.
var jinjaTests = []*jinja.Function{
	{Name: "odd", FQCN: "ansible.builtin.odd", Doc: "The number is odd.", Result: "bool", Params: valueParam, Call: odd},
	{Name: "even", FQCN: "ansible.builtin.even", Doc: "The number is even.", Result: "bool", Params: valueParam, Call: even},
	{Name: "divisibleby", FQCN: "ansible.builtin.divisibleby", Doc: "The number can be divided by another.", Result: "bool", Call: divisibleBy,
		Params: params{{Name: "value", Type: "int"}, {Name: "num", Type: "int", Doc: "the divisor"}}},
	{Name: "defined", FQCN: "ansible.builtin.defined", Undefined: true, Doc: "The variable is defined.", Result: "bool", Params: valueParam, Call: isDefined},
	{Name: "undefined", FQCN: "ansible.builtin.undefined", Undefined: true, Doc: "The variable is not defined.", Result: "bool", Params: valueParam, Call: isUndefined},
	{Name: "filter", FQCN: "ansible.builtin.filter", Doc: "There is a filter of that name.", Result: "bool", Params: valueParam, Call: isFilter},
	{Name: "test", FQCN: "ansible.builtin.test", Doc: "There is a test of that name.", Result: "bool", Params: valueParam, Call: isTest},
	{Name: "none", FQCN: "ansible.builtin.none", Doc: "The value is none (null).", Result: "bool", Params: valueParam, Call: is(func(v value.Value) bool { return isNone(v) })},
	{Name: "boolean", FQCN: "ansible.builtin.boolean", Doc: "The value is true or false.", Result: "bool", Params: valueParam, Call: is(isBool)},
	{Name: "false", FQCN: "ansible.builtin.false", Doc: "The value is false itself.", Result: "bool", Params: valueParam, Call: is(func(v value.Value) bool { return v == value.Bool(false) })},
	{Name: "true", FQCN: "ansible.builtin.true", Doc: "The value is true itself.", Result: "bool", Params: valueParam, Call: is(func(v value.Value) bool { return v == value.Bool(true) })},
	{Name: "integer", FQCN: "ansible.builtin.integer", Doc: "The value is an integer.", Result: "bool", Params: valueParam, Call: is(isInteger)},
	{Name: "float", FQCN: "ansible.builtin.float", Doc: "The value is a floating point number.", Result: "bool", Params: valueParam, Call: is(isFloat)},
	{Name: "lower", FQCN: "ansible.builtin.lower", Doc: "All letters of the text are lower case.", Result: "bool", Params: valueParam, Call: isLower},
	{Name: "upper", FQCN: "ansible.builtin.upper", Doc: "All letters of the text are upper case.", Result: "bool", Params: valueParam, Call: isUpper},
	{Name: "string", FQCN: "ansible.builtin.string", Doc: "The value is a text.", Result: "bool", Params: valueParam, Call: is(func(v value.Value) bool { _, ok := v.(value.Str); return ok })},
	{Name: "mapping", FQCN: "ansible.builtin.mapping", Doc: "The value is a dict.", Result: "bool", Params: valueParam, Call: isMapping},
	{Name: "number", FQCN: "ansible.builtin.number", Doc: "The value is a number, true and false included.", Result: "bool", Params: valueParam, Call: is(func(v value.Value) bool { return isInteger(v) || isFloat(v) || isBool(v) })},
	{Name: "sequence", FQCN: "ansible.builtin.sequence", Doc: "The value has a length and items: also a text or a dict.", Result: "bool", Params: valueParam, Call: isSequenceTest},
	{Name: "iterable", FQCN: "ansible.builtin.iterable", Doc: "The value can be looped over: also a text or a dict.", Result: "bool", Params: valueParam, Call: isIterable},
	{Name: "callable", FQCN: "ansible.builtin.callable", Doc: "The value can be called.", Result: "bool", Params: valueParam, Call: is(isCallable)},
	{Name: "sameas", FQCN: "ansible.builtin.sameas", Doc: "Both are the very same object.", Result: "bool", Call: sameAs,
		Params: params{{Name: "value", Type: "any"}, {Name: "other", Type: "any", Doc: "the other object"}}},
	{Name: "escaped", FQCN: "ansible.builtin.escaped", Doc: "The text is marked as safe HTML.", Result: "bool", Params: valueParam, Call: is(func(v value.Value) bool { s, ok := v.(value.Str); return ok && s.Markup })},
	{Name: "in", FQCN: "ansible.builtin.in", Doc: "The value is in a list, dict or text.", Result: "bool", Call: isIn,
		Params: params{{Name: "value", Type: "any"}, {Name: "seq", Type: "any", Doc: "what to look in"}}},
	{Name: "==", Aliases: []string{"eq", "equalto"}, FQCN: "ansible.builtin.==", Doc: "Both are equal.", Result: "bool", Params: compareParams, Call: compare("==")},
	{Name: "!=", Aliases: []string{"ne"}, FQCN: "ansible.builtin.!=", Doc: "They are not equal.", Result: "bool", Params: compareParams, Call: compare("!=")},
	{Name: ">", Aliases: []string{"gt", "greaterthan"}, FQCN: "ansible.builtin.>", Doc: "The value is greater.", Result: "bool", Params: compareParams, Call: compare(">")},
	{Name: ">=", Aliases: []string{"ge"}, FQCN: "ansible.builtin.>=", Doc: "The value is greater or equal.", Result: "bool", Params: compareParams, Call: compare(">=")},
	{Name: "<", Aliases: []string{"lt", "lessthan"}, FQCN: "ansible.builtin.<", Doc: "The value is less.", Result: "bool", Params: compareParams, Call: compare("<")},
	{Name: "<=", Aliases: []string{"le"}, FQCN: "ansible.builtin.<=", Doc: "The value is less or equal.", Result: "bool", Params: compareParams, Call: compare("<=")},
}

// plainTests are the tests of Jinja2 for which Ansible has its own: none.
var plainTests []*jinja.Function

func is(f func(value.Value) bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) { return value.Bool(f(c.Args[0])), nil }
}

func isBool(v value.Value) bool  { _, ok := v.(value.Bool); return ok }
func isFloat(v value.Value) bool { _, ok := v.(value.Float); return ok }

func isInteger(v value.Value) bool {
	switch v.(type) {
	case value.Int, *value.BigInt:
		return true
	}
	return false
}

func compare(op string) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		b, err := value.CompareOp(op, c.Args[0], c.Args[1])
		return value.Bool(b), err
	}
}

func remainder(v value.Value, divisor value.Value) (value.Value, error) { return value.Mod(v, divisor) }

func odd(c *jinja.Call) (value.Value, error) {
	r, err := remainder(c.Args[0], value.Int(2))
	if err != nil {
		return nil, err
	}
	return value.Bool(value.Equal(r, value.Int(1))), nil
}

func even(c *jinja.Call) (value.Value, error) {
	r, err := remainder(c.Args[0], value.Int(2))
	if err != nil {
		return nil, err
	}
	return value.Bool(value.Equal(r, zero)), nil
}

func divisibleBy(c *jinja.Call) (value.Value, error) {
	r, err := remainder(c.Args[0], c.Args[1])
	if err != nil {
		return nil, err
	}
	return value.Bool(value.Equal(r, zero)), nil
}

func isDefined(c *jinja.Call) (value.Value, error) {
	u, ok := c.Args[0].(*value.Undefined)
	if ok && u.Cause != nil && c.Engine.Ansible() {
		return nil, u // a failed template is not an undefined variable
	}
	return value.Bool(!ok), nil
}

func isUndefined(c *jinja.Call) (value.Value, error) {
	v, err := isDefined(c)
	if err != nil {
		return nil, err
	}
	return !v.(value.Bool), nil
}

func isFilter(c *jinja.Call) (value.Value, error) {
	return value.Bool(c.HasFilter(value.ToStr(c.Args[0]))), nil
}
func isTest(c *jinja.Call) (value.Value, error) {
	return value.Bool(c.HasTest(value.ToStr(c.Args[0]))), nil
}

func letters(c *jinja.Call, want, other func(rune) bool) (value.Value, error) {
	s, err := soft(c.Args[0])
	if err != nil {
		return nil, err
	}
	found := false
	for _, r := range s {
		if other(r) || unicode.IsTitle(r) {
			return no, nil
		}
		found = found || want(r)
	}
	return value.Bool(found), nil
}

func isLower(c *jinja.Call) (value.Value, error) {
	return letters(c, unicode.IsLower, unicode.IsUpper)
}

func isUpper(c *jinja.Call) (value.Value, error) {
	return letters(c, unicode.IsUpper, unicode.IsLower)
}

func isMapping(c *jinja.Call) (value.Value, error) {
	_, ok := asDict(c.Args[0])
	if m, is := c.Args[0].(interface{ PyMapping() bool }); is {
		ok = m.PyMapping()
	}
	return value.Bool(ok), nil
}

func isSequenceTest(c *jinja.Call) (value.Value, error) {
	switch c.Args[0].(type) {
	case value.Str, value.Bytes, *value.List, *value.Tuple, *value.Dict, *value.Range:
		return yes, nil
	case *value.Undefined:
		return value.Bool(c.Args[0].(*value.Undefined).Lax()), nil
	}
	if _, ok := c.Args[0].(interface{ Len() int }); ok {
		if _, ok := c.Args[0].(*value.Set); !ok {
			return yes, nil
		}
	}
	return no, nil
}

func isIterable(c *jinja.Call) (value.Value, error) {
	if u, ok := c.Args[0].(*value.Undefined); ok && !u.Lax() {
		return nil, u
	}
	_, err := value.Iterate(c.Args[0])
	return value.Bool(err == nil), nil
}

func isCallable(v value.Value) bool {
	if c, ok := v.(interface{ Callable() bool }); ok {
		return c.Callable()
	}
	return false
}

func sameAs(c *jinja.Call) (value.Value, error) {
	a, b := c.Args[0], c.Args[1]
	switch x := a.(type) {
	case value.Bool, value.None, nil:
		return value.Bool(isNone(a) && isNone(b) || a == b), nil
	case value.Int: // small numbers are shared
		y, ok := b.(value.Int)
		return value.Bool(ok && x == y && x >= -5 && x <= 256), nil
	case value.Str:
		y, ok := b.(value.Str)
		return value.Bool(ok && x.S == y.S && len(x.S) <= 1), nil
	case value.Float, value.Bytes, value.Date, value.DateTime:
		return no, nil
	}
	return value.Bool(a == b), nil
}

func isIn(c *jinja.Call) (value.Value, error) {
	b, err := value.Contains(c.Args[1], c.Args[0])
	return value.Bool(b), err
}
