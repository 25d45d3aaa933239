// Package vars knows which variables a task sees and where each comes from. The precedence levels are one table
// (Levels). A Scope is a chain of layers that is searched by name, from the strongest level down; nothing is merged per
// task. It imports inventory, playbook, jinja, yaml, config, vault and what they import.
package vars

// Level is one precedence level.
type Level struct {
	Name string // shown to people
	Doc  string // one sentence
	Key  string // the entry of VARIABLE_PRECEDENCE, "" for levels whose place is fixed
}

// The levels, weakest first, in ansible-core 2.19's order. The six levels of groups can be reordered by the setting
// VARIABLE_PRECEDENCE.
var (
	RoleDefaults        = &Level{Name: "role defaults", Doc: "defaults/ of the play's roles"}
	OwnRoleDefaults     = &Level{Name: "own role's defaults", Doc: "defaults/ of the role that the task belongs to, over those of other roles"}
	InventoryAll        = &Level{Name: "inventory, group all", Doc: "variables of the group all in an inventory source", Key: "all_inventory"}
	InventoryGroups     = &Level{Name: "inventory groups", Doc: "variables of the host's groups in an inventory source; deeper groups win", Key: "groups_inventory"}
	InventoryAllFile    = &Level{Name: "group_vars/all beside the inventory", Doc: "files of the group all beside an inventory source", Key: "all_plugins_inventory"}
	PlaybookAllFile     = &Level{Name: "group_vars/all beside the playbook", Doc: "files of the group all beside the playbook", Key: "all_plugins_play"}
	InventoryGroupFiles = &Level{Name: "group_vars beside the inventory", Doc: "files of the host's groups beside an inventory source", Key: "groups_plugins_inventory"}
	PlaybookGroupFiles  = &Level{Name: "group_vars beside the playbook", Doc: "files of the host's groups beside the playbook", Key: "groups_plugins_play"}
	InventoryHost       = &Level{Name: "inventory host", Doc: "variables of the host in an inventory source, add_host among them"}
	InventoryHostFile   = &Level{Name: "host_vars beside the inventory", Doc: "files of the host beside an inventory source"}
	PlaybookHostFile    = &Level{Name: "host_vars beside the playbook", Doc: "files of the host beside the playbook"}
	Facts               = &Level{Name: "facts", Doc: "gathered facts, and set_fact with cacheable"}
	PlayVars            = &Level{Name: "play vars", Doc: "vars of the play and of the import_playbook that led to it"}
	PromptVars          = &Level{Name: "vars_prompt", Doc: "answers to the play's questions"}
	VarsFiles           = &Level{Name: "vars_files", Doc: "files that the play lists"}
	RoleVars            = &Level{Name: "role vars", Doc: "vars/ of the play's roles"}
	OwnRoleVars         = &Level{Name: "own role's vars", Doc: "vars/ and vars of the role that the task belongs to, over those of other roles"}
	BlockVars           = &Level{Name: "block vars", Doc: "vars of the blocks and includes that the task stands in"}
	TaskVars            = &Level{Name: "task vars", Doc: "vars of the task"}
	IncludedVars        = &Level{Name: "include_vars", Doc: "files that an include_vars task has read"}
	SetFacts            = &Level{Name: "set_fact and register", Doc: "what tasks have set for the host"}
	RoleParams          = &Level{Name: "role parameters", Doc: "parameters beside the role's name"}
	IncludeParams       = &Level{Name: "include parameters", Doc: "vars of include_tasks and include_role"}
	ExtraVars           = &Level{Name: "extra vars", Doc: "-e on the command line"}
	Magic               = &Level{Name: "magic", Doc: "variables that the program defines itself"}
	LoopVars            = &Level{Name: "loop", Doc: "the loop's variables and other local ones"}
)

// Levels is the precedence table, weakest first.
var Levels = []*Level{
	RoleDefaults, OwnRoleDefaults, InventoryAll, InventoryGroups, InventoryAllFile, PlaybookAllFile, InventoryGroupFiles,
	PlaybookGroupFiles, InventoryHost, InventoryHostFile, PlaybookHostFile, Facts, PlayVars, PromptVars, VarsFiles, RoleVars, OwnRoleVars,
	BlockVars, TaskVars, IncludedVars, SetFacts, RoleParams, IncludeParams, ExtraVars, Magic, LoopVars,
}

// DefaultPrecedence is the default of VARIABLE_PRECEDENCE.
var DefaultPrecedence = []string{
	"all_inventory", "groups_inventory", "all_plugins_inventory", "all_plugins_play", "groups_plugins_inventory", "groups_plugins_play",
}
