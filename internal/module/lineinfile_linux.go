package module

import (
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runLineinfile(c *Call) *value.Dict {
	e := &lineEdit{Call: c, path: c.text("path"), line: c.text("line")}
	result, err := e.run()
	if err != nil {
		return c.failed(err)
	}
	return result
}

// lineEdit is one run of lineinfile. Lines keep their line breaks; only "\n" ends a line.
type lineEdit struct {
	*Call
	path, line      string
	there           bool
	lines           []string
	before          string
	regexp, insert  *bytesRegexp
	search          *string
	after, insertBy string // insertafter and insertbefore
	msg             string
	changed         bool
}

func (e *lineEdit) run() (*value.Dict, error) {
	e.warnEmpty()
	st, statErr := stat(e.path)
	e.there = statErr == nil
	if e.there && st.Mode&syscall.S_IFMT == syscall.S_IFDIR {
		return nil, Fail("Path "+e.path+" is a directory !", "rc", value.Int(256))
	}
	regexp, hasRegexp := e.str("regexp")
	e.search = e.pointer("search_string")
	if e.text("state") == "absent" {
		if !hasRegexp && e.search == nil && !e.given("line") {
			return nil, Fail("one of line, search_string, or regexp is required with state=absent")
		}
	} else {
		if e.bool("backrefs") && !hasRegexp {
			return nil, Fail("regexp is required with backrefs=true")
		}
		if !e.given("line") {
			return nil, Fail("line is required with state=present")
		}
	}
	var hasAfter, hasBefore bool
	e.after, hasAfter = e.str("insertafter")
	e.insertBy, hasBefore = e.str("insertbefore")
	if !hasAfter && !hasBefore {
		e.after = "EOF"
	}
	if e.text("state") == "absent" {
		return e.absent(regexp, hasRegexp)
	}
	return e.present(regexp, hasRegexp, hasAfter, hasBefore)
}

func (e *lineEdit) warnEmpty() {
	regexp, hasRegexp := e.str("regexp")
	search, hasSearch := e.str("search_string")
	what, hint := "search string", ""
	switch {
	case hasRegexp && regexp == "":
		what = "regular expression"
		hint = " If this is desired, use '^' to match every line in the file and avoid this warning."
	case hasSearch && search == "":
	default:
		return
	}
	e.Warn("The " + what + " is an empty string, which will match every line in the file. " +
		"This may have unintended consequences, such as replacing the last line in the file rather than appending." + hint)
}

// compile compiles one pattern of the edit.
func (e *lineEdit) compile(target **bytesRegexp, pattern string) error {
	re, err := compileBytes(pattern, 0)
	*target = &re
	return err
}

func (e *lineEdit) read() error {
	content, err := readFile(e.path)
	if err != nil {
		return crashed(nil, strings.Replace(pythonError(err), ": '", ": b'", 1))
	}
	e.before = string(content)
	e.lines = splitLines(e.before)
	return nil
}

// splitLines cuts after every "\n".
func splitLines(s string) []string {
	if s == "" {
		return nil
	}
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func bare(line string) string { return strings.TrimRight(line, "\r\n") }

func (e *lineEdit) present(regexp string, hasRegexp, hasAfter, hasBefore bool) (*value.Dict, error) {
	there := e.there
	if !there {
		if !e.bool("create") {
			return nil, Fail("Destination "+e.path+" does not exist !", "rc", value.Int(257))
		}
		if dir := dirname(e.path); dir != "" && !exists(dir) {
			if err := e.Change(func() error { return os.MkdirAll(dir, 0o777) }); err != nil {
				return nil, Fail("Error creating " + dir + " (" + bytesInError(err) + ")")
			}
		}
	} else if err := e.read(); err != nil {
		return nil, err
	}
	if hasRegexp {
		if err := e.compile(&e.regexp, regexp); err != nil {
			return nil, err
		}
	}
	var err error
	switch {
	case hasAfter && e.after != "BOF" && e.after != "EOF":
		err = e.compile(&e.insert, e.after)
	case hasBefore && e.insertBy != "BOF":
		err = e.compile(&e.insert, e.insertBy)
	}
	if err != nil {
		return nil, err
	}
	if err := e.edit(); err != nil {
		return nil, err
	}
	backup := ""
	if e.changed && !e.Check {
		if e.bool("backup") && there {
			var err error
			if backup, err = e.backup(e.path); err != nil {
				return nil, err
			}
		}
		if err := e.write(); err != nil {
			return nil, err
		}
	}
	if e.Check && !there {
		return value.NewDict("changed", value.Bool(e.changed), "msg", value.S(e.msg), "backup", value.S(backup), "diff", e.diff()), nil
	}
	return e.finish(value.NewDict("backup", value.S(backup)))
}

// edit changes the lines in memory.
func (e *lineEdit) edit() error {
	at, match, err := e.findMatch()
	if err != nil {
		return err
	}
	matched := at >= 0
	insertAt := -1
	if !matched {
		if at, insertAt, err = e.findPlace(); err != nil {
			return err
		}
	}
	switch {
	case at >= 0:
		line := e.line
		if e.bool("backrefs") && match != nil {
			if line, err = expandBytes(match, e.line); err != nil {
				return crashed(nil, err.Error())
			}
		}
		if !strings.HasSuffix(line, "\n") {
			line += "\n"
		}
		if e.lines[at] != line {
			e.lines[at] = line
			e.did("line replaced")
		}
	case e.bool("backrefs"):
		// the line cannot be made without a match
	case e.insertBy == "BOF" || e.after == "BOF":
		e.insertLine(0)
	case e.after == "EOF" || insertAt < 0:
		if n := len(e.lines); n > 0 && !endsInBreak(e.lines[n-1]) {
			e.lines = append(e.lines, "\n")
		}
		e.insertLine(len(e.lines))
	case e.after != "":
		neighbour := insertAt
		if len(e.lines) == insertAt {
			neighbour--
		}
		if bare(e.lines[neighbour]) != e.line {
			e.insertLine(insertAt)
		}
	default:
		e.insertLine(insertAt)
	}
	return nil
}

func endsInBreak(s string) bool { return strings.HasSuffix(s, "\n") || strings.HasSuffix(s, "\r") }

func (e *lineEdit) did(what string) { e.msg, e.changed = what, true }

func (e *lineEdit) insertLine(at int) {
	e.lines = append(e.lines, "")
	copy(e.lines[at+1:], e.lines[at:])
	e.lines[at] = e.line + "\n"
	e.did("line added")
}

// findMatch looks for regexp or search_string; -1 without one.
func (e *lineEdit) findMatch() (at int, match *pyre.Match, err error) {
	at = -1
	for i, line := range e.lines {
		switch {
		case e.regexp != nil:
			m, err := e.regexp.search(line)
			if err != nil {
				return -1, nil, crashed(nil, err.Error())
			}
			if m == nil {
				continue
			}
			match = m
		case e.search == nil:
			return -1, nil, nil
		case !strings.Contains(line, *e.search):
			continue
		}
		at = i
		if e.bool("firstmatch") {
			break
		}
	}
	return at, match, nil
}

// findPlace looks for the line itself and for the place where a new one goes.
func (e *lineEdit) findPlace() (at, insertAt int, err error) {
	at, insertAt = -1, -1
	for i, line := range e.lines {
		if bare(line) == e.line {
			at = i
			continue
		}
		if e.insert == nil {
			continue
		}
		m, err := e.insert.search(line)
		if err != nil {
			return 0, 0, crashed(nil, err.Error())
		}
		if m == nil {
			continue
		}
		if e.after != "" {
			insertAt = i + 1
		} else {
			insertAt = i
		}
		if e.bool("firstmatch") {
			break
		}
	}
	return at, insertAt, nil
}

func (e *lineEdit) absent(regexp string, hasRegexp bool) (*value.Dict, error) {
	if !e.there {
		return value.NewDict("changed", value.Bool(false), "msg", value.S("file not present")), nil
	}
	if err := e.read(); err != nil {
		return nil, err
	}
	if hasRegexp {
		if err := e.compile(&e.regexp, regexp); err != nil {
			return nil, err
		}
	}
	kept := make([]string, 0, len(e.lines))
	for _, line := range e.lines {
		gone := false
		switch {
		case e.regexp != nil:
			m, err := e.regexp.search(line)
			if err != nil {
				return nil, crashed(nil, err.Error())
			}
			gone = m != nil
		case e.search != nil:
			gone = strings.Contains(line, *e.search)
		default:
			gone = bare(line) == e.line
		}
		if !gone {
			kept = append(kept, line)
		}
	}
	found := len(e.lines) - len(kept)
	e.lines = kept
	e.changed = found > 0
	backup := ""
	if e.changed && !e.Check {
		if e.bool("backup") {
			var err error
			if backup, err = e.backup(e.path); err != nil {
				return nil, err
			}
		}
		if err := e.write(); err != nil {
			return nil, err
		}
	}
	if e.changed {
		e.msg = strconv.Itoa(found) + " line(s) removed"
	}
	return e.finish(value.NewDict("found", value.Int(found), "backup", value.S(backup)))
}

func (e *lineEdit) diff() *value.Dict {
	before, after := "", ""
	if e.Diff {
		before, after = e.before, strings.Join(e.lines, "")
	}
	return value.NewDict("before", value.S(before), "after", value.S(after),
		"before_header", value.S(e.path+" (content)"), "after_header", value.S(e.path+" (content)"))
}

// finish sets the attributes and completes the result.
func (e *lineEdit) finish(r *value.Dict) (*value.Dict, error) {
	attributes := &value.Dict{}
	changed, err := e.setAttributes(e.attrsOf(e.path), false, attributes)
	if err != nil {
		return nil, err
	}
	if changed {
		if e.changed {
			e.msg += " and "
		}
		e.changed = true
		e.msg += "ownership, perms or SE linux context changed"
	}
	attributes.Put("before_header", value.S(e.path+" (file attributes)"))
	attributes.Put("after_header", value.S(e.path+" (file attributes)"))
	r.Put("changed", value.Bool(e.changed))
	r.Put("msg", value.S(e.msg))
	r.Put("diff", value.NewList(e.diff(), attributes))
	return r, nil
}

// write puts the lines in place of the file, after the validate command has agreed.
func (e *lineEdit) write() error {
	return e.writeText(e.path, e.lines, func(rc int, _, stderr string) error {
		return Fail("failed to validate: rc:" + strconv.Itoa(rc) + " error:" + stderr)
	})
}

// writeText replaces a file by the parts; a link is followed. invalid words the refusal of the validate command.
func (c *Call) writeText(path string, parts []string, invalid func(rc int, stdout, stderr string) error) error {
	target := path
	if link, err := os.Readlink(path); err == nil && link != "" {
		target = realpath(path)
	}
	validate := c.text("validate")
	if validate != "" && !strings.Contains(validate, "%s") {
		return Fail("validate must contain %s: " + validate)
	}
	return c.Change(func() error {
		f, err := c.replaceFile(target, true)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := f.writeParts(parts); err != nil {
			return err
		}
		if validate != "" {
			if err := c.validate(validate, f.Name(), invalid); err != nil {
				return err
			}
		}
		return f.Commit()
	})
}

func (n *newFile) writeParts(parts []string) error {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	if size > 1<<20 {
		for _, p := range parts {
			if _, err := n.Write([]byte(p)); err != nil {
				return err
			}
		}
		return nil
	}
	b := make([]byte, 0, size)
	for _, p := range parts {
		b = append(b, p...)
	}
	_, err := n.Write(b)
	return err
}

// validate runs the validate command on a file.
func (c *Call) validate(command, path string, invalid func(rc int, stdout, stderr string) error) error {
	args, err := shellWords(strings.ReplaceAll(command, "%s", path))
	if err != nil {
		return crashed(nil, err.Error())
	}
	for i := range args {
		args[i] = argspec.Expand(args[i], c.getenv, c.home)
	}
	rc, out, errOut, err := c.command(nil, args...)
	if err != nil {
		return commandError(err, quoteWords(args))
	}
	if rc != 0 {
		return invalid(rc, out, errOut)
	}
	return nil
}
