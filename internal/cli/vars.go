package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// varsRun is one call of the vars command.
type varsRun struct {
	env *Env
	w   *workspace
	workspaceOptions
	at     string // FILE:LINE
	output string
}

func varsCommand(env *Env) *cobra.Command {
	r := &varsRun{env: env}
	cmd := &cobra.Command{
		Use:   "vars [flags] HOST [NAME...]",
		Short: "Explain the variables of a host",
		Long: "Show the value of a variable, which definition gives it, and every definition that loses, each with its place and its\n" +
			"level in the order of precedence. Without NAME, show all variables of the host.\n\n" +
			"--at FILE:LINE looks from the task or play at that line, so that play, block, role and task variables count.\n" +
			"Nothing is run: facts, registered results and the like are not known.\n\n" +
			"Exit codes: 0 all well, 1 an error or an unknown variable, 4 a file of variables cannot be read or understood, 5 wrong\n" +
			"options, 250 an unexpected error of a plugin.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return r.run(args[0], args[1:]) },
	}
	fl := cmd.Flags()
	fl.StringArrayVarP(&r.inventories, "inventory", "i", nil, "inventory file or comma-separated hosts; may be repeated")
	fl.StringArrayVarP(&r.extra, "extra-vars", "e", nil, "variables as key=value, YAML, JSON or @file; may be repeated")
	fl.StringArrayVar(&r.vaultIDs, "vault-id", nil, "vault identity; may be repeated")
	fl.StringArrayVar(&r.vaultFiles, "vault-password-file", nil, "file with the vault password")
	fl.BoolVarP(&r.askVault, "ask-vault-password", "J", false, "ask for the vault password")
	fl.StringVar(&r.at, "at", "", "FILE:LINE of a task or play to look from")
	fl.StringVar(&r.output, "output", "text", "text or json")
	return cmd
}

func (r *varsRun) run(host string, names []string) error {
	if r.output != "text" && r.output != "json" {
		return &ExitError{usageError, fmt.Sprintf("--output is %q: text and json are known", r.output)}
	}
	var q vars.Query
	if r.at != "" {
		path, off, err := r.place()
		if err != nil {
			return err
		}
		if q, err = r.look(path, off); err != nil {
			return err
		}
	}
	r.workspaceOptions.warn = func(text string, at source.Location) { fmt.Fprint(r.env.Stderr, warning(text, at)) }
	r.unreadEnds = true
	if q.Play != nil {
		r.dir = q.Play.BaseDir
	}
	var err error
	if r.w, err = openWorkspace(r.env, r.workspaceOptions); err != nil {
		return inventoryError(err)
	}
	if q.Host = r.w.inventory.Host(host); q.Host == nil {
		return &ExitError{1, "no host named " + host + " in the inventory" + nearestHost(r.w.inventory, host)}
	}
	if q.Play != nil {
		for _, h := range r.playHosts(q.Play) {
			q.PlayHosts = append(q.PlayHosts, h.Name)
		}
	}
	scope := r.w.store.Scope(q)
	if err := r.show(scope, host, names); err != nil {
		return err
	}
	if u := r.w.store.Unread(); u != nil { // what was shown may lack something
		f, code := unreadFault(u)
		return &ExitError{code, "[ERROR]: " + strings.TrimSuffix(fault.Format(f), "\n")}
	}
	return nil
}

// show prints the variables, or all of the host.
func (r *varsRun) show(scope *vars.Scope, host string, names []string) error {
	if len(names) == 0 {
		for _, n := range scope.Names() {
			if n != "vars" && n != "hostvars" && n != "groups" && n != "environment" {
				names = append(names, n)
			}
		}
		return r.all(host, scope, names)
	}
	unknown := 0
	var out []value.Value
	for _, n := range names {
		e := r.explain(scope, n)
		if len(e.definitions) == 0 {
			unknown++
		}
		if r.output == "json" {
			out = append(out, e.json(r, host))
			continue
		}
		e.print(r, host)
	}
	if r.output == "json" {
		var v value.Value = value.NewList(out...)
		if len(out) == 1 {
			v = out[0]
		}
		if err := r.json(v); err != nil {
			return err
		}
	}
	if unknown > 0 {
		return &ExitError{Code: 1}
	}
	return nil
}

func (r *varsRun) json(v value.Value) error {
	indent := 2
	text, err := value.ToJSON(portable(v, nil, false), value.JSONOptions{Indent: &indent, UTF8: true})
	if err != nil {
		return err
	}
	fmt.Fprintln(r.env.Stdout, string(text))
	return nil
}

func (r *varsRun) playHosts(p *playbook.Play) []*inventory.Host {
	var patterns []string
	switch v := p.Value("hosts").(type) {
	case value.Str:
		patterns = []string{v.S}
	case *value.List:
		for _, x := range v.Items {
			patterns = append(patterns, value.ToStr(x))
		}
	}
	hosts, err := r.w.inventory.MatchAll(patterns)
	if err != nil {
		return nil
	}
	return hosts
}

// place reads FILE:LINE.
func (r *varsRun) place() (path string, off int, err error) {
	i := strings.LastIndexByte(r.at, ':')
	line := 0
	if i > 0 {
		line, err = strconv.Atoi(r.at[i+1:])
	}
	if i <= 0 || err != nil || line < 1 {
		return "", 0, &ExitError{usageError, fmt.Sprintf("--at %s: FILE:LINE is wanted", r.at)}
	}
	path = r.at[:i]
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.env.Dir, path)
	}
	content, err := source.OS{}.ReadFile(path)
	if err != nil {
		return "", 0, &ExitError{1, fmt.Sprintf("--at %s: %v", r.at, err)}
	}
	span := source.NewFile(path, content).LineSpan(line)
	text := string(content[span.Start:span.End])
	indent := len(text) - len(strings.TrimLeft(text, " -\t"))
	return path, span.Start + indent, nil
}

// look finds the play and the task at a place of a file.
func (r *varsRun) look(path string, off int) (vars.Query, error) {
	s, err := project.Open(path, project.Options{Env: func(name string) (string, bool) {
		v := r.env.Getenv(name)
		return v, v != ""
	}})
	if err != nil {
		return vars.Query{}, err
	}
	if tasks := s.TasksAt(path, off); len(tasks) > 0 {
		return vars.Query{Play: tasks[0].Play, Task: tasks[0].Task}, nil
	}
	if f := s.File(path); f != nil && f.Kind == project.Playbook {
		for _, p := range s.Playbook(path).Plays {
			if p.File.Path == path && p.Node.Span.Contains(off) {
				return vars.Query{Play: p}, nil
			}
		}
	}
	return vars.Query{}, &ExitError{1, fmt.Sprintf("--at %s: no playbook of the project at %s leads to a task there", r.at, s.Root)}
}

// explained is a variable with all its definitions.
type explained struct {
	name        string
	value       value.Value
	err         error
	definitions []vars.Definition
}

func (r *varsRun) explain(scope *vars.Scope, name string) explained {
	e := explained{name: name, definitions: scope.Explain(name)}
	if len(e.definitions) > 0 {
		raw, _ := scope.Lookup(name)
		e.value, e.err = r.w.engine.Templar(scope).Resolve(raw)
	}
	return e
}

// where names the place of a definition, relative to the working directory where that is shorter.
func (r *varsRun) where(d vars.Definition) string {
	if !d.At.Known() {
		return ""
	}
	path := d.At.File.Path
	if rel, err := filepath.Rel(r.env.Dir, path); err == nil && len(rel) < len(path) {
		path = rel
	}
	return fmt.Sprintf("%s:%d", path, d.At.Position().Line)
}

// level names the level of a definition with the group, host or role that it belongs to.
func level(d vars.Definition) string {
	if d.Name != "" {
		return fmt.Sprintf("%s (%s)", d.Level.Name, d.Name)
	}
	return d.Level.Name
}

// templated tells whether a value holds a template somewhere.
func templated(v value.Value) bool {
	switch v := v.(type) {
	case value.Str:
		return v.Trusted && (strings.Contains(v.S, "{{") || strings.Contains(v.S, "{%"))
	case *value.List:
		return slices.ContainsFunc(v.Items, templated)
	case *value.Dict:
		for _, x := range v.RawAll() {
			if templated(x) {
				return true
			}
		}
	}
	return false
}

// short prints a value on one line.
func short(v value.Value) string {
	if _, ok := v.(*value.Vault); ok {
		return "(vaulted)"
	}
	text, err := value.ToJSON(portable(hide(v), nil, false), value.JSONOptions{UTF8: true})
	if err != nil {
		return value.Repr(v)
	}
	if s := string(text); len(s) <= 200 {
		return s
	}
	return string([]rune(string(text))[:197]) + "..."
}

// hide replaces vaulted texts.
func hide(v value.Value) value.Value {
	switch v := v.(type) {
	case *value.Vault:
		return value.S("(vaulted)")
	case *value.List:
		l := &value.List{}
		for _, x := range v.Items {
			l.Items = append(l.Items, hide(x))
		}
		return l
	case *value.Dict:
		d := &value.Dict{}
		for k, x := range v.RawAll() {
			d.Set(k, hide(x))
		}
		return d
	}
	return v
}

func (e *explained) print(r *varsRun, host string) {
	out := r.env.Stdout
	if len(e.definitions) == 0 {
		fmt.Fprintf(out, "%s is not defined for %s\n", e.name, host)
		r.printHostVar(e.name)
		return
	}
	w := e.definitions[0]
	if e.err != nil {
		fmt.Fprintf(out, "%s: %s\n", e.name, e.err)
	} else if _, vaulted := w.Value.(*value.Vault); vaulted {
		fmt.Fprintf(out, "%s = (vaulted)\n", e.name)
	} else {
		fmt.Fprintf(out, "%s = %s\n", e.name, short(e.value))
	}
	line := func(mark string, d vars.Definition, show bool) {
		text := mark + " " + level(d)
		if at := r.where(d); at != "" {
			text += "  " + at
		}
		if show {
			text += "  " + short(d.Value)
		}
		fmt.Fprintln(out, text)
	}
	line("  from  ", w, templated(w.Value))
	for _, d := range e.definitions[1:] {
		line("  hides ", d, true)
	}
	if len(e.definitions) > 1 {
		fmt.Fprintf(out, "  because %s\n", reason(w, e.definitions[1]))
	}
}

// reason says why one definition wins over the next.
func reason(w, next vars.Definition) string {
	if w.Level != next.Level {
		return fmt.Sprintf("%s (%s) come after %s", w.Level.Name, w.Level.Doc, next.Level.Name)
	}
	switch w.Level {
	case vars.InventoryGroups, vars.InventoryGroupFiles, vars.PlaybookGroupFiles:
		return fmt.Sprintf("the group %s is deeper, has the higher ansible_group_priority or the later name than %s", w.Name, next.Name)
	case vars.ExtraVars, vars.VarsFiles:
		return "it was given later"
	case vars.BlockVars, vars.IncludeParams:
		return "it is nearer to the task"
	}
	return "it was read later"
}

func (e *explained) json(r *varsRun, host string) value.Value {
	d := value.NewDict("host", value.S(host), "name", value.S(e.name), "defined", value.Bool(len(e.definitions) > 0))
	if len(e.definitions) == 0 {
		return d
	}
	if e.err != nil {
		d.Put("error", value.S(e.err.Error()))
	} else {
		d.Put("value", hide(e.value))
		d.Put("type", value.S(value.NativeName(e.value)))
	}
	entry := func(def vars.Definition) value.Value {
		x := value.NewDict("level", value.S(def.Level.Name))
		if def.Name != "" {
			x.Put("of", value.S(def.Name))
		}
		if def.At.Known() {
			pos := def.At.Position()
			x.Put("file", value.S(def.At.File.Path))
			x.Put("line", value.Int(pos.Line))
			x.Put("column", value.Int(pos.Column))
		}
		x.Put("value", hide(def.Value))
		return x
	}
	winner := entry(e.definitions[0])
	if len(e.definitions) > 1 {
		winner.(*value.Dict).Put("because", value.S(reason(e.definitions[0], e.definitions[1])))
	}
	d.Put("winner", winner)
	shadowed := &value.List{}
	for _, def := range e.definitions[1:] {
		shadowed.Items = append(shadowed.Items, entry(def))
	}
	d.Put("shadowed", shadowed)
	return d
}

// all shows every variable of the host, one line each, or as one JSON object.
func (r *varsRun) all(host string, scope *vars.Scope, names []string) error {
	if r.output == "json" {
		d := &value.Dict{}
		for _, n := range names {
			e := r.explain(scope, n)
			d.Put(n, e.json(r, host))
		}
		return r.json(d)
	}
	for _, n := range names {
		e := r.explain(scope, n)
		if len(e.definitions) == 0 {
			continue
		}
		w := e.definitions[0]
		shown := short(e.value)
		if e.err != nil {
			shown = "error: " + e.err.Error()
		} else if _, vaulted := w.Value.(*value.Vault); vaulted {
			shown = "(vaulted)"
		}
		at := r.where(w)
		if at == "" {
			at = level(w)
		}
		fmt.Fprintf(r.env.Stdout, "%s = %s  # %s\n", n, shown, at)
	}
	return nil
}

// nearestHost suggests a host with a similar name.
func nearestHost(inv *inventory.Inventory, name string) string {
	for _, h := range inv.Hosts() {
		if strings.HasPrefix(h.Name, name) || h.ShortName() == name {
			return ": did you mean " + h.Name + "?"
		}
	}
	return ""
}

var _ jinja.Scope = (*vars.Scope)(nil)
