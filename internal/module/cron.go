package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func cronModule() *Module {
	star := value.S("*")
	return &Module{
		Name: "ansible.builtin.cron",
		Doc:  "Manage entries of cron tables",
		Spec: &argspec.Spec{
			SupportsCheck: true, SupportsDiff: true,
			Options: []*argspec.Option{
				{Name: "name", Required: true, Doc: "name of the entry, kept in a comment above it; or of the variable"},
				{Name: "user", Doc: "whose table; the user of an entry in a cron_file"},
				{Name: "job", Aliases: []string{"value"}, Doc: "command to run, or value of the variable"},
				{Name: "cron_file", Type: "path", Doc: "file to write instead of a user's table; a name stands for one in /etc/cron.d"},
				{Name: "state", Default: value.S("present"), Choices: argspec.Texts("present", "absent"), Doc: "whether the entry shall be there"},
				{Name: "backup", Type: "bool", Default: value.Bool(false), Doc: "keep a copy of the old table"},
				{Name: "minute", Default: star, Doc: "minutes, as cron takes them"},
				{Name: "hour", Default: star, Doc: "hours"},
				{Name: "day", Default: star, Aliases: []string{"dom"}, Doc: "days of the month"},
				{Name: "month", Default: star, Doc: "months"},
				{Name: "weekday", Default: star, Aliases: []string{"dow"}, Doc: "days of the week"},
				{Name: "special_time", Choices: argspec.Texts("reboot", "yearly", "annually", "monthly", "weekly", "daily", "hourly"), Doc: "a word instead of times"},
				{Name: "disabled", Type: "bool", Default: value.Bool(false), Doc: "keep the entry as a comment"},
				{Name: "env", Type: "bool", Default: value.Bool(false), Doc: "manage a variable instead of a job"},
				{Name: "insertafter", Doc: "variable after which a new one goes"},
				{Name: "insertbefore", Doc: "variable before which a new one goes"},
			},
			Relations: argspec.Relations{MutuallyExclusive: [][]string{{"insertafter", "insertbefore"}}},
		},
		Returns: []Return{{"jobs", "list", "names of the entries"}, {"envs", "list", "names of the variables"}, {"cron_file", "str", "the file"}, {"backup_file", "str", "path of the copy of the old table"}},
	}
}
