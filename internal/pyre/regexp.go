package pyre

import (
	"fmt"
	"regexp"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
)

// MatchTimeout is how long a match may take that needs backtracking.
const MatchTimeout = 10 * time.Second

// Regexp is a compiled pattern. It may be used by several goroutines at once.
type Regexp struct {
	Pattern  string
	program  *program
	re2Text  string
	portable portable
	nullable bool

	mu       sync.Mutex
	tooLarge bool // the standard library refuses the size of it
	re2      [3]*regexp.Regexp
	net      [4]*regexp2.Regexp
}

// anchor says where a match must lie.
type anchor uint8

const (
	anywhere anchor = iota
	atStart         // re.match
	whole           // re.fullmatch
	advance         // anywhere, but not empty at the place where the search begins
)

// cache holds the compiled patterns; it is emptied when it is full, as Python's own is.
var cache = struct {
	mu   sync.Mutex
	made map[cacheKey]*Regexp
}{made: map[cacheKey]*Regexp{}}

type cacheKey struct {
	pattern string
	flags   Flags
}

const cacheSize = 2048

// Compile parses a pattern. The error is an *Error or *OverflowError with Python's words.
func Compile(pattern string, flags Flags) (*Regexp, error) {
	key := cacheKey{pattern, flags}
	cache.mu.Lock()
	re, ok := cache.made[key]
	cache.mu.Unlock()
	if ok {
		return re, nil
	}
	p, err := parse(pattern, flags)
	if err != nil {
		return nil, err
	}
	re = &Regexp{Pattern: pattern, program: p}
	re.re2Text, re.portable = writeRE2(p)
	lo, _ := p.root.width(p.groups)
	re.nullable = lo == 0
	cache.mu.Lock()
	defer cache.mu.Unlock()
	if len(cache.made) >= cacheSize {
		clear(cache.made)
	}
	cache.made[key] = re
	return re, nil
}

// Groups is the number of capturing groups.
func (re *Regexp) Groups() int { return len(re.program.groups) - 1 }

// GroupIndex gives the number of a named group.
func (re *Regexp) GroupIndex(name string) (int, bool) {
	n, ok := re.program.names[name]
	return n, ok
}

// simple gives the standard library's engine when it finds in this text what Python finds, else nil.
func (re *Regexp) simple(text string, a anchor) *regexp.Regexp {
	if re.portable.never || re.portable.emptyText && text == "" ||
		re.portable.finalNewline && len(text) > 0 && text[len(text)-1] == '\n' || !isASCII(text) {
		return nil
	}
	re.mu.Lock()
	defer re.mu.Unlock()
	if re.tooLarge {
		return nil
	}
	if re.re2[a] == nil {
		source := re.re2Text
		switch a {
		case atStart:
			source = `\A(?:` + source + ")"
		case whole:
			source = `\A(?:` + source + `)\z`
		}
		r, err := regexp.Compile(source)
		if err != nil {
			re.tooLarge = true
			return nil
		}
		re.re2[a] = r
	}
	return re.re2[a]
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// full gives the backtracking engine.
func (re *Regexp) full(a anchor) (*regexp2.Regexp, error) {
	re.mu.Lock()
	defer re.mu.Unlock()
	if re.net[a] == nil {
		source := writeNet(re.program)
		switch a {
		case atStart:
			source = `\G(?:` + source + ")"
		case whole:
			source = `\G(?:` + source + `)\z`
		case advance:
			source = `(?:` + source + `)(?!\G)`
		}
		r, err := regexp2.Compile(source, regexp2.None)
		if err != nil {
			return nil, fmt.Errorf("the regular expression %q cannot be run here: %w", re.Pattern, err)
		}
		r.MatchTimeout = MatchTimeout
		re.net[a] = r
	}
	return re.net[a], nil
}

// Match is one match: the byte offsets of each group, group 0 being all of it.
type Match struct {
	Text string
	re   *Regexp
	span []int // start and end of each group; -1 when it took no part
}

// Span gives the byte offsets of a group, -1, -1 when it took no part.
func (m *Match) Span(group int) (start, end int) { return m.span[2*group], m.span[2*group+1] }

// Group gives the text of a group; ok is false when it took no part (Python's None).
func (m *Match) Group(n int) (text string, ok bool) {
	if m.span[2*n] < 0 {
		return "", false
	}
	return m.Text[m.span[2*n]:m.span[2*n+1]], true
}

// Groups is the number of capturing groups of the pattern.
func (m *Match) Groups() int { return m.re.Groups() }

// Regexp is the pattern that matched.
func (m *Match) Regexp() *Regexp { return m.re }

// Search finds the first match; nil when there is none. The error is a *TimeoutError.
func (re *Regexp) Search(text string) (*Match, error) { return re.find(text, anywhere) }

// Match matches at the start of the text, as re.match does.
func (re *Regexp) Match(text string) (*Match, error) { return re.find(text, atStart) }

// FullMatch matches the whole text.
func (re *Regexp) FullMatch(text string) (*Match, error) { return re.find(text, whole) }

func (re *Regexp) find(text string, a anchor) (*Match, error) {
	if r := re.simple(text, a); r != nil {
		span := r.FindStringSubmatchIndex(text)
		if span == nil {
			return nil, nil
		}
		return &Match{Text: text, re: re, span: span}, nil
	}
	var found *Match
	err := re.scan(text, a, func(m *Match) bool { found = m; return false })
	return found, err
}

// scan calls yield with the match from the start of the text and, for anywhere, with those after it.
func (re *Regexp) scan(text string, a anchor, yield func(*Match) bool) error {
	runes := make([]rune, 0, len(text))
	offsets := make([]int, 0, len(text)+1)
	for i, r := range text {
		runes = append(runes, r)
		offsets = append(offsets, i)
	}
	offsets = append(offsets, len(text))
	for at := 0; ; {
		engine, err := re.full(a)
		if err != nil {
			return err
		}
		m, err := engine.FindRunesMatchStartingAt(runes, at)
		if err != nil {
			return &TimeoutError{re.Pattern}
		}
		if m == nil {
			return nil
		}
		out := &Match{Text: text, re: re, span: make([]int, 2*re.Groups()+2)}
		for i := range out.span {
			out.span[i] = -1
		}
		for i := 0; i <= re.Groups(); i++ {
			g := m.GroupByNumber(i)
			if g == nil || len(g.Captures) == 0 {
				continue
			}
			out.span[2*i] = offsets[g.RuneIndex]
			out.span[2*i+1] = offsets[g.RuneIndex+g.RuneLength]
		}
		if !yield(out) {
			return nil
		}
		at = m.RuneIndex + m.RuneLength
		a = anywhere
		if m.RuneLength == 0 {
			a = advance
		}
	}
}

// All calls yield with every match that does not overlap the one before, as re.finditer gives them, until it says false.
func (re *Regexp) All(text string, yield func(*Match) bool) error {
	if !re.nullable {
		if r := re.simple(text, anywhere); r != nil {
			for _, span := range r.FindAllStringSubmatchIndex(text, -1) {
				if !yield(&Match{Text: text, re: re, span: span}) {
					break
				}
			}
			return nil
		}
	}
	return re.scan(text, anywhere, yield)
}
