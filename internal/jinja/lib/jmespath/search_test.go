package jmespath

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// TestRecorded compares with what the Python package gives: see testdata/record.py.
func TestRecorded(t *testing.T) {
	text, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := value.FromJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	recorded := v.(*value.Dict)
	data, _ := recorded.Get("data")
	cases, _ := recorded.Get("cases")
	n := 0
	for _, c := range cases.(*value.List).All() {
		row := c.(*value.List).Items
		expression := row[0].(value.Str).S
		got, err := Search(expression, data)
		n++
		if len(row) > 2 {
			class, message := row[2].(value.Str).S, row[3].(value.Str).S
			var e *Error
			if err == nil || errors.As(err, &e) != (class == "JMESPathError") || err.Error() != message {
				t.Errorf("%s: %v, %v\n Python: %s: %s", expression, got, err, class, message)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v, Python gives %s", expression, err, value.Repr(row[1]))
			continue
		}
		if g, w := show(t, got), show(t, row[1]); g != w {
			t.Errorf("%s = %s, Python gives %s", expression, g, w)
		}
	}
	if n < 200 {
		t.Errorf("only %d expressions", n)
	}
}

func show(t *testing.T, v value.Value) string {
	data, err := value.ToJSON(v, value.JSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(data) {
		t.Fatalf("not JSON: %s", data)
	}
	return string(data)
}
