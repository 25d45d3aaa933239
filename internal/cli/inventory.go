package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/durable"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/internal/yaml"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// inventoryRun is one call of the inventory command.
type inventoryRun struct {
	env *Env
	w   *workspace
	workspaceOptions
	list, graph, yaml, toml, vars, export bool
	host, limit, output, playbookDir      string
	verbosity                             int
	hosts                                 map[*inventory.Host]bool // within the limit
}

func inventoryCommand(env *Env) *cobra.Command {
	r := &inventoryRun{env: env}
	cmd := &cobra.Command{
		Use:   "inventory [flags] [GROUP]",
		Short: "Show hosts and groups",
		Long: "Show hosts and groups with the options and the output of ansible-inventory.\n\n" +
			"Exactly one of --list, --graph and --host says what to show.\n\nExit codes: 0 all well, 1 an error, 4 a file that cannot be read or understood, 5 wrong options, 250 an unexpected error of a plugin.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return r.run(args) },
	}
	fl := cmd.Flags()
	fl.StringArrayVarP(&r.inventories, "inventory", "i", nil, "inventory file or comma-separated hosts; may be repeated")
	fl.StringVarP(&r.limit, "limit", "l", "", "only the hosts that this pattern selects, too")
	fl.StringArrayVarP(&r.extra, "extra-vars", "e", nil, "variables as key=value, YAML, JSON or @file; may be repeated")
	fl.StringArrayVar(&r.vaultIDs, "vault-id", nil, "vault identity; may be repeated")
	fl.StringArrayVar(&r.vaultFiles, "vault-password-file", nil, "file with the vault password")
	fl.BoolVarP(&r.askVault, "ask-vault-password", "J", false, "ask for the vault password")
	fl.StringVar(&r.playbookDir, "playbook-dir", "", "directory of the playbook, for the host_vars and group_vars beside it")
	fl.CountVarP(&r.verbosity, "verbose", "v", "print more; repeat for more")
	fl.BoolVar(&r.noCache, "flush-cache", false, "do not read the caches of inventory plugins")
	fl.BoolVar(&r.list, "list", false, "show all hosts and groups")
	fl.BoolVar(&r.graph, "graph", false, "show groups as a tree, from GROUP down")
	fl.StringVar(&r.host, "host", "", "show the variables of this host")
	fl.BoolVarP(&r.yaml, "yaml", "y", false, "print YAML")
	fl.BoolVar(&r.toml, "toml", false, "print TOML")
	fl.BoolVar(&r.vars, "vars", false, "show variables with --graph")
	fl.BoolVar(&r.export, "export", false, "with --list, keep variables where they are defined")
	fl.StringVar(&r.output, "output", "", "write to this file")
	return cmd
}

func (r *inventoryRun) run(args []string) error {
	used := 0
	for _, on := range [...]bool{r.list, r.graph, r.host != ""} {
		if on {
			used++
		}
	}
	switch {
	case used == 0:
		return &ExitError{usageError, "[ERROR]: No action selected, at least one of --host, --graph or --list needs to be specified."}
	case used > 1:
		return &ExitError{usageError, "[ERROR]: Conflicting options used, only one of --host, --graph or --list can be used at the same time."}
	}
	r.dir, r.unreadEnds = r.playbookDir, true
	d := callback.NewDisplay(r.env.Stdout, r.env.Stderr, 0, false)
	d.Verbosity = r.verbosity
	r.workspaceOptions.warn = func(text string, at source.Location) { d.Warning(fault.New(at, "%s", text)) }
	r.verbose = func(level int, text string) { d.Verbose(level-1, "", text) }
	r.notes = displayNotes(d)
	r.found = func(inv *inventory.Inventory, found []diag.Diagnostic) { showInventory(d, inv, found) }
	r.workspaceOptions.verbosity, r.columns = r.verbosity, d.Columns
	r.configured = func(c *config.Config) {
		colour(d, c)
		deprecations(d, c)
		top(r.env, c, d)
		if r.playbookDir != "" {
			for _, text := range notADirectory(absIn(r.env.Dir, r.playbookDir)) {
				d.Warn(text)
			}
		}
	}
	var err error
	if r.w, err = openWorkspace(r.env, r.workspaceOptions); err != nil {
		return inventoryError(err)
	}
	showInventory(d, r.w.inventory, r.w.diags)
	if u := r.w.store.Unread(); u != nil {
		return endUnread(d, u)
	}
	said := len(r.w.inventory.Warnings)
	text, err := r.text(args)
	for _, w := range r.w.inventory.Warnings[said:] {
		d.Warn(w)
	}
	if u := r.w.store.Unread(); u != nil {
		return endUnread(d, u)
	}
	d.Flush()
	if err != nil {
		return inventoryError(err)
	}
	if text == "" {
		return &ExitError{Code: 1}
	}
	if r.output != "" {
		if err := durable.Write(r.output, []byte(text), 0o666); err != nil {
			return &ExitError{1, fmt.Sprintf("[ERROR]: Unable to write to destination file '%s': %s", r.output, errnoText(err, r.output))}
		}
		return nil
	}
	fmt.Fprintln(r.env.Stdout, strings.TrimSuffix(text, "\n"))
	return nil
}

func inventoryError(err error) error {
	if e, ok := err.(*ExitError); ok {
		return e
	}
	return &ExitError{1, "[ERROR]: " + err.Error()}
}

// warning prints a warning as Ansible does, with its place and an excerpt where it has one.
func warning(text string, at source.Location) string {
	return "[WARNING]: " + fault.Format(fault.New(at, "%s", text))
}

func (r *inventoryRun) text(args []string) (string, error) {
	inv := r.w.inventory
	if r.host != "" {
		hosts, err := inv.Match(r.host)
		if err != nil {
			return "", err
		}
		if len(hosts) != 1 {
			return "", &ExitError{usageError, "[ERROR]: You must pass a single valid host to --host parameter"}
		}
		return r.dump(r.hostVars(hosts[0]), false)
	}
	all := inv.Group("all").Hosts()
	if r.limit != "" {
		limit, err := inventory.ParseLimit(source.OS{}, r.limit)
		if err != nil {
			return "", err
		}
		if all, err = inv.Within(all, limit); err != nil {
			return "", err
		}
	}
	r.hosts = map[*inventory.Host]bool{}
	for _, h := range all {
		r.hosts[h] = true
	}
	if r.graph {
		name := "all"
		if len(args) > 0 {
			name = args[0]
		}
		g := inv.Group(name)
		if g == nil {
			return "", &ExitError{usageError, "[ERROR]: Pattern must be valid group name when using --graph"}
		}
		return strings.Join(r.tree(g, 0, nil), "\n"), nil
	}
	top := inv.Group("all")
	switch {
	case r.yaml:
		return r.dump(r.yamlGroup(top, map[*inventory.Group]bool{}, map[*inventory.Host]bool{}), false)
	case r.toml:
		d := &value.Dict{}
		if err := r.tomlGroup(d, top, map[*inventory.Host]bool{}, 0); err != nil {
			return "", err
		}
		return tomlText(d), nil
	}
	d := &value.Dict{}
	r.jsonGroup(d, top, map[*inventory.Group]bool{})
	hostvars := &value.Dict{}
	for _, h := range all {
		if v := r.hostVars(h); v.Len() > 0 {
			hostvars.Put(h.Name, v)
		}
	}
	d.Put("_meta", value.NewDict("hostvars", hostvars, "profile", value.S("inventory_legacy")))
	return r.dump(d, true)
}

// dump prints a structure. Only the JSON of a whole inventory marks texts that must not be templated.
func (r *inventoryRun) dump(d *value.Dict, whole bool) (string, error) {
	switch {
	case r.yaml:
		return yaml.Dump(d, yaml.DumpOptions{SortKeys: true, AllowUnicode: true})
	case r.toml:
		return tomlText(d), nil
	}
	indent := 4
	out, err := value.ToJSON(portable(d, nil, whole), value.JSONOptions{Indent: &indent, SortKeys: true, UTF8: true})
	return string(out), err
}

// portable prepares a value for JSON: untemplatable texts among the variables of a whole inventory are wrapped, vaulted ones
// stay encrypted, sets and tuples become lists, dates texts.
func portable(v value.Value, path []string, whole bool) value.Value {
	switch v := v.(type) {
	case value.Str:
		marked := len(path) >= 4 && path[0] == "_meta" && path[1] == "hostvars" || len(path) >= 3 && path[1] == "vars"
		if whole && marked && !v.Trusted {
			return value.NewDict("__ansible_unsafe", value.S(v.S))
		}
		return v
	case *value.Vault:
		return value.NewDict("__ansible_vault", value.S(v.Ciphertext))
	case *value.List:
		l := &value.List{}
		for i := range v.Items {
			l.Items = append(l.Items, portable(v.Items[i], append(path, "0"), whole))
		}
		return l
	case *value.Tuple:
		return portable(&value.List{Items: v.Items}, path, whole)
	case *value.Set:
		return portable(&value.List{Items: v.Items()}, path, whole)
	case value.Date, value.DateTime:
		return value.S(strings.ReplaceAll(value.ToStr(v), " ", "T"))
	case *value.Dict:
		d := &value.Dict{}
		for k, x := range v.RawAll() {
			if _, text := k.(value.Str); !text { // JSON has its own form of numbers, True and None as keys
				if name, err := value.ToJSON(k, value.JSONOptions{}); err == nil {
					k = value.S(string(name))
				}
			}
			d.Set(k, portable(x, append(slices.Clip(path), value.ToStr(k)), whole))
		}
		return d
	}
	return v
}

// internal are the variables that the program itself defines; they are not part of an inventory.
func internalVariable(name string) bool {
	switch name {
	case "ansible_async_path", "ansible_collection_name", "ansible_config_file", "ansible_dependent_role_names", "ansible_diff_mode",
		"ansible_facts", "ansible_forks", "ansible_inventory_sources", "ansible_limit", "ansible_play_batch", "ansible_play_hosts",
		"ansible_play_hosts_all", "ansible_play_role_names", "ansible_playbook_python", "ansible_role_name", "ansible_role_names",
		"ansible_run_tags", "ansible_skip_tags", "ansible_verbosity", "ansible_version", "group_names", "groups", "hostvars",
		"inventory_dir", "inventory_file", "inventory_hostname", "inventory_hostname_short", "play_hosts", "playbook_dir", "role_name",
		"role_names", "role_path", "role_uuid":
		return true
	}
	return false
}

func public(d *value.Dict) *value.Dict {
	out := &value.Dict{}
	for k, v := range d.RawAll() {
		if !internalVariable(value.ToStr(k)) {
			out.Set(k, v)
		}
	}
	return out
}

// hostVars are the variables of a host: all that it sees, or with --export those of its own.
func (r *inventoryRun) hostVars(h *inventory.Host) *value.Dict {
	if r.export {
		return public(r.w.store.OwnHost(h))
	}
	all := public(r.w.store.Scope(vars.Query{Host: h}).All())
	if _, ok := all.Raw("ansible_local"); !ok && r.w.noInject() {
		all.Put("ansible_local", &value.Dict{}) // local facts are a variable even where facts are not
	}
	return all
}

func (r *inventoryRun) groupVars(g *inventory.Group) *value.Dict {
	d := public(r.w.store.OwnGroup(g, r.playbookDir))
	if g.Priority != 1 {
		d.Put("ansible_group_priority", value.Int(g.Priority))
	}
	return d
}

// jsonGroup adds a group and those below it.
func (r *inventoryRun) jsonGroup(d *value.Dict, g *inventory.Group, seen map[*inventory.Group]bool) {
	entry := &value.Dict{}
	d.Put(g.Name, entry)
	if g.Name != "all" {
		var hosts []string
		for _, h := range g.Direct() {
			if r.hosts[h] {
				hosts = append(hosts, h.Name)
			}
		}
		if len(hosts) > 0 {
			entry.Put("hosts", value.Strings(hosts))
		}
	}
	var children []string
	for _, c := range g.Children {
		children = append(children, c.Name)
		if !seen[c] {
			r.jsonGroup(d, c, seen)
			seen[c] = true
		}
	}
	if len(children) > 0 {
		entry.Put("children", value.Strings(children))
	}
	if r.export {
		if v := r.groupVars(g); v.Len() > 0 {
			entry.Put("vars", v)
		}
	}
	if entry.Len() == 0 {
		d.Delete(value.S(g.Name))
	}
}

// yamlGroup gives a group in the form of a YAML inventory.
func (r *inventoryRun) yamlGroup(g *inventory.Group, groups map[*inventory.Group]bool, hosts map[*inventory.Host]bool) *value.Dict {
	entry, children, members := &value.Dict{}, &value.Dict{}, &value.Dict{}
	for _, c := range g.Children {
		if c.Name == "all" {
			continue
		}
		if groups[c] {
			children.Put(c.Name, &value.Dict{})
			continue
		}
		for k, v := range r.yamlGroup(c, groups, hosts).RawAll() {
			children.Set(k, v)
		}
		groups[c] = true
	}
	if g.Name != "all" {
		r.members(members, g, hosts)
	}
	if children.Len() > 0 {
		entry.Put("children", children)
	}
	if members.Len() > 0 {
		entry.Put("hosts", members)
	}
	if r.export {
		if v := r.groupVars(g); v.Len() > 0 {
			entry.Put("vars", v)
		}
	}
	if entry.Len() == 0 {
		return entry
	}
	return value.NewDict(g.Name, entry)
}

// members adds the hosts that stand in the group itself, each with its variables where it is shown first.
func (r *inventoryRun) members(d *value.Dict, g *inventory.Group, shown map[*inventory.Host]bool) {
	for _, h := range g.Direct() {
		if !r.hosts[h] {
			continue
		}
		own := &value.Dict{}
		if !shown[h] {
			shown[h] = true
			own = r.hostVars(h)
		}
		d.Put(h.Name, own)
	}
}

// tomlGroup adds a group in the form of a TOML inventory.
func (r *inventoryRun) tomlGroup(d *value.Dict, g *inventory.Group, hosts map[*inventory.Host]bool, depth int) error {
	entry, members := &value.Dict{}, &value.Dict{}
	d.Put(g.Name, entry)
	var children []string
	for _, c := range g.Children {
		if c.Name == "ungrouped" && len(c.Direct()) == 0 {
			continue
		}
		if g.Name != "all" {
			children = append(children, c.Name)
		}
		if err := r.tomlGroup(d, c, hosts, depth+1); err != nil {
			return err
		}
	}
	if g.Name != "all" {
		r.members(members, g, hosts)
	}
	if len(children) > 0 {
		entry.Put("children", value.Strings(children))
	}
	if members.Len() > 0 {
		entry.Put("hosts", members)
	}
	if r.export {
		if v := r.groupVars(g); v.Len() > 0 {
			entry.Put("vars", v)
		}
	}
	if entry.Len() == 0 {
		d.Delete(value.S(g.Name))
	}
	return nil
}

// tree prints a group with what is below it, one line each.
func (r *inventoryRun) tree(g *inventory.Group, depth int, lines []string) []string {
	put := func(text string, depth int) {
		if depth > 0 {
			text = strings.Repeat("  |", depth) + "--" + text
		}
		lines = append(lines, text)
	}
	show := func(d *value.Dict, depth int) {
		names := d.Keys()
		slices.SortFunc(names, func(a, b value.Value) int { return strings.Compare(value.ToStr(a), value.ToStr(b)) })
		for _, n := range names {
			v, _ := d.GetValue(n)
			put(fmt.Sprintf("{%s = %s}", value.ToStr(n), value.ToStr(v)), depth)
		}
	}
	put("@"+g.Name+":", depth)
	depth++
	for _, c := range g.Children {
		lines = r.tree(c, depth, lines)
	}
	if g.Name != "all" {
		for _, h := range g.Direct() {
			put(h.Name, depth)
			if r.vars {
				show(r.hostVars(h), depth+1)
			}
		}
	}
	if r.vars {
		show(r.groupVars(g), depth)
	}
	return lines
}
