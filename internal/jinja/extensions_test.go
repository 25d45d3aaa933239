package jinja

import (
	"reflect"
	"testing"
)

func TestExtensionsByName(t *testing.T) {
	o, unknown := Options{TrimBlocks: true}.WithExtensions([]string{"jinja2.ext.do", "jinja2.ext.LoopControlExtension", "acme.ext.more"})
	if want := (Options{TrimBlocks: true, Do: true, LoopControls: true}); o != want || !reflect.DeepEqual(unknown, []string{"acme.ext.more"}) {
		t.Errorf("%+v, %q", o, unknown)
	}
	if o, unknown := (Options{}).WithExtensions(Extensions); unknown != nil || !o.Do || !o.LoopControls || !o.I18n || !o.Debug {
		t.Errorf("%+v, %q", o, unknown)
	}
}
