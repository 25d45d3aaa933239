package vars

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// varsFiles gives the layers of the play's vars_files, strongest first. Each entry is a file, or a list of which the
// first that exists is taken. A name may use variables of the host; one that is undefined skips the entry.
func (s *Store) varsFiles(c *Scope) []Layer {
	var weak []Layer
	for _, entry := range c.q.Play.VarsFiles {
		candidates := []value.Value{entry}
		if l, ok := entry.(*value.List); ok {
			candidates = l.Items
		}
		// Names may use what earlier files define.
		c.files = strongest(weak)
		weak = append(weak, s.firstFile(c, candidates)...)
	}
	s.watch(weak)
	return strongest(weak)
}

// firstFile gives the layers of the first candidate that exists, weakest first.
func (s *Store) firstFile(c *Scope, candidates []value.Value) []Layer {
	for _, candidate := range candidates {
		name, ok := s.fileName(c, candidate)
		if !ok {
			return nil
		}
		path, _, found := playbook.FindInStack(s.o.FS, c.q.Play.BaseDir, []string{c.q.Play.BaseDir}, "vars", name)
		if !found {
			continue
		}
		f := s.read(path)
		if f.err != nil {
			s.report(f.problem())
			return nil
		}
		layers := f.layers(VarsFiles, "")
		var weak []Layer
		for i := len(layers) - 1; i >= 0; i-- {
			weak = append(weak, layers[i])
		}
		return weak
	}
	return nil
}

// fileName templates the name of a vars file; ok is false where a variable is undefined.
func (s *Store) fileName(c *Scope, v value.Value) (string, bool) {
	text, isText := v.(value.Str)
	if isText && text.Trusted && strings.Contains(text.S, "{") && s.o.Engine != nil {
		got, err := s.o.Engine.Templar(c).Resolve(text)
		if err != nil {
			s.report(diag.Diagnostic{Rule: "vars-file", Severity: diag.Warning, At: value.Place(v), Message: "skipping vars_files item due to an undefined variable"})
			return "", false
		}
		v = got
		text, isText = got.(value.Str)
	}
	if !isText {
		var at source.Location = value.Place(v)
		s.report(diag.Diagnostic{Rule: "vars-file", At: at, Message: fmt.Sprintf("Invalid `vars_files` value of type '%s'.", value.TypeName(v))})
		return "", false
	}
	return text.S, true
}
