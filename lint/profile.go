package lint

import "slices"

// profileNames are ansible-lint's profiles; each holds the rules of those before it.
var profileNames = []string{"min", "basic", "moderate", "safety", "shared", "production"}

// profileRules are the rules that each profile adds.
var profileRules = [][]string{
	{"internal-error", "load-failure", "parser-error", "syntax-check"},
	{"command-instead-of-module", "command-instead-of-shell", "deprecated-bare-vars", "deprecated-local-action", "deprecated-module",
		"inline-env-var", "key-order", "literal-compare", "jinja", "no-free-form", "no-jinja-when", "no-tabs", "partial-become",
		"playbook-extension", "role-name", "schema", "name", "var-naming", "yaml"},
	{"name[template]", "name[imperative]", "name[casing]", "spell-var-name"},
	{"avoid-implicit", "latest", "package-latest", "risky-file-permissions", "risky-octal", "risky-shell-pipe"},
	{"galaxy", "ignore-errors", "layout", "meta-incorrect", "meta-no-tags", "meta-video-links", "meta-version", "meta-runtime",
		"no-changed-when", "no-changelog", "no-handler", "no-relative-paths", "max-block-depth", "max-tasks", "unsafe-loop"},
	{"avoid-dot-notation", "sanity", "fqcn", "import-task-no-when", "meta-no-dependencies", "single-entry-point", "use-loop"},
}

// inProfile tells whether a profile holds a rule.
func inProfile(id, profile string) bool {
	for i, name := range profileNames {
		if slices.Contains(profileRules[i], id) {
			return true
		}
		if name == profile {
			break
		}
	}
	return false
}

// profileOf is the first profile that holds a finding's rule, "" when none does.
func profileOf(tag, id string) string {
	for _, want := range []string{tag, id} {
		for i, rules := range profileRules {
			if slices.Contains(rules, want) {
				return profileNames[i]
			}
		}
	}
	return ""
}

// PassedProfile is the last profile of which no rule is among the findings, "" when even the first is broken.
func PassedProfile(fs []Finding) string {
	failed := map[string]bool{}
	for _, f := range fs {
		if !f.Ignored {
			failed[profileOf(f.Rule, f.RuleInfo.ID)] = true
		}
	}
	passed := ""
	for _, name := range profileNames {
		if failed[name] {
			break
		}
		passed = name
	}
	return passed
}
