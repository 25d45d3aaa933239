package cli

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/term"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// snippetKinds are the kinds of plugins that have snippets.
var snippetKinds = []string{"inventory", "lookup", "module"}

// ownFolders are the folders with plugins of the user: beside the playbook and those of the configuration.
func (d *docRun) ownFolders(c *config.Config) []string {
	var out []string
	setting, beside := "DEFAULT_"+strings.ToUpper(d.kind)+"_PLUGIN_PATH", d.kind+"_plugins"
	switch d.kind {
	case "module":
		setting, beside = "DEFAULT_MODULE_PATH", "library"
		for _, p := range d.library {
			out = append(out, strings.Split(p, ":")...)
		}
	case "become":
		setting = strings.TrimPrefix(setting, "DEFAULT_")
	}
	dir := d.playbookDir
	if dir == "" {
		dir = c.String("PLAYBOOK_DIR")
	}
	if dir != "" {
		out = append(out, absIn(d.env.Dir, dir)+"/"+beside)
	}
	for i := range out {
		out[i] = absIn(d.env.Dir, out[i])
	}
	return append(out, c.Strings(setting)...)
}

// listPlugins lists the installed plugins of a kind with their short descriptions, or with their files.
func (d *docRun) listPlugins(in []string) error {
	for _, name := range in {
		if strings.Count(name, ".") != 1 {
			return &ExitError{1, "[ERROR]: Invalid collection name (must be of the form namespace.collection): " + name}
		}
		if !d.catalog.HasCollection(name) {
			return &ExitError{1, fmt.Sprintf("[ERROR]: Cannot use supplied collection '%s': unable to locate collection %s", name, name)}
		}
	}
	out, width := &value.Dict{}, 0
	for _, p := range d.catalog.Plugins(d.kind, d.own, in) {
		text := p.Path
		if !d.files {
			if text = d.catalog.Short(p); text == "" {
				text = "UNDOCUMENTED"
			}
			text = strings.TrimSuffix(strings.TrimSpace(text), ".")
		}
		out.Put(p.Name, value.S(text))
		width = max(width, len(p.Name))
	}
	if len(in) == 0 || slices.Contains(in, "ansible.builtin") {
		for _, f := range builtIn(d.kind) { // those of Jinja2 have no file
			name, text := "ansible.builtin."+f.Name, f.Doc
			if _, ok := out.GetValue(value.S(name)); ok {
				continue
			}
			if d.files {
				text = "None"
			}
			out.Put(name, value.S(text))
			width = max(width, len(name))
		}
	}
	if d.output == "json" {
		return d.print(out)
	}
	limit := d.columns() - width - 5
	for _, k := range sortedKeys(out) {
		v, _ := out.GetValue(value.S(k))
		text := value.ToStr(v)
		if !d.files {
			text = markup(text)
			if runes := []rune(text); len(runes) > max(limit, 0) {
				text = string(runes[:max(limit, 0)]) + "..."
			}
		}
		fmt.Fprintf(d.env.Stdout, "%-*s %-*s\n", width, k, limit, text)
	}
	return nil
}

// builtIn are the filters or tests of Jinja2 and ansible-core.
func builtIn(kind string) (out []*jinja.Function) {
	all := []*jinja.Function(nil)
	switch kind {
	case "filter":
		all = lib.Filters()
	case "test":
		all = lib.Tests()
	}
	for _, f := range all {
		if f.FQCN != "" && f.FQCN != "ansible.builtin."+f.Name || strings.Trim(f.Name, "=!<>") == "" {
			continue
		}
		out = append(out, f)
		for _, alias := range f.Aliases {
			other := *f
			other.Name = alias
			out = append(out, &other)
		}
	}
	return out
}

// plugins shows the documentation of plugins. A name that is unknown is a warning, as with ansible-doc.
func (d *docRun) plugins(names []string) error {
	all := &value.Dict{}
	for i, name := range names {
		p, ok := d.catalog.FindPlugin(d.kind, name, d.own)
		var doc catalog.PluginDoc
		if ok {
			doc = d.catalog.Document(p)
		} else if d.kind == "module" {
			if e, err := d.catalog.Module(name, nil); err == nil {
				p, ok = catalog.Plugin{Name: e.FQCN, Path: e.Source}, true
				if doc = d.catalog.Document(p); doc.Doc == nil && !d.snippet {
					if d.output == "json" {
						all.Put(name, moduleDoc(e))
					} else {
						fmt.Fprint(d.env.Stdout, moduleText(e))
					}
					continue
				}
			}
		}
		switch {
		case !ok:
			fmt.Fprintf(d.env.Stderr, "[WARNING]: %s was not found\n", name)
			continue
		case doc.Doc == nil:
			fmt.Fprintf(d.env.Stderr, "[WARNING]: %s has no documentation that can be read (%s)\n", name, p.Path)
			continue
		}
		complete(doc.Doc, p, d.kind, d.catalog)
		switch {
		case d.output == "json":
			examples := value.Value(value.None{})
			if doc.Examples != "" {
				examples = value.S(doc.Examples)
			}
			all.Put(name, value.NewDict("doc", doc.Doc, "examples", examples, "metadata", value.None{}, "return", doc.Return))
		case d.snippet:
			fmt.Fprint(d.env.Stdout, snippet(d.kind, doc.Doc, d.columns()))
		default:
			if i > 0 {
				fmt.Fprintln(d.env.Stdout)
			}
			text, err := pluginText(p, doc, d.kind)
			if err != nil {
				return err
			}
			fmt.Fprint(d.env.Stdout, text)
		}
	}
	if d.output == "json" {
		return d.print(all)
	}
	return nil
}

// complete adds to a documentation what is known of the plugin besides.
func complete(doc *value.Dict, p catalog.Plugin, kind string, c *catalog.Catalog) {
	short := p.Name[strings.LastIndexByte(p.Name, '.')+1:]
	doc.Put("filename", value.S(p.Path))
	doc.Put("collection", value.S(p.Collection()))
	doc.Put("plugin_name", value.S(p.Name))
	if kind == "module" {
		_, action := c.FindPlugin("action", p.Name, nil)
		doc.Put("has_action", value.Bool(action))
		if _, ok := doc.GetValue(value.S("module")); !ok {
			doc.Put("module", value.S(short))
		}
	}
}

// pluginText is the page of a plugin that is not a module of the tables: its documentation as YAML, without what the JSON is for.
func pluginText(p catalog.Plugin, doc catalog.PluginDoc, kind string) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "> %s %s (%s)\n\n", strings.ToUpper(kind), p.Name, p.Path)
	for _, line := range texts(doc.Doc, "description") {
		for _, l := range wrapText(markup(line), 76) {
			b.WriteString("  " + l + "\n")
		}
	}
	if options, ok := dictOf(doc.Doc, "options"); ok && options.Len() > 0 {
		b.WriteString("\nOPTIONS (= is required)\n\n")
		optionText(&b, options, "")
	}
	if notes := texts(doc.Doc, "notes"); len(notes) > 0 {
		b.WriteString("\nNOTES\n")
		for _, line := range notes {
			b.WriteString("  * " + strings.Join(wrapText(markup(line), 72), "\n    ") + "\n")
		}
	}
	if doc.Examples != "" {
		b.WriteString("\nEXAMPLES\n" + strings.TrimSpace(doc.Examples) + "\n")
	}
	if ret, ok := doc.Return.(*value.Dict); ok && ret.Len() > 0 {
		text, err := yaml.Dump(ret, yaml.DumpOptions{AllowUnicode: true})
		if err != nil {
			return "", err
		}
		b.WriteString("\nRETURN VALUES\n" + text)
	}
	return b.String(), nil
}

func optionText(b *strings.Builder, options *value.Dict, indent string) {
	for _, k := range sortedKeys(options) {
		o, ok := dictOf(options, k)
		if !ok {
			continue
		}
		mark := "-"
		if v, _ := o.GetValue(value.S("required")); v == value.Value(value.Bool(true)) {
			mark = "="
		}
		b.WriteString(indent + mark + " " + k + "\n")
		for _, line := range texts(o, "description") {
			b.WriteString(indent + "    " + strings.Join(wrapText(markup(line), 72), "\n"+indent+"    ") + "\n")
		}
		for _, fact := range []string{"aliases", "choices", "default", "elements", "type"} {
			if v, ok := o.GetValue(value.S(fact)); ok && v != value.Value(value.None{}) {
				fmt.Fprintf(b, "%s    %s: %s\n", indent, fact, value.ToStr(v))
			}
		}
		for _, place := range []string{"env", "ini", "vars", "cli", "keyword"} {
			if v, ok := o.GetValue(value.S(place)); ok {
				if l, ok := v.(*value.List); ok {
					for _, item := range l.Items {
						if at, ok := item.(*value.Dict); ok {
							fmt.Fprintf(b, "%s    %s: %s\n", indent, place, placeText(at))
						}
					}
				}
			}
		}
		if sub, ok := dictOf(o, "suboptions"); ok {
			optionText(b, sub, indent+"    ")
		}
	}
}

func placeText(at *value.Dict) string {
	get := func(k string) string {
		if v, ok := at.GetValue(value.S(k)); ok {
			return value.ToStr(v)
		}
		return ""
	}
	if section := get("section"); section != "" {
		return "[" + section + "] " + get("key")
	}
	return get("name")
}

func sortedKeys(d *value.Dict) []string {
	var out []string
	for k := range d.RawAll() {
		out = append(out, value.ToStr(k))
	}
	slices.Sort(out)
	return out
}

func dictOf(d *value.Dict, key string) (*value.Dict, bool) {
	v, _ := d.GetValue(value.S(key))
	out, ok := v.(*value.Dict)
	return out, ok
}

// texts are the paragraphs of a text or a list of texts.
func texts(d *value.Dict, key string) []string {
	switch v, _ := d.GetValue(value.S(key)); v := v.(type) {
	case nil, value.None:
		return nil
	case *value.List:
		var out []string
		for _, item := range v.Items {
			out = append(out, value.ToStr(item))
		}
		return out
	default:
		return []string{value.ToStr(v)}
	}
}

// snippet is a start for the use of a plugin, in ansible-doc's form.
func snippet(kind string, doc *value.Dict, columns int) string {
	var b strings.Builder
	options, _ := dictOf(doc, "options")
	if options == nil {
		options = &value.Dict{}
	}
	name := ""
	for _, key := range []string{"plugin", "name", "module"} {
		if l := texts(doc, key); name == "" && len(l) > 0 {
			name = l[0]
		}
	}
	get := func(o *value.Dict, key, otherwise string) string {
		if v, ok := o.GetValue(value.S(key)); ok {
			return value.ToStr(v)
		}
		return otherwise
	}
	if kind == "lookup" {
		call := "lookup('" + name + "', "
		for _, k := range sortedKeys(options) {
			o, _ := dictOf(options, k)
			description, _ := o.GetValue(value.S("description"))
			fmt.Fprintf(&b, "# %s(%s): %s\n", k, get(o, "type", "string"), value.ToStr(description))
			if k == "_terms" || k == "_raw" || k == "_list" {
				call += "< " + k + " >"
				continue
			}
			text := get(o, "default", "None")
			if get(o, "required", "") == "True" {
				text = "<REQUIRED>"
			}
			if t := get(o, "type", ""); t == "string" || t == "str" {
				text = "'" + text + "'"
			}
			call += ", " + k + "=" + text
		}
		if options.Len() > 0 {
			b.WriteString("\n")
		}
		return b.String() + call + ")\n"
	}
	if kind == "module" {
		fmt.Fprintf(&b, "- name: %s\n  %s:\n", markup(strings.Join(texts(doc, "short_description"), " ")), name)
	} else {
		fmt.Fprintf(&b, "# %s:\n", name)
	}
	const column = 31 // of the texts below the first line
	for _, k := range sortedKeys(options) {
		o, _ := dictOf(options, k)
		text := markup(strings.Join(texts(o, "description"), " "))
		required := get(o, "required", "") == "True"
		if kind == "module" {
			if required {
				text = "(required) " + text
			}
			fmt.Fprintf(&b, "      %-20s   # %s\n", k+":", fillText(text, columns-29, column, 0))
		} else {
			def := get(o, "default", "None")
			if required {
				def = "(required)"
			}
			fmt.Fprintf(&b, "%s: %-9s # %s\n", k, def, fillText(text, columns-29, column, 3))
		}
	}
	return b.String()
}

// fillText wraps a text whose further lines begin with a comment sign in a column; most limits the lines, 0 does not.
func fillText(text string, width, column, most int) string {
	indent := strings.Repeat(" ", column-2) + "# "
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		if used > 0 && used+1+len(word) > width {
			lines = append(lines, line)
			line, used = "", 0
		}
		if line == "" {
			if len(lines) > 0 {
				line, used = indent, column
			}
		} else {
			line += " "
			used++
		}
		line += word
		used += len(word)
	}
	lines = append(lines, line)
	if most > 0 && len(lines) > most {
		lines = append(lines[:most-1], lines[most-1]+" [...]")
	}
	return strings.Join(lines, "\n")
}

func wrapText(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// columns is the width that texts are cut to: ansible-doc leaves the last column of a terminal free and takes at least 79.
func (d *docRun) columns() int {
	if out, ok := d.env.Stdout.(*os.File); ok {
		if w, _, err := term.GetSize(int(out.Fd())); err == nil {
			return max(w-1, 79)
		}
	}
	return 79
}

type rewrite struct {
	re *regexp.Regexp
	to string
}

// rewrites turn the markup of documentation into plain text.
var rewrites = sync.OnceValue(func() []rewrite {
	const arg = `\(((?:[^\\)]+|\\.)+)\)`
	return []rewrite{
		{regexp.MustCompile(`\bI\(([^)]+)\)`), "`$1`"}, {regexp.MustCompile(`\bB\(([^)]+)\)`), "*$1*"}, {regexp.MustCompile(`\bM\(([^)]+)\)`), "[$1]"},
		{regexp.MustCompile(`\bU\(([^)]+)\)`), "$1"}, {regexp.MustCompile(`\bL\(([^)]+), *([^)]+)\)`), "$1 <$2>"},
		{regexp.MustCompile(`\bP\(([^#)]+)#([a-z]+)\)`), "[$1]"}, {regexp.MustCompile(`\bR\(([^)]+), *([^)]+)\)`), "$1"},
		{regexp.MustCompile(`\bC\(([^)]+)\)`), "`$1'"}, {regexp.MustCompile(`\b(?:O|V|E|RV)` + arg), "`$1'"},
		{regexp.MustCompile(`\bHORIZONTALLINE\b`), "\n-------------\n"},
	}
})

func markup(text string) string {
	for _, r := range rewrites() {
		text = r.re.ReplaceAllString(text, r.to)
	}
	return text
}
