package runner

import (
	"context"
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// connections are the connection plugins that there are.
var connections = []string{"local", "ssh", "smart", "paramiko", "paramiko_ssh"}

// strategies are the strategies that there are.
var strategies = []string{"linear", "free", "host_pinned", "debug"}

// preflight looks for what cannot run before any host is touched: modules that nobody has, strategies and connections
// that are not supported. All of it is shown at once. Names that are templates and files that are included at run time
// are looked at when their time comes.
func (r *run) preflight(ctx context.Context, books []*playbook.Playbook) int {
	var found []diag.Diagnostic
	for _, pb := range books {
		found = append(found, r.refused(pb)...)
	}
	found = diag.Sort(found)
	if len(found) == 0 {
		return ExitOK
	}
	if r.o.Fallback != nil {
		first := found[0]
		why := first.Message
		if first.At.Known() {
			why = fmt.Sprintf("%s:%d: %s", first.At.File.Path, first.At.Position().Line, why)
		}
		if n := len(found) - 1; n > 0 {
			why += fmt.Sprintf(" (and %d more)", n)
		}
		r.handedOver = true
		r.display.Flush()
		return r.o.Fallback(ctx, why)
	}
	code := 0
	for _, d := range found {
		for _, rel := range d.Related {
			r.display.Warn(rel.Message)
		}
		r.display.Error(fault.New(d.At, "%s", d.Message), true)
		if code == 0 {
			if code = ExitParser; d.Rule == removedPlugin {
				code = ExitError
			}
		}
	}
	return code
}

// refused lists what of a playbook cannot run.
func (r *run) refused(pb *playbook.Playbook) []diag.Diagnostic {
	var found []diag.Diagnostic
	note := func(at source.Location, format string, args ...any) {
		found = append(found, diag.Diagnostic{At: at, Message: fmt.Sprintf(format, args...)})
	}
	for _, play := range pb.Plays {
		if a := play.Attr("strategy"); a != nil && !templated(a.Value) {
			if !oneOf(value.ToStr(a.Value), strategies) {
				note(a.At(), "Invalid play strategy specified: %s", value.ToStr(a.Value))
			}
		}
		if a := play.Attr("connection"); a != nil && !templated(a.Value) {
			if name := value.ToStr(a.Value); !oneOf(name, connections) && r.connectionPlugin(name, play.BaseDir) == "" {
				note(a.At(), "The connection plugin '%s' is not supported; there are local and ssh.", name)
			}
		}
		var tasks []*playbook.Task
		for _, b := range play.Compile(r.loader, false) {
			tasks = append(tasks, flatten(b)...)
		}
		for _, b := range play.AllHandlers() {
			tasks = append(tasks, flatten(b)...)
		}
		for _, t := range tasks {
			if t.Implicit {
				continue
			}
			r.defaultGroups(t, note)
			s := r.specOf(t)
			if s.dynamic {
				continue
			}
			if s.target.fqcn == "" {
				if _, err := r.resolve(s.name, t); err != nil {
					note(t.At(), "%s", err)
					unresolved(&found[len(found)-1], err)
				}
				continue
			}
			if why := r.refusal(s.target); why != "" && !r.o.Syntax && !r.listing() {
				note(s.task.Action.NameAt, "%s", why)
			}
		}
	}
	return found
}

// removedPlugin marks the finding of a plugin that is gone: ansible-core ends with another status than for a name that
// nobody knows.
const removedPlugin = "removed-plugin"

// unresolved adds to a finding what ansible-core says of a name that resolves to nothing beside the error.
func unresolved(d *diag.Diagnostic, err error) {
	nf, ok := err.(*catalog.NotFound)
	switch {
	case !ok:
	case nf.Removed != nil:
		d.Rule = removedPlugin
	case nf.Package != "":
		d.Related = []diag.Related{{Message: "Error loading plugin '" + nf.Resolved + "': No module named '" + nf.Package + "'"}}
	}
}

// legacyGroups are the groups of module_defaults that need no collection in front.
var legacyGroups = []string{"acme", "aws", "azure", "cpm", "docker", "gcp", "k8s", "os", "ovirt", "testgroup", "vmware"}

// defaultGroups notes groups of module_defaults that nobody knows.
func (r *run) defaultGroups(t *playbook.Task, note func(source.Location, string, ...any)) {
	for _, a := range playbook.Inherited(t, "module_defaults") {
		list := conditions(a.Value)
		for _, v := range list {
			d, ok := v.(*value.Dict)
			if !ok {
				continue
			}
			for k := range d.RawAll() {
				group, ok := strings.CutPrefix(value.ToStr(k), "group/")
				if !ok || strings.Contains(group, "{{") || oneOf(group, legacyGroups) || r.catalog.ActionGroup(group) != nil {
					continue
				}
				if !strings.Contains(group, ".") {
					group = "ansible.builtin." + group
				}
				note(fault.Of(k), "Error loading module_defaults: could not resolve the module_defaults group %s", group)
			}
		}
	}
}

func oneOf(name string, list []string) bool {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "ansible.builtin."), "ansible.legacy.")
	for _, n := range list {
		if n == name {
			return true
		}
	}
	return false
}

// syntax checks what --syntax-check checks: the files have been read by now.
func (r *run) syntax(path string) int {
	r.display.Show("\nplaybook: "+path, "")
	return ExitOK
}
