package module

import (
	"fmt"
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Keys of a result that are meant for the controller; it takes them out before anybody sees the result.
const (
	// CauseKey is the text of the error behind a failure, which ansible-core appends to the message on the screen.
	CauseKey = "_ansible_cause"
	// CrashKey is true where ansible-core's module ends with an exception instead of a result: it then shows no invocation.
	CrashKey = "_ansible_crash"
	// PythonKey is set where the native module does not cover the call and has done nothing: its value is the name of the
	// Python module that has to run instead. The message says what is not covered.
	PythonKey = "_ansible_needs_python"
	// UndecodedKey is set where a module's output had no result in it; its value is advice to show under the message.
	UndecodedKey = "_ansible_undecoded"
	// StderrKey is what a module wrote on its error output beside its result.
	StderrKey = "_ansible_stderr"
)

// Invoke checks the raw arguments, runs the module and completes the result as ansible-core's does: facts about the
// path in it, invocation, warnings, deprecations; secrets are blanked.
func Invoke(c *Call, m *Module, raw *value.Dict) *value.Dict {
	if c.Name == "" {
		c.Name = m.Name
	}
	if m.Spec == nil { // the module checks its arguments and completes its result itself
		c.Args = raw
		return run(c, m)
	}
	checked := m.Spec.Check(raw, argspec.Options{Env: c.getenv, Home: c.home})
	c.Args = checked.Args
	c.warnings = append(c.warnings, checked.Warnings...)
	c.deprecations = append(c.deprecations, checked.Deprecations...)
	var result *value.Dict
	switch {
	case len(checked.Problems) > 0:
		p := checked.Problems[0]
		message := p.Message
		if p.Kind == argspec.Unsupported {
			message = "Unsupported parameters for (" + c.Name + ") module: " + message
		}
		result = c.failed(Fail(message))
	case c.Check && !m.Spec.SupportsCheck:
		result = value.NewDict("skipped", value.Bool(true),
			"msg", value.S("remote module ("+c.Name+") does not support check mode"))
	default:
		result = runIn(c, m)
	}
	return c.complete(result, checked.NoLog)
}

// run turns a panic of a module into a failure that says so; one broken module must not end the run of other hosts.
func run(c *Call, m *Module) (result *value.Dict) {
	defer func() {
		if r := recover(); r != nil {
			result = c.failed(&failure{message: fmt.Sprintf("%s: internal error: %v", m.Name, r), crash: true})
		}
	}()
	return m.Run(c)
}

func (c *Call) complete(result *value.Dict, noLog []string) *value.Dict {
	if crash, _ := result.Raw(CrashKey); crash == nil {
		c.addPathFacts(result)
		if _, ok := result.Raw("invocation"); !ok {
			result.Put("invocation", value.NewDict("module_args", c.Args))
		}
		if len(c.warnings) > 0 {
			result.Put("warnings", value.Strings(c.warnings))
		}
		if len(c.deprecations) > 0 {
			result.Put("deprecations", deprecations(c.deprecations))
		}
	}
	if len(noLog) > 0 {
		result = blank(result, noLog)
	}
	return result
}

func deprecations(list []argspec.Deprecation) value.Value {
	out := &value.List{}
	for _, d := range list {
		e := value.NewDict("msg", value.S(d.Message))
		if d.Date != "" {
			e.Put("date", value.S(d.Date))
		} else {
			e.Put("version", textOrNone(d.Version))
		}
		e.Put("collection_name", textOrNone(d.Collection))
		out.Items = append(out.Items, e)
	}
	return out
}

func textOrNone(s string) value.Value {
	if s == "" {
		return value.None{}
	}
	return value.S(s)
}

// blank replaces secrets in all texts of a result. Keys and top-level booleans and nulls stay.
func blank(result *value.Dict, secrets []string) *value.Dict {
	sort.Slice(secrets, func(i, j int) bool { return len(secrets[i]) > len(secrets[j]) })
	return blanked(result, secrets).(*value.Dict)
}

const hidden = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

func blanked(v value.Value, secrets []string) value.Value {
	switch v := v.(type) {
	case value.Str:
		s := v.S
		for _, secret := range secrets {
			if s == secret {
				return value.S(hidden)
			}
		}
		for _, secret := range secrets {
			s = strings.ReplaceAll(s, secret, "********")
		}
		if s == v.S {
			return v
		}
		return value.S(s)
	case value.Int, value.Float, *value.BigInt:
		s := value.ToStr(v)
		for _, secret := range secrets {
			if strings.Contains(s, secret) {
				return value.S(hidden)
			}
		}
	case *value.List:
		items := make([]value.Value, len(v.Items))
		for i, item := range v.Items {
			items[i] = blanked(item, secrets)
		}
		return &value.List{Items: items}
	case *value.Dict:
		d := &value.Dict{}
		for k, item := range v.RawAll() {
			d.Set(k, blanked(item, secrets))
		}
		return d
	}
	return v
}
