package lint

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func noSameOwnerRule() *Rule {
	const message = "Do not preserve the owner and group when transferring files across hosts."
	return &Rule{
		ID: "no-same-owner", Severity: "LOW", Tags: []string{"opt-in"}, OptIn: true,
		Subs: []Sub{{"no-same-owner", message}},
		Doc: Doc{
			Summary: "Files that come from another host should not keep their owners.",
			Problem: "An account of the same number may be another one on the target, or none.",
			Examples: []Example{
				{Title: "An archive", Want: []string{"no-same-owner"}, Text: playOf("- name: Unpack the program\n  ansible.builtin.unarchive:\n    src: x.tar.gz\n    dest: /opt\n")},
				{Title: "Right", Text: playOf("- name: Unpack the program\n  ansible.builtin.unarchive:\n    src: x.tar.gz\n    dest: /opt\n    extra_opts:\n      - --no-same-owner\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			bad := false
			switch t.Short {
			case "synchronize", "ansible.posix.synchronize":
				archive := t.Arg("archive") == nil || truthy(t.Arg("archive"))
				keeps := func(name string) bool {
					if v := t.Arg(name); v != nil {
						return truthy(v)
					}
					return archive
				}
				bad = t.Attr("delegate_to") == nil && (keeps("owner") || keeps("group"))
			case "unarchive":
				src, ok := t.Arg("src").(value.Str)
				local := text(t.Value("delegate_to")) == "localhost" || !truthy(t.Arg("remote_src"))
				if !ok || !local {
					return
				}
				bad = strings.HasSuffix(src.S, "zip") && hasOption(t.Arg("extra_opts"), "-X") ||
					isTar(src.S) && !hasOption(t.Arg("extra_opts"), "--no-same-owner")
			}
			if bad {
				p.onTask("no-same-owner", message, t.NameSpan())
			}
		},
	}
}

func isTar(name string) bool {
	for _, ext := range []string{".tar", ".tar.gz", ".tar.bz2", ".tar.xz"} {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}

func hasOption(v value.Value, option string) bool {
	switch v := v.(type) {
	case value.Str:
		return strings.Contains(v.S, option)
	case *value.List:
		for _, item := range v.Items {
			if text(item) == option {
				return true
			}
		}
	}
	return false
}
