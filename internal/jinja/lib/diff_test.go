package lib_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// answersFile holds what ansible-core 2.19 made of the templates: see testdata/diff/record.py.
const answersFile = "testdata/diff/answers.jsonl.gz"

type answer struct {
	template       string
	value          any
	unordered      bool
	class, message string
}

func loadAnswers(t testing.TB) []answer {
	t.Helper()
	name := answersFile
	if again := os.Getenv("DIFF_ANSWERS"); again != "" {
		name = again // recorded anew by make diff-jinja
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var out []answer
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var row []any
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		a := answer{template: row[0].(string), value: row[1]}
		if len(row) == 3 {
			a.unordered = true
		}
		if len(row) > 3 {
			a.class, a.message = row[2].(string), row[3].(string)
		}
		out = append(out, a)
	}
	return out
}

// known reads testdata/diff/known.txt: templates whose answer differs, each with its reason.
func known(t testing.TB) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/diff/known.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	reason := ""
	for line := range strings.SplitSeq(string(data), "\n") {
		switch {
		case strings.HasPrefix(line, "# "):
			reason = line[2:]
		case line != "":
			out[strings.ReplaceAll(line, "⏎", "\n")] = reason
		}
	}
	return out
}

func trusted(v value.Value) value.Value {
	switch v := v.(type) {
	case value.Str:
		v.Trusted = true
		return v
	case *value.List:
		for i := range v.Items {
			v.Items[i] = trusted(v.Items[i])
		}
	case *value.Dict:
		for k, x := range v.RawAll() {
			v.Set(k, trusted(x))
		}
	}
	return v
}

// plain writes a value as record.py does.
func plain(v value.Value) any {
	switch v := v.(type) {
	case nil, value.None:
		return nil
	case value.Bool:
		return bool(v)
	case value.Str:
		return string([]rune(v.S)) // JSON has no place for bytes that are wrong
	case value.Int:
		if v < 1<<53 && v > -1<<53 {
			return float64(v)
		}
		return map[string]any{"i": value.ToStr(v)}
	case *value.BigInt:
		return map[string]any{"i": value.ToStr(v)}
	case value.Float:
		return map[string]any{"f": value.Repr(v)}
	case *value.List:
		out := []any{}
		for _, x := range v.All() {
			out = append(out, plain(x))
		}
		return out
	case *value.Dict:
		pairs := []any{}
		for k, x := range v.All() {
			pairs = append(pairs, []any{plain(k), plain(x)})
		}
		return map[string]any{"d": pairs}
	}
	return map[string]any{"x": []any{value.NativeName(v), value.ToStr(v)}}
}

func based(v any, dir string) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, dir, "/BASE")
	case []any:
		for i := range v {
			v[i] = based(v[i], dir)
		}
	case map[string]any:
		for k := range v {
			v[k] = based(v[k], dir)
		}
	}
	return v
}

func diffEngine(t testing.TB) (engine *jinja.Engine, vars func() jinja.Vars, dir string) {
	t.Helper()
	dir, err := filepath.Abs("testdata/diff")
	if err != nil {
		t.Fatal(err)
	}
	engine = jinja.New(jinja.Config{Filters: lib.Filters(), Tests: lib.Tests(), Lookups: lib.Lookups(), Globals: lib.Globals(), Dir: dir, FS: source.OS{},
		LookupEnv: func(name string) (string, bool) {
			v, ok := map[string]string{"DIFF_SET": "set", "HOME": "/root"}[name]
			return v, ok
		},
		Setting: func(name string) (value.Value, bool) {
			v, ok := map[string]value.Value{"DEFAULT_FORKS": value.Int(5)}[name]
			return v, ok
		}})
	data, err := os.ReadFile(filepath.Join(dir, "vars.json"))
	if err != nil {
		t.Fatal(err)
	}
	vars = func() jinja.Vars {
		v, err := value.FromJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		out := jinja.Vars{}
		for k, x := range v.(*value.Dict).RawAll() {
			out[value.ToStr(k)] = trusted(x)
		}
		return out
	}
	return engine, vars, dir
}

// TestDifferential compares every template with ansible-core 2.19: value and type, or the text of the error.
func TestDifferential(t *testing.T) {
	t.Setenv("TZ", "UTC")
	answers := loadAnswers(t)
	excused := known(t)
	engine, vars, dir := diffEngine(t)
	t.Chdir(dir)
	differ, listed := 0, 0
	for _, a := range answers {
		got, message := evaluate(engine, vars(), a.template)
		got = based(got, dir)
		message = plainTypes.Replace(strings.ReplaceAll(message, dir, "/BASE"))
		want := a.value
		var same bool
		switch {
		case a.class == "omit":
			same = message == "omit"
		case a.message == "A template was resolved to an Omit scalar.":
			same = message == "omit" // who asked for the value drops it
		case a.unordered:
			same = message == "" && reflect.DeepEqual(sorted(got), sorted(want))
		case a.class != "":
			same = message == a.message
		default:
			same = message == "" && reflect.DeepEqual(got, want)
		}
		reason, ok := excused[a.template]
		if ok {
			listed++
			if same {
				t.Errorf("%q no longer differs: take it out of known.txt", a.template)
			}
			continue
		}
		if same {
			continue
		}
		if differ++; differ > 100 && os.Getenv("DIFF_ALL") == "" {
			continue
		}
		t.Errorf("%s\n  got  %s\n  want %s %s", a.template, show(got, message), show(want, a.message), reason)
	}
	t.Logf("%d templates, %d differ, %d listed with a reason", len(answers), differ, listed)
	if len(answers) < 1500 {
		t.Errorf("%d recorded templates are too few", len(answers))
	}
}

// sorted orders the items of a list by their JSON.
func sorted(v any) []string {
	var out []string
	items, _ := v.([]any)
	for _, x := range items {
		out = append(out, show(x, ""))
	}
	slices.Sort(out)
	return out
}

func show(v any, message string) string {
	if message != "" {
		return "error: " + message
	}
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func evaluate(engine *jinja.Engine, vars jinja.Vars, template string) (result any, message string) {
	defer func() {
		if r := recover(); r != nil {
			result, message = nil, fmt.Sprint("PANIC: ", r)
		}
	}()
	v, err := engine.Templar(vars).Resolve(value.Authored(template, nil))
	if err != nil {
		return nil, err.Error()
	}
	if _, ok := v.(value.Omit); ok {
		return nil, "omit"
	}
	return plain(v), ""
}

// plainTypes turns the names of the types that carry marks into those of the plain types, as the recording does.
var plainTypes = strings.NewReplacer("_AnsibleTaggedStr", "str", "_AnsibleLazyTemplateList", "list", "_AnsibleLazyTemplateDict", "dict")
