package inventory

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func wantsINI(r *reading, path string) bool {
	return r.readable(path) && filepath.Ext(path) != ".toml"
}

var iniSection = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$`)
})
var iniGroup = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([^:\]\s]+)\s*(?:#.*)?$`) })

// iniFile reads one INI inventory.
type iniFile struct {
	r    *reading
	file *source.File
	line source.Span // of the current line
}

// pending is a group that was named before it was declared.
type pending struct {
	name    string
	vars    bool // by [name:vars]; else as a child of parents
	parents []string
	at      source.Span
}

func parseINI(r *reading, path string) error {
	f, err := r.read(path)
	if err != nil {
		return err
	}
	f.LinesOnly = true
	p := &iniFile{r: r, file: f}
	if err := p.parse(); err != nil {
		return &placedError{source.Location{File: f, Span: p.line}, fmt.Errorf("Failed to parse inventory: %w", err)}
	}
	return nil
}

func (p *iniFile) parse() error {
	var waiting []*pending
	find := func(name string) int {
		return slices.IndexFunc(waiting, func(w *pending) bool { return w.name == name })
	}
	inv := p.r.inv
	group, state := "ungrouped", "hosts"
	for n := 1; n <= p.file.LineCount(); n++ {
		p.line = p.file.LineSpan(n)
		raw := p.file.Content[p.line.Start:p.line.End]
		if !utf8.Valid(raw) {
			if len(raw) > 0 && (raw[0] == ';' || raw[0] == '#') {
				continue
			}
			return errors.New("the line is not valid UTF-8")
		}
		line := string(bytes.TrimSpace(raw))
		if line == "" || line[0] == ';' || line[0] == '#' {
			continue
		}
		if m := iniSection().FindStringSubmatch(line); m != nil {
			group, state = inv.safeGroupName(m[1]), m[2]
			if state == "" {
				state = "hosts"
			}
			if state != "hosts" && state != "children" && state != "vars" {
				return fmt.Errorf("Section [%s:%s] has unknown type: %s", m[1], m[2], state)
			}
			if inv.byName[group] == nil {
				if state == "vars" && find(group) < 0 {
					waiting = append(waiting, &pending{name: group, vars: true, at: p.line})
				}
				g, err := inv.AddGroup(group)
				if err != nil {
					return err
				}
				g.At = source.Location{File: p.file, Span: p.line}
			}
			if at := find(group); at >= 0 && state != "vars" {
				if waiting[at].vars {
					waiting = slices.Delete(waiting, at, at+1)
				} else if err := p.settle(group, &waiting); err != nil {
					return err
				}
			}
			continue
		}
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			return fmt.Errorf("Invalid section entry: '%s'. Please make sure that there are no spaces in the section entry, and that there are no other invalid characters", line)
		}
		switch state {
		case "hosts":
			if err := p.host(line, group); err != nil {
				return err
			}
		case "vars":
			key, text, ok := strings.Cut(line, "=")
			if !ok {
				return fmt.Errorf("Expected key=value, got: %s", line)
			}
			key = strings.TrimSpace(key)
			if err := inv.SetVar(group, key, p.value(strings.TrimSpace(text)), p.at(key)); err != nil {
				return err
			}
		case "children":
			m := iniGroup().FindStringSubmatch(line)
			if m == nil {
				return fmt.Errorf("Expected group name, got: %s", line)
			}
			child := m[1]
			if inv.byName[child] != nil {
				if _, err := inv.AddChild(group, child); err != nil {
					return err
				}
			} else if at := find(child); at >= 0 {
				waiting[at].parents = append(waiting[at].parents, group)
			} else {
				waiting = append(waiting, &pending{name: child, parents: []string{group}, at: p.line})
			}
		}
	}
	if len(waiting) > 0 {
		w := waiting[0]
		p.line = w.at
		if w.vars {
			return fmt.Errorf("Section [%s:vars] not valid for undefined group '%s'.", w.name, w.name)
		}
		return fmt.Errorf("Section [%s:children] includes undefined group '%s'.", w.parents[len(w.parents)-1], w.name)
	}
	return nil
}

// settle joins a group that has now been declared to the parents that named it before.
func (p *iniFile) settle(group string, waiting *[]*pending) error {
	at := slices.IndexFunc(*waiting, func(w *pending) bool { return w.name == group })
	w := (*waiting)[at]
	*waiting = slices.Delete(slices.Clone(*waiting), at, at+1)
	for _, parent := range w.parents {
		if _, err := p.r.inv.AddChild(parent, group); err != nil {
			return err
		}
		up := slices.IndexFunc(*waiting, func(w *pending) bool { return w.name == parent && !w.vars })
		if up >= 0 {
			if err := p.settle(parent, waiting); err != nil {
				return err
			}
		}
	}
	return nil
}

// at is the place of a word of the current line.
func (p *iniFile) at(word string) source.Location {
	if i := bytes.Index(p.file.Content[p.line.Start:p.line.End], []byte(word)); i >= 0 {
		return source.Location{File: p.file, Span: source.Span{Start: p.line.Start + i, End: p.line.Start + i + len(word)}}
	}
	return source.Location{File: p.file, Span: p.line}
}

// host reads "pattern key=value key='a b' # comment".
func (p *iniFile) host(line, group string) error {
	words, err := splitWords(line)
	if err != nil {
		return &wordsError{line, err}
	}
	if len(words) == 0 {
		return nil
	}
	names, port, err := expandPattern(words[0])
	if err != nil {
		return err
	}
	if strings.HasSuffix(strings.TrimSpace(words[0]), ":") && port == 0 {
		return fmt.Errorf("Invalid host pattern '%s' supplied, ending in ':' is not allowed, this character is reserved to provide a port.", words[0])
	}
	type variable struct {
		key string
		v   value.Value
		at  source.Location
	}
	var vars []variable
	for _, w := range words[1:] {
		key, text, ok := strings.Cut(w, "=")
		if !ok {
			return fmt.Errorf("Expected key=value host variable assignment, got: %s", w)
		}
		vars = append(vars, variable{key, p.value(text), p.at(key + "=")})
	}
	for _, name := range names {
		if strings.TrimSpace(name) == "---" {
			return fmt.Errorf("Invalid host pattern '%s' supplied, '---' is normally a sign this is a YAML file.", words[0])
		}
	}
	for _, name := range names {
		known := p.r.inv.byHost[name] != nil
		h, err := p.r.inv.AddHost(name, group, port)
		if err != nil {
			return err
		}
		if !known {
			h.At = p.at(words[0])
		}
		for _, v := range vars {
			if err := p.r.inv.SetVar(name, v.key, v.v, v.at); err != nil {
				return err
			}
		}
	}
	return nil
}

// value types a text as Python's literal_eval does; what is no literal stays a text.
func (p *iniFile) value(text string) value.Value {
	at := p.at(text)
	var v value.Value = value.Str{S: text}
	if lit, ok := argspec.Literal(text); ok {
		v = lit
	}
	return authored(v, &at)
}

// authored marks all texts inside a value as written by an author at a place; tuples and sets become lists.
func authored(v value.Value, at *source.Location) value.Value {
	items := func(in []value.Value) value.Value {
		l := &value.List{At: at, Items: make([]value.Value, len(in))}
		for i, x := range in {
			l.Items[i] = authored(x, at)
		}
		return l
	}
	switch v := v.(type) {
	case value.Str:
		return value.Str{S: v.S, At: at, Trusted: true}
	case value.Bytes:
		return value.Str{S: string(v), At: at, Trusted: true}
	case *value.List:
		return items(v.Items)
	case *value.Tuple:
		return items(v.Items)
	case *value.Set:
		return items(v.Items())
	case *value.Dict:
		d := &value.Dict{At: at}
		for k, x := range v.RawAll() {
			d.Set(k, authored(x, at))
		}
		return d
	}
	return v
}

// splitWords splits a line as Python's shlex does in POSIX mode, with comments.
func splitWords(line string) ([]string, error) {
	var words []string
	var b strings.Builder
	inWord := false
	flush := func() {
		if inWord {
			words = append(words, b.String())
		}
		b.Reset()
		inWord = false
	}
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case ' ', '\t', '\r', '\n':
			flush()
		case '#':
			if !inWord {
				flush()
				return words, nil
			}
			// inside of a word a comment sign ends the word, too
			flush()
			return words, nil
		case '\'':
			inWord = true
			end := strings.IndexByte(line[i+1:], '\'')
			if end < 0 {
				return nil, errors.New("No closing quotation")
			}
			b.WriteString(line[i+1 : i+1+end])
			i += end + 1
		case '"':
			inWord = true
			closed := false
			for i++; i < len(line); i++ {
				if line[i] == '"' {
					closed = true
					break
				}
				if line[i] == '\\' && i+1 < len(line) && (line[i+1] == '"' || line[i+1] == '\\') {
					i++
				}
				b.WriteByte(line[i])
			}
			if !closed {
				return nil, errors.New("No closing quotation")
			}
		case '\\':
			inWord = true
			if i+1 == len(line) {
				return nil, errors.New("No escaped character")
			}
			i++
			b.WriteByte(line[i])
		default:
			inWord = true
			b.WriteByte(c)
		}
	}
	flush()
	return words, nil
}
