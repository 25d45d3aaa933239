package runner

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/catalog"
)

// tellRedirects says at -vv where the runtime.yml of a collection sends the name of a module, once for each name (ansible-core
// does so each time that it looks a name up).
func (r *run) tellRedirects(e *catalog.Entry) {
	if len(e.Redirected) == 0 || !r.display.Shows(1) {
		return
	}
	for i, from := range e.Redirected {
		to := e.FQCN
		if i+1 < len(e.Redirected) {
			to = e.Redirected[i+1]
		}
		if !strings.Contains(from, ".") {
			from = "ansible.builtin." + from
		}
		if strings.HasPrefix(from, "ansible.builtin.") && strings.HasPrefix(to, "ansible.builtin.") {
			continue // another name of an action
		}
		if _, told := r.redirects.LoadOrStore(from, true); !told {
			r.display.Verbose(1, "", "redirecting (type: modules) "+from+" to "+to)
		}
	}
}
