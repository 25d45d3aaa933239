package jinja_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// casesFile holds evaluations recorded while Jinja2 3.1's own tests ran; its README says which ones may be skipped.
const casesFile = "../../../shared/data/jinja_cases.json"

type recordedCase struct {
	Test      string
	Opts      map[string]json.RawMessage
	Templates map[string]string
	Source    string
	Name      *string
	Context   json.RawMessage
	Nonjson   any
	Output    json.RawMessage
	Repr      *string `json:"output_repr"`
	Error     string
	Message   string
	Lineno    int
	Stage     string
}

type mapLoader map[string]string

func (m mapLoader) Load(name, _ string) (value.Str, error) {
	s, ok := m[name]
	if !ok {
		return value.Str{}, os.ErrNotExist
	}
	return value.Str{S: s, Trusted: true}, nil
}

// skipReason tells why a case cannot be replayed; "" where it can.
func (c *recordedCase) skipReason() string {
	switch {
	case c.Nonjson != nil && c.Nonjson != "" && c.Nonjson != false:
		return "nonjson"
	case c.Opts["custom"] != nil:
		return "custom"
	case c.Opts["sandboxed"] != nil && (c.Error == "SecurityError" || c.Error == "OverflowError" || c.Message == "that operator so does not work" ||
		strings.Contains(c.Source, "__class__") || strings.Contains(string(c.Output), "&lt;")):
		return "turns on the sandbox"
	case c.Opts["autoescape"] != nil && string(c.Opts["autoescape"]) != "false" && (strings.ContainsAny(string(c.Output), "&<") || strings.Contains(c.Source, "__class__")),
		strings.Contains(c.Source, "{% autoescape") && strings.Contains(string(c.Output), "&lt;"), strings.HasSuffix(c.Test, "test_volatile_scoping"):
		return "turns on autoescape"
	}
	name := c.Test[strings.LastIndexByte(c.Test, ':')+1:]
	switch name {
	case "test_extension_nodes", "test_contextreference_node_passes_context", "test_contextreference_node_can_pass_locals",
		"test_preprocessor_extension", "test_basic_scope_behavior", "test_overlay_scopes":
		return "an extension written in Python"
	case "test_custom_code_generator", "test_custom_context":
		return "a class written in Python"
	case "test_pass_context_loop_vars", "test_pass_context_scoped_loop_vars", "test_pass_context_in_blocks", "test_pass_context_block_and_loop":
		return "a global function written in Python"
	case "test_urlize_rel_policy":
		return "an environment policy that was not recorded"
	case "test_json_dump":
		if string(c.Output) == `"42"` { // made by a dumps function written in Python
			return "an environment policy that was not recorded"
		}
	case "test_debug":
		return "prints addresses of Python objects"
	}
	if name == "test_random" && strings.HasSuffix(c.Source, "|random }}") && strings.Contains(c.Source, "1234567890") {
		return "depends on Python's random numbers"
	}
	return ""
}

func (c *recordedCase) config(t *testing.T) jinja.Config {
	cfg := jinja.Config{Filters: lib.PlainFilters(), Tests: lib.PlainTests(), Globals: lib.PlainGlobals(), Loader: mapLoader(c.Templates)}
	cfg.Finalize = finalizer(c.Test)
	text := func(raw json.RawMessage) string {
		var s string
		_ = json.Unmarshal(raw, &s)
		return s
	}
	o := &cfg.Options
	for k, raw := range c.Opts {
		on := string(raw) == "true"
		switch k {
		case "trim_blocks":
			o.TrimBlocks = on
		case "lstrip_blocks":
			o.LstripBlocks = on
		case "keep_trailing_newline":
			o.KeepTrailingNewline = on
		case "newline_sequence":
			o.NewlineSequence = text(raw)
		case "variable_start_string":
			o.VariableStart = text(raw)
		case "variable_end_string":
			o.VariableEnd = text(raw)
		case "block_start_string":
			o.BlockStart = text(raw)
		case "block_end_string":
			o.BlockEnd = text(raw)
		case "comment_start_string":
			o.CommentStart = text(raw)
		case "comment_end_string":
			o.CommentEnd = text(raw)
		case "line_statement_prefix":
			o.LineStatementPrefix = text(raw)
		case "line_comment_prefix":
			o.LineCommentPrefix = text(raw)
		case "native":
			o.Native = on
		case "autoescape", "sandboxed":
		case "undefined":
			cfg.Undefined = map[string]value.UndefinedKind{"ChainableUndefined": value.UndefinedChainable, "DebugUndefined": value.UndefinedDebug,
				"StrictUndefined": value.UndefinedStrict, "Undefined": value.UndefinedDefault,
				"LoggingUndefined": value.UndefinedDefault}[text(raw)]
			if cfg.Undefined == 0 {
				t.Fatalf("%s: unknown kind of undefined %s", c.Test, raw)
			}
		case "extensions":
			var list []string
			if err := json.Unmarshal(raw, &list); err != nil {
				t.Fatal(err)
			}
			for _, x := range list {
				switch {
				case strings.HasSuffix(x, "do") || strings.HasSuffix(x, "ExprStmtExtension"):
					o.Do = true
				case strings.HasSuffix(x, "loopcontrols") || strings.HasSuffix(x, "LoopControlExtension"):
					o.LoopControls = true
				case strings.HasSuffix(x, "i18n") || strings.HasSuffix(x, "InternationalizationExtension"):
					o.I18n = true
				case strings.HasSuffix(x, "debug") || strings.HasSuffix(x, "DebugExtension"):
					o.Debug = true
				default:
					t.Logf("%s: extension %s is built in or not there", c.Test, x)
				}
			}
		default:
			t.Fatalf("%s: unknown option %s", c.Test, k)
		}
	}
	return cfg
}

// decode turns the recording's notation of tuples and sets into those.
func decode(v value.Value) value.Value {
	switch v := v.(type) {
	case *value.List:
		for i := range v.Items {
			v.Items[i] = decode(v.Items[i])
		}
	case *value.Dict:
		if l, ok := v.Raw("__tuple__"); ok && v.Len() == 1 {
			return &value.Tuple{Items: decode(l).(*value.List).Items}
		}
		if l, ok := v.Raw("__pairs__"); ok && v.Len() == 1 {
			d := &value.Dict{}
			for _, p := range l.(*value.List).Items {
				d.Set(decode(p.(*value.List).Items[0]), decode(p.(*value.List).Items[1]))
			}
			return d
		}
		if l, ok := v.Raw("__range__"); ok && v.Len() == 1 {
			r := &value.Range{Step: 1}
			switch p := l.(*value.List).Items; len(p) {
			case 3:
				r.Start, r.Stop, r.Step = int64(p[0].(value.Int)), int64(p[1].(value.Int)), int64(p[2].(value.Int))
			}
			return r
		}
		for k, x := range v.RawAll() {
			v.Set(k, decode(x))
		}
	}
	return v
}

// finalizers are the Python functions that some tests give to their environment.
func finalizer(test string) func(c *jinja.Call, v value.Value) (value.Value, error) {
	switch test[strings.LastIndexByte(test, ':')+1:] {
	case "test_finalize", "test_finalize_constant_expression":
		return func(_ *jinja.Call, v value.Value) (value.Value, error) {
			if v == (value.None{}) {
				return value.S(""), nil
			}
			return v, nil
		}
	case "test_no_finalize_template_data":
		return func(_ *jinja.Call, v value.Value) (value.Value, error) { return value.S(v.TypeName()), nil }
	case "test_context_finalize":
		return func(c *jinja.Call, v value.Value) (value.Value, error) {
			scale, _ := c.Variable("scale")
			return value.Mul(v, scale)
		}
	case "test_env_autoescape":
		return func(_ *jinja.Call, v value.Value) (value.Value, error) {
			return value.S("{{ " + value.Repr(v) + " }}"), nil
		}
	}
	return nil
}

func TestRecordedCases(t *testing.T) {
	data, err := os.ReadFile(filepath.FromSlash(casesFile))
	if err != nil {
		t.Skipf("the recorded cases are not here: %v", err)
	}
	var cases []recordedCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	skipped := map[string]int{}
	run, failed := 0, 0
	for i := range cases {
		c := &cases[i]
		if why := c.skipReason(); why != "" {
			skipped[why]++
			continue
		}
		run++
		if msg := c.replay(t); msg != "" {
			failed++
			t.Errorf("case %d %s\n  opts %s\n  source %q\n  context %s\n  %s", i, c.Test, c.Opts, c.Source, c.Context, msg)
		}
	}
	t.Logf("%d cases: %d replayed, %d failed, skipped %v", len(cases), run, failed, skipped)
}

// replay gives what differs, or "".
func (c *recordedCase) replay(t *testing.T) string {
	e := jinja.NewPlain(c.config(t))
	vars := jinja.Vars{}
	if len(c.Context) > 0 && string(c.Context) != "null" {
		v, err := value.FromJSON(c.Context)
		if err != nil {
			return err.Error()
		}
		for k, x := range v.(*value.Dict).All() {
			vars[k.(value.Str).S] = decode(x)
		}
	}
	name := ""
	if c.Name != nil {
		name = *c.Name
	}
	src := c.Source
	if src == "" && c.Templates[name] != "" { // the test took a template of its loader
		src = c.Templates[name]
	}
	got, err := e.RenderValue(src, name, vars)
	if c.Error != "" {
		if err == nil {
			return "wanted " + c.Error + ": " + c.Message + ", got " + value.Repr(got)
		}
		var je *jinja.Error
		if !errors.As(err, &je) {
			return "wanted " + c.Error + ": " + c.Message + ", got " + err.Error()
		}
		if je.Class != c.Error || je.Message != c.Message {
			return "wanted " + c.Error + ": " + c.Message + ", got " + je.Class + ": " + je.Message
		}
		if c.Lineno > 0 && je.Line() != c.Lineno {
			return "wanted " + c.Error + " at line " + value.Repr(value.Int(c.Lineno)) + ", got line " + value.Repr(value.Int(je.Line()))
		}
		return ""
	}
	var want value.Value
	if v, e := value.FromJSON(c.Output); e == nil {
		want = decode(v)
	}
	if err != nil {
		return "wanted " + value.Repr(want) + ", got error " + err.Error()
	}
	if c.Repr != nil {
		if value.Repr(got) != *c.Repr {
			return "wanted " + *c.Repr + ", got " + value.Repr(got)
		}
		return ""
	}
	if value.Repr(got) != value.Repr(want) {
		return "wanted " + value.Repr(want) + ", got " + value.Repr(got)
	}
	return ""
}
