package jinja_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
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
	pool := append([]string{}, fuzzSeeds...)
	parsed, ran, good := 0, 0, 0
	for i := range n {
		text := pasted(r, pieces)
		if i%2 == 1 {
			text = altered(r, pool, pieces)
		}
		if slowByDesign(text) || len(text) > 300 {
			continue
		}
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
		if agrees(t, ansible, plain, text) {
			good++
			if i%2 == 0 || r.IntN(20) == 0 { // what works is worth being changed further
				if len(pool) < 4096 {
					pool = append(pool, text)
				} else {
					pool[r.IntN(len(pool))] = text
				}
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Logf("%d texts read, %d evaluated in both modes, %d without an error", parsed, ran, good)
}

// pasted puts pieces of templates together.
func pasted(r *rand.Rand, pieces []string) string {
	var b strings.Builder
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
	return b.String()
}

// altered changes a template of the pool in up to three places: a piece comes in, something goes, another template's part
// takes the place of what is there.
func altered(r *rand.Rand, pool, pieces []string) string {
	text := pool[r.IntN(len(pool))]
	for range 1 + r.IntN(3) {
		at := r.IntN(len(text) + 1)
		end := at + r.IntN(min(12, len(text)-at)+1)
		switch r.IntN(5) {
		case 0:
			text = text[:at] + pieces[r.IntN(len(pieces))] + text[at:]
		case 1:
			text = text[:at] + text[end:]
		case 2:
			text = text[:at] + pieces[r.IntN(len(pieces))] + text[end:]
		case 3:
			other := pool[r.IntN(len(pool))]
			from := r.IntN(len(other) + 1)
			text = text[:at] + other[from:from+r.IntN(len(other)-from+1)] + text[end:]
		default:
			text = text[:at] + string(rune(r.IntN(128))) + text[end:]
		}
	}
	return text
}
