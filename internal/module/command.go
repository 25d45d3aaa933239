package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func commandModule() *Module {
	return &Module{
		Name:    "ansible.builtin.command",
		Doc:     "Run a program without a shell",
		Spec:    commandSpec(false),
		Returns: commandReturns(),
	}
}

func shellModule() *Module {
	return &Module{
		Name:    "ansible.builtin.shell",
		Doc:     "Run a command line in a shell",
		Spec:    commandSpec(true),
		Returns: commandReturns(),
	}
}

func commandSpec(shell bool) *argspec.Spec {
	expand := &argspec.Option{Name: "expand_argument_vars", Type: "bool", Doc: "expand $NAME and ~ in the arguments"}
	if shell {
		expand.Doc = "not for a shell, which does so itself"
	} else {
		expand.Default = value.Bool(true)
	}
	s := &argspec.Spec{
		SupportsCheck: true, FreeForm: "_raw_params",
		Options: []*argspec.Option{
			{Name: "_raw_params"},
			{Name: "_uses_shell", Type: "bool", Default: value.Bool(shell)},
			{Name: "cmd", Doc: "the command line"},
			{Name: "argv", Type: "list", Elements: "str", Doc: "program and arguments, one by one"},
			{Name: "chdir", Type: "path", Doc: "folder to run it in"},
			{Name: "executable", Doc: "shell to use instead of /bin/sh"},
			expand,
			{Name: "creates", Type: "path", Doc: "do not run where this path or pattern exists"},
			{Name: "removes", Type: "path", Doc: "do not run unless this path or pattern exists"},
			{Name: "stdin", Doc: "text for its standard input"},
			{Name: "stdin_add_newline", Type: "bool", Default: value.Bool(true), Doc: "end stdin with a line break"},
			{Name: "strip_empty_ends", Type: "bool", Default: value.Bool(true), Doc: "strip line breaks from the ends of the output"},
		},
		Relations: argspec.Relations{
			RequiredOneOf:     [][]string{{"_raw_params", "cmd", "argv"}},
			MutuallyExclusive: [][]string{{"_raw_params", "cmd", "argv"}},
		},
	}
	return s
}

func commandReturns() []Return {
	return []Return{
		{"cmd", "list", "what was run"},
		{"delta", "str", "how long it took"},
		{"end", "str", "when it ended"},
		{"msg", "str", "why it was not run, or failed"},
		{"rc", "int", "exit status; -N where signal N ended it"},
		{"start", "str", "when it started"},
		{"stderr", "str", "its error output"},
		{"stderr_lines", "list", "its error output by lines"},
		{"stdout", "str", "its output"},
		{"stdout_lines", "list", "its output by lines"},
	}
}
