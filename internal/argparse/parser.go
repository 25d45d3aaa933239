// Package argparse reads command lines as the argparse module of Python 3.11 does, which is behind Ansible's programs: option
// names may be abbreviated, short options bundled, `--` ends the options, positional arguments stand in one run, and help
// and errors have its form. It knows what those programs use of it and imports nothing of this module.
package argparse

import "strings"

// Kind is what an option does with what is given to it.
type Kind int

const (
	Store   Kind = iota // takes one value; the last one counts
	Append              // takes one value each time
	True                // takes none
	Count               // takes none; counts how often it is given
	Help                // prints the help
	Version             // prints the version
	Refused             // is told to be unrecognized, and not shown
)

// Option is an argument with a name.
type Option struct {
	Flags   []string // "-i", "--inventory", in the order of the help
	Kind    Kind
	Metavar string // what stands for the value in the help, INVENTORY
	Choices []string
	Int     bool   // the value is an integer
	Help    string // one sentence
	// Extra marks an option that Ansible's program does not have: only its full name is accepted and the help is silent on it.
	Extra bool
}

// Name is the option in messages, "-i/--inventory/--inventory-file".
func (o *Option) Name() string { return strings.Join(o.Flags, "/") }

func (o *Option) valued() bool { return o.Kind == Store || o.Kind == Append }

// metavar is what stands for the value, "{json,yaml}" where only some are allowed.
func (o *Option) metavar() string {
	if len(o.Choices) > 0 {
		return "{" + strings.Join(o.Choices, ",") + "}"
	}
	return o.Metavar
}

// Positional is an argument without a name.
type Positional struct {
	Metavar string
	Nargs   string // "" one, "?" none or one, "*" any number, "+" at least one
	Help    string
}

// Group is a heading in the help with options below it.
type Group struct {
	Title, About string
	Flags        []string // the first flag of each option
}

// Parser is the command line of one program, or of one of its commands.
type Parser struct {
	Prog       string // as in the usage, "ansible-config dump"
	About      string
	Epilog     string
	Options    []*Option // in the order of the usage
	Positional *Positional
	Commands   []*Command // instead of Positional
	Groups     []Group
	// Exclusive are options of which only one may be given, by their first flag.
	Exclusive [][]string
	Sorted    bool // options are sorted in the help
}

// Command is a word that selects a parser of its own.
type Command struct {
	Name, Help string
	Parser     *Parser
}

// Given is one option as it was given.
type Given struct {
	Option *Option
	Value  string // for Store and Append
}

// Result is a command line that was understood.
type Result struct {
	Command string // "" in programs without commands
	Options []Given
	Args    []string
}

// Error is a command line that does not fit. Parser is the one whose usage to show.
type Error struct {
	Parser  *Parser
	Message string
}

func (e *Error) Error() string { return e.Parser.Prog + ": error: " + e.Message }

// Stop is a request that ends the reading of a command line: help, of Parser, or the version.
type Stop struct {
	Parser *Parser
	Kind   Kind
}

func (s *Stop) Error() string { return s.Parser.Prog }
