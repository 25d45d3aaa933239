package argparse

import (
	"math/big"
	"slices"
	"strings"
)

// Parse reads the arguments behind the program's name. The error is an *Error or a *Stop.
func (p *Parser) Parse(args []string) (*Result, error) {
	r := &Result{}
	unknown, err := p.parse(args, r)
	if err != nil {
		return nil, err
	}
	if len(unknown) > 0 {
		return nil, p.errorf("unrecognized arguments: " + strings.Join(unknown, " "))
	}
	return r, nil
}

func (p *Parser) errorf(text string) error { return &Error{p, text} }

func (p *Parser) argument(o *Option, text string) error {
	return p.errorf("argument " + o.Name() + ": " + text)
}

// word is one argument with what it looks like.
type word struct {
	text  string
	mark  byte // 'O' an option, 'A' an argument, '-' the end of the options
	found match
}

// match is an option that a word names. A word that looks like an option and names none has no option.
type match struct {
	option *Option
	flag   string // as in the table
	value  *string
}

// parse reads args into r and gives back what it does not know.
func (p *Parser) parse(args []string, r *Result) (unknown []string, err error) {
	words, err := p.classify(args)
	if err != nil {
		return nil, err
	}
	s := &state{Parser: p, words: words, result: r}
	last := -1
	for i, w := range words {
		if w.mark == 'O' {
			last = i
		}
	}
	at := 0
	for at <= last {
		next := at
		for words[next].mark != 'O' {
			next++
		}
		if next != at {
			end, err := s.positional(at)
			if err != nil {
				return nil, err
			}
			if end > at {
				at = end
				continue
			}
			for ; at < next; at++ {
				s.unknown = append(s.unknown, words[at].text)
			}
		}
		if at, err = s.option(at); err != nil {
			return nil, err
		}
	}
	if at, err = s.positional(at); err != nil {
		return nil, err
	}
	for _, w := range words[at:] {
		s.unknown = append(s.unknown, w.text)
	}
	if !s.done {
		switch {
		case p.Commands != nil:
			return nil, p.errorf("the following arguments are required: action")
		case p.Positional != nil && (p.Positional.Nargs == "" || p.Positional.Nargs == "+"):
			return nil, p.errorf("the following arguments are required: " + p.Positional.Metavar)
		}
	}
	return append(s.unknown, s.below...), nil
}

func (p *Parser) classify(args []string) ([]word, error) {
	words := make([]word, len(args))
	ended := false
	for i, text := range args {
		w := word{text: text, mark: 'A'}
		switch {
		case ended:
		case text == "--":
			w.mark, ended = '-', true
		default:
			found, is, err := p.lookup(text)
			if err != nil {
				return nil, err
			}
			if is {
				w.mark, w.found = 'O', found
			}
		}
		words[i] = w
	}
	return words, nil
}

// lookup tells whether a word is an option and which one.
func (p *Parser) lookup(text string) (found match, is bool, err error) {
	if len(text) < 2 || text[0] != '-' {
		return match{}, false, nil
	}
	if o := p.byFlag(text); o != nil {
		return match{o, text, nil}, true, nil
	}
	name, value, assigned := strings.Cut(text, "=")
	if o := p.byFlag(name); assigned && o != nil {
		return match{o, name, &value}, true, nil
	}
	var all []match
	for _, o := range p.Options {
		if o.Extra {
			continue
		}
		for _, flag := range o.Flags {
			switch {
			case text[1] == '-':
				if strings.HasPrefix(flag, name) {
					m := match{o, flag, nil}
					if assigned {
						m.value = &value
					}
					all = append(all, m)
				}
			case flag == text[:2]:
				rest := text[2:]
				all = append(all, match{o, flag, &rest})
			case strings.HasPrefix(flag, text):
				all = append(all, match{o, flag, nil})
			}
		}
	}
	switch {
	case len(all) > 1:
		var flags []string
		for _, m := range all {
			flags = append(flags, m.flag)
		}
		return match{}, false, p.errorf("ambiguous option: " + text + " could match " + strings.Join(flags, ", "))
	case len(all) == 1:
		return all[0], true, nil
	case negative(text) || strings.Contains(text, " "):
		return match{}, false, nil
	}
	return match{}, true, nil
}

// negative tells whether a word looks like a negative number, -12 or -.5.
func negative(text string) bool {
	whole, part, dot := strings.Cut(text[1:], ".")
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	if !dot {
		return digits(whole)
	}
	return digits(whole) && digits(part) && part != ""
}

func (p *Parser) byFlag(flag string) *Option {
	for _, o := range p.Options {
		if slices.Contains(o.Flags, flag) {
			return o
		}
	}
	return nil
}

// state is the reading of one command line.
type state struct {
	*Parser
	words   []word
	result  *Result
	unknown []string
	below   []string // what the parser of a command does not know
	done    bool     // the positional arguments have been read
}

// option reads the option at a word, with the short ones that are bundled with it, and gives the word behind it.
func (s *state) option(at int) (next int, err error) {
	m := s.words[at].found
	if m.option == nil {
		s.unknown = append(s.unknown, s.words[at].text)
		return at + 1, nil
	}
	type taken struct {
		option *Option
		value  string
	}
	var list []taken
	next = at + 1
	for o, flag, value := m.option, m.flag, m.value; ; {
		if o.valued() {
			if value == nil {
				if next >= len(s.words) || s.words[next].mark != 'A' {
					return 0, s.argument(o, "expected one argument")
				}
				value = &s.words[next].text
				next++
			}
			list = append(list, taken{o, *value})
			break
		}
		if value == nil {
			list = append(list, taken{o, ""})
			break
		}
		var bundled *Option
		if flag[1] != '-' && *value != "" {
			list = append(list, taken{o, ""})
			flag = "-" + (*value)[:1]
			bundled = s.byFlag(flag)
		}
		if bundled == nil {
			return 0, s.argument(o, "ignored explicit argument "+quote(*value))
		}
		o = bundled
		if rest := (*value)[1:]; rest != "" {
			value = &rest
		} else {
			value = nil
		}
	}
	for _, t := range list {
		if err := s.take(t.option, t.value); err != nil {
			return 0, err
		}
	}
	return next, nil
}

func (s *state) take(o *Option, value string) error {
	if o.valued() {
		if o.Int {
			n, ok := integer(value)
			if !ok {
				return s.argument(o, "invalid int value: "+quote(value))
			}
			value = n
		}
		if len(o.Choices) > 0 && !slices.Contains(o.Choices, value) {
			return s.argument(o, invalidChoice(value, o.Choices))
		}
	}
	for _, g := range s.result.Options {
		if g.Option != o && s.exclusive(g.Option, o) {
			return s.argument(o, "not allowed with argument "+g.Option.Name())
		}
	}
	switch o.Kind {
	case Help, Version:
		return &Stop{s.Parser, o.Kind}
	case Refused:
		return s.errorf("unrecognized arguments: " + o.Flags[0])
	}
	s.result.Options = append(s.result.Options, Given{o, value})
	return nil
}

func (p *Parser) exclusive(a, b *Option) bool {
	for _, set := range p.Exclusive {
		if slices.Contains(set, a.Flags[0]) && slices.Contains(set, b.Flags[0]) {
			return true
		}
	}
	return false
}

func invalidChoice(value string, choices []string) string {
	quoted := make([]string, len(choices))
	for i, c := range choices {
		quoted[i] = quote(c)
	}
	return "invalid choice: " + quote(value) + " (choose from " + strings.Join(quoted, ", ") + ")"
}

// positional reads the positional arguments that stand at a word, once, and gives the word behind them.
func (s *state) positional(at int) (next int, err error) {
	if s.done || s.Positional == nil && s.Commands == nil {
		return at, nil
	}
	end := at
	for end < len(s.words) && s.words[end].mark != 'O' {
		end++
	}
	first := at // of the arguments
	for first < end && s.words[first].mark == '-' {
		first++
	}
	var run []string
	if s.Commands != nil {
		if first == end {
			return at, nil
		}
		for _, w := range s.words[at:] {
			run = append(run, w.text)
		}
		s.done = true
		return len(s.words), s.command(run)
	}
	least, most := 0, end
	switch s.Positional.Nargs {
	case "":
		least, most = 1, 1
	case "+":
		least = 1
	case "?":
		most = 1
	}
	next = first
	for n := 0; next < end && (s.words[next].mark == '-' || n < most); next++ {
		if s.words[next].mark == 'A' {
			n++
			run = append(run, s.words[next].text)
		}
	}
	if len(run) < least {
		return at, nil
	}
	s.done = true
	s.result.Args = run
	return next, nil
}

// command hands the rest of the command line over to the parser of the command that it begins with.
func (s *state) command(words []string) (err error) {
	var names []string
	for _, c := range s.Commands {
		if names = append(names, c.Name); c.Name == words[0] {
			s.result.Command = c.Name
			s.result.Options = nil // as argparse: the command's own defaults replace them
			s.below, err = c.Parser.parse(words[1:], s.result)
			return err
		}
	}
	return s.errorf("argument action: " + invalidChoice(words[0], names))
}

// integer reads what Python's int takes as a decimal number.
func integer(text string) (string, bool) {
	t := strings.TrimSpace(text)
	digits := strings.TrimLeft(t, "+-")
	if len(t)-len(digits) > 1 || digits == "" || strings.HasPrefix(digits, "_") || strings.HasSuffix(digits, "_") || strings.Contains(digits, "__") {
		return "", false
	}
	plain := strings.ReplaceAll(digits, "_", "")
	if strings.Trim(plain, "0123456789") != "" {
		return "", false
	}
	n, ok := new(big.Int).SetString(plain, 10)
	if !ok {
		return "", false
	}
	if strings.HasPrefix(t, "-") {
		n.Neg(n)
	}
	return n.String(), true
}

// quote writes a text as Python's repr does.
func quote(s string) string {
	mark := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		mark = `"`
	}
	var b strings.Builder
	b.WriteString(mark)
	for _, r := range s {
		switch {
		case r == '\\' || string(r) == mark:
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r == 0x7f:
			b.WriteString(`\x` + string("0123456789abcdef"[r>>4]) + string("0123456789abcdef"[r&15]))
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + mark
}
