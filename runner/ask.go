package runner

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/terminal"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner/callback"
)

// errUnanswered ends the run where a question meets the end of the input.
type errUnanswered struct{ prompt string }

func (e *errUnanswered) Error() string {
	return "The input ended at the prompt " + value.Quote(strings.TrimSpace(e.prompt)) + "."
}

// question asks while nothing else is shown on the terminal. Ctrl-C gives terminal.ErrInterrupt.
func (r *run) question(prompt string, secret bool) (string, error) {
	r.display.Hold()
	defer r.display.Release()
	var answer string
	var err error
	if secret {
		answer, err = r.o.Terminal.Secret(r.ctx, prompt)
	} else {
		answer, err = r.o.Terminal.Line(r.ctx, prompt, nil)
	}
	if errors.Is(err, io.EOF) {
		err = &errUnanswered{prompt}
	}
	return answer, err
}

// interactive tells whether there is a terminal to ask on.
func (r *run) interactive() bool { return r.o.Terminal != nil && r.o.Terminal.Interactive() }

// promptVar asks for one variable of vars_prompt.
func (r *run) promptVar(play *playbook.Play, p playbook.Prompt) error {
	if r.store.Extra(p.Name) {
		return nil
	}
	tpl := r.engine.Templar(r.store.Scope(vars.Query{Play: play}))
	get := func(v value.Value) (value.Value, error) {
		if v == nil {
			return nil, nil
		}
		return tpl.Resolve(v)
	}
	flag := func(v value.Value, def bool) (bool, error) {
		x, err := get(v)
		if err != nil || x == nil {
			return def, err
		}
		b, err := convert("bool", x)
		if err != nil {
			return def, err
		}
		return bool(b.(value.Bool)), nil
	}
	private, err := flag(p.Private, true)
	if err != nil {
		return err
	}
	confirm, err := flag(p.Confirm, false)
	if err != nil {
		return err
	}
	unsafe, err := flag(p.Unsafe, false)
	if err != nil {
		return err
	}
	def, err := get(p.Default)
	if err != nil {
		return err
	}
	text := p.Name
	if v, err := get(p.Prompt); err != nil {
		return err
	} else if v != nil {
		text = value.ToStr(v)
	}
	msg := text + ": "
	if text == "" {
		msg = "input for " + p.Name + ": "
	} else if _, none := def.(value.None); def != nil && !none {
		msg = fmt.Sprintf("%s [%s]: ", text, value.ToStr(def))
	}
	if !r.listing() && !r.o.Syntax {
		or := func(v value.Value) value.Value {
			if v == nil {
				return value.None{}
			}
			return v
		}
		r.emit(callback.Prompt{Arguments: []value.Value{value.S(p.Name), value.Bool(private), value.S(text), or(p.Encrypt), value.Bool(confirm),
			or(p.SaltSize), or(p.Salt), or(def), value.Bool(unsafe)}})
	}
	var result value.Value
	if r.listing() || r.o.Syntax {
		result = def
	} else if !r.interactive() {
		r.display.Warn("Not prompting as we are not in interactive mode")
	} else {
		for {
			answer, err := r.question(msg, private)
			if err != nil {
				return err
			}
			if confirm {
				again, err := r.question("confirm "+msg, private)
				if err != nil {
					return err
				}
				if again != answer {
					r.display.Show("***** VALUES ENTERED DO NOT MATCH ****", "")
					continue
				}
			}
			if answer != "" || def == nil {
				result = value.S(answer)
			}
			break
		}
	}
	if result == nil {
		result = def
	}
	if enc, err := get(p.Encrypt); err != nil {
		return err
	} else if enc != nil {
		if _, none := enc.(value.None); !none && value.ToStr(enc) != "" {
			if result == nil {
				return &errUnanswered{msg}
			}
			kw := value.NewDict()
			for k, v := range map[string]value.Value{"salt": p.Salt, "salt_size": p.SaltSize} {
				x, err := get(v)
				if err != nil {
					return err
				}
				if x != nil {
					kw.Put(map[string]string{"salt": "salt", "salt_size": "salt_size"}[k], x)
				}
			}
			expr := "_text | password_hash(_scheme)"
			if kw.Len() > 0 {
				expr = "_text | password_hash(_scheme, **_options)"
			}
			local := value.NewDict("_text", value.S(value.ToStr(result)), "_scheme", value.S(value.ToStr(enc)), "_options", kw)
			if result, err = r.engine.Templar(r.store.Scope(vars.Query{Play: play}).With(local)).Expr(value.Str{S: expr, Trusted: true}); err != nil {
				return err
			}
		}
	}
	if result == nil {
		result = value.None{}
	}
	if s, ok := result.(value.Str); ok {
		s.Trusted = !unsafe
		result = s
	} else if _, none := result.(value.None); !none {
		result = value.Str{S: value.ToStr(result), Trusted: !unsafe}
	} else {
		result = value.S("None")
	}
	r.store.Prompted(play, p.Name, result)
	return nil
}

// takeStep asks whether to run a task (--step).
func (p *playRun) takeStep(s *spec) (bool, error) {
	msg := "Perform task: TASK: " + s.view.Name + " (N)o/(y)es/(c)ontinue: "
	answer, err := p.question(msg, false)
	if err != nil {
		return false, err
	}
	p.display.Banner(msg)
	switch strings.ToLower(answer) {
	case "y", "yes":
		return true, nil
	case "c", "continue":
		p.run.o.Step = false
		return true, nil
	}
	return false, nil
}

// until serves the pause action.
func (o *one) until(text string, w terminal.Wait) ([]byte, error) {
	if o.o.Terminal == nil {
		return nil, terminal.ErrNotInteractive
	}
	o.display.Hold()
	defer o.display.Release()
	return o.o.Terminal.Until(o.ctx, w, func() { o.display.Show(text, ""); o.display.Flush() })
}
