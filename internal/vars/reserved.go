package vars

import (
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Reserved tells whether a name belongs to the playbook language or to templates, so that a variable of that name
// draws a warning.
func Reserved(name string) bool {
	switch name {
	case "action", "always", "any_errors_fatal", "args", "async", "async_val", "become", "become_exe", "become_flags", "become_method",
		"become_user", "block", "changed_when", "check_mode", "collections", "connection", "cycler", "debugger", "delay",
		"delegate_facts", "delegate_to", "dict", "diff", "environment", "fact_path", "failed_when", "force_handlers", "gather_facts",
		"gather_timeout", "handlers", "hosts", "ignore_errors", "ignore_unreachable", "joiner", "lipsum", "local_action", "lookup",
		"loop", "loop_control", "loop_with", "max_fail_percentage", "module_defaults", "name", "namespace", "no_log", "notify", "now",
		"omit", "order", "poll", "port", "post_tasks", "pre_tasks", "q", "query", "range", "register", "remote_user", "rescue",
		"retries", "roles", "run_once", "serial", "strategy", "tags", "tasks", "throttle", "timeout", "undef", "until", "vars_files",
		"vars_prompt", "when", "with_":
		return true
	}
	return false
}

// watch reports the reserved names among the variables of layers, once for each mapping.
func (s *Store) watch(layers []Layer) {
	if s.o.Report == nil {
		return
	}
	for i := range layers {
		l := &layers[i]
		if _, seen := s.watched.LoadOrStore(l.Vars, true); seen {
			continue
		}
		for k := range l.Vars.RawAll() {
			if name := value.ToStr(k); Reserved(name) {
				s.reserved(name, l.Place(name))
			}
		}
	}
}

func (s *Store) reserved(name string, at source.Location) {
	s.report(diag.Diagnostic{Rule: "var-naming[no-reserved]", Severity: diag.Warning, At: at,
		Message: fmt.Sprintf("Found variable using reserved name '%s'.", name)})
}
