package pyeval

import (
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// What Python 3.11 prints at its prompt for each line; an error as the debugger of ansible-core shows it. Recorded with
// exec(compile(line + "\n", "<stdin>", "single"), {}, names).
var lines = []struct{ line, want string }{
	{"1 + 2 * 3 ** 2", "19"},
	{"-2 ** 2", "-4"},
	{"7 // -2, 7 % -2, 7 / 2", "(-4, -1, 3.5)"},
	{"1 < 2 < 3, 1 < 3 < 2", "(True, False)"},
	{"'a' 'b' \"c\"", "'abc'"},
	{"not 1 == 2", "True"},
	{"[1, *range(2), 3]", "[1, 0, 1, 3]"},
	{"{**{'a': 1}, 'b': 2}", "{'a': 1, 'b': 2}"},
	{"{1, 1}", "{1}"},
	{"'abc'[::-1], 'abc'[1:], [1, 2, 3][-1]", "('cba', 'bc', 3)"},
	{"[x for x in range(6) if x % 2 if x > 1]", "[3, 5]"},
	{"[(a, b) for a in 'xy' for b in (1, 2)]", "[('x', 1), ('x', 2), ('y', 1), ('y', 2)]"},
	{"{k: v for k, v in [('a', 1)]}", "{'a': 1}"},
	{"sum(x for x in (1, 2))", "3"},
	{"sorted([3, 1, 2], key=lambda x: -x)", "[3, 2, 1]"},
	{"sorted({'b': 1, 'a': 2})", "['a', 'b']"},
	{"'{}-{}'.format(1, 'x')", "'1-x'"},
	{"'%s=%d' % ('a', 3)", "'a=3'"},
	{"f'{1 + 1:>4}|{\"x\"!r}|{{}}'", `"   2|'x'|{}"`},
	{"','.join(['a', 'b'])", "'a,b'"},
	{"'a,b'.split(',')", "['a', 'b']"},
	{"0x1f, 0b11, 0o17, 1_000, 1e3, .5", "(31, 3, 15, 1000, 1000.0, 0.5)"},
	{"5 | 2, 6 & 3, 5 ^ 1, 1 << 4, ~5", "(7, 2, 4, 16, -6)"},
	{"d['a']['n']", "1"},
	{"d['a']['n'] = 5; d", "{'a': {'n': 5}}"},
	{"d['l'] = [1]; d['l'].append(2); d['l'] += [3]; d['l']", "[1, 2, 3]"},
	{"del d['a']; d", "{}"},
	{"a, b = 'xy'; b, a", "('y', 'x')"},
	{"a = b = 3; a + b", "6"},
	{"a, b = 1, 2, 3", `***ValueError:ValueError('too many values to unpack (expected 2)')`},
	{"d['l'] = [1, 3, 2]; d['l'].sort(key=lambda x: -x); d['l']", "[3, 2, 1]"},
	{"for i, x in enumerate('ab'): print(i, x)", "0 a\n1 b"},
	{"if d: 'yes'", "'yes'"},
	{"None", ""},
	{"nope", `***NameError:NameError("name 'nope' is not defined")`},
	{"d['x']", `***KeyError:KeyError('x')`},
	{"d.x", `***AttributeError:AttributeError("'dict' object has no attribute 'x'")`},
	{"[1][5]", `***IndexError:IndexError('list index out of range')`},
	{"1 + 'a'", `***TypeError:TypeError("unsupported operand type(s) for +: 'int' and 'str'")`},
	{"len(5)", `***TypeError:TypeError("object of type 'int' has no len()")`},
	{"1()", `***TypeError:TypeError("'int' object is not callable")`},
	{"{[]: 1}", `***TypeError:TypeError("unhashable type: 'list'")`},
	{"1 +", `***SyntaxError:SyntaxError('invalid syntax', ('<stdin>', 1, 4, '1 +\n', 1, 4))`},
	{"(1", `***SyntaxError:SyntaxError("'(' was never closed", ('<stdin>', 1, 1, '(1\n', 1, 0))`},
	{"x = = 2", `***SyntaxError:SyntaxError('invalid syntax', ('<stdin>', 1, 5, 'x = = 2\n', 1, 6))`},
	{"1 = 2", `***SyntaxError:SyntaxError("cannot assign to literal here. Maybe you meant '==' instead of '='?", ('<stdin>', 1, 1, '1 = 2\n', 1, 2))`},
	// what Python does and this does not
	{"import os", `***NotImplementedError:NotImplementedError("the debugger of rehearse has expressions and assignments, not 'import'")`},
	{"def f(): pass", `***NotImplementedError:NotImplementedError("the debugger of rehearse has expressions and assignments, not 'def'")`},
}

func TestLines(t *testing.T) {
	for _, c := range lines {
		t.Run(c.line, func(t *testing.T) {
			var shown []string
			e := &Env{Names: map[string]value.Value{"d": value.NewDict("a", value.NewDict("n", value.Int(1)))}, Show: func(s string) { shown = append(shown, s) }}
			if err := e.Exec(c.line); err != nil {
				class, text := Failure(err)
				shown = append(shown, "***"+class+":"+text)
			}
			got := strings.Join(shown, "\n")
			if got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.line, got, c.want)
			}
		})
	}
}

// Whatever is typed ends in a value or an error that names its class.
func FuzzLine(f *testing.F) {
	for _, c := range lines {
		f.Add(c.line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) > 200 || strings.Contains(line, "**") || strings.Contains(line, "<<") || strings.Contains(line, "range") {
			t.Skip() // may take long, as in Python
		}
		e := &Env{Names: map[string]value.Value{"d": &value.Dict{}}, Show: func(string) {}}
		if err := e.Exec(line); err != nil {
			if class, _ := Failure(err); class == "RuntimeError" {
				t.Errorf("%q: %v", line, err)
			}
		}
	})
}
