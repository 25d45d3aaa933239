package jinja

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

const brokenAllowed = "Broken conditionals are currently allowed because the `ALLOW_BROKEN_CONDITIONALS` configuration option is enabled."

// Cond evaluates a conditional (when, until, changed_when, failed_when, that) as ansible-core 2.19 does: its result
// must be a boolean.
func (t *Templar) Cond(v value.Value) (bool, error) {
	outer := t.begin()
	defer t.end(outer)
	r, err := t.cond(v)
	if err != nil {
		return false, err
	}
	if b, ok := r.(value.Bool); ok {
		return bool(b), nil
	}
	truth, err := value.Truth(r)
	if err != nil {
		return false, err
	}
	origin := "<unknown>"
	at := value.Place(r)
	if s, ok := v.(value.Str); ok && !at.Known() && allTemplate(s.S) { // what a template makes stands where the template does
		at = place(s)
	}
	if at.Known() {
		origin = at.File.Path + fmt.Sprintf(":%d:%d", at.Position().Line, at.Position().Column)
	}
	msg := fmt.Sprintf("Conditional result (%s) was derived from value of type %s at %s. Conditionals must have a boolean result.",
		value.Repr(value.Bool(truth)), value.Quote(value.NativeName(r)), value.Quote(origin))
	s, _ := v.(value.Str)
	if t.engine.cfg.AllowBrokenConditionals {
		t.deprecate(msg, brokenAllowed, s)
		return truth, nil
	}
	return false, broken(msg, s)
}

func broken(msg string, s value.Str) error {
	return &Error{Class: "AnsibleBrokenConditionalError", Message: msg, Origin: place(s), At: place(s)}
}

func (t *Templar) deprecate(msg, help string, s value.Str) {
	t.engine.deprecate(t, Deprecation{value.Deprecation{Message: msg, Help: help, Version: "2.23"}, place(s)})
}

// trimmed strips a conditional; done tells that it is empty, with what that means.
func (t *Templar) trimmed(v value.Value) (w value.Value, empty bool, err error) {
	s, ok := v.(value.Str)
	if ok {
		s.S = strings.TrimFunc(s.S, value.IsSpace)
		v = s
	}
	if ok && s.S == "" || v == none || v == nil {
		if t.engine.cfg.AllowBrokenConditionals {
			t.deprecate("Empty conditional expression was evaluated as True.", brokenAllowed, s)
			return value.Bool(true), true, nil
		}
		return nil, true, broken("Empty conditional expressions are not allowed.", s)
	}
	return v, false, nil
}

func (t *Templar) cond(v value.Value) (value.Value, error) {
	v, empty, err := t.trimmed(v)
	if empty || err != nil {
		return v, err
	}
	if b, ok := v.(value.Bool); ok {
		return b, nil
	}
	s, ok := v.(value.Str)
	if !ok {
		if t.engine.cfg.AllowBrokenConditionals {
			return t.Resolve(v)
		}
		at := value.Place(v)
		return nil, &Error{Class: "AnsibleBrokenConditionalError", Message: "Conditional expressions must be strings.", Origin: at, At: at}
	}
	src := s
	if allTemplate(s.S) {
		// the whole is a template that gives an expression
		r, err := t.Resolve(s)
		if err != nil {
			return nil, condError(err, s)
		}
		r, empty, err := t.trimmed(r)
		if empty || err != nil {
			return r, err
		}
		x, ok := r.(value.Str)
		if !ok {
			t.deprecate("Conditionals should not be surrounded by templating delimiters such as {{ }} or {% %}.", "", s)
			return r, nil
		}
		s = x
	}
	if !s.Trusted {
		return nil, condError(untrusted(s), src)
	}
	r, err := t.expression(s, false, true)
	if err != nil {
		return nil, condError(err, src)
	}
	return r, nil
}

// condError puts Ansible's message in front of an undefined variable's.
func condError(err error, s value.Str) error {
	if e, ok := err.(*Error); ok && e.Class == "AnsibleUndefinedVariable" {
		return &Error{Class: e.Class, Message: "Error while evaluating conditional.", Cause: e, Origin: place(s), At: e.At, Undefined: e.Undefined, Nearest: e.Nearest}
	}
	return err
}

// allTemplate tells whether a text begins and ends with delimiters.
func allTemplate(s string) bool {
	if strings.HasPrefix(s, header) {
		return true
	}
	if !strings.HasPrefix(s, "{{") && !strings.HasPrefix(s, "{%") && !strings.HasPrefix(s, "{#") {
		return false
	}
	return strings.HasSuffix(s, "}}") || strings.HasSuffix(s, "%}") || strings.HasSuffix(s, "#}")
}

// embedded templates a constant of a conditional that looks like a template, with Ansible's warning that shows how to do without.
func (r *run) embedded(s value.Str, example string) (value.Value, error) {
	r.e.warn(r.t, Caution{"Jinja constant strings should not contain embedded templates. This feature will be disabled by default in ansible-core 2.23.",
		"Use inline expressions, for example: " + example, r.origin()})
	s.Trusted, s.Embedded, s.At = true, false, r.src
	return r.t.lazy(s), nil
}
