package module

import (
	"fmt"
	"os"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runBlockinfile(c *Call) *value.Dict {
	result, err := (&blockEdit{Call: c, path: c.text("path")}).run()
	if err != nil {
		return c.failed(err)
	}
	return result
}

// blockEdit is one run of blockinfile.
type blockEdit struct {
	*Call
	path   string
	there  bool
	before string
	lines  []string
	block  []string // with its marker lines; empty to remove it
}

func (e *blockEdit) run() (*value.Dict, error) {
	if isDir(e.path) {
		return nil, Fail("Path "+e.path+" is a directory !", "rc", value.Int(256))
	}
	present := e.text("state") == "present"
	if e.there = exists(e.path); e.there {
		content, err := source.OS{}.ReadFile(e.path)
		if err != nil {
			return nil, crashed(nil, pythonError(err))
		}
		e.before = string(content)
		e.lines = splitAnyLines(e.before)
	} else {
		if !e.bool("create") {
			return nil, Fail("Path "+e.path+" does not exist !", "rc", value.Int(257))
		}
		if dir := dirname(e.path); dir != "" && !exists(dir) {
			if err := e.Change(func() error { return os.MkdirAll(dir, 0o777) }); err != nil {
				errno := errnoOf(err)
				return nil, Fail(fmt.Sprintf("Error creating %s Error code: %d Error description: %s", dir, int(errno), strerror(errno)))
			}
		}
		if !present {
			return value.NewDict("changed", value.Bool(false), "msg", value.S("File "+e.path+" not present")), nil
		}
	}
	after, err := e.edit(present)
	if err != nil {
		return nil, err
	}
	return e.finish(after)
}

// splitAnyLines cuts after "\n", "\r" and "\r\n".
func splitAnyLines(s string) []string {
	var lines []string
	start := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n' {
			i++
		} else if s[i] != '\n' && s[i] != '\r' {
			continue
		}
		lines = append(lines, s[start:i+1])
		start = i + 1
	}
	if start < len(s) {
		lines = append(lines, s[start:])
	}
	return lines
}

// edit gives the new content.
func (e *blockEdit) edit(present bool) (string, error) {
	marker := e.text("marker")
	first := strings.ReplaceAll(marker, "{mark}", e.text("marker_begin")) + "\n"
	last := strings.ReplaceAll(marker, "{mark}", e.text("marker_end")) + "\n"
	if block := e.text("block"); present && block != "" {
		if !strings.HasSuffix(block, "\n") {
			block += "\n"
		}
		e.block = append(append([]string{first}, splitAnyLines(block)...), last)
	}
	from, to := -1, -1
	for i, line := range e.lines {
		if line == first {
			from = i
		}
		if line == last {
			to = i
		}
	}
	at := 0
	switch {
	case from < 0 || to < 0:
		var err error
		if at, err = e.place(); err != nil {
			return "", err
		}
	case from < to:
		at = from
		e.lines = append(e.lines[:from:from], e.lines[to+1:]...)
	default:
		at = to
		e.lines = append(e.lines[:to:to], e.lines[from+1:]...)
	}
	if at > 0 && !strings.HasSuffix(e.lines[at-1], "\n") {
		e.lines[at-1] += "\n"
	}
	if e.bool("prepend_newline") && present && at != 0 && e.lines[at-1] != "\n" {
		e.insert(at, "\n")
		at++
	}
	e.insert(at, e.block...)
	if end := at + len(e.block); e.bool("append_newline") && present && end < len(e.lines) && e.lines[end] != "\n" {
		e.insert(end, "\n")
	}
	return strings.Join(e.lines, ""), nil
}

func (e *blockEdit) insert(at int, lines ...string) {
	e.lines = append(e.lines[:at:at], append(append([]string{}, lines...), e.lines[at:]...)...)
}

// place is the index at which a new block goes.
func (e *blockEdit) place() (int, error) {
	after, hasAfter := e.str("insertafter")
	before, hasBefore := e.str("insertbefore")
	if !hasAfter && !hasBefore {
		after, hasAfter = "EOF", true
	}
	pattern := ""
	switch {
	case hasAfter && after != "EOF":
		pattern = after
	case hasBefore && before != "BOF":
		pattern = before
	case hasBefore:
		return 0, nil
	default:
		return len(e.lines), nil
	}
	re, err := compileBytes(pattern, 0)
	if err != nil {
		return 0, err
	}
	at := -1
	if flags, ok := strings.CutPrefix(pattern, "(?"); ok && strings.Contains(strings.SplitN(flags, ")", 2)[0], "m") && strings.Trim(strings.SplitN(flags, ")", 2)[0], "aiLmsux") == "" {
		m, err := re.search(e.before)
		if err != nil {
			return 0, crashed(nil, err.Error())
		}
		if m != nil {
			start, end := m.Span(0)
			if after != "" {
				start = end
			}
			at = strings.Count(widen(e.before)[:start], "\n")
		}
	} else {
		for i, line := range e.lines {
			m, err := re.search(line)
			if err != nil {
				return 0, crashed(nil, err.Error())
			}
			if m != nil {
				at = i
			}
		}
	}
	switch {
	case at < 0:
		return len(e.lines), nil
	case hasAfter:
		return at + 1, nil
	}
	return at, nil
}

func (e *blockEdit) finish(after string) (*value.Dict, error) {
	msg, changed := "", e.there && e.before != after || !e.there
	switch {
	case !changed:
	case !e.there:
		msg = "File created"
	case len(e.block) == 0:
		msg = "Block removed"
	default:
		msg = "Block inserted"
	}
	diff := value.NewDict("before", value.S(""), "after", value.S(""),
		"before_header", value.S(e.path+" (content)"), "after_header", value.S(e.path+" (content)"))
	if e.Diff {
		diff.Put("before", value.S(e.before))
		diff.Put("after", value.S(after))
	}
	r := &value.Dict{}
	if changed && !e.Check {
		if e.bool("backup") && e.there {
			name, err := e.backup(e.path)
			if err != nil {
				return nil, err
			}
			r.Put("backup_file", value.S(name))
		}
		if err := e.writeText(e.path, []string{after}, invalidText); err != nil {
			return nil, err
		}
	}
	if e.Check && !e.there {
		return value.NewDict("changed", value.Bool(changed), "msg", value.S(msg), "diff", diff), nil
	}
	attributes := &value.Dict{}
	set, err := e.setAttributes(e.attrsOf(e.path), false, attributes)
	if err != nil {
		return nil, err
	}
	if set {
		if changed {
			msg += " and "
		}
		changed = true
		msg += "ownership, perms or SE linux context changed"
	}
	attributes.Put("before_header", value.S(e.path+" (file attributes)"))
	attributes.Put("after_header", value.S(e.path+" (file attributes)"))
	r.Put("changed", value.Bool(changed))
	r.Put("msg", value.S(msg))
	r.Put("diff", value.NewList(diff, attributes))
	return r, nil
}
