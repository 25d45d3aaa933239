// Package yaml reads YAML 1.1 as Ansible does (PyYAML over libyaml 0.2.5) into a tree in which every node knows its
// byte range, and prints values as PyYAML does.
//
// Parse never fails and never panics: a document that PyYAML accepts gives PyYAML's tree; one that it rejects gives at
// least one problem of severity Error and still a tree, recovered at the next plausible line, which is what an editor
// has in front of it most of the time. The package knows nothing of playbooks; it imports source, diag and value.
package yaml

import (
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// Kind is the shape of a node. There is no null kind: null is a scalar whose text means null.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota
	Mapping
	Sequence
	Alias
)

func (k Kind) String() string { return [...]string{"scalar", "mapping", "sequence", "alias"}[k] }

// Style is how a node is written. Scalars have one of the first five, collections one of the last two.
type Style uint8

// The styles of nodes.
const (
	Plain Style = iota
	SingleQuoted
	DoubleQuoted
	Literal
	Folded
	Block
	Flow
)

// Node is one value of the document. Nodes are immutable after Parse.
type Node struct {
	Kind  Kind
	Style Style
	// indent is the indentation of the content of a block scalar; 0 when it is not known.
	indent int32
	// Depth-independent properties: Tag is the resolved explicit tag ("tag:yaml.org,2002:str", "!vault", "!unsafe"),
	// Anchor the name after the "&"; both are "" when absent.
	Tag, Anchor string
	// Span is the node's own text, with quotes, brackets and block indicators, without anchor, tag and comments. A
	// value that is not written has an empty span behind its colon or dash. A block scalar ends before the first line
	// that does not belong to it; a block collection ends with its last child.
	Span source.Span
	// Props is the range of anchor and tag; empty when there are none.
	Props source.Span
	// Text is the decoded content of a scalar, or the name that an alias refers to.
	Text string
	// Pairs are the entries of a mapping in order, duplicates and merge keys kept as written.
	Pairs []*Pair
	// Items are the entries of a sequence.
	Items []*Node
	// Target is the anchored node that an alias stands for; nil when there is no such anchor. It may contain the
	// alias itself.
	Target *Node

	file *source.File
}

// Pair is one entry of a mapping. Value is never nil: it is an empty plain scalar with an empty span where nothing is
// written. Merge is set for a plain `<<` key.
type Pair struct {
	Key, Value *Node
	Merge      bool
}

// Comment is a comment with its "#"; the span ends before the line break. OwnLine is set when nothing but blanks stands
// before it on its line.
type Comment struct {
	Span    source.Span
	OwnLine bool
}

// Tree is one parsed file.
type Tree struct {
	File *source.File
	// Docs are the root nodes, one for each document. An empty file has none; an empty document is an empty scalar.
	Docs []*Node
	// Starts says for each document where its "---" stands: an empty span when it has none.
	Starts []source.Span
	// Comments are in the order of the file.
	Comments []Comment
	// Problems are in the order of the file. Where PyYAML rejects the file there is at least one of severity Error.
	Problems []diag.Diagnostic
	// Err is the first error that PyYAML stops at, with PyYAML's own words; nil when the syntax is right.
	Err *SyntaxError
}

// SyntaxError is an error of libyaml's scanner, parser or composer in its own words, as ansible-core prints them.
type SyntaxError struct {
	Context   string // "while parsing a block mapping"; may be ""
	ContextAt int    // offset that the context speaks of; -1 when there is none
	Problem   string // "did not find expected key"
	ProblemAt int    // offset where the parser stopped
	AtEnd     bool   // the parser had reached the end of the file
}

// Error joins context and problem as ansible-core does: "While parsing a block mapping did not find expected key."
func (e *SyntaxError) Error() string {
	s := e.Problem
	if e.Context != "" {
		s = e.Context + " " + e.Problem
	}
	if s == "" {
		return ""
	}
	if c := s[0]; c >= 'a' && c <= 'z' {
		s = string(c-32) + s[1:]
	}
	if s[len(s)-1] != '.' {
		s += "."
	}
	return s
}

// Root is the first document, or nil for a file without any.
func (t *Tree) Root() *Node {
	if len(t.Docs) == 0 {
		return nil
	}
	return t.Docs[0]
}

// File is the file that the node was read from.
func (n *Node) File() *source.File { return n.file }

// Whole is the span with anchor and tag.
func (n *Node) Whole() source.Span {
	if n.Props.Len() == 0 {
		return n.Span
	}
	return source.Span{Start: n.Props.Start, End: max(n.Span.End, n.Props.End)}
}

// At is the place of the node, anchor and tag included: where ansible-core says that the value comes from.
func (n *Node) At() source.Location { return source.Location{File: n.file, Span: n.Whole()} }

// Position is where ansible-core says that the error is: line and column from 1. At the end of a file that does not end
// with a line break, libyaml counts one more line.
func (e *SyntaxError) Position(f *source.File) source.Position {
	n := len(f.Content)
	p := f.Position(e.ProblemAt)
	if e.ProblemAt >= n && n > 0 && p.Column > 1 && e.AtEnd {
		return source.Position{Line: p.Line + 1, Column: 1}
	}
	return p
}
