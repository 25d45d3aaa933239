package pyplugin

import (
	"slices"
	"testing"
)

func TestNames(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
		complete   bool
	}{
		{"display", "class FilterModule(object):\n    '''doc'''\n    def filters(self):\n        return {\n            'a': f,  # 'c'\n            \"b\": lambda x: {'z': 1},\n        }\n", []string{"a", "b"}, true},
		{"dict call", "class FilterModule:\n  def filters(self):\n    return dict(a=f, b=g)\n", []string{"a", "b"}, true},
		{"variable", "class FilterModule:\n  def filters(self):\n    x = {'a': 1}\n    x['b'] = 2\n    x.update({'c': 3})\n    return x\n", []string{"a", "b", "c"}, true},
		{"attribute", "class FilterModule:\n  filter_map = {'a': f}\n  def filters(self):\n    return self.filter_map\n", []string{"a"}, true},
		{"global", "ALL = {\n'a': f}\nclass FilterModule:\n  def filters(self): return ALL\n", []string{"a"}, true},
		{"merged", "A = {'a': f}\nclass FilterModule:\n  def filters(self): return {**A, 'b': g}\n", []string{"a", "b"}, true},
		{"computed", "class FilterModule:\n  def filters(self):\n    return {k: v for k, v in globals().items()}\n", nil, false},
		{"called", "class FilterModule:\n  def filters(self):\n    return make()\n", nil, false},
		{"conditional", "class FilterModule:\n  def filters(self):\n    f = {'a': 1}\n    if x:\n      f['b'] = 2\n    return f\n", []string{"a", "b"}, true},
		{"no class", "def f(): pass\n", nil, true},
		{"inherited", "class FilterModule(Base):\n  pass\n", nil, false},
		{"unfinished", "class FilterModule:\n  def filters(self):\n    return {'a': (", []string{"a"}, false},
	} {
		names, complete := Names("filter", c.text)
		var got []string
		for _, n := range names {
			got = append(got, n.Name)
		}
		if !slices.Equal(got, c.want) || complete != c.complete {
			t.Errorf("%s: got %v %v, want %v %v", c.name, got, complete, c.want, c.complete)
		}
	}
}

// FuzzNames: no text makes it fail.
func FuzzNames(f *testing.F) {
	f.Add("class FilterModule:\n  def filters(self):\n    return {'a': f}\n")
	f.Fuzz(func(t *testing.T, s string) {
		Names("filter", s)
		Names("test", "class TestModule:\n  def tests(self):\n    return "+s)
	})
}
