package lib

import (
	"slices"

	"github.com/rehearse-dev/rehearse/internal/jinja"
)

func collectionFilters() []*jinja.Function { return slices.Concat[[]*jinja.Function]() }
func collectionTests() []*jinja.Function   { return nil }
func collectionLookups() []*jinja.Function { return nil }
