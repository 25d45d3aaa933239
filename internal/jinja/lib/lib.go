// Package lib holds the filters, tests, lookups and global functions that templates may call, as tables of
// jinja.Function: those of Jinja2 3.1 itself, those of ansible-core 2.19, and those of collections that published
// playbooks use. A table row has the signature, a line of documentation and the type of the result; the evaluator, the
// linter and the editor read the same rows.
//
// What a function does, down to the words of its errors, was taken from running the real program: see testdata.
// The package promises that looking at a table costs nothing: no pattern is compiled and no file is read before a call.
package lib

import (
	"slices"

	"github.com/rehearse-dev/rehearse/internal/jinja"
)

// Filters lists the filters of Ansible mode.
func Filters() []*jinja.Function {
	return slices.Concat(jinjaFilters, ansibleFilters, collectionFilters())
}

// Tests lists the tests of Ansible mode.
func Tests() []*jinja.Function {
	return slices.Concat(jinjaTests, ansibleTests, collectionTests())
}

// Lookups lists the lookups.
func Lookups() []*jinja.Function {
	return slices.Concat(ansibleLookups, collectionLookups())
}

// Globals lists the global functions of Ansible mode that are more than syntax.
func Globals() []*jinja.Function { return ansibleGlobals }

// PlainFilters lists the filters of Jinja2 alone.
func PlainFilters() []*jinja.Function { return slices.Concat(jinjaFilters, plainFilters) }

// PlainTests lists the tests of Jinja2 alone.
func PlainTests() []*jinja.Function { return slices.Concat(jinjaTests, plainTests) }

// PlainGlobals lists the global functions of Jinja2 alone that are more than syntax.
func PlainGlobals() []*jinja.Function { return plainGlobals }
