package lsp

import (
	"sync"

	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// functions are the tables of what templates may call.
var functions = sync.OnceValue(func() feature.Functions {
	return feature.Functions{Filters: lib.Filters(), Tests: lib.Tests(), Lookups: lib.Lookups(), Globals: lib.Globals()}
})
