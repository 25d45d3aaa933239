package module

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runReplace(c *Call) *value.Dict {
	result, err := replaceText(c)
	if err != nil {
		return c.failed(err)
	}
	return result
}

func replaceText(c *Call) (*value.Dict, error) {
	path := c.text("path")
	if isDir(path) {
		return nil, Fail("Path "+path+" is a directory !", "rc", value.Int(256))
	}
	if !exists(path) {
		return nil, Fail("Path "+path+" does not exist !", "rc", value.Int(257))
	}
	raw, err := source.OS{}.ReadFile(path)
	if err != nil {
		return nil, crashed(err, "Unable to read the contents of "+value.Repr(value.S(path))+".")
	}
	code, err := encodingOf(c.text("encoding"), raw)
	if err != nil {
		return nil, err
	}
	old := code.decode(string(raw))
	start, end, found, err := section(c, old)
	if err != nil {
		return nil, err
	}
	r := value.NewDict("rc", value.Int(0))
	if !found {
		r.Put("msg", value.S("Pattern for before/after params did not match the given file: "+sectionPattern(c)))
		r.Put("changed", value.Bool(false))
		return r, nil
	}
	re, err := pyre.Compile(c.text("regexp"), pyre.Multiline)
	if err != nil {
		return nil, crashed(nil, err.Error())
	}
	text, n, err := re.Sub(c.text("replace"), old[start:end], 0)
	if err != nil {
		return nil, Fail("Unable to process replace due to error: " + err.Error())
	}
	msg, changed := "", n > 0 && text != old[start:end]
	if changed {
		text = old[:start] + text + old[end:]
		msg = strconv.Itoa(n) + " replacements made"
		if c.Diff {
			r.Put("diff", value.NewDict("before_header", value.S(path), "before", value.S(old), "after_header", value.S(path), "after", value.S(text)))
		}
		if !c.Check {
			if c.bool("backup") {
				name, err := c.backup(path)
				if err != nil {
					return nil, err
				}
				r.Put("backup_file", value.S(name))
			}
			if err := c.writeText(path, []string{code.encode(text)}, invalidText); err != nil {
				return nil, err
			}
		}
	}
	attributes, err := c.setAttributes(c.attrsOf(path), false, nil)
	if err != nil {
		return nil, err
	}
	if attributes {
		if changed {
			msg += " and "
		}
		changed = true
		msg += "ownership, perms or SE linux context changed"
	}
	r.Put("msg", value.S(msg))
	r.Put("changed", value.Bool(changed))
	return r, nil
}

// invalidText is the refusal of the validate command in the words of the modules that edit text.
func invalidText(rc int, _, stderr string) error {
	return Fail("failed to validate: rc:" + strconv.Itoa(rc) + " error:" + stderr)
}

func sectionPattern(c *Call) string {
	after, before := c.text("after"), c.text("before")
	switch {
	case after != "" && before != "":
		return after + "(?P<subsection>.*?)" + before
	case after != "":
		return after + "(?P<subsection>.*)"
	case before != "":
		return "(?P<subsection>.*)" + before
	}
	return ""
}

// section is the part of the text between after and before.
func section(c *Call, text string) (start, end int, found bool, err error) {
	pattern := sectionPattern(c)
	if pattern == "" {
		return 0, len(text), true, nil
	}
	re, err := pyre.Compile(pattern, pyre.DotAll)
	if err != nil {
		return 0, 0, false, crashed(nil, err.Error())
	}
	m, err := re.Search(text)
	if err != nil || m == nil {
		return 0, 0, false, err
	}
	group, _ := re.GroupIndex("subsection")
	start, end = m.Span(group)
	return start, end, true, nil
}

// encoding turns a file into text and back.
type encoding struct{ decode, encode func(string) string }

// encodingOf knows UTF-8, ASCII and Latin-1. Bytes of a file that are not UTF-8 match nothing and are kept.
func encodingOf(name string, content []byte) (encoding, error) {
	same := func(s string) string { return s }
	switch strings.ReplaceAll(strings.ToLower(name), "_", "-") {
	case "utf-8", "utf8", "ascii", "us-ascii":
		if !utf8.Valid(content) {
			return encoding{escapeBytes, unescapeBytes}, nil
		}
		return encoding{same, same}, nil
	case "latin-1", "latin1", "iso-8859-1", "iso8859-1", "l1":
		return encoding{widen, narrow}, nil
	}
	return encoding{}, NeedsPython("ansible.builtin.replace", "the encoding "+name)
}

// privateByte is where bytes that are not UTF-8 are kept while a text is edited, as Python keeps them in surrogates.
const privateByte = 0x10ff00

func escapeBytes(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			r = privateByte + rune(s[i])
		}
		b.WriteRune(r)
		i += n
	}
	return b.String()
}

func unescapeBytes(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= privateByte+0x80 && r <= privateByte+0xff {
			b.WriteByte(byte(r - privateByte))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
