package config

// collectionSettings are the options of the callbacks of ansible.posix that need no Python here: what ansible.posix 2.1 documents.
var collectionSettings = []Setting{
	{Plugin: "callback/ansible.posix.json", Name: "json_indent", Type: "int", Default: "4", Env: []string{"ANSIBLE_JSON_INDENT"}, Ini: []Ini{{"defaults", "json_indent"}}},
	{Plugin: "callback/ansible.posix.json", Name: "show_custom_stats", Type: "bool", Default: "False", Env: []string{"ANSIBLE_SHOW_CUSTOM_STATS"},
		Ini: []Ini{{"defaults", "show_custom_stats"}}},
	{Plugin: "callback/ansible.posix.profile_tasks", Name: "output_limit", Default: "20", Env: []string{"PROFILE_TASKS_TASK_OUTPUT_LIMIT"},
		Ini: []Ini{{"callback_profile_tasks", "task_output_limit"}}},
	{Plugin: "callback/ansible.posix.profile_tasks", Name: "sort_order", Default: "descending", Choices: []string{"descending", "ascending", "none"},
		Env: []string{"PROFILE_TASKS_SORT_ORDER"}, Ini: []Ini{{"callback_profile_tasks", "sort_order"}}},
	{Plugin: "callback/ansible.posix.profile_tasks", Name: "summary_only", Type: "bool", Default: "False", Env: []string{"PROFILE_TASKS_SUMMARY_ONLY"},
		Ini: []Ini{{"callback_profile_tasks", "summary_only"}}},
}
