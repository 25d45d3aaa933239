package lsp

import (
	"bytes"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/lint"
	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// checks finds and publishes diagnostics: the changed file at once, the one that changed last before the others, and
// everything else after a pause in typing. One goroutine works; a burst of edits is one check of the newest text.
type checks struct {
	s    *Server
	wake chan struct{}

	warming sync.Mutex // held by the one goroutine that loads playbooks

	mu      sync.Mutex
	pending []string    // paths that changed, the last one at the end
	recent  []string    // the same, the last one first, also when they have been checked; at most maxWarm
	gone    []*Document // closed since the last round
	all     bool
	stale   bool // files on disk have changed, which findings in other files may come from

	// Only the goroutine of run uses these.
	published map[string][]byte // by URI: what the client shows now
	known     map[string]result // by path: what was found
}

// result is what was found in one text by one linter; it holds while both are the same, and for an open file until other
// files change on disk.
type result struct {
	file     *project.File
	text     *source.File
	language string
	linter   *lint.Linter
	lint     bool
	found    []diag.Diagnostic
}

func (r *result) of(o *result) bool {
	return r.file == o.file && r.text == o.text && r.language == o.language && r.linter == o.linter && r.lint == o.lint
}

func newChecks(s *Server) *checks {
	return &checks{s: s, wake: make(chan struct{}, 1), published: map[string][]byte{}, known: map[string]result{}}
}

func (c *checks) signal(f func()) {
	c.mu.Lock()
	f()
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *checks) changed(path string) { c.signal(func() { c.push(path) }) }
func (c *checks) closed(d *Document) {
	c.signal(func() { c.gone = append(c.gone, d); c.pending = without(c.pending, d.Path) })
}
func (c *checks) saved(path string) {
	c.signal(func() { c.push(path); c.stale = true })
}
func (c *checks) everything() { c.signal(func() { c.all, c.stale = true, true }) }

// push makes path the next one to be checked. The lock is held.
func (c *checks) push(path string) {
	c.pending = append(without(c.pending, path), path)
	c.recent = slices.Insert(without(c.recent, path), 0, path)
	c.recent = c.recent[:min(len(c.recent), maxWarm)]
}

// next takes the path that changed last, "" where there is none.
func (c *checks) next() (path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.pending); n > 0 {
		path, c.pending = c.pending[n-1], c.pending[:n-1]
	}
	return path
}

func without(paths []string, path string) []string {
	if i := slices.Index(paths, path); i >= 0 {
		return slices.Delete(paths, i, i+1)
	}
	return paths
}

// run works until the context ends.
func (c *checks) run(ctx context.Context) {
	pause := time.NewTimer(time.Hour)
	pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
			c.mu.Lock()
			gone := c.gone
			c.gone, c.all = nil, true
			c.mu.Unlock()
			v := c.s.view.Load()
			for _, d := range gone {
				delete(c.known, d.Path)
				if v.docs[d.Path] == nil && !v.inScope(d.Path) {
					c.publish(v, d.Path, d.URI, nil, nil, false)
				}
			}
			for path := c.next(); path != "" && ctx.Err() == nil; path = c.next() {
				if v := c.s.view.Load(); v.docs[path] != nil {
					c.check(v, path, true)
				}
			}
			pause.Reset(c.s.opts.Pause)
		case <-pause.C:
			c.mu.Lock()
			all := c.all && len(c.pending) == 0
			stale := all && c.stale
			recent := slices.Clone(c.recent)
			c.all = false
			if stale {
				c.stale = false
			}
			c.mu.Unlock()
			if stale {
				for path := range c.s.view.Load().docs {
					delete(c.known, path)
				}
			}
			if all {
				c.workspace(ctx)
				c.s.background(func() { c.warm(ctx, recent) }) // what is opened meanwhile does not wait for it
			}
		}
	}
}

// workspace checks all files in scope again. Results of files that did not change are remembered by the project.
func (c *checks) workspace(ctx context.Context) {
	v := c.s.view.Load()
	paths := v.scope()
	for _, path := range paths {
		if ctx.Err() != nil || c.s.view.Load() != v {
			return // a newer edit has its own round coming
		}
		c.check(v, path, false)
	}
	inScope := map[uri.URI]bool{}
	for _, path := range paths {
		if d := v.docs[path]; d != nil {
			inScope[d.URI] = true
		} else {
			inScope[uri.File(path)] = true
		}
	}
	for u := range c.published { // out of scope now, or gone from disk
		if u := uri.URI(u); !inScope[u] {
			c.publish(v, pathOf(u), u, nil, nil, false)
			delete(c.known, pathOf(u))
		}
	}
}

// maxWarm is how many of the files that somebody works on are made ready for a hover.
const maxWarm = 16

// warm makes the index and loads the playbooks that files belong to, while nobody types.
func (c *checks) warm(ctx context.Context, paths []string) {
	v := c.s.view.Load()
	c.warming.Lock() // a round that an edit has overtaken is at its last file
	defer c.warming.Unlock()
	for _, path := range paths {
		if ctx.Err() != nil || c.s.view.Load() != v {
			return
		}
		if v.docs[path] == nil {
			continue
		}
		if in := v.input(path); in != nil {
			feature.Warm(in)
		}
	}
}

// inScope tells whether a file that is not open shows diagnostics.
func (v *View) inScope(path string) bool {
	return v.settings.Scope == "workspace" &&
		(len(v.folders) == 0 || slices.ContainsFunc(v.folders, func(f string) bool { return within(f, path) }))
}

// scope lists the files whose diagnostics are shown, open ones first.
func (v *View) scope() []string {
	paths := slices.Sorted(maps.Keys(v.docs))
	if v.settings.Scope != "workspace" {
		return paths
	}
	for _, root := range slices.Sorted(maps.Keys(v.projects)) {
		for _, f := range v.projects[root].Files() {
			if v.docs[f.Path] == nil && v.inScope(f.Path) {
				paths = append(paths, f.Path)
			}
		}
	}
	return paths
}

// check finds what is wrong in a file. always says that the client is to be told even when nothing has changed: it
// wants to know that this version has been looked at.
func (c *checks) check(v *View, path string, always bool) {
	in := v.input(path)
	if in == nil {
		return
	}
	d := v.docs[path]
	if d == nil && !filepath.IsAbs(path) {
		return
	}
	r, known := c.known[path]
	now := result{file: in.File, text: in.Source, language: in.Language, linter: in.Linter, lint: v.settings.Lint}
	if always || !known || !r.of(&now) {
		r = now
		r.found = feature.Diagnose(in, v.settings.Lint)
		c.known[path] = r
	}
	if d == nil {
		c.publish(v, path, uri.File(path), nil, r.found, false)
		return
	}
	c.publish(v, path, d.URI, &d.Version, r.found, always)
}

// publish sends what has changed since the last time.
func (c *checks) publish(v *View, path string, u uri.URI, version *int32, found []diag.Diagnostic, always bool) {
	p := &protocol.PublishDiagnosticsParams{URI: u, Diagnostics: v.diagnostics(found)}
	b, err := protocol.Marshal(p)
	if err != nil {
		c.s.log(protocol.MessageTypeError, "diagnostics of %s: %v", path, err)
		return
	}
	old, shown := c.published[string(u)]
	if !always && (bytes.Equal(old, b) || !shown && len(found) == 0) {
		return
	}
	if version != nil {
		p.Version.Set(*version)
	}
	if len(found) == 0 && version == nil {
		delete(c.published, string(u))
	} else {
		c.published[string(u)] = b
	}
	_ = c.s.conn.Notify(c.s.ctx, protocol.MethodTextDocumentPublishDiagnostics, p)
}

// diagnostics converts findings for the client.
func (v *View) diagnostics(found []diag.Diagnostic) []protocol.Diagnostic {
	out := []protocol.Diagnostic{}
	for _, d := range found {
		if d.At.File == nil {
			continue
		}
		n := protocol.Diagnostic{
			Range:    v.enc.rangeOf(d.At.File, d.At.Span),
			Severity: protocol.DiagnosticSeverity(d.Severity + 1),
			Source:   protocol.NewOptional("rehearse"),
			Message:  protocol.String(d.Message),
		}
		if d.Rule != "" {
			n.Code = protocol.String(d.Rule)
			if v.client.codeDescriptions {
				n.CodeDescription = describe(d.Rule)
			}
		}
		if v.client.relatedInfo {
			for _, r := range d.Related {
				if r.At.Known() {
					n.RelatedInformation = append(n.RelatedInformation, protocol.DiagnosticRelatedInformation{
						Location: v.location(r.At), Message: r.Message,
					})
				}
			}
		}
		out = append(out, n)
	}
	return out
}

// describe links a rule's name to its page; the zero value where it has none.
func describe(rule string) (c protocol.CodeDescription) {
	if r := lint.FindRule(rule); r != nil {
		id, _, _ := strings.Cut(rule, "[")
		c.Href = uri.URI("https://github.com/rehearse-dev/rehearse/blob/main/docs/rules/" + id + ".md")
	}
	return c
}

// location converts a place in any file, by the client's own name for it where it is open.
func (v *View) location(l source.Location) protocol.Location {
	u := uri.File(l.File.Path)
	if d := v.docs[l.File.Path]; d != nil {
		u = d.URI
	}
	return protocol.Location{URI: u, Range: v.enc.rangeOf(l.File, l.Span)}
}
