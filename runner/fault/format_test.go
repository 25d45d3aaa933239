package fault

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// The text is what ansible-playbook 2.19.14 printed behind "[ERROR]: " for such a chain.
func TestFormat(t *testing.T) {
	f := source.NewFile("/p.yml", []byte("- hosts: localhost\n  tasks:\n    - debug:\n        msg: \"{{ x }}\"\n"))
	at := func(off int) source.Location {
		return source.Location{File: f, Span: source.Span{Start: off, End: off + 1}}
	}
	inner := New(at(55), "'x' is undefined")
	outer := Wrap(Wrap(inner, at(38), "Finalization of task args for 'ansible.builtin.debug' failed."), at(38), "Task failed.")
	want := "Task failed: Finalization of task args for 'ansible.builtin.debug' failed: 'x' is undefined\n\n" +
		"Task failed: Finalization of task args for 'ansible.builtin.debug' failed.\nOrigin: /p.yml:3:11\n\n" +
		"1 - hosts: localhost\n2   tasks:\n3     - debug:\n            ^ column 11\n\n" +
		"<<< caused by >>>\n\n'x' is undefined\nOrigin: /p.yml:4:15\n\n" +
		"2   tasks:\n3     - debug:\n4         msg: \"{{ x }}\"\n                ^ column 15\n\n"
	if got := Format(outer); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := outer.Error(); got != "Task failed: Finalization of task args for 'ansible.builtin.debug' failed: 'x' is undefined" {
		t.Error(got)
	}
	if got := Format(&Fault{Msg: "Short.", Help: "Do this."}); got != "Short. Do this.\n" {
		t.Errorf("%q", got)
	}
}
