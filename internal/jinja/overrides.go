package jinja

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// header begins the first line of a text that sets options of its own.
const header = "#jinja2:"

// overrides gives the options of a text: those of base, changed by o and by the text's header, which is cut off.
func overrides(text string, o *Options, base Options) (Options, string, error) {
	opts := base
	if o != nil {
		opts = *o
		opts.Do, opts.LoopControls, opts.I18n, opts.Debug, opts.Native = base.Do, base.LoopControls, base.I18n, base.Debug, base.Native
	}
	if !strings.HasPrefix(text, header) {
		return opts, text, nil
	}
	line, rest, ok := strings.Cut(text[len(header):], "\n")
	if !ok {
		return opts, text, fmt.Errorf("Missing newline after '#jinja2:' override.")
	}
	for _, pair := range strings.Split(line, ",") {
		if strings.TrimSpace(pair) == "" {
			return opts, text, fmt.Errorf("Empty '#jinja2:' override pair not allowed.")
		}
		key, val, ok := strings.Cut(pair, ":")
		if !ok {
			return opts, text, fmt.Errorf("Missing key-value separator `:` in '#jinja2:' override pair %s.", value.Quote(pair))
		}
		key = strings.TrimSpace(key)
		v, err := value.LiteralEval(strings.TrimLeft(val, " \t"))
		if !isOverride(key) {
			return opts, text, fmt.Errorf("Invalid '#jinja2:' override key %s.", value.Quote(key))
		}
		if err != nil {
			return opts, text, err
		}
		if err := opts.set(key, v); err != nil {
			return opts, text, err
		}
	}
	y := opts.syntax()
	if y.BlockStart == y.VariableStart || y.VariableStart == y.CommentStart || y.CommentStart == y.BlockStart {
		return opts, text, fmt.Errorf("Block, variable and comment start strings must be different.")
	}
	return opts, rest, nil
}

func isOverride(key string) bool {
	switch key {
	case "block_start_string", "block_end_string", "variable_start_string", "variable_end_string", "comment_start_string",
		"comment_end_string", "line_statement_prefix", "line_comment_prefix", "trim_blocks", "lstrip_blocks",
		"newline_sequence", "keep_trailing_newline":
		return true
	}
	return false
}

// set changes one option by its name in Jinja2.
func (o *Options) set(key string, v value.Value) error {
	var text *string
	var flag *bool
	optional := false
	switch key {
	case "block_start_string":
		text = &o.BlockStart
	case "block_end_string":
		text = &o.BlockEnd
	case "variable_start_string":
		text = &o.VariableStart
	case "variable_end_string":
		text = &o.VariableEnd
	case "comment_start_string":
		text = &o.CommentStart
	case "comment_end_string":
		text = &o.CommentEnd
	case "line_statement_prefix":
		text, optional = &o.LineStatementPrefix, true
	case "line_comment_prefix":
		text, optional = &o.LineCommentPrefix, true
	case "newline_sequence":
		text = &o.NewlineSequence
	case "trim_blocks":
		flag = &o.TrimBlocks
	case "lstrip_blocks":
		flag = &o.LstripBlocks
	case "keep_trailing_newline":
		flag = &o.KeepTrailingNewline
	}
	if flag != nil {
		b, ok := v.(value.Bool)
		if !ok {
			return fmt.Errorf("%s must be <class 'bool'> instead of <class '%s'>", key, value.TypeName(v))
		}
		*flag = bool(b)
		return nil
	}
	if optional && v == none {
		*text = ""
		return nil
	}
	s, ok := v.(value.Str)
	if !ok {
		return fmt.Errorf("%s must be <class 'str'> instead of <class '%s'>", key, value.TypeName(v))
	}
	if key == "newline_sequence" && s.S != "\n" && s.S != "\r\n" && s.S != "\r" {
		return fmt.Errorf("newline_sequence must be one of '\\n', '\\r\\n' or '\\r'")
	}
	*text = s.S
	return nil
}

// overlay is the engine with other options.
func (e *Engine) overlay(o Options) *Engine {
	e.overlays.mu.Lock()
	defer e.overlays.mu.Unlock()
	if sub := e.overlays.engines[o]; sub != nil {
		return sub
	}
	sub := &Engine{cfg: e.cfg, ansible: e.ansible, tables: e.tables, undef: e.undef}
	sub.cfg.Options = o
	sub.syntax = o.syntax()
	if e.overlays.engines == nil || len(e.overlays.engines) > 100 {
		e.overlays.engines = map[Options]*Engine{}
	}
	e.overlays.engines[o] = sub
	return sub
}
