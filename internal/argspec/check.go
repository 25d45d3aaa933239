package argspec

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Check validates the arguments against the specification, in ansible-core's order and with its messages; args is not
// changed. Where several things are wrong all are reported; ansible-core prints the first.
func (s *Spec) Check(args *value.Dict, o Options) *Result {
	c := &checker{o: o, result: &Result{Args: args.Copy()}}
	c.top(s, c.result.Args)
	return c.result
}

type checker struct {
	o       Options
	result  *Result
	unknown []unknown
}

// unknown is an argument that no option takes.
type unknown struct {
	path      []string // as written, with list indexes
	name      string   // as messages show it: option names joined with dots
	supported []string
	aliases   []string
}

// level is one dict of arguments and where it stands.
type level struct {
	options []*Option
	args    *value.Dict
	path    []string // from the arguments to this dict
	context []string // the option names of path
	prefix  string   // "a[0].b." as warnings show it
	top     bool
}

func (c *checker) top(s *Spec, args *value.Dict) {
	l := &level{options: s.Options, args: args, top: true}
	c.fallbacks(l)
	c.aliases(l)
	c.findSecrets(l)
	c.deprecations(l.options, args, "")
	if !s.Open {
		c.unsupported(l)
	}
	c.exclusive(l, s.MutuallyExclusive)
	c.defaults(l, false)
	c.required(l)
	c.types(l)
	c.choices(l)
	c.relations(l, &s.Relations)
	c.defaults(l, true)
	c.suboptions(l)
	c.reportUnknown()
}

func (c *checker) problem(l *level, key, kind, message string, v value.Value) {
	path := l.path
	if key != "" {
		path = append(slices.Clip(path), l.written(key))
	}
	c.result.Problems = append(c.result.Problems, Problem{path, kind, message, v})
}

// written is the name under which the user gave an option.
func (l *level) written(name string) string {
	o := find(l.options, name)
	if o == nil {
		return name
	}
	for _, a := range o.Aliases {
		if _, ok := l.args.Raw(a); ok {
			return a
		}
	}
	return name
}

func (l *level) foundIn(message string) string {
	if len(l.context) == 0 {
		return message
	}
	return message + " found in " + strings.Join(l.context, " -> ")
}

func (c *checker) skip(v value.Value) bool { return c.o.Skip != nil && c.o.Skip(v) }

func (c *checker) fallbacks(l *level) {
	if c.o.Env == nil {
		return
	}
	for _, o := range l.options {
		if len(o.Fallback) == 0 || has(l.args, o.Name) {
			continue
		}
		for _, name := range o.Fallback {
			if text, ok := c.o.Env(name); ok {
				if o.NoLog && text != "" {
					c.result.NoLog = append(c.result.NoLog, text)
				}
				l.args.Put(o.Name, value.S(text))
				break
			}
		}
	}
}

func has(args *value.Dict, name string) bool {
	_, ok := args.Raw(name)
	return ok
}

// aliases copies what was given under an alias to the option's own name; the alias stays.
func (c *checker) aliases(l *level) {
	for _, o := range l.options {
		for _, d := range o.DeprecatedAliases {
			if has(l.args, d.Name) {
				c.result.Deprecations = append(c.result.Deprecations, Deprecation{
					"Alias '" + l.prefix + d.Name + "' is deprecated. See the module docs for more information", d.Version, d.Date, d.Collection})
			}
		}
		for _, alias := range o.Aliases {
			v, ok := l.args.Raw(alias)
			if !ok {
				continue
			}
			if has(l.args, o.Name) {
				c.result.Warnings = append(c.result.Warnings,
					"Both option "+l.prefix+o.Name+" and its alias "+l.prefix+alias+" are set.")
			}
			l.args.Put(o.Name, v)
		}
	}
}

func (c *checker) unsupported(l *level) {
	var supported, aliases []string
	for _, key := range l.args.Keys() {
		name, isText := key.(value.Str)
		if isText && find(l.options, name.S) != nil {
			continue
		}
		if supported == nil {
			for _, o := range l.options {
				if !o.Internal {
					supported = append(supported, o.Name)
					aliases = append(aliases, o.Aliases...)
				}
			}
			sort.Strings(supported)
			sort.Strings(aliases)
			aliases = slices.Compact(aliases)
		}
		text := value.ToStr(key)
		c.unknown = append(c.unknown, unknown{
			path:      append(slices.Clip(l.path), text),
			name:      strings.Join(append(slices.Clip(l.context), text), "."),
			supported: supported, aliases: aliases,
		})
	}
}

func (c *checker) reportUnknown() {
	if len(c.unknown) == 0 {
		return
	}
	var names []string
	for _, u := range c.unknown {
		names = append(names, u.name)
	}
	sort.Strings(names)
	names = slices.Compact(names)
	last := c.unknown[len(c.unknown)-1]
	message := strings.Join(names, ", ") + ". Supported parameters include: " + strings.Join(last.supported, ", ")
	if len(last.aliases) > 0 {
		message += " (" + strings.Join(last.aliases, ", ") + ")"
	}
	message += "."
	for _, u := range c.unknown {
		c.result.Problems = append(c.result.Problems, Problem{Path: u.path, Kind: Unsupported, Message: message})
	}
}

// defaults fills in what was not given; with empty, options without a default become None.
func (c *checker) defaults(l *level, empty bool) {
	for _, o := range l.options {
		none := o.Default == nil || o.Default == value.None{}
		if has(l.args, o.Name) || none && !empty {
			continue
		}
		if none {
			l.args.Put(o.Name, value.None{})
			continue
		}
		if o.NoLog {
			c.result.NoLog = secretTexts(o.Default, c.result.NoLog)
		}
		l.args.Put(o.Name, o.Default)
	}
}

func (c *checker) required(l *level) {
	var missing []string
	for _, o := range l.options {
		if o.Required && !has(l.args, o.Name) {
			missing = append(missing, o.Name)
		}
	}
	if len(missing) > 0 {
		sort.Strings(missing)
		c.problem(l, "", Missing, l.foundIn("missing required arguments: "+strings.Join(missing, ", ")), nil)
	}
}

func (c *checker) types(l *level) {
	for _, o := range l.options {
		v, ok := l.args.Raw(o.Name)
		if !ok || c.skip(v) {
			continue
		}
		if _, none := v.(value.None); none && !o.Required && (o.Default == nil || o.Default == value.None{}) {
			continue
		}
		converted, err := c.convert(o.Type, v)
		if err != nil {
			message := "argument '" + o.Name + "' is of type " + v.TypeName()
			if len(l.context) > 0 {
				message += " found in '" + strings.Join(l.context, " -> ") + "'."
			}
			c.problem(l, o.Name, Type, message+" and we were unable to convert to "+typeName(o.Type)+": "+err.Error(), v)
			continue
		}
		if o.Elements != "" {
			converted = c.elements(l, o, converted)
		}
		if converted != v || o.Elements != "" {
			l.args.Put(o.Name, converted)
		}
	}
}

func typeName(t string) string {
	if t == "" {
		return "str"
	}
	return t
}

func (c *checker) elements(l *level, o *Option, v value.Value) value.Value {
	list, ok := v.(*value.List)
	if !ok {
		message := "Invalid type " + typeName(o.Type) + " for option '" + value.ToStr(v) + "'"
		if len(l.context) > 0 {
			message += " found in '" + strings.Join(l.context, " -> ") + "'."
		}
		c.problem(l, o.Name, Type, message+", elements value check is supported only with 'list' type", v)
		return v
	}
	out := make([]value.Value, 0, len(list.Items))
	for i, item := range list.Items {
		if c.skip(item) {
			out = append(out, item)
			continue
		}
		converted, err := c.convert(o.Elements, item)
		if err != nil {
			message := "Elements value for option '" + o.Name + "'"
			if len(l.context) > 0 {
				message += " found in '" + strings.Join(l.context, " -> ") + "'"
			}
			message += " is of type " + item.TypeName() + " and we were unable to convert to " + o.Elements + ": " + err.Error()
			path := append(slices.Clip(l.path), l.written(o.Name), strconv.Itoa(i))
			c.result.Problems = append(c.result.Problems, Problem{path, Type, message, item})
			continue
		}
		out = append(out, converted)
	}
	return &value.List{Items: out, At: list.At}
}

func (c *checker) choices(l *level) {
	for _, o := range l.options {
		if o.Choices == nil {
			continue
		}
		v, ok := l.args.Raw(o.Name)
		if !ok || c.skip(v) {
			continue
		}
		if list, ok := v.(*value.List); ok {
			c.listChoices(l, o, list)
			continue
		}
		if among(v, o.Choices) {
			continue
		}
		if s, ok := v.(value.Str); ok && (s.S == "True" || s.S == "False") {
			if word, ok := theBoolean(s.S == "True", o.Choices); ok {
				l.args.Put(o.Name, word)
				continue
			}
		}
		message := "value of " + o.Name + " must be one of: " + joined(o.Choices) + ", got: " + value.ToStr(v)
		c.problem(l, o.Name, Choice, l.foundIn(message), v)
	}
}

func (c *checker) listChoices(l *level, o *Option, list *value.List) {
	var wrong []value.Value
	at := -1
	for i, item := range list.Items {
		if !c.skip(item) && !among(item, o.Choices) {
			wrong = append(wrong, item)
			if at < 0 {
				at = i
			}
		}
	}
	if wrong == nil {
		return
	}
	message := "value of " + o.Name + " must be one or more of: " + joined(o.Choices) + ". Got no match for: " + joined(wrong)
	path := append(slices.Clip(l.path), l.written(o.Name), strconv.Itoa(at))
	c.result.Problems = append(c.result.Problems, Problem{path, Choice, l.foundIn(message), wrong[0]})
}

func among(v value.Value, choices []value.Value) bool {
	for _, choice := range choices {
		if s, ok := v.(value.Str); ok {
			if t, ok := choice.(value.Str); ok && s.S == t.S {
				return true
			}
			continue
		}
		if value.Equal(v, choice) {
			return true
		}
	}
	return false
}

// theBoolean is the one choice that YAML reads as the given boolean, where there is exactly one.
func theBoolean(b bool, choices []value.Value) (value.Value, bool) {
	var found value.Value
	for _, choice := range choices {
		word, ok := asBool(choice, true)
		if !ok || word != b || found != nil && value.Equal(found, choice) {
			continue
		}
		if found != nil {
			return nil, false
		}
		found = choice
	}
	return found, found != nil
}

func joined(values []value.Value) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = value.ToStr(v)
	}
	return strings.Join(texts, ", ")
}

func (c *checker) suboptions(l *level) {
	for _, o := range l.options {
		if o.Type != "dict" && !(o.Type == "list" && o.Elements == "dict") || o.Options == nil {
			continue
		}
		v, ok := l.args.Raw(o.Name)
		_, none := v.(value.None)
		switch {
		case (!ok || none) && o.ApplyDefaults:
			v = &value.Dict{}
			l.args.Put(o.Name, v)
		case !ok || none || c.skip(v):
			continue
		}
		context := append(slices.Clip(l.context), o.Name)
		path := append(slices.Clip(l.path), l.written(o.Name))
		items, isList := []value.Value{v}, false
		if list, ok := v.(*value.List); ok {
			items, isList = slices.Clone(list.Items), true
		}
		for i, item := range items {
			if c.skip(item) {
				continue
			}
			d, ok := item.(*value.Dict)
			if !ok {
				c.result.Problems = append(c.result.Problems, Problem{path, Type,
					"value of '" + o.Name + "' must be of type dict or list of dicts", item})
				continue
			}
			d = d.Copy()
			sub := &level{options: o.Options, args: d, path: path, context: context, prefix: l.prefix + o.Name}
			if o.Type == "list" {
				sub.prefix += "[" + strconv.Itoa(i) + "]"
			}
			sub.prefix += "."
			if isList {
				sub.path = append(slices.Clip(path), strconv.Itoa(i))
			}
			c.sub(sub, &o.Relations)
			items[i] = d
		}
		if isList {
			l.args.Put(o.Name, &value.List{Items: items})
		} else {
			l.args.Put(o.Name, items[0])
		}
	}
}

func (c *checker) sub(l *level, r *Relations) {
	c.fallbacks(l)
	c.aliases(l)
	c.findSecrets(l)
	c.unsupported(l)
	c.exclusive(l, r.MutuallyExclusive)
	c.defaults(l, false)
	c.required(l)
	c.types(l)
	c.choices(l)
	c.relations(l, r)
	c.defaults(l, true)
	c.suboptions(l)
}
