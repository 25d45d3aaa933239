package pyre

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// maxRepeat and maxGroups are CPython's limits on a 64-bit machine.
const (
	maxRepeat = 4294967295
	maxGroups = 2147483647 / 2
)

// tokens reads a pattern character by character, with an escape as one token.
type tokens struct {
	text   []rune
	source string
	index  int
	next   string // "" at the end
}

type parser struct {
	tokens
	flags   Flags
	groups  []*node // by number; [0] unused; nil while open
	names   map[string]int
	condPos map[int]int
	behind  int // number of groups when the outermost lookbehind began, -1 outside
}

// bail carries a syntax error up to parse.
type bail struct{ err error }

func (t *tokens) advance() {
	if t.index >= len(t.text) {
		t.next = ""
		return
	}
	c := string(t.text[t.index])
	if c == `\` {
		if t.index+1 >= len(t.text) {
			panic(bail{&Error{"bad escape (end of pattern)", t.source, len(t.text) - 1}})
		}
		t.index++
		c += string(t.text[t.index])
	}
	t.index++
	t.next = c
}

func (t *tokens) get() string {
	c := t.next
	t.advance()
	return c
}

func (t *tokens) match(c string) bool {
	if t.next == c {
		t.advance()
		return true
	}
	return false
}

func size(s string) int { return len([]rune(s)) }

func (t *tokens) tell() int { return t.index - size(t.next) }

func (t *tokens) seek(i int) {
	t.index = i
	t.advance()
}

func (t *tokens) fail(offset int, format string, args ...any) {
	panic(bail{&Error{fmt.Sprintf(format, args...), t.source, t.tell() - offset}})
}

func (t *tokens) while(n int, set string) string {
	out := ""
	for ; n > 0 && t.next != "" && strings.Contains(set, t.next); n-- {
		out += t.get()
	}
	return out
}

func (t *tokens) until(terminator, name string) string {
	out := ""
	for {
		c := t.get()
		if c == "" {
			if out == "" {
				t.fail(0, "missing %s", name)
			}
			t.fail(size(out), "missing %s, unterminated name", terminator)
		}
		if c == terminator {
			if out == "" {
				t.fail(1, "missing %s", name)
			}
			return out
		}
		out += c
	}
}

func identifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc)) {
			return false
		}
	}
	return s != ""
}

func (t *tokens) checkName(name string, offset int) {
	if !identifier(name) {
		t.fail(size(name)+offset, "bad character in group name %s", repr(name))
	}
}

const (
	digits      = "0123456789"
	octdigits   = "01234567"
	hexdigits   = "0123456789abcdefABCDEF"
	whitespace  = " \t\n\r\v\f"
	asciiLetter = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// program is a parsed pattern.
type program struct {
	root   *node
	flags  Flags
	groups []*node
	names  map[string]int
}

func parse(pattern string, flags Flags) (p *program, err error) {
	defer func() {
		if r := recover(); r != nil {
			b, ok := r.(bail)
			if !ok {
				panic(r)
			}
			p, err = nil, b.err
		}
	}()
	ps := &parser{tokens: tokens{text: []rune(pattern), source: pattern}, flags: flags, groups: []*node{nil}, names: map[string]int{}, condPos: map[int]int{}, behind: -1}
	ps.advance()
	root := ps.branch(flags&Verbose != 0, 0)
	if ps.next != "" {
		ps.fail(0, "unbalanced parenthesis")
	}
	for g, pos := range ps.condPos {
		if g >= len(ps.groups) {
			return nil, &Error{fmt.Sprintf("invalid group reference %d", g), pattern, pos}
		}
	}
	p = &program{root: root, flags: ps.flags, groups: ps.groups, names: ps.names}
	if !fixedBehind(root, ps.groups) {
		return nil, &Error{"look-behind requires fixed-width pattern", pattern, -1}
	}
	return p, nil
}

// fixedBehind tells whether every lookbehind has one width.
func fixedBehind(n *node, groups []*node) bool {
	if n.op == opLook && n.behind {
		if lo, hi := n.kids[0].width(groups); lo != hi {
			return false
		}
	}
	for _, k := range n.kids {
		if !fixedBehind(k, groups) {
			return false
		}
	}
	return true
}

func (p *parser) branch(verbose bool, nested int) *node {
	var kids []*node
	for {
		kids = append(kids, p.sequence(verbose, nested+1, nested == 0 && len(kids) == 0))
		if !p.match("|") {
			break
		}
		if nested == 0 {
			verbose = p.flags&Verbose != 0
		}
	}
	if len(kids) == 1 {
		return kids[0]
	}
	return &node{op: opBranch, kids: kids}
}

func (p *parser) sequence(verbose bool, nested int, first bool) *node {
	seq := &node{op: opSequence}
	add := func(n *node) { seq.kids = append(seq.kids, n) }
	for {
		this := p.next
		if this == "" || this == "|" || this == ")" {
			return seq
		}
		p.advance()
		if verbose {
			if strings.Contains(whitespace, this) {
				continue
			}
			if this == "#" {
				for c := p.get(); c != "" && c != "\n"; c = p.get() {
				}
				continue
			}
		}
		switch this {
		case "[":
			add(p.class())
		case "?", "*", "+", "{":
			p.repeat(seq, this)
		case ".":
			add(&node{op: opAny})
		case "(":
			start := p.tell() - 1
			n, global := p.group(verbose, nested, start)
			if global {
				if !first || len(seq.kids) > 0 {
					p.fail(p.tell()-start, "global flags not at the start of the expression")
				}
				verbose = p.flags&Verbose != 0
			} else if n != nil {
				add(n)
			}
		case "^", "$":
			add(&node{op: opAt, char: rune(this[0])})
		default:
			if this[0] == '\\' {
				add(p.escape(this))
			} else {
				add(&node{op: opLiteral, char: []rune(this)[0]})
			}
		}
	}
}

func (p *parser) repeat(seq *node, this string) {
	here := p.tell()
	lo, hi := 0, -1
	switch this {
	case "?":
		hi = 1
	case "+":
		lo = 1
	case "{":
		if p.next == "}" {
			seq.kids = append(seq.kids, &node{op: opLiteral, char: '{'})
			return
		}
		from := p.while(len(p.text), digits)
		to := from
		if p.match(",") {
			to = p.while(len(p.text), digits)
		}
		if !p.match("}") {
			seq.kids = append(seq.kids, &node{op: opLiteral, char: '{'})
			p.seek(here)
			return
		}
		if from != "" {
			lo = repetition(from)
		}
		if to != "" {
			hi = repetition(to)
			if hi < lo {
				p.fail(p.tell()-here, "min repeat greater than max repeat")
			}
		}
	}
	if len(seq.kids) == 0 || seq.kids[len(seq.kids)-1].op == opAt {
		p.fail(p.tell()-here+size(this), "nothing to repeat")
	}
	item := seq.kids[len(seq.kids)-1]
	if item.op == opRepeat {
		p.fail(p.tell()-here+size(this), "multiple repeat")
	}
	r := &node{op: opRepeat, min: lo, max: hi, kids: []*node{item}}
	if p.match("?") {
		r.lazy = true
	} else if p.match("+") {
		r.possess = true
	}
	seq.kids[len(seq.kids)-1] = r
}

func repetition(s string) int {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n >= maxRepeat {
		panic(bail{&OverflowError{"the repetition number is too large"}})
	}
	return int(n)
}

// group reads what follows "(". It gives nil for a comment, and global for flags of the whole pattern.
func (p *parser) group(verbose bool, nested, start int) (n *node, global bool) {
	capture, name := true, ""
	var add, del Flags
	out := &node{op: opGroup}
	if p.match("?") {
		char := p.get()
		switch char {
		case "":
			p.fail(0, "unexpected end of pattern")
		case "P":
			if p.match("<") {
				name = p.until(">", "group name")
				p.checkName(name, 1)
			} else if p.match("=") {
				return p.namedBackref(), false
			} else {
				c := p.get()
				if c == "" {
					p.fail(0, "unexpected end of pattern")
				}
				p.fail(size(c)+2, "unknown extension ?P%s", c)
			}
		case ":":
			capture = false
		case "#":
			for {
				if p.next == "" {
					p.fail(p.tell()-start, "missing ), unterminated comment")
				}
				if p.get() == ")" {
					return nil, false
				}
			}
		case "=", "!", "<":
			return p.look(char, verbose, nested, start), false
		case "(":
			return p.condition(verbose, nested, start), false
		case ">":
			capture = false
			out.op = opAtomic
		default:
			if _, ok := inlineFlag(char); !ok && char != "-" {
				p.fail(size(char)+1, "unknown extension ?%s", char)
			}
			var whole bool
			add, del, whole = p.inline(char)
			if whole {
				return nil, true
			}
			capture = false
		}
	}
	gid := 0
	if capture {
		gid = len(p.groups)
		p.groups = append(p.groups, nil)
		if name != "" {
			if old, ok := p.names[name]; ok {
				p.fail(size(name)+1, "redefinition of group name %s as group %d; was group %d", repr(name), gid, old)
			}
			p.names[name] = gid
		}
	}
	sub := (verbose || add&Verbose != 0) && del&Verbose == 0
	body := p.branch(sub, nested+1)
	if !p.match(")") {
		p.fail(p.tell()-start, "missing ), unterminated subpattern")
	}
	if gid > 0 {
		p.groups[gid] = body
	}
	out.group, out.add, out.del, out.kids = gid, add, del, []*node{body}
	return out, false
}

func (p *parser) checkBehind(gid int) {
	if p.behind < 0 {
		return
	}
	if gid >= len(p.groups) || p.groups[gid] == nil {
		p.fail(0, "cannot refer to an open group")
	}
	if gid >= p.behind {
		p.fail(0, "cannot refer to group defined in the same lookbehind subpattern")
	}
}

func (p *parser) namedBackref() *node {
	name := p.until(")", "group name")
	p.checkName(name, 1)
	gid, ok := p.names[name]
	if !ok {
		p.fail(size(name)+1, "unknown group name %s", repr(name))
	}
	if p.groups[gid] == nil {
		p.fail(size(name)+1, "cannot refer to an open group")
	}
	p.checkBehind(gid)
	return &node{op: opBackref, group: gid}
}

func (p *parser) look(char string, verbose bool, nested, start int) *node {
	n := &node{op: opLook}
	outer := p.behind
	if char == "<" {
		char = p.get()
		if char == "" {
			p.fail(0, "unexpected end of pattern")
		}
		if char != "=" && char != "!" {
			p.fail(size(char)+2, "unknown extension ?<%s", char)
		}
		n.behind = true
		if outer < 0 {
			p.behind = len(p.groups)
		}
	}
	n.negate = char == "!"
	n.kids = []*node{p.branch(verbose, nested+1)}
	if n.behind {
		p.behind = outer
	}
	if !p.match(")") {
		p.fail(p.tell()-start, "missing ), unterminated subpattern")
	}
	return n
}

func (p *parser) condition(verbose bool, nested, start int) *node {
	name := p.until(")", "group name")
	gid := 0
	if identifier(name) {
		var ok bool
		if gid, ok = p.names[name]; !ok {
			p.fail(size(name)+1, "unknown group name %s", repr(name))
		}
	} else {
		n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(name, "+")))
		if err != nil || n < 0 {
			p.fail(size(name)+1, "bad character in group name %s", repr(name))
		}
		if n == 0 {
			p.fail(size(name)+1, "bad group number")
		}
		if n >= maxGroups {
			p.fail(size(name)+1, "invalid group reference %d", n)
		}
		if _, ok := p.condPos[n]; !ok {
			p.condPos[n] = p.tell() - size(name) - 1
		}
		gid = n
	}
	p.checkBehind(gid)
	out := &node{op: opCondition, group: gid, kids: []*node{p.sequence(verbose, nested+1, false)}}
	if p.match("|") {
		out.kids = append(out.kids, p.sequence(verbose, nested+1, false))
		if p.next == "|" {
			p.fail(0, "conditional backref with more than two branches")
		}
	}
	if !p.match(")") {
		p.fail(p.tell()-start, "missing ), unterminated subpattern")
	}
	return out
}

func isAlpha(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) {
			return false
		}
	}
	return s != ""
}

func (p *parser) inline(char string) (add, del Flags, whole bool) {
	if char != "-" {
		for {
			flag, _ := inlineFlag(char)
			if flag == localeFlag {
				p.fail(0, "bad inline flags: cannot use 'L' flag with a str pattern")
			}
			add |= flag
			if flag&typeFlags != 0 && add&typeFlags != flag {
				p.fail(0, "bad inline flags: flags 'a', 'u' and 'L' are incompatible")
			}
			char = p.get()
			if char == "" {
				p.fail(0, "missing -, : or )")
			}
			if strings.Contains(")-:", char) {
				break
			}
			if _, ok := inlineFlag(char); !ok {
				msg := "missing -, : or )"
				if isAlpha(char) {
					msg = "unknown flag"
				}
				p.fail(size(char), "%s", msg)
			}
		}
	}
	if char == ")" {
		p.flags |= add
		return 0, 0, true
	}
	if char == "-" {
		char = p.get()
		for msg := "missing flag"; ; msg = "missing :" {
			if char == "" {
				p.fail(0, "%s", msg)
			}
			if char == ":" && msg == "missing :" {
				break
			}
			flag, ok := inlineFlag(char)
			if !ok {
				if isAlpha(char) {
					msg = "unknown flag"
				}
				p.fail(size(char), "%s", msg)
			}
			if flag&typeFlags != 0 {
				p.fail(0, "bad inline flags: cannot turn off flags 'a', 'u' and 'L'")
			}
			del |= flag
			char = p.get()
		}
	}
	if add&del != 0 {
		p.fail(1, "bad inline flags: flag turned on and off")
	}
	return add, del, false
}
