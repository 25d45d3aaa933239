package project

import (
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// conditional tells whether the values of a key are bare expressions.
func conditional(key string) bool {
	switch key {
	case "when", "until", "changed_when", "failed_when", "break_when", "that", "var":
		return true
	}
	return false
}

// everyTag reads the tags of Jinja2's extensions, whether they are turned on or not.
var everyTag = &jinja.Options{Do: true, LoopControls: true, I18n: true, Debug: true}

// templates records the variables that the texts below a node read. key is the mapping key that the node stands under.
func (c *collector) templates(n *yaml.Node, key string) {
	switch n.Kind {
	case yaml.Scalar:
		if n.Tag == "!unsafe" || n.Tag == "!vault" {
			return
		}
		switch {
		case strings.Contains(n.Text, "{{") || strings.Contains(n.Text, "{%"):
			c.reads(jinja.Parse(n.Text, everyTag), func(s jinja.Span) source.Span {
				return source.Span{Start: n.FileOffset(s.Start), End: n.FileOffset(s.End)}
			})
		case conditional(key) && n.Text != "":
			c.reads(jinja.ParseExpr(n.Text, nil), func(s jinja.Span) source.Span {
				return source.Span{Start: n.FileOffset(s.Start), End: n.FileOffset(s.End)}
			})
		}
	case yaml.Mapping:
		for _, p := range n.Pairs {
			c.templates(p.Value, p.Key.Text)
		}
	case yaml.Sequence:
		for _, item := range n.Items {
			c.templates(item, key)
		}
	}
}

// template records what a template file reads.
func (c *collector) template() {
	if !strings.Contains(string(c.f.Source.Content), "{") {
		return
	}
	c.reads(jinja.Parse(string(c.f.Source.Content), everyTag), func(s jinja.Span) source.Span { return s })
}

// reads records the names that a template takes from outside.
func (c *collector) reads(t *jinja.Template, place func(jinja.Span) source.Span) {
	for _, r := range jinja.Reads(t) {
		c.use(Variable, r.Name, source.Location{File: c.f.Source, Span: place(r.Span)})
	}
}

// single is a file system with one file.
type single struct{ *source.File }

func (s single) ReadFile(path string) ([]byte, error) {
	if path != s.Path {
		return nil, fs.ErrNotExist
	}
	return s.Content, nil
}

func (s single) Stat(path string) (fs.FileInfo, error) {
	if path != s.Path {
		return nil, fs.ErrNotExist
	}
	return s, nil
}

func (single) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }

func (s single) Name() string     { return filepath.Base(s.Path) }
func (s single) Size() int64      { return int64(len(s.Content)) }
func (single) Mode() fs.FileMode  { return 0o644 }
func (single) ModTime() time.Time { return time.Time{} }
func (single) IsDir() bool        { return false }
func (single) Sys() any           { return nil }
