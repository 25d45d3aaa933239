package cli

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"mvdan.cc/sh/v3/shell"

	"github.com/rehearse-dev/rehearse/internal/argparse"
)

// TestCommandLinesAsAnsible compares errors of usage and the structure of the help with those of ansible-core 2.19.14 on
// Python 3.11 (testdata/usage/record.sh).
func TestCommandLinesAsAnsible(t *testing.T) {
	for _, kind := range []string{"errors", "help"} {
		data, err := os.ReadFile("testdata/usage/" + kind + ".out")
		if err != nil {
			t.Fatal(err)
		}
		folder := regexp.MustCompile(`/tmp/tmp\.\w+`) // where record.sh ran
		for _, block := range strings.Split("\n"+string(data), "\n$ ")[1:] {
			line, want, _ := strings.Cut(strings.TrimSuffix(block, "\n"), "\n")
			t.Run(line, func(t *testing.T) {
				columns, words, _ := strings.Cut(line, " ")
				args, err := shell.Fields(words, nil)
				if err != nil {
					t.Fatal(err)
				}
				home := t.TempDir()
				var out, errs bytes.Buffer
				env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: home, Getenv: func(name string) string {
					switch name {
					case "COLUMNS":
						return columns[1:]
					case "HOME":
						return home
					case "ANSIBLE_INVENTORY_UNPARSED_WARNING", "ANSIBLE_LOCALHOST_WARNING":
						return "0"
					}
					return ""
				}}
				status := Main(args, env)
				got, wanted := "", strings.ReplaceAll(want, "invalid tag_value value", "invalid int value") // named after a function of 2.19
				wanted = folder.ReplaceAllString(wanted, home)
				if kind == "errors" {
					got, _, _ = strings.Cut(errs.String(), "\n \n")
				} else {
					got = heads(out.String())
				}
				if got != "" {
					got = strings.TrimSuffix(got, "\n") + "\n"
				}
				if got += fmt.Sprintf("exit %d", status); got != wanted {
					t.Errorf("-ansible +rehearse\n%s", cmp.Diff(strings.Split(wanted, "\n"), strings.Split(got, "\n")))
				}
			})
		}
	}
}

// Every option of Ansible's programs has a flag of the command behind it.
func TestEveryOptionHasAFlag(t *testing.T) {
	root := &cobra.Command{}
	root.AddCommand(commands(OS())...)
	for program, command := range dropIns {
		check := func(p *argparse.Parser, words ...string) {
			cmd, _, err := root.Find(words)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range p.Options {
				if o.Kind != argparse.Help && o.Kind != argparse.Version && o.Kind != argparse.Refused && flagOf(cmd.Flags(), o) == nil {
					t.Errorf("%s: there is no flag for %s", p.Prog, o.Name())
				}
			}
		}
		p := commandLine(program)
		if p.Commands == nil {
			check(p, command)
		}
		for _, c := range p.Commands {
			check(c.Parser, command, c.Name)
		}
	}
}

// heads are the usage, the headings and the heads of the items of a help, as testdata/usage/record.sh takes them from it.
func heads(help string) string {
	var b strings.Builder
	usage, rest, _ := strings.Cut(help, "\n\n")
	b.WriteString(usage + "\n")
	gap, begun := regexp.MustCompile(`  +.*`), false
	for line := range strings.SplitSeq(rest, "\n") {
		text := strings.TrimLeft(line, " ")
		switch indent := len(line) - len(text); {
		case text == "":
		case indent == 0 && strings.HasSuffix(line, ":"):
			begun = true
			b.WriteString(line + "\n")
		case begun && (indent == 2 || indent == 4):
			if text = gap.ReplaceAllString(text, ""); strings.HasPrefix(text, "-") || strings.HasPrefix(text, "{") || !strings.Contains(text, " ") {
				b.WriteString("  " + text + "\n")
			}
		}
	}
	return b.String()
}
