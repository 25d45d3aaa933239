package feature

import (
	"bytes"
	"cmp"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// cursor is the position of somebody who types: the place as it will be when the word at it is finished.
type cursor struct {
	place
	word   source.Span // what a completion replaces, in the file
	prefix string      // the part of the word before the cursor
	colon  bool        // the word is a key that has its colon already

	// read is the input that place was found in: a copy with the word finished, or the file itself.
	read *Input
	at   int // where the word is there
}

// typing finds out what could be written at off. Where nothing or half a word stands, the tree is read from a copy of
// the text in which the word is a finished key or value: that is what the author is about to make of it.
func typing(in *Input, off int) cursor {
	f := in.Source
	text := f.Content
	c := cursor{word: wordAt(text, off), read: in, at: off}
	c.prefix = string(text[c.word.Start:off])
	line := f.LineSpan(f.Line(off))
	before, after := text[line.Start:c.word.Start], text[c.word.End:line.End]

	head := bytes.TrimLeft(before, " ")
	for len(head) > 0 && head[0] == '-' && (len(head) == 1 || head[1] == ' ') {
		head = bytes.TrimLeft(head[1:], " ")
	}
	rest := bytes.TrimLeft(after, " \t")
	c.colon = len(rest) > 0 && rest[0] == ':' && (len(rest) == 1 || rest[1] == ' ' || rest[1] == '\t')

	switch last := lastByte(bytes.TrimRight(before, " \t")); {
	case c.colon:
		c.place = locate(in, in.Tree(), c.word.Start)
	case len(head) == 0 && (len(rest) == 0 || rest[0] == '#'): // alone on its line: a key, or an item of a list
		c.patch(in, keyPatch(text[c.word.Start:c.word.End]))
	case (last == '{' || last == ',') && inFlowMapping(in, off):
		c.patch(in, keyPatch(text[c.word.Start:c.word.End]))
	case c.word.Len() == 0:
		c.patch(in, " x ")
	default:
		c.place = locate(in, in.Tree(), c.word.Start)
	}
	if c.key && c.scope == valueOf { // an item of a list that holds no mappings
		c.patch(in, cmp.Or(string(text[c.word.Start:c.word.End]), "x"))
	}
	return c
}

// keyPatch makes a key of half a word.
func keyPatch(word []byte) string {
	if len(word) == 0 {
		return "x: "
	}
	return string(word) + ": "
}

// patch locates the word in a text in which it reads differently.
func (c *cursor) patch(in *Input, as string) {
	text := in.Source.Content
	b := make([]byte, 0, len(text)+len(as))
	b = append(b, text[:c.word.Start]...)
	b = append(b, as...)
	b = append(b, text[c.word.End:]...)
	c.at = c.word.Start
	for len(as) > 0 && as[0] == ' ' {
		as, c.at = as[1:], c.at+1
	}
	read := *in
	read.Source = source.NewFile(in.Source.Path, b)
	read.tree = yaml.Parse(read.Source)
	c.read = &read
	c.place = locate(in, read.tree, c.at)
}

// inFlowMapping tells whether the innermost collection at off is written with braces.
func inFlowMapping(in *Input, off int) bool {
	t := in.Tree()
	if t == nil {
		return false
	}
	path := t.Path(off)
	for i := len(path) - 1; i >= 0; i-- {
		switch path[i].Kind {
		case yaml.Mapping:
			return path[i].Style == yaml.Flow
		case yaml.Sequence:
			return false
		}
	}
	return false
}

// wordAt is the name around off: letters, digits, '_', '.', '/' and '-' inside.
func wordAt(text []byte, off int) source.Span {
	start, end := off, off
	for start > 0 && isWord(text[start-1]) {
		start--
	}
	for end < len(text) && isWord(text[end]) {
		end++
	}
	for start < off && text[start] == '-' { // the dash of a list item
		start++
	}
	return source.Span{Start: start, End: end}
}

func isWord(b byte) bool {
	return b == '_' || b == '.' || b == '-' || b == '/' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

func lastByte(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[len(b)-1]
}
