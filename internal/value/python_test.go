package value_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// TestPython replays what Python 3.11 did: testdata/python.jsonl is the output of testdata/record.py.
func TestPython(t *testing.T) {
	f, err := os.Open("testdata/python.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		var c struct {
			Op   string
			A    []string
			R    string
			C, M string
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		n++
		args := make([]value.Value, len(c.A))
		for i, a := range c.A {
			switch a {
			case "inf", "nan":
				args[i], _ = value.ParseFloat(a)
			default:
				if args[i], err = value.LiteralEval(a); err != nil {
					t.Fatalf("%s: %v", a, err)
				}
			}
		}
		got, err := apply(c.Op, args)
		switch {
		case c.C == "any":
			if err == nil {
				t.Errorf("%s%v: %s, want an error", c.Op, c.A, value.Repr(got))
			}
		case c.C != "":
			var e *value.Error
			if !errors.As(err, &e) {
				t.Errorf("%s%v: %v, %v, want %s: %s", c.Op, c.A, got, err, c.C, c.M)
			} else if e.Class != c.C && (c.C != "UnicodeEncodeError") || e.Message != c.M {
				t.Errorf("%s%v: %s: %s\n want %s: %s", c.Op, c.A, e.Class, e.Message, c.C, c.M)
			}
		case err != nil:
			t.Errorf("%s%v: error %v, want %s", c.Op, c.A, err, c.R)
		case value.Repr(got) != c.R:
			t.Errorf("%s%v:\n  got %s\n want %s", c.Op, c.A, value.Repr(got), c.R)
		}
	}
	if n < 5000 {
		t.Errorf("only %d cases", n)
	}
}

func text(v value.Value) string { return v.(value.Str).S }

func strs(list []string) value.Value { return value.Strings(list) }

func count(v value.Value) int { return int(v.(value.Int)) }

func apply(op string, a []value.Value) (value.Value, error) {
	s := func(v string, err error) (value.Value, error) { return value.S(v), err }
	b := func(v bool, err error) (value.Value, error) { return value.Bool(v), err }
	dump := func(o value.JSONOptions) (value.Value, error) {
		out, err := value.ToJSON(a[0], o)
		return value.S(string(out)), err
	}
	sep := func() string {
		if a[1] == (value.None{}) {
			return ""
		}
		return text(a[1])
	}
	two := 2
	switch op {
	case "repr":
		return s(value.TryRepr(a[0]))
	case "str":
		return s(value.TryStr(a[0]))
	case "bool":
		return b(value.Truth(a[0]))
	case "len":
		n, err := value.Len(a[0])
		return value.Int(n), err
	case "+", "-", "*", "/", "//", "%", "**":
		return value.Binary(op, a[0], a[1])
	case "<", "<=", ">", ">=", "==", "!=":
		return b(value.CompareOp(op, a[0], a[1]))
	case "in":
		return b(value.Contains(a[1], a[0]))
	case "item":
		return value.GetItem(a[0], a[1])
	case "slice":
		return value.GetItem(a[0], &value.Slice{Start: a[1], Stop: a[2], Step: a[3]})
	case "format":
		return s(value.FormatSpec(a[0], text(a[1])))
	case "int":
		return value.ParseInt(text(a[0]), count(a[1]))
	case "float":
		return value.ParseFloat(text(a[0]))
	case "str.upper":
		return value.S(value.Upper(text(a[0]))), nil
	case "str.lower":
		return value.S(value.Lower(text(a[0]))), nil
	case "str.title":
		return value.S(value.Title(text(a[0]))), nil
	case "str.capitalize":
		return value.S(value.Capitalize(text(a[0]))), nil
	case "str.swapcase":
		return value.S(value.SwapCase(text(a[0]))), nil
	case "str.casefold":
		return value.S(value.Casefold(text(a[0]))), nil
	case "str.strip":
		return value.S(value.Strip(text(a[0]), "")), nil
	case "str.split", "str.rsplit":
		f := value.Split
		if op == "str.rsplit" {
			f = value.RSplit
		}
		if len(a) == 1 {
			return strs(f(text(a[0]), "", -1)), nil
		}
		return strs(f(text(a[0]), sep(), count(a[2]))), nil
	case "str.splitlines":
		return strs(value.Splitlines(text(a[0]), len(a) > 1)), nil
	case "str.zfill":
		return value.S(value.Zfill(text(a[0]), count(a[1]))), nil
	case "str.center":
		return value.S(value.Pad(text(a[0]), count(a[1]), text(a[2]), '^')), nil
	case "str.expandtabs":
		return value.S(value.Expandtabs(text(a[0]), count(a[1]))), nil
	case "str.format":
		return s(value.Format(text(a[0]), a[1:], &value.Dict{}, nil))
	case "json":
		return dump(value.JSONOptions{})
	case "json.indent":
		return dump(value.JSONOptions{Indent: &two})
	case "json.sort":
		return dump(value.JSONOptions{SortKeys: true})
	case "json.utf8":
		return dump(value.JSONOptions{UTF8: true})
	case "json.compact":
		return dump(value.JSONOptions{ItemSep: ",", KeySep: ":"})
	case "json.loads":
		return value.FromJSON([]byte(text(a[0])))
	case "literal":
		return value.LiteralEval(text(a[0]))
	}
	panic(op)
}
