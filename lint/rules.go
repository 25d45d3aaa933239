package lint

import "sync"

// Rules lists every rule in the order of their names.
var Rules = sync.OnceValue(func() []*Rule {
	return []*Rule{
		argsRule(),
		commandInsteadOfModuleRule(),
		commandInsteadOfShellRule(),
		deprecatedLocalActionRule(),
		fqcnRule(),
		ignoreErrorsRule(),
		inlineEnvVarRule(),
		jinjaRule(),
		keyOrderRule(),
		latestRule(),
		literalCompareRule(),
		loadFailureRule(),
		nameRule(),
		noChangedWhenRule(),
		noFreeFormRule(),
		noHandlerRule(),
		noJinjaWhenRule(),
		noRelativePathsRule(),
		noTabsRule(),
		packageLatestRule(),
		partialBecomeRule(),
		riskyFilePermissionsRule(),
		riskyOctalRule(),
		riskyShellPipeRule(),
		roleNameRule(),
		runOnceRule(),
		syntaxCheckRule(),
		varNamingRule(),
		yamlRule(),
	}
})

// always tells whether the rule cannot be switched off: what it finds keeps Ansible from reading the file.
func (r *Rule) always() bool { return r.ID == "syntax-check" || r.ID == "load-failure" }
