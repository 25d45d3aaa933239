package lint

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// galaxyTags are the tags of which a collection must have one.
var galaxyTags = []string{"application", "cloud", "database", "eda", "infrastructure", "linux", "monitoring", "networking", "security", "storage", "tools", "windows"}

const galaxyDocs = "https://docs.ansible.com/projects/ansible/latest/dev_guide/collections_galaxy_meta.html"

func galaxyRule() *Rule {
	return &Rule{
		ID: "galaxy", Severity: "MEDIUM", Tags: []string{"metadata"},
		Subs: []Sub{
			{"galaxy[tags]", "galaxy.yaml must have one of the required tags"},
			{"galaxy[tags-format]", "galaxy.yaml one or more tags are not formatted properly."},
			{"galaxy[tags-length]", "galaxy.yaml one or more tags exceed character length."},
			{"galaxy[tags-count]", "galaxy.yaml has too many tags."},
			{"galaxy[no-changelog]", "No changelog found."},
			{"galaxy[version-missing]", "galaxy.yaml should have version tag."},
			{"galaxy[no-runtime]", "meta/runtime.yml file not found."},
			{"galaxy[invalid-dependency-version]", "Dependency version spec range is invalid"},
			{"galaxy[no-repository]", "galaxy.yaml should have a repository key."},
			{"galaxy[no-license]", "galaxy.yaml should have a license or license_file key."},
		},
		Doc: Doc{
			Summary: "A collection should be fit for publication.",
			Problem: "Galaxy and automation hubs refuse a collection without version, licence, repository, changelog, meta/runtime.yml or a tag that says what it is about.",
			Examples: []Example{
				{Title: "Hardly anything", Path: "galaxy.yml", Text: "namespace: ada\nname: web\n", Want: []string{"galaxy[no-changelog]", "galaxy[tags]", "galaxy[version-missing]"}},
				{Title: "Right, with CHANGELOG.md and meta/runtime.yml beside it", Path: "galaxy.yml", Files: []string{"CHANGELOG.md", "meta/runtime.yml"},
					Text: "namespace: ada\nname: web\nversion: 1.0.0\ntags: [linux]\nlicense: [MIT]\nrepository: https://example.com/web\n"},
			},
		},
		File: func(p *pass) {
			root := p.file.Tree.Root().Resolve()
			if p.file.Kind != "galaxy" || root == nil || root.Kind != yaml.Mapping {
				return
			}
			g := &galaxyCheck{p, root}
			g.tags()
			g.dependencies()
			g.files()
		},
	}
}

type galaxyCheck struct {
	p    *pass
	root *yaml.Node
}

func (g *galaxyCheck) report(sub, message string, at source.Span) {
	g.p.report("galaxy["+sub+"]", message, at, 1, 0)
}

func (g *galaxyCheck) exists(names ...string) bool {
	dir := filepath.Dir(g.p.file.Path)
	return slices.ContainsFunc(names, func(n string) bool { return g.p.linter.isFile(filepath.Join(dir, filepath.FromSlash(n))) })
}

func (g *galaxyCheck) tags() {
	var tags, strange, long []string
	at := source.Span{}
	if n := g.root.Get("tags").Resolve(); n != nil {
		at = n.Span
		for _, item := range n.Items {
			tags = append(tags, item.Text)
			if !plainTag(item.Text) {
				strange = append(strange, item.Text)
			}
			if len([]rune(item.Text)) > 64 {
				long = append(long, item.Text)
			}
		}
	}
	if !slices.ContainsFunc(tags, func(t string) bool { return slices.Contains(galaxyTags, t) }) {
		g.report("tags", "galaxy.yaml must have one of the required tags: ['"+strings.Join(galaxyTags, "', '")+"']", at)
	}
	if len(strange) > 0 {
		g.report("tags-format", "galaxy.yaml must have properly formatted tags. Invalid tags: "+strings.Join(strange, ","), at)
	}
	if len(long) > 0 {
		g.report("tags-length", "galaxy.yaml tags must not exceed 64 characters. Invalid tags: "+strings.Join(long, ","), at)
	}
	if len(tags) > 20 {
		g.report("tags-count", fmt.Sprintf("galaxy.yaml exceeds 20 tags. Current count: %d", len(tags)), at)
	}
}

// plainTag is a lower-case word with digits and single underscores.
func plainTag(s string) bool {
	return plainName(s) && s[0] != '_' && !strings.Contains(s, "__")
}

func (g *galaxyCheck) dependencies() {
	n := g.root.Get("dependencies").Resolve()
	if n == nil {
		return
	}
	for _, pair := range n.Pairs {
		if v := pair.Value.Resolve(); v != nil && v.Kind == yaml.Scalar && strings.TrimSpace(v.Text) == "" && v.ResolvedTag() == yaml.TagStr {
			g.report("invalid-dependency-version", "Invalid collection metadata. Dependency version spec range is invalid for '"+pair.Key.Text+"'.", pair.Key.Span)
		}
	}
}

func (g *galaxyCheck) files() {
	if !g.exists("changelogs/changelog.yaml", "changelogs/changelog.yml", "CHANGELOG.rst", "CHANGELOG.md") {
		g.report("no-changelog", "No changelog found. Please add a changelog file. Refer to the galaxy.md file for more info.", source.Span{})
	}
	if g.root.Get("version") == nil {
		pos := nodePosition(g.p, g.root)
		g.p.report("galaxy[version-missing]", "galaxy.yaml should have version tag.", source.Span{}, pos.Line, pos.Column)
		return
	}
	if !g.exists("meta/runtime.yml") {
		g.report("no-runtime", "meta/runtime.yml file not found.", source.Span{})
	}
	if g.root.Get("repository") == nil {
		g.report("no-repository", "galaxy.yaml should have a repository key for publication to Galaxy. See "+galaxyDocs, source.Span{})
	}
	if g.root.Get("license") == nil && g.root.Get("license_file") == nil {
		g.report("no-license", "galaxy.yaml should have a license or license_file key for publication to Galaxy. See "+galaxyDocs, source.Span{})
	}
}
