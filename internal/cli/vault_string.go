package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/vault"
)

// plaintext is one text to encrypt, where it came from and the variable's name, "" for none.
type plaintext struct {
	text         []byte
	source, name string
}

func (v *vaultRun) encryptString() *cobra.Command {
	var names []string
	var stdinName string
	var prompt, show bool
	cmd := v.withEncryptID(v.withOutput(v.command("encrypt_string [TEXT...]", "Encrypt texts for use in a vars file", func(args []string) error {
		dash := false
		var texts []string
		for _, a := range args {
			if a == "-" {
				dash = true
			} else {
				texts = append(texts, a)
			}
		}
		stdin := dash || stdinName != "" || len(args) == 0 && !prompt
		if prompt && stdin {
			return vaultUsage("The --prompt option is not supported if also reading input from stdin")
		}
		secret, err := v.encrypting()
		if err != nil {
			return err
		}
		var list []plaintext
		if prompt {
			p, err := v.prompted(show)
			if err != nil {
				return err
			}
			list = append(list, p)
		}
		if stdin {
			content, err := io.ReadAll(v.env.Stdin)
			if err != nil {
				return vaultError(err)
			}
			if len(content) == 0 {
				return vaultUsage("stdin was empty, not encrypting")
			}
			list = append(list, plaintext{content, "stdin", stdinName})
		}
		if len(names) > 0 && len(texts) > len(names) {
			fmt.Fprintln(v.env.Stderr, "The number of --name options do not match the number of args.")
			fmt.Fprintf(v.env.Stderr, "The last named variable will be \"%s\". The rest will not have names.\n", names[len(names)-1])
		}
		for i, text := range texts {
			if text == "" {
				return vaultUsage("The plaintext provided from the command line args was empty, not encrypting")
			}
			p := plaintext{[]byte(text), "the command line args", ""}
			if i < len(names) {
				p.name = names[i]
			}
			list = append(list, p)
		}
		return v.printStrings(list, secret)
	})))
	f := cmd.Flags()
	f.StringArrayVarP(&names, "name", "n", nil, "name of the variable; may be given several times")
	f.StringVar(&stdinName, "stdin-name", "", "name of the variable for standard input")
	f.BoolVarP(&prompt, "prompt", "p", false, "ask for the text")
	f.BoolVar(&show, "show-input", false, "show the text while it is typed")
	return cmd
}

func (v *vaultRun) prompted(show bool) (plaintext, error) {
	tty, ctx := v.env.terminal(), v.env.context(context.TODO())
	name, err := tty.Line(ctx, "Variable name (enter for no name): ", nil)
	if errors.Is(err, io.EOF) {
		return plaintext{}, &ExitError{250, "[ERROR]: EOF when reading a line"}
	} else if err != nil {
		return plaintext{}, vaultError(err)
	}
	var text string
	if show {
		text, err = tty.Line(ctx, "String to encrypt:", nil)
	} else {
		text, err = tty.Secret(ctx, "String to encrypt (hidden): ")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return plaintext{}, vaultError(err)
	}
	if text == "" {
		return plaintext{}, vaultUsage("The plaintext provided from the prompt was empty, not encrypting")
	}
	return plaintext{[]byte(text), "the interactive prompt", strings.TrimSpace(name)}, nil
}

func (v *vaultRun) printStrings(list []plaintext, secret vault.Secret) error {
	var out bytes.Buffer
	for i, p := range list {
		sealed, err := vault.Encrypt(p.text, secret, secret.ID, v.salt())
		if err != nil {
			return vaultError(err)
		}
		if len(list) > 1 {
			if p.name != "" {
				fmt.Fprintf(v.env.Stderr, "# The encrypted version of variable (\"%s\", the string #%d from %s).\n", p.name, i+1, p.source)
			} else {
				fmt.Fprintf(v.env.Stderr, "# The encrypted version of the string #%d from %s.)\n", i+1, p.source)
			}
		}
		if p.name != "" {
			out.WriteString(p.name + ": ")
		}
		out.WriteString("!vault |\n")
		for line := range strings.Lines(string(sealed)) {
			out.WriteString(strings.Repeat(" ", 10) + line)
		}
	}
	if err := v.write(v.target("-"), out.Bytes(), false, true); err != nil {
		return err
	}
	v.said("Encryption successful")
	return nil
}
