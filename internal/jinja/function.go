package jinja

import (
	"context"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Function is a filter, a test, a lookup or a global function: one row of a table that the evaluator, the linter and
// the editor read.
//
// Before Call runs, the arguments are bound to Params: Call.Args then has exactly one entry per parameter, in their
// order, defaults filled in (nil where the default is Absent); a Star parameter holds a *value.Tuple, a StarStar
// parameter a *value.Dict. A wrong call gives Python's TypeError. A Function whose Params is nil gets Args and Kwargs
// as the template wrote them.
//
// For filters and tests the first parameter is the piped value. For lookups Args is the list of terms, Kwargs the
// options, and the result must be a *value.List.
//
// An argument that is undefined makes the call's result that undefined without running it, unless Undefined is set.
type Function struct {
	Name      string // without the collection: "to_json"
	FQCN      string // "ansible.builtin.to_json"; "" for a name that exists only in plain Jinja2
	Aliases   []string
	Params    []Param
	Doc       string // one line, our own words
	Result    string // type of the result for the editor: "str", "int", "list", "bool", "dict", "any", "same"
	Refused   bool   // Call says only why it cannot be done here: a plugin of that name in Python is better
	Undefined bool   // takes undefined arguments and undefined items as they are
	Call      func(c *Call) (value.Value, error)
}

// Param is one parameter. A nil Default means that the argument is required.
type Param struct {
	Name     string
	Default  value.Value
	Type     string // for the editor: "str", "int", "bool", "list", "dict", "any"
	Doc      string
	Star     bool // *args
	StarStar bool // **kwargs
	KwOnly   bool // behind a bare * or *args
}

// Absent is the Default of an optional parameter whose absence the function wants to see: Call.Args holds nil then.
var Absent value.Value = absent{}

type absent struct{}

func (absent) TypeName() string { return "absent" }

// Call is one call of a Function.
type Call struct {
	Ctx     context.Context
	Engine  *Engine
	Templar *Templar // nil in plain mode
	Name    string   // the name that the template used
	Args    []value.Value
	Kwargs  *value.Dict // only for functions without Params
	At      source.Location
	Origin  *source.Location // where the template is written; nil where it is not known

	// With is set for a lookup that a with_NAME loop runs; Action is then the task's action as it is written.
	With   bool
	Action string

	run  *run
	span Span
}

// Arg gives argument i, or nil.
func (c *Call) Arg(i int) value.Value {
	if i < len(c.Args) {
		return c.Args[i]
	}
	return nil
}
