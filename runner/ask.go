package runner

import (
	"fmt"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

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
	var result value.Value
	if r.listing() || r.o.Syntax {
		result = def
	} else if r.o.Ask == nil {
		r.display.Warn("Not prompting as we are not in interactive mode")
	} else {
		msg := text + ": "
		if def != nil {
			msg = fmt.Sprintf("%s [%s]: ", text, value.ToStr(def))
		}
		for {
			r.display.Flush()
			answer, err := r.o.Ask(msg, private)
			if err != nil {
				return err
			}
			if confirm {
				again, err := r.o.Ask("confirm "+msg, private)
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
	} else if enc != nil && result != nil {
		if _, none := enc.(value.None); !none && value.ToStr(enc) != "" {
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
func (p *playRun) takeStep(s *spec) bool {
	if p.o.Ask == nil {
		return false
	}
	p.display.Flush()
	msg := "Perform task: TASK: " + s.view.Name + " (N)o/(y)es/(c)ontinue: "
	answer, err := p.o.Ask(msg, false)
	if err != nil {
		return false
	}
	p.display.Banner(msg)
	switch strings.ToLower(answer) {
	case "y", "yes":
		return true
	case "c", "continue":
		p.run.o.Step = false
		return true
	}
	return false
}

// prompt serves the pause action.
func (o *one) prompt(text string, secret bool, limit time.Duration) (string, error) {
	if o.o.Ask == nil {
		return "", &fault.Fault{Msg: "no terminal"}
	}
	o.display.Flush()
	return o.o.Ask(text, secret)
}
