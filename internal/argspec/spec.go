// Package argspec holds module argument specifications and checks arguments against them exactly as ansible-core's
// AnsibleModule does: aliases, fallbacks, defaults, type coercion, choices, relations, suboptions, and the same messages.
// The run time, the linter, the editor and `rehearse doc` share the one table. It also splits free-form and key=value
// text into arguments (ParseKV). It imports only value and source: the agent carries it to every host.
package argspec

import (
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Option is one option of a module, role or suboption list. Any value is valid; the zero Type means "str".
type Option struct {
	Name     string
	Type     string // str int float bool list dict path raw jsonarg json bytes bits
	Elements string // type of the elements of a list, "" when unchecked
	Required bool
	Default  value.Value // nil: none
	Choices  []value.Value
	Aliases  []string
	// DeprecatedAliases are those of Aliases whose use is reported.
	DeprecatedAliases []Deprecated
	NoLog             bool
	Internal          bool     // between the programs only: messages do not list it
	Fallback          []string // environment variables, the first one set gives the value
	Doc               string   // one line of our own
	Options           []*Option
	ApplyDefaults     bool // suboptions get their defaults even where the option is not given
	Relations              // among the suboptions
	// RemovedIn or RemovedAt names the version or date of removal of a deprecated option, RemovedFrom its collection.
	RemovedIn, RemovedAt, RemovedFrom string
}

// Deprecated is a deprecated alias and when it goes.
type Deprecated struct{ Name, Version, Date, Collection string }

// Relations are the rules between options of one level.
type Relations struct {
	MutuallyExclusive [][]string
	RequiredTogether  [][]string
	RequiredOneOf     [][]string
	RequiredIf        []RequiredIf
	RequiredBy        []RequiredBy
}

// RequiredIf says: where Option has Value, all of Needs (or any one of them, when Any) must be given.
type RequiredIf struct {
	Option string
	Value  value.Value
	Needs  []string
	Any    bool
}

// RequiredBy says: where Option is given, all of Needs must be given.
type RequiredBy struct {
	Option string
	Needs  []string
}

// Spec is the argument specification of one module or role.
type Spec struct {
	Options []*Option
	Relations
	Open          bool   // any other key is taken, too (set_fact, add_host)
	FreeForm      string // name of the option that free-form text goes to ("_raw_params"), "" when there is none
	FileCommon    bool   // the options of FileCommon() belong to it, too (they are in Options already)
	SupportsCheck bool
	SupportsDiff  bool
}

// Option finds an option by name or alias; nil where there is none.
func (s *Spec) Option(name string) *Option { return find(s.Options, name) }

// Option finds a suboption by name or alias; nil where there is none.
func (o *Option) Option(name string) *Option { return find(o.Options, name) }

func find(options []*Option, name string) *Option {
	for _, o := range options {
		if o.Name == name {
			return o
		}
	}
	for _, o := range options {
		for _, a := range o.Aliases {
			if a == name {
				return o
			}
		}
	}
	return nil
}

// The kinds of problems.
const (
	Unsupported       = "unsupported"
	Missing           = "missing"
	Type              = "type"
	Choice            = "choice"
	MutuallyExclusive = "mutually_exclusive"
	RequiredTogether  = "required_together"
	RequiredOneOf     = "required_one_of"
	RequiredIfKind    = "required_if"
	RequiredByKind    = "required_by"
	Internal          = "internal" // the specification itself is wrong
)

// Problem is something wrong with the arguments. Path leads from the arguments to the culprit: option names as the user
// wrote them and list indexes as decimal numbers; for relations it leads to the mapping that breaks them. Message is what
// ansible-core prints.
type Problem struct {
	Path    []string
	Kind    string
	Message string
	Value   value.Value
}

// Options changes how arguments are checked.
type Options struct {
	// Skip tells that a value is not known yet (a template): its type, choices and suboptions are not checked.
	Skip func(value.Value) bool
	// Env is looked up for fallbacks, and for ~ and $NAME of type path. Nil means that nothing is expanded.
	Env func(name string) (string, bool)
	// Home gives the home directory of a user, "" for the current one; nil means that ~ is not expanded.
	Home func(user string) (string, bool)
}

// Result is what Check found. Args are complete (defaults, aliases, coerced types) only where Problems is empty.
type Result struct {
	Args         *value.Dict
	Problems     []Problem
	Warnings     []string
	Deprecations []Deprecation
	NoLog        []string // the secret texts that must not be shown
}

// Deprecation is the use of something that will go.
type Deprecation struct{ Message, Version, Date, Collection string }

// Validate checks the arguments and gives them back coerced and complete; args is not changed.
func (s *Spec) Validate(args *value.Dict) (*value.Dict, []Problem) {
	r := s.Check(args, Options{})
	return r.Args, r.Problems
}

// Texts makes choices of texts.
func Texts(items ...string) []value.Value {
	out := make([]value.Value, len(items))
	for i, s := range items {
		out[i] = value.S(s)
	}
	return out
}
