package jinja_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// TestHammer reads and evaluates REHEARSE_HAMMER random texts, put together from pieces of templates: many more per
// second than the fuzzing engine manages, as it does not look for new paths.
func TestHammer(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("REHEARSE_HAMMER"))
	if n == 0 {
		n = 20_000
	}
	seed, _ := strconv.ParseUint(os.Getenv("REHEARSE_SEED"), 10, 64)
	r := rand.New(rand.NewPCG(seed, 7))
	pieces := strings.Fields(`{{ }} {% %} {# #} {%- -%} {{- -}} ( ) [ ] { } ' " | . , : = == != < > <= >= + - * / // % ~ a l d s t e nope 1 2.5 'x' "y" true none
		if elif else endif for in endfor is not and or defined undefined set endset macro endmacro call endcall filter endfilter raw endraw block endblock with endwith do break continue
		default upper list join map select sort first length to_json items() split() format(1) loop.index loop.last namespace(a=1) caller() m m() i range(3) range(9) import include extends 'a' as
		\ \n é 日 ?? @ $ ! 0x1f 1_0 1e3 'a\x41' '%s' lookup('items',1) query omit undef() dict(a=1) [1,2] {'k':1} (1,2) l[0] d.k d['k'] s[::-1] l[1:] varargs kwargs recursive loop(l) loop.cycle(1,2) loop.changed(a)`)
	o := &jinja.Options{TrimBlocks: true, Do: true, LoopControls: true}
	line := &jinja.Options{LstripBlocks: true, LineStatementPrefix: "%", LineCommentPrefix: "##", VariableStart: "${", VariableEnd: "}"}
	ansible := jinja.New(jinja.Config{Filters: safeFilters(), Tests: lib.Tests(), Lookups: lib.Lookups()[:0], Globals: lib.Globals(), MaxSteps: 2000, Options: *o})
	plain := jinja.NewPlain(jinja.Config{Filters: lib.PlainFilters(), Tests: lib.PlainTests(), Globals: lib.PlainGlobals(), MaxSteps: 2000})
	vars := jinja.Vars{"a": value.Int(1), "s": value.S("a,b"), "l": value.NewList(value.S("x"), value.Int(2)), "d": value.NewDict("k", value.Float(1.5)),
		"t": value.Str{S: "{{ a }}", Trusted: true}, "e": value.Str{S: "{{ nope }}", Trusted: true}}
	var b strings.Builder
	parsed, ran, good := 0, 0, 0
	for i := range n {
		b.Reset()
		opened := 0
		for range 1 + r.IntN(14) {
			switch p := pieces[r.IntN(len(pieces))]; {
			case opened == 0 && r.IntN(3) == 0:
				b.WriteString("{{ ")
				opened = 1
			case opened == 1 && r.IntN(4) == 0:
				b.WriteString(" }}")
				opened = 0
			default:
				b.WriteString(p)
			}
			if r.IntN(3) > 0 {
				b.WriteByte(' ')
			}
		}
		if opened == 1 && r.IntN(2) == 0 {
			b.WriteString("}}")
		}
		text := b.String()
		opt := o
		if i%8 == 0 {
			opt = line
		}
		p := jinja.Parse(text, opt)
		parsed++
		if at := p.Tokens[len(p.Tokens)-1].End; int(at) != len(text) {
			t.Fatalf("%q: the tokens end at %d", text, at)
		}
		if len(p.Problems) > 0 && i%16 != 0 {
			continue
		}
		ran++
		if _, err := ansible.Templar(vars).Resolve(value.Str{S: text, Trusted: true}); err == nil {
			good++
		}
		_, _ = plain.Render(text, "", vars)
	}
	t.Logf("%d texts read, %d evaluated in both modes, %d without an error", parsed, ran, good)
}
