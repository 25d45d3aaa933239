package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/rehearse-dev/rehearse/internal/argparse"
	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner"
)

// dropIns are the programs of Ansible whose names select a command: a symbolic link of that name stands in for them.
var dropIns = map[string]string{
	"ansible-playbook":  "run",
	"ansible":           "adhoc",
	"ansible-inventory": "inventory",
	"ansible-vault":     "vault",
	"ansible-config":    "config",
	"ansible-doc":       "doc",
}

// dropIn reads a call by the name of one of Ansible's programs as that program does. It gives the call of the command behind
// it; stop tells that there is nothing more to do than to end with the status.
func dropIn(program string, args []string, env *Env, root *cobra.Command) (rest []string, status int, stop bool) {
	parser := commandLine(program)
	describeOptions(parser, root, dropIns[program])
	line, err := parser.Parse(args)
	width := columns(env)
	var wrong *argparse.Error
	var told *argparse.Stop
	switch {
	case errors.As(err, &told) && told.Kind == argparse.Help:
		fmt.Fprint(env.Stdout, told.Parser.Help(width))
		return nil, 0, true
	case errors.As(err, &told):
		c, _ := loadConfig(env) // a broken ansible.cfg hides no version
		fmt.Fprint(env.Stdout, versionText(program, env, c))
		return nil, 0, true
	case errors.As(err, &wrong):
		fmt.Fprint(env.Stderr, wrong.Parser.Usage(width)+wrong.Error()+"\n \n"+parser.Help(width))
		return nil, 2, true
	}
	rest = []string{dropIns[program]}
	if line.Command != "" {
		rest = append(rest, line.Command)
	}
	cmd, _, err := root.Find(rest)
	if err != nil {
		fmt.Fprintf(env.Stderr, "%s: %v\n", program, err)
		return nil, 1, true
	}
	for _, g := range line.Options {
		f := flagOf(cmd.Flags(), g.Option)
		if f == nil {
			fmt.Fprintf(env.Stderr, "[ERROR]: %s is not supported.\n", g.Option.Name())
			return nil, usageError, true
		}
		switch g.Option.Kind {
		case argparse.Store, argparse.Append:
			if n, err := strconv.Atoi(g.Value); f.Name == "forks" && (err != nil || n < 1) {
				fmt.Fprint(env.Stderr, parser.Usage(width)+program+": error: The number of processes (--forks) must be >= 1\n")
				return nil, 2, true
			}
			rest = append(rest, "--"+f.Name+"="+g.Value)
		default:
			rest = append(rest, "--"+f.Name)
		}
	}
	return append(append(rest, "--"), line.Args...), 0, false
}

// describeOptions takes the texts of the help from the commands behind a program.
func describeOptions(p *argparse.Parser, root *cobra.Command, words ...string) {
	cmd, _, err := root.Find(words)
	if err != nil {
		return
	}
	for _, c := range p.Commands {
		describeOptions(c.Parser, root, append(words[:len(words):len(words)], c.Name)...)
		if sub, _, err := root.Find(append(words[:len(words):len(words)], c.Name)); err == nil {
			c.Help = sub.Short
		}
	}
	for _, o := range p.Options {
		if f := flagOf(cmd.Flags(), o); f != nil && o.Help == "" {
			o.Help = f.Usage
		}
	}
}

// columns is the width of the terminal, as Python's shutil.get_terminal_size has it.
func columns(env *Env) int {
	if n, err := strconv.Atoi(env.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if out, ok := env.Stdout.(*os.File); ok {
		if w, _, err := term.GetSize(int(out.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 80
}

// versionText is what `ansible --version` and -vv print, in the form that scripts read: the program, the version of
// ansible-core whose behaviour it has, and where things are looked for. There are no lines about Python and its libraries, as
// none are used.
func versionText(program string, env *Env, c *config.Config) string {
	file := "None"
	if c != nil && c.Path != "" {
		file = c.Path
	}
	var modules, collections []string
	if c != nil {
		modules, collections = c.Strings("DEFAULT_MODULE_PATH"), c.Strings("COLLECTIONS_PATHS")
	}
	executable := program
	if len(os.Args) > 0 {
		executable = os.Args[0]
		if path, err := exec.LookPath(executable); err == nil {
			executable = path
		}
		executable = absIn(env.Dir, executable)
	}
	return fmt.Sprintf("%s [core %s]\n  config file = %s\n  configured module search path = %s\n  ansible collection location = %s\n"+
		"  executable location = %s\n  rehearse version = %s (%s, %s/%s)\n", program, runner.AnsibleVersion, file,
		value.Repr(value.Strings(modules)), strings.Join(collections, ":"), executable, version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
