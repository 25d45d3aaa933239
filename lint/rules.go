package lint

import "sync"

// Rules lists every rule in the order of their names.
var Rules = sync.OnceValue(func() []*Rule {
	return []*Rule{
		argsRule(),
		avoidImplicitRule(),
		commandInsteadOfModuleRule(),
		commandInsteadOfShellRule(),
		complexityRule(),
		deprecatedBareVarsRule(),
		deprecatedLocalActionRule(),
		deprecatedModuleRule(),
		emptyStringCompareRule(),
		fqcnRule(),
		galaxyRule(),
		ignoreErrorsRule(),
		inlineEnvVarRule(),
		jinjaRule(),
		jinjaTemplateExtensionRule(),
		keyOrderRule(),
		latestRule(),
		literalCompareRule(),
		loadFailureRule(),
		loopVarPrefixRule(),
		metaIncorrectRule(),
		metaNoTagsRule(),
		metaRuntimeRule(),
		metaVideoLinksRule(),
		nameRule(),
		noChangedWhenRule(),
		noFreeFormRule(),
		noHandlerRule(),
		noJinjaWhenRule(),
		noLogPasswordRule(),
		noPromptingRule(),
		noRelativePathsRule(),
		noSameOwnerRule(),
		noTabsRule(),
		onlyBuiltinsRule(),
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
