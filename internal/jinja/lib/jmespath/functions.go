package jmespath

import (
	"math"
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// function is a builtin: types are the types that each argument may have, "" for any.
type function struct {
	types    []string // alternatives divided by spaces
	variadic bool
	call     func(args []value.Value) value.Value
}

func find(name string) *function {
	switch name {
	case "abs":
		return &function{types: []string{"number"}, call: abs}
	case "avg":
		return &function{types: []string{"array-number"}, call: avg}
	case "ceil":
		return &function{types: []string{"number"}, call: rounding(math.Ceil)}
	case "contains":
		return &function{types: []string{"array string", ""}, call: contains}
	case "ends_with":
		return &function{types: []string{"string", "string"}, call: func(a []value.Value) value.Value {
			return value.Bool(strings.HasSuffix(str(a[0]), str(a[1])))
		}}
	case "floor":
		return &function{types: []string{"number"}, call: rounding(math.Floor)}
	case "join":
		return &function{types: []string{"string", "array-string"}, call: join}
	case "keys":
		return &function{types: []string{"object"}, call: func(a []value.Value) value.Value {
			return &value.List{Items: a[0].(*value.Dict).Keys()}
		}}
	case "length":
		return &function{types: []string{"string array object"}, call: func(a []value.Value) value.Value {
			n, err := value.Len(a[0])
			check(err)
			return value.Int(n)
		}}
	case "map":
		return &function{types: []string{"expref", "array"}, call: mapEach}
	case "max":
		return &function{types: []string{"array-number array-string"}, call: extreme(">")}
	case "max_by":
		return &function{types: []string{"array", "expref"}, call: extremeBy("max_by", ">")}
	case "merge":
		return &function{types: []string{"object"}, variadic: true, call: merge}
	case "min":
		return &function{types: []string{"array-number array-string"}, call: extreme("<")}
	case "min_by":
		return &function{types: []string{"array", "expref"}, call: extremeBy("min_by", "<")}
	case "not_null":
		return &function{types: []string{""}, variadic: true, call: notNull}
	case "reverse":
		return &function{types: []string{"array string"}, call: reverse}
	case "sort":
		return &function{types: []string{"array-string array-number"}, call: func(a []value.Value) value.Value {
			return sorted(items(a[0].(*value.List)), func(v value.Value) value.Value { return v })
		}}
	case "sort_by":
		return &function{types: []string{"array", "expref"}, call: sortBy}
	case "starts_with":
		return &function{types: []string{"string", "string"}, call: func(a []value.Value) value.Value {
			return value.Bool(strings.HasPrefix(str(a[0]), str(a[1])))
		}}
	case "sum":
		return &function{types: []string{"array-number"}, call: func(a []value.Value) value.Value { return sum(items(a[0].(*value.List))) }}
	case "to_array":
		return &function{types: []string{""}, call: toArray}
	case "to_number":
		return &function{types: []string{""}, call: toNumber}
	case "to_string":
		return &function{types: []string{""}, call: toString}
	case "type":
		return &function{types: []string{""}, call: func(a []value.Value) value.Value {
			if t := typeOf(a[0]); t != "unknown" && t != "expref" {
				return value.S(t)
			}
			return none
		}}
	case "values":
		return &function{types: []string{"object"}, call: func(a []value.Value) value.Value {
			out := &value.List{}
			for _, v := range a[0].(*value.Dict).All() {
				out.Items = append(out.Items, defined(v))
			}
			return out
		}}
	}
	return nil
}

// typeOf names a type as JMESPath does.
func typeOf(v value.Value) string {
	switch v.(type) {
	case nil, value.None:
		return "null"
	case value.Str:
		return "string"
	case value.Bool:
		return "boolean"
	case *value.List:
		return "array"
	case *value.Dict:
		return "object"
	case value.Int, value.Float, *value.BigInt:
		return "number"
	case *expref:
		return "expref"
	}
	return "unknown"
}

func call(name string, args []value.Value) value.Value {
	f := find(name)
	if f == nil {
		failf("Unknown function: %s()", name)
	}
	plural := "s"
	if len(f.types) == 1 {
		plural = ""
	}
	switch {
	case f.variadic && len(args) < len(f.types):
		failf("Expected at least %d argument%s for function %s(), received %d", len(f.types), plural, name, len(args))
	case !f.variadic && len(args) != len(f.types):
		failf("Expected %d argument%s for function %s(), received %d", len(f.types), plural, name, len(args))
	}
	for i, types := range f.types {
		if types != "" {
			checkType(name, args[i], strings.Fields(types))
		}
	}
	return f.call(args)
}

func wrongType(function string, v value.Value, actual string, allowed []string) {
	quoted := make([]string, len(allowed))
	for i, a := range allowed {
		quoted[i] = "'" + a + "'"
	}
	failf("In function %s(), invalid type for value: %s, expected one of: [%s], received: \"%s\"", function, value.ToStr(v), strings.Join(quoted, ", "), actual)
}

func checkType(function string, v value.Value, allowed []string) {
	var elements []string
	found := false
	for _, a := range allowed {
		base, element, typed := strings.Cut(a, "-")
		found = found || base == typeOf(v)
		if typed {
			elements = append(elements, element)
		}
	}
	if !found {
		wrongType(function, v, typeOf(v), allowed)
	}
	l, ok := v.(*value.List)
	if !ok || len(elements) == 0 || l.Len() == 0 {
		return
	}
	all := items(l)
	want := elements[0]
	for _, e := range elements {
		if typeOf(all[0]) == e {
			want = e
		}
	}
	for _, x := range all {
		if typeOf(x) != want {
			wrongType(function, x, value.TypeName(x), allowed)
		}
	}
}

func str(v value.Value) string { return v.(value.Str).S }

func abs(a []value.Value) value.Value {
	less, err := value.CompareOp("<", a[0], value.Int(0))
	check(err)
	if !less {
		return a[0]
	}
	v, err := value.Neg(a[0])
	check(err)
	return v
}

func sum(all []value.Value) value.Value {
	var total value.Value = value.Int(0)
	for _, v := range all {
		var err error
		total, err = value.Add(total, v)
		check(err)
	}
	return total
}

func avg(a []value.Value) value.Value {
	all := items(a[0].(*value.List))
	if len(all) == 0 {
		return none
	}
	v, err := value.Div(sum(all), value.Int(len(all)))
	check(err)
	return v
}

func rounding(f func(float64) float64) func([]value.Value) value.Value {
	return func(a []value.Value) value.Value {
		x, ok := a[0].(value.Float)
		if !ok {
			return a[0]
		}
		v, err := value.ToInt(value.Float(f(float64(x))))
		check(err)
		return v
	}
}

func contains(a []value.Value) value.Value {
	in, err := value.Contains(a[0], a[1])
	check(err)
	return value.Bool(in)
}

func join(a []value.Value) value.Value {
	var parts []string
	for _, v := range items(a[1].(*value.List)) {
		parts = append(parts, str(v))
	}
	return value.S(strings.Join(parts, str(a[0])))
}

func mapEach(a []value.Value) value.Value {
	out := &value.List{}
	for _, v := range items(a[1].(*value.List)) {
		out.Items = append(out.Items, visit(a[0].(*expref).node, v))
	}
	return out
}

func best(all []value.Value, op string, key func(value.Value) value.Value) value.Value {
	var found, foundKey value.Value = none, nil
	for _, v := range all {
		k := key(v)
		if foundKey != nil {
			better, err := value.CompareOp(op, k, foundKey)
			check(err)
			if !better {
				continue
			}
		}
		found, foundKey = v, k
	}
	return found
}

func extreme(op string) func([]value.Value) value.Value {
	return func(a []value.Value) value.Value {
		return best(items(a[0].(*value.List)), op, func(v value.Value) value.Value { return v })
	}
}

// keyed makes the function that gives the key of an item, which must have one of the types.
func keyed(name string, e value.Value, allowed ...string) func(value.Value) value.Value {
	return func(v value.Value) value.Value {
		k := visit(e.(*expref).node, v)
		for _, t := range allowed {
			if typeOf(k) == t {
				return k
			}
		}
		wrongType(name, k, typeOf(k), allowed)
		return nil
	}
}

func extremeBy(name, op string) func([]value.Value) value.Value {
	return func(a []value.Value) value.Value {
		return best(items(a[0].(*value.List)), op, keyed(name, a[1], "number", "string"))
	}
}

func merge(a []value.Value) value.Value {
	out := &value.Dict{}
	for _, v := range a {
		d, ok := v.(*value.Dict)
		if !ok {
			panic(raised{value.TypeError("'%s' object is not iterable", value.TypeName(v))})
		}
		for k, x := range d.All() {
			out.Set(k, defined(x))
		}
	}
	return out
}

func notNull(a []value.Value) value.Value {
	for _, v := range a {
		if !isNone(v) {
			return v
		}
	}
	return none
}

func reverse(a []value.Value) value.Value {
	if s, ok := a[0].(value.Str); ok {
		chars := value.Chars(s.S)
		var b strings.Builder
		for i := len(chars) - 1; i >= 0; i-- {
			b.WriteString(chars[i])
		}
		return value.S(b.String())
	}
	all := items(a[0].(*value.List))
	out := &value.List{}
	for i := len(all) - 1; i >= 0; i-- {
		out.Items = append(out.Items, all[i])
	}
	return out
}

func sorted(all []value.Value, key func(value.Value) value.Value) value.Value {
	keys := make([]value.Value, len(all))
	order := make([]int, len(all))
	for i, v := range all {
		keys[i], order[i] = key(v), i
	}
	sort.SliceStable(order, func(i, j int) bool {
		less, err := value.CompareOp("<", keys[order[i]], keys[order[j]])
		check(err)
		return less
	})
	out := &value.List{Items: make([]value.Value, len(all))}
	for i, at := range order {
		out.Items[i] = all[at]
	}
	return out
}

func sortBy(a []value.Value) value.Value {
	all := items(a[0].(*value.List))
	if len(all) == 0 {
		return a[0]
	}
	required := typeOf(visit(a[1].(*expref).node, all[0]))
	if required != "number" && required != "string" {
		wrongType("sort_by", all[0], required, []string{"string", "number"})
	}
	return sorted(all, keyed("sort_by", a[1], required))
}

func toArray(a []value.Value) value.Value {
	if l, ok := a[0].(*value.List); ok {
		return l
	}
	return value.NewList(a[0])
}

func toNumber(a []value.Value) value.Value {
	s, ok := a[0].(value.Str)
	if !ok {
		if isNumber(a[0]) {
			return a[0]
		}
		return none
	}
	if n, err := value.ParseInt(s.S, 10); err == nil {
		return n
	}
	if f, err := value.ParseFloat(s.S); err == nil {
		return f
	}
	return none
}

func toString(a []value.Value) value.Value {
	if s, ok := a[0].(value.Str); ok {
		return s
	}
	data, err := value.ToJSON(a[0], value.JSONOptions{ItemSep: ",", KeySep: ":", Default: func(v value.Value) (value.Value, bool, error) {
		return value.S(value.ToStr(v)), true, nil
	}})
	check(err)
	return value.S(string(data))
}
