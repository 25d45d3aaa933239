package value

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// What ansible-core 2.19's validate_variable_name accepts.
func TestIsVariableName(t *testing.T) {
	for _, name := range []string{"a", "_", "A1", "web_port", "in", "ansible_host"} {
		if !IsVariableName(name) {
			t.Errorf("%q is not taken for a name", name)
		}
	}
	for _, name := range []string{"", "1a", "a-b", "a.b", "a b", "ä", "not", "true", "True", "none", "None", "False"} {
		if IsVariableName(name) {
			t.Errorf("%q is taken for a name", name)
		}
	}
}

func TestPlace(t *testing.T) {
	at := &source.Location{File: source.NewFile("x.yml", []byte("a: b\n")), Span: source.Span{Start: 3, End: 4}}
	for _, v := range []Value{Str{S: "b", At: at}, &List{At: at}, &Dict{At: at}, &Vault{At: at}, &Undefined{At: at}} {
		if got := Place(v); got != *at {
			t.Errorf("%T: got %v", v, got)
		}
	}
	for _, v := range []Value{nil, Int(1), S("b"), &List{}, &Undefined{}} {
		if got := Place(v); got.Known() {
			t.Errorf("%T: got %v", v, got)
		}
	}
}
