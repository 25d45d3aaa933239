package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// listing writes out all that an inventory holds.
func listing(i *Inventory) string {
	var b strings.Builder
	for _, g := range i.Groups() {
		fmt.Fprintf(&b, "group %q %s", g.Name, value.Repr(g.Vars))
		for _, c := range g.Children {
			fmt.Fprintf(&b, " %q", c.Name)
		}
		b.WriteByte('\n')
	}
	for _, h := range i.Hosts() {
		fmt.Fprintf(&b, "host %q %q %s\n", h.Name, h.GroupNames(), value.Repr(h.Vars))
	}
	return b.String()
}

func hostNames(hosts []*Host) string {
	var out []string
	for _, h := range hosts {
		out = append(out, h.Name)
	}
	return strings.Join(out, " ")
}

// sameHosts compares sets.
func sameHosts(a, b []*Host) bool {
	in := map[*Host]bool{}
	for _, h := range a {
		in[h] = true
	}
	both := map[*Host]bool{}
	for _, h := range b {
		if !in[h] {
			return false
		}
		both[h] = true
	}
	return len(in) == len(both)
}

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

// No source makes the readers panic or hang; groups never form a loop, hosts and groups agree on who belongs to whom, patterns agree
// with both, the place of an error is in the file, and a second reading gives the same.
func FuzzSource(f *testing.F) {
	for _, s := range []string{
		"[a]\nh1 x=1\n[b:children]\na\n[b:vars]\ny={{ z }}\n", "h[1:3][a:c] x='y z'\n[a:children]\nb\n[b:children]\nc\n[c]\n",
		"all:\n  hosts: {a: , 'b[01:03]': {x: 1}}\n  children: {g: {vars: {y: 1}}}\n", "[g.hosts.h]\nx = 1\n[g.vars]\ny=[1,2]\n", "a[1:1000000000]\n",
		"[a]\n[::1]:22 ansible_host=x # c\n", "[a:vars]\nx={1, 2, (3,), ..., 1j}\n", "[a b]\n", "\x00\xff\n[a]\n\xfe",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		fs := (&source.Overlay{Base: source.OS{}}).With("/nonexistent/source", content)
		for _, parse := range []func(*reading, string) error{parseINI, parseYAML, parseTOML} {
			r := &reading{fs: fs, inv: New(), o: Options{YAMLExtensions: YAMLExtensions}}
			var placed *placedError
			err := parse(r, "/nonexistent/source")
			if errors.As(err, &placed) && (placed.at.File == nil || placed.at.Span.End > len(content) || placed.at.Span.Start > placed.at.Span.End) {
				t.Fatalf("%v stands at %v of %d bytes", err, placed.at.Span, len(content))
			}
		}
		inv := load("source", content)
		if again := load("source", content); listing(again) != listing(inv) {
			t.Fatalf("the second reading differs:\n%s\n%s", listing(inv), listing(again))
		}
		for _, g := range inv.Groups() {
			below := map[*Host]bool{}
			for _, h := range g.Hosts() {
				if below[h] {
					t.Fatalf("%s has %s twice", g.Name, h.Name)
				}
				below[h] = true
			}
			for _, h := range inv.Hosts() {
				if h.InGroup(g) && !below[h] {
					t.Fatalf("%s is in %s, which does not have it", h.Name, g.Name)
				}
				if below[h] && !slices.ContainsFunc(h.GroupsOf(), func(of *Group) bool { return of == g || slices.Contains(of.Ancestors(), g) }) {
					t.Fatalf("%s has %s, which is not in it", g.Name, h.Name)
				}
			}
			for _, c := range g.Descendants() {
				if !slices.Contains(c.Ancestors(), g) {
					t.Fatalf("%s is below %s, but not the other way round", c.Name, g.Name)
				}
			}
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
	match := func(t *testing.T, pattern ...string) []*Host {
		hosts, err := inv.MatchAll(pattern)
		if err != nil {
			t.Fatalf("%q: %v", pattern, err)
		}
		return hosts
	}
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
		if err != nil || pattern == "" {
			return
		}
		// The pieces, one by one, name what all of them name.
		pieces := SplitPattern(pattern)
		var of []*Host
		plain := true
		for _, piece := range pieces {
			plain = plain && !strings.ContainsAny(piece[:1], "&!")
			got, err := inv.evaluate([]string{piece})
			if err != nil {
				t.Fatalf("%q of %q: %v", piece, pattern, err)
			}
			of = append(of, got...)
		}
		if plain && len(pieces) > 0 && !sameHosts(of, hosts) {
			t.Fatalf("%q names %s, its pieces %s", pattern, hostNames(hosts), hostNames(of))
		}
		here := slices.DeleteFunc(slices.Clone(hosts), func(h *Host) bool { return !slices.Contains(inv.Hosts(), h) }) // but the implicit localhost
		// A limit of the same text is the same.
		if limit, err := ParseLimit(source.OS{}, pattern); err == nil && !strings.Contains(pattern, "@") && pattern[0] != '!' && len(pieces) > 0 {
			within, err := inv.Within(inv.Hosts(), limit)
			if err != nil || !sameHosts(within, here) {
				t.Fatalf("%q names %s, as a limit %s, %v", pattern, hostNames(hosts), hostNames(within), err)
			}
		}
		if len(pieces) != 1 || strings.ContainsAny(pieces[0][:1], "&!") || pieces[0] != pattern {
			return
		}
		// With and without it is everybody.
		and, not := match(t, "all", "&"+pattern), match(t, "all", "!"+pattern)
		if len(and)+len(not) != len(inv.Hosts()) || !sameHosts(append(slices.Clone(and), not...), inv.Hosts()) {
			t.Fatalf("%q: with %s, without %s", pattern, hostNames(and), hostNames(not))
		}
		if !sameHosts(and, here) {
			t.Fatalf("%q names %s, all of it %s", pattern, hostNames(hosts), hostNames(and))
		}
	})
}

// FuzzForms describes an inventory by bytes and writes it in three forms: all of them read as the same.
func FuzzForms(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	f.Add([]byte("hosts and groups"))
	f.Fuzz(func(t *testing.T, steps []byte) {
		type group struct {
			hosts, children []string
			vars            map[string]int
		}
		groups := map[string]*group{}
		var order []string
		at := func(n byte) *group {
			name := fmt.Sprintf("g%d", n%5)
			if groups[name] == nil {
				groups[name] = &group{vars: map[string]int{}}
				order = append(order, name)
			}
			return groups[name]
		}
		hostVars := map[string]int{}
		for ; len(steps) >= 3; steps = steps[3:] {
			g := at(steps[0])
			switch n := steps[2] % 7; steps[1] % 3 {
			case 0:
				h := fmt.Sprintf("h%d", n)
				hostVars[h] = int(steps[1])
				if !slices.Contains(g.hosts, h) {
					g.hosts = append(g.hosts, h)
				}
			case 1:
				if child := n % 5; child > steps[0]%5 { // no loops
					at(child)
					if name := fmt.Sprintf("g%d", child); !slices.Contains(g.children, name) {
						g.children = append(g.children, name)
					}
				}
			case 2:
				g.vars[fmt.Sprintf("v%d", n)] = int(steps[1])
			}
		}
		var ini, toml strings.Builder
		all := map[string]any{}
		for _, name := range order {
			g := groups[name]
			hosts, children := map[string]any{}, map[string]any{}
			fmt.Fprintf(&ini, "[%s]\n", name)
			fmt.Fprintf(&toml, "[%s]\nchildren = [", name)
			for _, c := range g.children {
				fmt.Fprintf(&toml, "%q,", c)
				children[c] = nil
			}
			fmt.Fprintf(&toml, "]\n")
			for _, h := range g.hosts {
				fmt.Fprintf(&ini, "%s hv=%d\n", h, hostVars[h])
				fmt.Fprintf(&toml, "[%s.hosts.%s]\nhv = %d\n", name, h, hostVars[h])
				hosts[h] = map[string]any{"hv": hostVars[h]}
			}
			fmt.Fprintf(&ini, "[%s:children]\n%s\n[%s:vars]\n", name, strings.Join(g.children, "\n"), name)
			fmt.Fprintf(&toml, "[%s.vars]\n", name)
			for k, v := range g.vars {
				fmt.Fprintf(&ini, "%s=%d\n", k, v)
				fmt.Fprintf(&toml, "%s = %d\n", k, v)
			}
			all[name] = map[string]any{"hosts": hosts, "children": children, "vars": g.vars}
		}
		if len(order) == 0 {
			return
		}
		// YAML holds JSON.
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		for _, form := range []struct {
			name, text string
			parse      func(*reading, string) error
		}{{"INI", ini.String(), parseINI}, {"YAML", string(text), parseYAML}, {"TOML", toml.String(), parseTOML}} {
			r := &reading{fs: (&source.Overlay{Base: source.OS{}}).With("/nonexistent/source", []byte(form.text)), inv: New(), o: Options{YAMLExtensions: YAMLExtensions}}
			if err := form.parse(r, "/nonexistent/source"); err != nil {
				t.Fatalf("%s: %v\n%s", form.name, err, form.text)
			}
			r.inv.Reconcile()
			got := sortedListing(r.inv)
			if want == "" {
				want = got
			} else if got != want {
				t.Fatalf("INI is\n%s%s is\n%s%s", want, form.name, got, form.text)
			}
		}
	})
}

// sortedListing is what an inventory holds, whatever the order in which it was read.
func sortedListing(i *Inventory) string {
	var lines []string
	for _, g := range i.Groups() {
		var children []string
		for _, c := range g.Children {
			children = append(children, c.Name)
		}
		slices.Sort(children)
		lines = append(lines, fmt.Sprintf("group %s %v %v\n", g.Name, children, sortedVars(g.Vars)))
	}
	for _, h := range i.Hosts() {
		of := slices.Clone(h.GroupNames())
		slices.Sort(of)
		lines = append(lines, fmt.Sprintf("host %s %v %v\n", h.Name, of, sortedVars(h.Vars)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func sortedVars(vars *value.Dict) []string {
	var out []string
	if vars == nil {
		return nil
	}
	for k, v := range vars.RawAll() {
		out = append(out, value.ToStr(k)+"="+value.Repr(v))
	}
	slices.Sort(out)
	return out
}
