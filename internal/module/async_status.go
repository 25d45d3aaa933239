package module

import (
	"os"
	"path/filepath"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func asyncStatusModule() *Module {
	return &Module{
		Name: "ansible.builtin.async_status",
		Doc:  "Look at a job that was started in the background",
		Spec: &argspec.Spec{SupportsCheck: true, Options: []*argspec.Option{
			{Name: "jid", Required: true, Doc: "job to look at"},
			{Name: "mode", Default: value.S("status"), Choices: argspec.Texts("cleanup", "status"), Doc: "cleanup removes what is kept of the job"},
			{Name: "_async_dir", Type: "path", Required: true, Doc: "directory that holds the state of jobs"},
		}},
		Returns: []Return{
			{"ansible_job_id", "str", "the job"}, {"started", "bool", "whether it has started"}, {"finished", "bool", "whether it has ended"},
			{"results_file", "str", "file that holds the job's state"}, {"erased", "str", "file that was removed"},
		},
		Run: asyncStatus,
	}
}

func asyncStatus(c *Call) *value.Dict {
	jid := value.S(c.text("jid"))
	path := filepath.Join(c.text("_async_dir"), jid.S)
	if _, err := os.Stat(path); err != nil {
		return value.NewDict("failed", value.Bool(true), "msg", value.S("could not find job"), "ansible_job_id", jid,
			"started", value.Bool(true), "finished", value.Bool(true))
	}
	if c.text("mode") == "cleanup" {
		if err := os.Remove(path); err != nil {
			return c.failed(err)
		}
		return value.NewDict("ansible_job_id", jid, "erased", value.S(path))
	}
	running := value.NewDict("results_file", value.S(path), "ansible_job_id", jid, "started", value.Bool(true), "finished", value.Bool(false))
	text, err := os.ReadFile(path)
	if err != nil {
		return running // it is just being replaced
	}
	v, err := value.FromJSON(text)
	state, ok := v.(*value.Dict)
	if err != nil || !ok {
		return running
	}
	if _, there := state.Raw("results_file"); !there { // which ansible-core's action adds
		state.Put("results_file", value.S(path))
	}
	if _, started := state.Raw("started"); !started {
		state.Put("finished", value.Bool(true))
		state.Put("ansible_job_id", jid)
	} else if _, finished := state.Raw("finished"); !finished {
		state.Put("finished", value.Bool(false))
	}
	return state
}
