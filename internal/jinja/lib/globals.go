package lib

import (
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

var rangeFunction = &jinja.Function{Name: "range", Doc: "Numbers from start to before stop.", Result: "list", Call: rangeGlobal}

var dictFunction = &jinja.Function{Name: "dict", Doc: "Dict of pairs and of named arguments.", Result: "dict", Call: dictGlobal}

// ansibleGlobals are the functions of Ansible mode.
var ansibleGlobals = []*jinja.Function{
	{Name: "lookup", Undefined: true, Doc: "What a lookup plugin finds: one value, or texts joined with commas, or a list.", Result: "any", Call: lookupGlobal},
	{Name: "query", Aliases: []string{"q"}, Undefined: true, Doc: "What a lookup plugin finds, always as a list.", Result: "list", Call: queryGlobal},
	{Name: "now", Doc: "Date and time, as a text where a format is given.", Result: "datetime", Call: now,
		Params: params{{Name: "utc", Default: no, Type: "bool", Doc: "in UTC instead of local time"}, {Name: "fmt", Default: value.None{}, Type: "str", Doc: "format of the text"}}},
	{Name: "undef", Doc: "An undefined value with words of its own.", Result: "any", Call: undef,
		Params: params{{Name: "hint", Default: value.None{}, Type: "str", Doc: "words of the error when it is used"}}},
	rangeFunction,
	dictFunction,
}

// plainGlobals are the functions of plain Jinja2.
var plainGlobals = []*jinja.Function{rangeFunction, dictFunction}

func lookupGlobal(c *jinja.Call) (value.Value, error) { return runLookup(c, false) }
func queryGlobal(c *jinja.Call) (value.Value, error)  { return runLookup(c, true) }

// runLookup calls a lookup plugin. Without wantlist, one item comes back as itself and texts as one, joined with commas.
func runLookup(c *jinja.Call, wantList bool) (value.Value, error) {
	if len(c.Args) == 0 {
		return nil, typeError("_lookup() missing 1 required positional argument: 'plugin_name'")
	}
	if u, ok := c.Args[0].(*value.Undefined); ok {
		return nil, u
	}
	name, ok := str(c.Args[0])
	if !ok {
		return nil, typeError("expected string or bytes-like object, got '%s'", value.TypeName(c.Args[0]))
	}
	options := c.Kwargs.Copy()
	if v, ok := options.Get("wantlist"); ok {
		options.Delete(value.S("wantlist"))
		wantList = wantList || on(v)
	}
	onError := "strict"
	if v, ok := options.Get("errors"); ok {
		options.Delete(value.S("errors"))
		onError, _ = str(v)
	}
	found, err := c.Lookup(name, c.Args[1:], options)
	if err != nil {
		if e, ok := err.(*jinja.Error); ok && e.Class == "AnsibleTemplatePluginRuntimeError" && e.Cause != nil && (onError == "warn" || onError == "ignore") {
			err = e.Cause
		}
		if _, undefined := err.(*value.Undefined); undefined || onError != "warn" && onError != "ignore" || notLoaded(err) {
			return nil, err
		}
		if onError == "warn" {
			c.Warn("An error occurred while running the lookup plugin " + repr(name) + ": " + err.Error())
		}
		if wantList {
			return list(nil), nil
		}
		return value.None{}, nil
	}
	l, ok := found.(*value.List)
	if wantList || !ok || l.Len() == 0 {
		return found, nil
	}
	if l.Len() == 1 {
		return l.Item(0), nil
	}
	var texts []string
	for _, v := range l.All() {
		s, ok := str(v)
		if !ok {
			return l, nil
		}
		texts = append(texts, s)
	}
	return value.S(strings.Join(texts, ",")), nil
}

// notLoaded tells whether there is no such lookup: that is an error whatever errors= says.
func notLoaded(err error) bool {
	e, ok := err.(*jinja.Error)
	return ok && (e.Class == "AnsibleTemplatePluginNotFoundError" || e.Class == "AnsibleTemplatePluginLoadError")
}

func now(c *jinja.Call) (value.Value, error) {
	t := time.Now()
	if on(c.Args[0]) {
		t = t.UTC()
	}
	if on(c.Args[1]) {
		format, ok := str(c.Args[1])
		if !ok {
			return nil, typeError("strftime() argument 1 must be str, not %s", value.TypeName(c.Args[1]))
		}
		// A datetime without a zone has neither %z nor %Z, and %f is its microseconds.
		format = strings.NewReplacer("%%", "%%", "%f", t.Format(".000000")[1:], "%z", "", "%Z", "").Replace(format)
		return value.S(strftime(t, format)), nil
	}
	return value.DateTime{T: time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond()/1000*1000, time.UTC)}, nil
}

// noHint is what undef() says where it is given no words.
const noHint = "Mandatory variable has not been overridden"

func undef(c *jinja.Call) (value.Value, error) {
	if isNone(c.Args[0]) {
		return c.Undefined(noHint), nil
	}
	s, err := soft(c.Args[0])
	if err != nil {
		return nil, err
	}
	return c.Undefined(s), nil
}

func rangeGlobal(c *jinja.Call) (value.Value, error) {
	if c.Kwargs.Len() > 0 {
		return nil, typeError("range() takes no keyword arguments")
	}
	n := len(c.Args)
	switch {
	case n == 0:
		return nil, typeError("range expected at least 1 argument, got 0")
	case n > 3:
		return nil, typeError("range expected at most 3 arguments, got %d", n)
	}
	var nums [3]int64
	for i, v := range c.Args {
		x, ok := value.Index(v)
		if !ok {
			return nil, typeError("'%s' object cannot be interpreted as an integer", value.TypeName(v))
		}
		nums[i] = x
	}
	r := &value.Range{Stop: nums[0], Step: 1}
	if n > 1 {
		r.Start, r.Stop = nums[0], nums[1]
	}
	if n > 2 {
		if r.Step = nums[2]; r.Step == 0 {
			return nil, valueError("range() arg 3 must not be zero")
		}
	}
	return r, nil
}

func dictGlobal(c *jinja.Call) (value.Value, error) {
	out := &value.Dict{}
	switch len(c.Args) {
	case 0:
	case 1:
		if d, ok := asDict(c.Args[0]); ok {
			for k, v := range d.All() {
				out.Set(k, v)
			}
			break
		}
		i := 0
		next, err := value.Iterate(c.Args[0])
		if err != nil {
			return nil, err
		}
		for {
			pair, err := next()
			if err != nil {
				return nil, err
			}
			if pair == nil {
				break
			}
			kv, err := value.Collect(pair)
			if err != nil {
				return nil, typeError("cannot convert dictionary update sequence element #%d to a sequence", i)
			}
			if len(kv) != 2 {
				return nil, valueError("dictionary update sequence element #%d has length %d; 2 is required", i, len(kv))
			}
			if !out.Set(kv[0], kv[1]) {
				return nil, value.Unhashable(kv[0])
			}
			i++
		}
	default:
		return nil, typeError("dict expected at most 1 argument, got %d", len(c.Args))
	}
	for k, v := range c.Kwargs.All() {
		out.Set(k, v)
	}
	return out, nil
}
