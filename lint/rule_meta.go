package lint

import (
	"fmt"
	"regexp"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// galaxyInfo is the galaxy_info mapping of a role's meta/main.yml, nil elsewhere.
func galaxyInfo(p *pass) *yaml.Node {
	if p.file.Kind != KindMeta {
		return nil
	}
	n := p.file.Tree.Root().Get("galaxy_info").Resolve()
	if n == nil || n.Kind != yaml.Mapping || len(n.Pairs) == 0 {
		return nil
	}
	return n
}

func metaIncorrectRule() *Rule {
	defaults := [][2]string{{"author", "your name"}, {"description", "your description"}, {"company", "your company (optional)"},
		{"license", "license (GPLv2, CC-BY, etc)"}, {"license", "license (GPL-2.0-or-later, MIT, etc)"}}
	return &Rule{
		ID: "meta-incorrect", Severity: "HIGH", Tags: []string{"metadata"},
		Subs: []Sub{{"meta-incorrect", "meta/main.yml default values should be changed."}},
		Doc: Doc{
			Summary: "A role should say who made it and what it is for.",
			Problem: "The texts that `ansible-galaxy init` writes say nothing.",
			Examples: []Example{
				{Title: "As it was made", Want: []string{"meta-incorrect"}, Path: "roles/web/meta/main.yml", Text: "galaxy_info:\n  author: your name\n"},
				{Title: "Right", Path: "roles/web/meta/main.yml", Text: "galaxy_info:\n  author: Ada\n"},
			},
		},
		File: func(p *pass) {
			info := galaxyInfo(p)
			if info == nil {
				return
			}
			pos := nodePosition(p, p.file.Tree.Root())
			for _, d := range defaults {
				if n := info.Get(d[0]).Resolve(); n != nil && n.Text == d[1] {
					p.report("meta-incorrect", "Should change default metadata: "+d[0], n.Span, pos.Line, pos.Column)
				}
			}
		},
	}
}

func metaNoTagsRule() *Rule {
	const message = "Tags must contain lowercase letters and digits only."
	return &Rule{
		ID: "meta-no-tags", Severity: "HIGH", Tags: []string{"metadata"},
		Subs: []Sub{{"meta-no-tags", message}},
		Doc: Doc{
			Summary: "A role's tags should be plain words.",
			Problem: "Galaxy refuses a role with other tags.",
			Examples: []Example{
				{Title: "A dash in a tag", Want: []string{"meta-no-tags"}, Path: "roles/web/meta/main.yml", Text: "galaxy_info:\n  galaxy_tags: [web-server]\n"},
				{Title: "A text instead of a list", Want: []string{"meta-no-tags"}, Path: "roles/web/meta/main.yml", Text: "galaxy_info:\n  galaxy_tags: web\n"},
				{Title: "Right", Path: "roles/web/meta/main.yml", Text: "galaxy_info:\n  galaxy_tags: [web, http2]\n"},
			},
		},
		File: func(p *pass) {
			info := galaxyInfo(p)
			if info == nil {
				return
			}
			report := func(text string, at source.Span) { p.report("meta-no-tags", text, at, 1, 0) }
			var tags []*yaml.Node
			for _, key := range []string{"galaxy_tags", "categories"} {
				pair := info.Pair(key)
				if pair == nil {
					continue
				}
				if key == "categories" {
					report("Use 'galaxy_tags' rather than 'categories'", pair.Key.Span)
				}
				if n := pair.Value.Resolve(); n != nil && n.Kind == yaml.Sequence {
					tags = append(tags, n.Items...)
				} else {
					report("Expected '"+key+"' to be a list", pair.Value.Span)
				}
			}
			for _, n := range tags {
				v, _ := n.Value(nil, yaml.Options{})
				s, ok := v.(value.Str)
				if !ok {
					report("Tags must be strings: '"+value.ToStr(v)+"'", n.Span)
				} else if !lowerDigits(s.S) {
					report(message+", invalid: '"+s.S+"'", n.Span)
				}
			}
		},
	}
}

func lowerDigits(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// videoLinks are the forms of links that Galaxy shows.
var videoLinks = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(https://drive\.google\.com.*file/d/([0-9A-Za-z-_]+)/.*|https://vimeo\.com/([0-9]+)|https://youtu\.be/([0-9A-Za-z-_]+))`)
})

func metaVideoLinksRule() *Rule {
	return &Rule{
		ID: "meta-video-links", Severity: "LOW", Tags: []string{"metadata"},
		Subs: []Sub{{"meta-video-links", "meta/main.yml video_links should be formatted correctly."}},
		Doc: Doc{
			Summary: "Links to videos should be of the form that Galaxy shows.",
			Problem: "Galaxy shows shared links of YouTube, Vimeo and Google Drive, each with a title.",
			Examples: []Example{
				{Title: "A link as a text", Want: []string{"meta-video-links"}, Path: "roles/web/meta/main.yml", Text: "galaxy_info:\n  video_links:\n    - https://youtu.be/abc\n"},
				{Title: "Right", Path: "roles/web/meta/main.yml", Text: "galaxy_info:\n  video_links:\n    - url: https://youtu.be/abc\n      title: How to\n"},
			},
		},
		File: func(p *pass) {
			links := galaxyInfo(p).Get("video_links").Resolve()
			if links == nil {
				return
			}
			for _, n := range links.Items {
				m := n.Resolve()
				if m == nil || m.Kind != yaml.Mapping {
					p.at("meta-video-links", "Expected item in 'video_links' to be a dictionary", n)
					continue
				}
				unknown := false
				for _, pair := range m.Pairs {
					unknown = unknown || pair.Key.Text != "url" && pair.Key.Text != "title"
				}
				if unknown {
					p.at("meta-video-links", "Expected item in 'video_links' to contain only keys 'url' and 'title'", n)
				} else if url := m.Get("url"); url != nil && !videoLinks().MatchString(url.Text) {
					p.at("meta-video-links", fmt.Sprintf("URL format '%s' is not recognized. Expected it be a shared link from Vimeo, YouTube, or Google Drive.", url.Text), url)
				}
			}
		},
	}
}
