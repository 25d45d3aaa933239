package cli

import (
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// showInventory prints what is to be said of the inventories that were read, as Ansible does.
func showInventory(d *callback.Display, inv *inventory.Inventory, found []diag.Diagnostic) {
	deprecated := inv.Deprecations
	for _, x := range found {
		switch {
		case x.Rule == inventory.RuleDeprecation:
			f := fault.New(x.At, "%s", x.Message)
			f.Help, f.Text = deprecated[0].Help, deprecated[0].Subject
			d.Deprecated(callback.Deprecation{Fault: f, When: deprecated[0].When})
			deprecated = deprecated[1:]
		case x.Severity == diag.Error:
			d.Error(fault.New(x.At, "%s", x.Message), true)
		case len(x.Related) > 0:
			d.Warning(chain(x.Related))
		default:
			d.Warning(fault.New(x.At, "%s", x.Message))
		}
	}
	for _, text := range inv.Warnings {
		d.Warn(text)
	}
}

// chain makes a fault of the links of a chain of errors, outermost first.
func chain(links []diag.Related) *fault.Fault {
	f := fault.New(links[0].At, "%s", links[0].Message)
	if len(links) > 1 {
		cause := chain(links[1:])
		cause.Handling = links[1].Apart
		f.Cause = cause
	}
	return f
}
