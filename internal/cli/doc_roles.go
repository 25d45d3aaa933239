package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// rolesPath are the folders with roles: -r, beside the playbook, those of the configuration.
func (d *docRun) rolesPath(c *config.Config) []string {
	var out []string
	if d.playbookDir != "" {
		out = append(out, filepath.Join(absIn(d.env.Dir, d.playbookDir), "roles"))
	}
	for _, p := range d.roles {
		for dir := range strings.SplitSeq(p, ":") {
			out = append(out, absIn(d.env.Dir, dir))
		}
	}
	return append(out, c.Strings("DEFAULT_ROLES_PATH")...)
}

// allRoles lists the roles of the roles path that have a meta file, and those of collections.
func (d *docRun) allRoles(c *config.Config) []catalog.Plugin {
	var out []catalog.Plugin
	for _, dir := range d.rolesPath(c) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			known := slices.ContainsFunc(out, func(p catalog.Plugin) bool { return p.Name == e.Name() })
			if !known && d.catalog.HasMeta(path) {
				out = append(out, catalog.Plugin{Name: e.Name(), Path: path})
			}
		}
	}
	return append(out, d.catalog.CollectionRoles()...)
}

// roleDocs lists roles or shows what they take.
func (d *docRun) roleDocs(c *config.Config, names []string) error {
	roles := d.allRoles(c)
	if d.list || d.files {
		return d.listRoles(roles)
	}
	all := &value.Dict{}
	for _, name := range names {
		i := slices.IndexFunc(roles, func(p catalog.Plugin) bool { return p.Name == name })
		if i < 0 {
			continue // as ansible-doc: nothing is said
		}
		specs := d.catalog.RoleSpecs(roles[i].Path)
		entries := &value.Dict{}
		if specs != nil {
			for k, v := range specs.RawAll() {
				if d.entry == "" || d.entry == value.ToStr(k) {
					if v == value.Value(value.None{}) {
						v = &value.Dict{}
					}
					entries.Set(k, v)
				}
			}
		}
		if entries.Len() == 0 {
			continue
		}
		collection := value.Value(value.None{})
		if in := roles[i].Collection(); in != "" {
			collection = value.S(in)
		}
		all.Put(name, value.NewDict("collection", collection, "entry_points", entries, "path", value.S(roles[i].Path)))
		if d.output != "json" {
			fmt.Fprint(d.env.Stdout, roleText(roles[i], entries))
		}
	}
	if d.output == "json" {
		return d.print(all)
	}
	return nil
}

func (d *docRun) listRoles(roles []catalog.Plugin) error {
	slices.SortFunc(roles, func(a, b catalog.Plugin) int { return strings.Compare(a.Name, b.Name) })
	all, width := &value.Dict{}, 0
	for _, p := range roles {
		entries := &value.Dict{}
		if specs := d.catalog.RoleSpecs(p.Path); specs != nil {
			for k, v := range specs.RawAll() {
				short := ""
				if spec, ok := v.(*value.Dict); ok {
					short = strings.Join(texts(spec, "short_description"), " ")
				}
				entries.Set(k, value.S(short))
				width = max(width, len(value.ToStr(k)))
			}
		}
		one := value.NewDict("description", value.S("UNDOCUMENTED"), "entry_points", entries)
		if in := p.Collection(); in != "" {
			one.Put("collection", value.S(in))
		}
		all.Put(p.Name, one)
	}
	if d.output == "json" {
		return d.print(all)
	}
	limit := d.columns() - width - 5
	for k, v := range all.RawAll() {
		entries, _ := dictOf(v.(*value.Dict), "entry_points")
		if entries.Len() == 0 {
			fmt.Fprintln(d.env.Stdout, value.ToStr(k))
			continue
		}
		fmt.Fprintf(d.env.Stdout, "%s:\n  specs:\n", value.ToStr(k))
		for point, short := range entries.RawAll() {
			text := []rune(value.ToStr(short))
			if len(text) > limit {
				text = append(text[:limit:limit], []rune("...")...)
			}
			fmt.Fprintf(d.env.Stdout, "    %-*s: %s\n", width, value.ToStr(point), string(text))
		}
	}
	return nil
}

func roleText(p catalog.Plugin, entries *value.Dict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "> ROLE: *%s* (%s)\n", p.Name, p.Path)
	for k, v := range entries.RawAll() {
		spec, ok := v.(*value.Dict)
		if !ok {
			continue
		}
		b.WriteString("\nENTRY POINT: *" + value.ToStr(k) + "*")
		if short := texts(spec, "short_description"); len(short) > 0 {
			b.WriteString(" - " + short[0])
		}
		b.WriteString("\n")
		for _, line := range texts(spec, "description") {
			b.WriteString("\n          " + strings.Join(wrapText(markup(line), 68), "\n          ") + "\n")
		}
		if options, ok := dictOf(spec, "options"); ok && options.Len() > 0 {
			b.WriteString("\nOptions (= indicates it is required):\n\n")
			optionText(&b, options, "")
		}
	}
	return b.String()
}

// keywordDocs shows keywords of playbooks.
func (d *docRun) keywordDocs(names []string) error {
	all := &value.Dict{}
	if d.list || d.files {
		for i := range playbook.Keywords {
			if k := &playbook.Keywords[i]; !k.Private {
				all.Put(k.Name, value.S(k.Doc))
			}
		}
	}
	for _, name := range names {
		k := playbook.FindKeyword(name)
		if strings.HasPrefix(name, "with_") {
			k = playbook.FindKeyword("loop")
		}
		if k == nil || k.Private {
			fmt.Fprintf(d.env.Stderr, "[WARNING]: Skipping invalid keyword '%s': %s\n", name, value.Repr(value.S(name)))
			continue
		}
		all.Put(name, keywordDoc(k))
	}
	if d.output == "json" {
		return d.print(all)
	}
	if all.Len() == 0 {
		return nil
	}
	text, err := yaml.Dump(all, yaml.DumpOptions{AllowUnicode: true, SortKeys: true})
	if err != nil {
		return err
	}
	fmt.Fprint(d.env.Stdout, text)
	return nil
}

func keywordDoc(k *playbook.Keyword) *value.Dict {
	var in []string
	for _, p := range []struct {
		place playbook.Place
		name  string
	}{{playbook.InPlay, "Play"}, {playbook.InRole, "Role"}, {playbook.InBlock, "Block"}, {playbook.InTask, "Task"}, {playbook.InHandler, "Handler"}} {
		if k.In&p.place != 0 {
			in = append(in, p.name)
		}
	}
	template := "explicit"
	if k.Static {
		template = "static"
	}
	kind := map[playbook.Type]string{playbook.Bool: "bool", playbook.Int: "int", playbook.Float: "float", playbook.Text: "string",
		playbook.Percent: "percent", playbook.ListOf: "list", playbook.Mapping: "dict", playbook.Class: "dict"}[k.Type]
	if kind == "" {
		kind = "raw"
	}
	d := value.NewDict("applies_to", value.Strings(in), "description", value.S(k.Doc), "template", value.S(template), "type", value.S(kind))
	if k.Default != nil {
		d.Put("default", k.Default)
	}
	if k.Required {
		d.Put("required", value.Bool(true))
	}
	if len(k.Choices) > 0 {
		d.Put("choices", value.Strings(k.Choices))
	}
	return d
}
