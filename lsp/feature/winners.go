package feature

import "context"

// winners says which definition counts on which hosts, "" where that is not known.
func winners(ctx context.Context, in *Input, s *subject) string { return "" }
