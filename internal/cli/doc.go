package cli

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// docKinds are what -t takes.
var docKinds = []string{"become", "cache", "callback", "cliconf", "connection", "httpapi", "inventory", "lookup", "netconf", "shell", "vars", "module", "strategy", "test",
	"filter", "role", "keyword"}

// docRun is one call of the doc command.
type docRun struct {
	env         *Env
	kind        string
	list, files bool
	snippet     bool
	dump        bool
	entry       string
	playbookDir string
	output      string
	json        bool
	library     []string
	roles       []string
	own         []string // folders with plugins of the user
	catalog     *catalog.Catalog
}

func docCommand(env *Env) *cobra.Command {
	d := &docRun{env: env}
	cmd := &cobra.Command{
		Use:   "doc NAME...",
		Short: "Show what a module or another plugin takes and gives",
		RunE:  func(_ *cobra.Command, args []string) error { return d.run(args) },
	}
	fl := cmd.Flags()
	fl.StringVarP(&d.kind, "type", "t", "module", "kind of plugin: "+strings.Join(docKinds, ", "))
	fl.BoolVarP(&d.list, "list", "l", false, "list the names, of one collection when it is given")
	fl.BoolVarP(&d.files, "list_files", "F", false, "list the names with their files")
	fl.BoolVarP(&d.snippet, "snippet", "s", false, "show a task to start from; for module, lookup and inventory")
	fl.StringVarP(&d.entry, "entry-point", "e", "", "only this entry point of a role")
	fl.StringVar(&d.output, "output", "text", "text or json")
	fl.BoolVarP(&d.json, "json", "j", false, "the same as --output json")
	fl.StringArrayVarP(&d.library, "module-path", "M", nil, "folders with modules of your own, separated by colons")
	fl.StringArrayVarP(&d.roles, "roles-path", "r", nil, "folders with roles, separated by colons")
	fl.StringVar(&d.playbookDir, "playbook-dir", "", "directory that stands for a playbook's: library, roles and the folders of plugins are found there")
	fl.BoolVar(&d.dump, "metadata-dump", false, "not supported")
	fl.Bool("no-fail-on-errors", false, "only with --metadata-dump")
	fl.CountP("verbose", "v", "print more")
	return cmd
}

// asAnsible tells that the command stands in for ansible-doc: what is not found is a warning.
func (d *docRun) asAnsible() bool { return dropIns[d.env.Program] == "doc" }

func (d *docRun) run(args []string) error {
	if d.json {
		d.output = "json"
	}
	if d.output != "text" && d.output != "json" {
		return &ExitError{2, fmt.Sprintf("argument --output: invalid choice: '%s' (choose from 'text', 'json')", d.output)}
	}
	if !slices.Contains(docKinds, d.kind) {
		return &ExitError{2, fmt.Sprintf("argument -t/--type: invalid choice: '%s' (choose from '%s')", d.kind, strings.Join(docKinds, "', '"))}
	}
	if d.dump {
		return &ExitError{usageError, "[ERROR]: --metadata-dump is not supported: it is internal to ansible-core. -j gives the documentation of what is named."}
	}
	c, err := loadConfig(d.env)
	if err != nil {
		return err
	}
	library := c.Strings("DEFAULT_MODULE_PATH")
	for _, p := range d.library {
		library = append(strings.Split(p, ":"), library...)
	}
	if !d.asAnsible() {
		library = append(library, d.env.Dir+"/library")
	}
	if d.playbookDir != "" {
		library = append(library, absIn(d.env.Dir, d.playbookDir)+"/library")
	}
	d.own = d.ownFolders(c)
	d.catalog = catalog.New(catalog.Options{FS: source.OS{}, CollectionsPath: c.Strings("COLLECTIONS_PATHS"), Library: library,
		Path: d.env.Getenv("PATH")})
	if !d.list && !d.files && len(args) == 0 {
		if d.asAnsible() {
			return &ExitError{usageError, "[ERROR]: Missing name(s), incorrect options passed for detailed documentation."}
		}
		return &ExitError{2, "Incorrect options passed: name a " + d.kind + ", or list them with -l"}
	}
	switch d.kind {
	case "role":
		return d.roleDocs(c, args)
	case "keyword":
		return d.keywordDocs(args)
	}
	if d.snippet && !slices.Contains(snippetKinds, d.kind) {
		return &ExitError{1, "[ERROR]: Snippets are only available for the following plugin types: " + strings.Join(snippetKinds, ", ")}
	}
	own := []string{"module", "filter", "test", "lookup"}
	installed := d.catalog.HasPlugins(d.kind, d.own)
	switch {
	case !installed && !slices.Contains(own, d.kind):
		return &ExitError{1, fmt.Sprintf("[ERROR]: plugins of the kind %s are documented by an installed ansible-core, and there is none on the PATH", d.kind)}
	case installed && (d.files || d.snippet || d.list && d.asAnsible() || !slices.Contains(own, d.kind) || d.asAnsible() && d.output == "json"):
		if d.list || d.files {
			return d.listPlugins(args)
		}
		return d.plugins(args)
	case d.files || d.snippet:
		return &ExitError{1, "[ERROR]: -F and -s need an installed ansible-core, and there is none on the PATH"}
	}
	switch d.kind {
	case "module":
		if d.list {
			return d.listModules(args)
		}
		return d.modules(args)
	case "filter":
		return d.functions(lib.Filters(), args)
	case "test":
		return d.functions(lib.Tests(), args)
	}
	return d.functions(lib.Lookups(), args)
}

// notFound ends the program for names that are unknown; ansible-doc only warns.
func (d *docRun) notFound(names, messages []string) error {
	if d.asAnsible() {
		for _, name := range names {
			fmt.Fprintf(d.env.Stderr, "[WARNING]: %s was not found\n", name)
		}
		return nil
	}
	return &ExitError{1, strings.Join(messages, "\n")}
}

func (d *docRun) listModules(in []string) error {
	out := &value.Dict{}
	width := 0
	for _, name := range d.catalog.Names() {
		if len(in) > 0 && !inCollections(name, in) {
			continue
		}
		text := ""
		if strings.HasPrefix(name, "ansible.builtin.") || len(in) > 0 || !strings.Contains(name, ".") {
			if e, err := d.catalog.Module(name, nil); err == nil {
				text = e.Doc
			}
		}
		out.Put(name, value.S(text))
		width = max(width, len(name))
	}
	if d.output == "json" {
		return d.print(out)
	}
	for k, v := range out.All() {
		fmt.Fprintln(d.env.Stdout, strings.TrimRight(fmt.Sprintf("%-*s %s", width, value.ToStr(k), value.ToStr(v)), " "))
	}
	return nil
}

func inCollections(name string, in []string) bool {
	for _, c := range in {
		if strings.HasPrefix(name, c+".") {
			return true
		}
	}
	return false
}

func (d *docRun) print(v value.Value) error {
	indent := 4
	text, err := value.ToJSON(v, value.JSONOptions{Indent: &indent, UTF8: true, SortKeys: d.asAnsible()})
	if err != nil {
		return err
	}
	fmt.Fprintf(d.env.Stdout, "%s\n", text)
	return nil
}

func (d *docRun) modules(names []string) error {
	all := &value.Dict{}
	var unknown, missing []string
	for i, name := range names {
		e, err := d.catalog.Module(name, nil)
		if err != nil {
			unknown, missing = append(unknown, name), append(missing, err.Error())
			continue
		}
		if d.output == "json" {
			all.Put(e.FQCN, moduleDoc(e))
			continue
		}
		if i > 0 {
			fmt.Fprintln(d.env.Stdout)
		}
		fmt.Fprint(d.env.Stdout, moduleText(e))
	}
	if d.output == "json" {
		if err := d.print(all); err != nil {
			return err
		}
	}
	if missing != nil {
		return d.notFound(unknown, missing)
	}
	return nil
}

// moduleDoc is the JSON form of a module: the keys that ansible-doc has, as far as they are known.
func moduleDoc(e *catalog.Entry) value.Value {
	doc := value.NewDict("module", value.S(e.FQCN[strings.LastIndex(e.FQCN, ".")+1:]), "collection", value.S(collectionOf(e.FQCN)),
		"short_description", value.S(e.Doc), "native", value.Bool(e.Native), "action", value.Bool(e.Action))
	if e.Source != "" {
		doc.Put("filename", value.S(e.Source))
	}
	if len(e.Redirected) > 0 {
		doc.Put("redirected_from", value.Strings(e.Redirected))
	}
	if e.Spec != nil {
		doc.Put("attributes", value.NewDict("check_mode", value.Bool(e.Spec.SupportsCheck), "diff_mode", value.Bool(e.Spec.SupportsDiff)))
		doc.Put("options", optionDocs(e.Spec.Options))
	}
	if e.Deprecated != nil {
		doc.Put("deprecated", value.NewDict("why", value.S(e.Deprecated.Text), "removed_in", value.S(e.Deprecated.Version), "removed_at_date", value.S(e.Deprecated.Date)))
	}
	ret := &value.Dict{}
	for _, r := range e.Returns {
		ret.Put(r.Name, value.NewDict("type", value.S(r.Type), "description", value.S(r.Doc)))
	}
	return value.NewDict("doc", doc, "return", ret)
}

func collectionOf(fqcn string) string {
	parts := strings.SplitN(fqcn, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

func optionDocs(options []*argspec.Option) value.Value {
	out := &value.Dict{}
	for _, o := range options {
		if strings.HasPrefix(o.Name, "_") {
			continue
		}
		d := value.NewDict("type", value.S(typeOf(o)), "required", value.Bool(o.Required), "description", value.S(o.Doc))
		if o.Elements != "" {
			d.Put("elements", value.S(o.Elements))
		}
		if o.Default != nil {
			d.Put("default", o.Default)
		}
		if o.Choices != nil {
			d.Put("choices", value.NewList(o.Choices...))
		}
		if o.Aliases != nil {
			d.Put("aliases", value.Strings(o.Aliases))
		}
		if o.Options != nil {
			d.Put("suboptions", optionDocs(o.Options))
		}
		out.Put(o.Name, d)
	}
	return out
}

func typeOf(o *argspec.Option) string {
	if o.Type == "" {
		return "str"
	}
	return o.Type
}

// moduleText is the page of a module for people.
func moduleText(e *catalog.Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", e.FQCN)
	if e.Doc != "" {
		fmt.Fprintf(&b, "    %s.\n", strings.TrimSuffix(e.Doc, "."))
	}
	b.WriteString("\n")
	for _, from := range e.Redirected {
		fmt.Fprintf(&b, "    redirected from %s\n", from)
	}
	if e.Deprecated != nil {
		fmt.Fprintf(&b, "    DEPRECATED: goes in %s%s. %s\n", e.Deprecated.Version, e.Deprecated.Date, e.Deprecated.Text)
	}
	fmt.Fprintf(&b, "    runs %s", where(e))
	if e.Spec == nil {
		b.WriteString("\n    its options are not known: it has no documentation that can be read\n")
		return b.String()
	}
	fmt.Fprintf(&b, "; check mode: %s, diff: %s\n", yesNo(e.Spec.SupportsCheck), yesNo(e.Spec.SupportsDiff))
	if e.Source != "" {
		fmt.Fprintf(&b, "    %s\n", e.Source)
	}
	if e.Spec.FreeForm != "" {
		b.WriteString("    takes free-form text\n")
	}
	b.WriteString("\nOPTIONS (= is required)\n")
	writeOptions(&b, e.Spec.Options, 0)
	writeRelations(&b, &e.Spec.Relations)
	if len(e.Returns) > 0 {
		b.WriteString("\nRETURN VALUES\n")
		for _, r := range e.Returns {
			fmt.Fprintf(&b, "  - %-20s %-8s %s\n", r.Name, r.Type, r.Doc)
		}
	}
	return trimLines(b.String())
}

func where(e *catalog.Entry) string {
	switch {
	case e.Action:
		return "on the controller"
	case e.Native:
		return "natively, without Python on the host"
	case e.Source == "" && !strings.HasPrefix(e.FQCN, "ansible.builtin."):
		return "with Python on the host; the collection " + collectionOf(e.FQCN) + " is not installed"
	}
	return "with Python on the host"
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func writeOptions(b *strings.Builder, options []*argspec.Option, depth int) {
	sorted := append([]*argspec.Option{}, options...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].Name < sorted[j].Name })
	indent := strings.Repeat("      ", depth)
	for _, o := range sorted {
		if strings.HasPrefix(o.Name, "_") {
			continue
		}
		mark := "-"
		if o.Required {
			mark = "="
		}
		kind := typeOf(o)
		if o.Elements != "" {
			kind += " of " + o.Elements
		}
		fmt.Fprintf(b, "%s  %s %-20s %-12s %s\n", indent, mark, o.Name, kind, o.Doc)
		note := func(name, text string) { fmt.Fprintf(b, "%s        %s: %s\n", indent, name, text) }
		if o.Choices != nil {
			note("choices", strings.Join(strs(o.Choices), ", "))
		}
		if o.Default != nil {
			note("default", value.Repr(o.Default))
		}
		if len(o.Aliases) > 0 {
			note("aliases", strings.Join(o.Aliases, ", "))
		}
		if o.Options != nil {
			writeOptions(b, o.Options, depth+1)
		}
	}
}

func strs(values []value.Value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = value.ToStr(v)
	}
	return out
}

func writeRelations(b *strings.Builder, r *argspec.Relations) {
	var lines []string
	group := func(text string, groups [][]string) {
		for _, g := range groups {
			lines = append(lines, text+strings.Join(g, ", "))
		}
	}
	group("only one of: ", r.MutuallyExclusive)
	group("together: ", r.RequiredTogether)
	group("at least one of: ", r.RequiredOneOf)
	for _, rule := range r.RequiredIf {
		which := "all"
		if rule.Any {
			which = "one"
		}
		lines = append(lines, fmt.Sprintf("%s=%s needs %s of: %s", rule.Option, value.ToStr(rule.Value), which, strings.Join(rule.Needs, ", ")))
	}
	for _, rule := range r.RequiredBy {
		lines = append(lines, rule.Option+" needs: "+strings.Join(rule.Needs, ", "))
	}
	if lines == nil {
		return
	}
	b.WriteString("\nRULES\n")
	for _, line := range lines {
		fmt.Fprintf(b, "  %s\n", line)
	}
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// functions shows filters, tests or lookups.
func (d *docRun) functions(all []*jinja.Function, names []string) error {
	byName := map[string]*jinja.Function{}
	for _, f := range all {
		byName[f.Name] = f
	}
	if d.list {
		sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
		names = nil
		for _, f := range all {
			names = append(names, f.Name)
		}
	}
	out := &value.Dict{}
	var unknown, missing []string
	for _, name := range names {
		f := byName[name]
		if f == nil {
			f = byName[strings.TrimPrefix(name, "ansible.builtin.")]
		}
		if f == nil {
			unknown, missing = append(unknown, name), append(missing, fmt.Sprintf("%s %s not found", d.kind, name))
			continue
		}
		if d.output == "json" {
			out.Put(f.Name, functionDoc(f))
		} else {
			fmt.Fprintln(d.env.Stdout, functionText(f))
		}
	}
	if d.output == "json" {
		if err := d.print(out); err != nil {
			return err
		}
	}
	if missing != nil {
		return d.notFound(unknown, missing)
	}
	return nil
}

func functionDoc(f *jinja.Function) value.Value {
	params := emptyJSONList()
	for _, p := range f.Params {
		e := value.NewDict("name", value.S(p.Name), "required", value.Bool(p.Default == nil && !p.Star && !p.StarStar), "description", value.S(p.Doc))
		if p.Default != nil {
			e.Put("default", p.Default)
		}
		params.Items = append(params.Items, e)
	}
	return value.NewDict("doc", value.S(f.Doc), "result", value.S(f.Result), "parameters", params)
}

func emptyJSONList() *value.List { return &value.List{Items: []value.Value{}} }

func functionText(f *jinja.Function) string {
	var params []string
	for _, p := range f.Params {
		text := p.Name
		switch {
		case p.Star:
			text = "*" + text
		case p.StarStar:
			text = "**" + text
		case p.Default != nil:
			text += "=" + value.Repr(p.Default)
		}
		params = append(params, text)
	}
	text := fmt.Sprintf("%s(%s)", f.Name, strings.Join(params, ", "))
	if f.Result != "" {
		text += " -> " + f.Result
	}
	if f.Doc != "" {
		text += "\n    " + f.Doc
	}
	return text
}
