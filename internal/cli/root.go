// Package cli is the command line: one file per command, each a thin shell over the package that does the work. It may
// import everything; nothing but the mains imports it.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/terminal"
	"github.com/rehearse-dev/rehearse/runner"
)

// Env is what a command may touch of the process that it runs in; tests give it buffers.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	// LookupEnv tells an empty variable from one that is not set; nil is os.LookupEnv.
	LookupEnv func(string) (string, bool)
	Dir       string // working directory, absolute
	// Program is the name that the program was called by; Main sets it.
	Program string
	// Args is what stands behind the command's name, as given; Main sets it.
	Args []string
	// Die ends the process of a signal that it caught; nil leaves it at the exit status.
	Die func(os.Signal)

	tty  *terminal.Terminal
	stop *stopping
}

// terminal is where questions are asked.
func (e *Env) terminal() *terminal.Terminal {
	if e.tty == nil {
		e.tty = &terminal.Terminal{In: e.Stdin, Out: e.Stdout, Err: e.Stderr}
		if _, ok := e.Stdin.(*os.File); !ok { // a test's or another program's streams
			e.tty.Controlling = func() (*os.File, error) { return nil, os.ErrNotExist }
		}
	}
	return e.tty
}

// ExitError ends the program with Code. An empty Message prints nothing: the command has said all there is to say.
type ExitError struct {
	Code    int
	Message string
}

func (e *ExitError) Error() string { return e.Message }

// commands lists every command in the order of the help.
func commands(env *Env) []*cobra.Command {
	return []*cobra.Command{
		runCommand(env),
		adhocCommand(env),
		lintCommand(env),
		explainCommand(env),
		lspCommand(env),
		configCommand(env),
		vaultCommand(env),
		docCommand(env),
		inventoryCommand(env),
		varsCommand(env),
		evalCommand(env),
		templateCommand(env),
	}
}

// Main runs the program and returns its exit status. args[0] is the name that it was called by.
func Main(args []string, env *Env) int {
	surviveFileLimit()
	complete := env.watch()
	return complete(env.main(args))
}

func (env *Env) main(args []string) int {
	name, rest := strings.TrimSuffix(filepath.Base(args[0]), ".exe"), args[1:]
	_, stands := dropIns[name]
	if stands {
		if why := localeProblem(env.Getenv, "/usr/lib/locale"); why != "" {
			fmt.Fprintln(env.Stderr, why)
			return 1
		}
	}
	root := &cobra.Command{
		Use:           "rehearse",
		Short:         "Language server, linter and fast runner for Ansible playbooks",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(commands(env)...)
	env.Program = name
	if stands {
		env.Args = rest
		words, status, stop := dropIn(name, rest, env, root)
		if stop {
			return status
		}
		rest = words
	} else if len(rest) > 0 {
		env.Args = rest[1:]
	}
	root.SetArgs(rest)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return &ExitError{2, name + ": error: " + err.Error()}
	})
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err := root.Execute()
	if env.stop != nil {
		defer env.stop.end()
		env.dieIfTold()
	}
	var exit *ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		if exit.Message != "" {
			fmt.Fprintf(env.Stderr, "%s\n", exit.Message)
		}
		return exit.Code
	case env.interrupted(err):
		return runner.ExitInterrupted
	}
	fmt.Fprintf(env.Stderr, "%s: %v\n", name, err)
	return 1
}

// OS is the environment of the running process.
func OS() *Env {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	return &Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Dir: dir, Die: die}
}
