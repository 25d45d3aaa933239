package nearest

import "testing"

func TestName(t *testing.T) {
	tests := []struct {
		name  string
		names []string
		want  string
	}{
		{"coppy", []string{"copy", "apt"}, "copy"},
		{"dets", []string{"src", "dest"}, "dest"},
		{"colour", []string{"color"}, "color"},
		{"grüße", []string{"grüsse", "x"}, "grüsse"},
		{"abcd", []string{"abce", "abcc"}, "abcc"},
		{"ansible.builtin.fiel", []string{"ansible.builtin.file", "ansible.builtin.find"}, "ansible.builtin.file"},
		{"abc", []string{"xyz", ""}, ""},
		{"copy", []string{"copy"}, ""},
		{"", []string{"a", "ab"}, ""},
	}
	for _, test := range tests {
		if got := Name(test.name, test.names); got != test.want {
			t.Errorf("%q in %q: got %q, want %q", test.name, test.names, got, test.want)
		}
	}
}
