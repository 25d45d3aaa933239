package runner

import "github.com/rehearse-dev/rehearse/runner/transport"

// connectionLevel is from which verbosity on (-vvv) the lines about connections and commands are shown.
const connectionLevel = 2

// trace shows what is done to reach the host; nil where nobody would see it.
func (r *run) trace(host string) transport.Trace {
	if !r.display.Shows(connectionLevel) {
		return nil
	}
	return func(text string) { r.display.Verbose(connectionLevel, host, text) }
}
