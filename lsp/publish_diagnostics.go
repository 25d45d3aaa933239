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

// checks finds and publishes diagnostics: the changed file at once, everything else after a pause in typing. One
// goroutine works; a burst of edits is one check of the newest text.
type checks struct {
	s    *Server
	wake chan struct{}

	mu      sync.Mutex
	pending map[string]bool // paths that changed
	gone    []*Document     // closed since the last round
	all     bool

	// Only the goroutine of run uses these.
	published map[string][]byte // by URI: what the client shows now
	known     map[string]result // by path: what was found in files that are not open
}

// result is what was found in one text by one linter; it holds while both are the same.
type result struct {
	file   *project.File
	linter *lint.Linter
	lint   bool
	found  []diag.Diagnostic
}

func newChecks(s *Server) *checks {
	return &checks{s: s, wake: make(chan struct{}, 1), pending: map[string]bool{}, published: map[string][]byte{}, known: map[string]result{}}
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

func (c *checks) changed(path string) { c.signal(func() { c.pending[path] = true }) }
func (c *checks) closed(d *Document) {
	c.signal(func() { c.gone = append(c.gone, d); delete(c.pending, d.Path) })
}
func (c *checks) everything() { c.signal(func() { c.all = true }) }

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
			paths, gone := slices.Sorted(maps.Keys(c.pending)), c.gone
			c.pending, c.gone = map[string]bool{}, nil
			c.all = true
			c.mu.Unlock()
			v := c.s.view.Load()
			for _, d := range gone {
				if v.docs[d.Path] == nil && !v.inScope(d.Path) {
					c.publish(v, d.Path, d.URI, nil, nil, false)
				}
			}
			for _, path := range paths {
				if d := c.s.view.Load().docs[path]; d != nil {
					c.check(c.s.view.Load(), d.Path, true)
				}
			}
			pause.Reset(c.s.opts.Pause)
		case <-pause.C:
			c.mu.Lock()
			all := c.all && len(c.pending) == 0
			c.all = false
			c.mu.Unlock()
			if all {
				c.workspace(ctx)
				c.warm(ctx)
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

// warm makes the index and loads the playbooks that the open files belong to, while nobody types.
func (c *checks) warm(ctx context.Context) {
	v := c.s.view.Load()
	for _, path := range slices.Sorted(maps.Keys(v.docs)) {
		if ctx.Err() != nil || c.s.view.Load() != v {
			return
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
	if d := v.docs[path]; d != nil {
		delete(c.known, path)
		c.publish(v, path, d.URI, &d.Version, feature.Diagnose(in, v.settings.Lint), always)
		return
	}
	if !filepath.IsAbs(path) {
		return
	}
	r := c.known[path]
	if now := (result{in.File, in.Linter, v.settings.Lint, nil}); r.file != now.file || r.linter != now.linter || r.lint != now.lint {
		r = now
		r.found = feature.Diagnose(in, v.settings.Lint)
		c.known[path] = r
	}
	c.publish(v, path, uri.File(path), nil, r.found, false)
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
