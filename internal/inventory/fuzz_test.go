package inventory

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// load reads one source from memory with every plugin that reads files.
func load(name string, content []byte) *Inventory {
	fs := (&source.Overlay{Base: source.OS{}}).With("/nonexistent/"+name, content)
	r := &reading{fs: fs, inv: New(), o: Options{YAMLExtensions: YAMLExtensions}}
	for _, p := range []plugin{{parse: parseINI}, {parse: parseYAML}, {parse: parseTOML}} {
		r.inv = New()
		r.inv.current = name
		if p.parse(r, "/nonexistent/"+name) == nil {
			r.inv.Reconcile()
		}
	}
	return r.inv
}

// No source makes the readers panic or hang, and groups never form a loop.
func FuzzSource(f *testing.F) {
	for _, s := range []string{
		"[a]\nh1 x=1\n[b:children]\na\n[b:vars]\ny={{ z }}\n", "h[1:3][a:c] x='y z'\n[a:children]\nb\n[b:children]\nc\n[c]\n",
		"all:\n  hosts: {a: , 'b[01:03]': {x: 1}}\n  children: {g: {vars: {y: 1}}}\n", "[g.hosts.h]\nx = 1\n[g.vars]\ny=[1,2]\n", "a[1:1000000000]\n",
		"[a]\n[::1]:22 ansible_host=x # c\n", "[a:vars]\nx={1, 2, (3,), ..., 1j}\n", "[a b]\n", "\x00\xff\n[a]\n\xfe",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		inv := load("source", content)
		for _, g := range inv.Groups() {
			g.Hosts()
			for _, a := range g.Ancestors() {
				if a == g {
					t.Fatalf("%s is its own ancestor", g.Name)
				}
			}
		}
		for _, h := range inv.Hosts() {
			if len(h.GroupsOf()) == 0 {
				t.Fatalf("%s is in no group", h.Name)
			}
		}
	})
}

// No pattern panics; what it names is in the inventory, once.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{"all", "a:&b:!c", "a[0]", "a[-1]", "a[1:]", "~^a.*", "~(", "*", "[!a]*", "a,b, c", "::1", "[::1]:22", "a[0:0]", "&", "!", "[", "a[99999999999999999999]"} {
		f.Add(s)
	}
	inv := load("source", []byte("[a]\na[1:3]\n[b]\na1\nb1\n[c:children]\na\nb\n"))
	f.Fuzz(func(t *testing.T, pattern string) {
		hosts, err := inv.Match(pattern)
		inv.Warnings, inv.warned = nil, map[string]bool{}
		seen := map[*Host]bool{}
		for _, h := range hosts {
			if seen[h] && err == nil {
				t.Fatalf("%q names %s twice", pattern, h.Name)
			}
			seen[h] = true
			if inv.Host(h.Name) != h {
				t.Fatalf("%q names a stranger, %s", pattern, h.Name)
			}
		}
	})
}
