package feature

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// named is a variable or attribute with what is to be said about it.
type named struct{ name, what, doc string }

// localVariables are the variables that the task and its surroundings define just for it: vars, loop variables.
func localVariables(p *place) []named {
	var out []named
	vars := func(n *yaml.Node, what string) {
		if n == nil {
			return
		}
		if v := n.Get("vars").Resolve(); v != nil {
			for _, pair := range v.Pairs {
				out = append(out, named{name: pair.Key.Text, what: what})
			}
		}
	}
	vars(p.task, "task vars")
	for i := len(p.blocks) - 1; i >= 0; i-- {
		vars(p.blocks[i], "block vars")
	}
	vars(p.play, "play vars")
	if p.task == nil {
		return out
	}
	looped := false
	for _, pair := range p.task.Pairs {
		if pair.Key.Text == "loop" || strings.HasPrefix(pair.Key.Text, "with_") {
			looped = true
		}
	}
	if looped {
		variable := "item"
		if c := p.task.Get("loop_control").Resolve(); c != nil {
			if v := textOf(c.Get("loop_var")); v != "" {
				variable = v
			}
			if v := textOf(c.Get("index_var")); v != "" {
				out = append(out, named{name: v, what: "loop index"})
			}
			if b := textOf(c.Get("extended")); b == "true" || b == "yes" || b == "True" {
				out = append(out, named{name: "ansible_loop", what: "loop details"})
			}
		}
		out = append(out, named{name: variable, what: "loop item"})
	}
	if r := textOf(p.task.Get("register")); r != "" {
		out = append(out, named{name: r, what: "result of this task"})
	}
	return out
}

// attributesOf lists what can stand behind a path of names.
func attributesOf(in *Input, path []string) []named {
	var out []named
	if len(path) == 1 {
		switch path[0] {
		case "loop":
			return loopAttributes
		case "ansible_facts":
			for _, f := range facts {
				out = append(out, named{name: strings.TrimPrefix(f.name, "ansible_"), what: "fact", doc: f.doc})
			}
			return out
		}
	}
	if in.Project == nil {
		return nil
	}
	for _, d := range in.Project.Definitions(project.Variable, path[0]) {
		if d.Level == "register" || d.Value == nil {
			out = append(out, registered(in, d)...)
			continue
		}
		v := d.Value
		for _, name := range path[1:] {
			dict, ok := v.(*value.Dict)
			if !ok {
				v = nil
				break
			}
			v, _ = dict.Raw(name)
		}
		dict, ok := v.(*value.Dict)
		if !ok {
			continue
		}
		for k, x := range dict.RawAll() {
			if s, ok := k.(value.Str); ok {
				out = append(out, named{name: s.S, what: typeName(x), doc: preview(x)})
			}
		}
	}
	return out
}

// registered lists what a task's result holds.
func registered(in *Input, d project.Occurrence) []named {
	out := append([]named(nil), resultAttributes...)
	f := in.Project.File(d.At.File.Path)
	if f == nil || f.Syntax() == nil {
		return out
	}
	t := taskAt(f.Syntax(), d.At.Span.Start)
	if t == nil {
		return out
	}
	if e := in.Module(t.Action.Name, nil); e != nil {
		for _, r := range e.Returns {
			out = append(out, named{name: r.Name, what: r.Type, doc: r.Doc})
		}
	}
	if t.Loop != nil {
		out = append(out, named{name: "results", what: "list", doc: "Results of the single items."})
	}
	return out
}

// resultAttributes are in every result.
var resultAttributes = []named{
	{"changed", "bool", "Whether the task changed something."},
	{"failed", "bool", "Whether the task failed."},
	{"skipped", "bool", "Whether the task was skipped."},
	{"msg", "str", "Message of the module."},
	{"rc", "int", "Exit status of a command."},
	{"stdout", "str", "Standard output of a command."},
	{"stdout_lines", "list", "Standard output by lines."},
	{"stderr", "str", "Standard error of a command."},
	{"stderr_lines", "list", "Standard error by lines."},
}

// loopAttributes are what a template's loop variable has.
var loopAttributes = []named{
	{"index", "int", "Number of the iteration, from 1."},
	{"index0", "int", "Number of the iteration, from 0."},
	{"revindex", "int", "Iterations left, down to 1."},
	{"revindex0", "int", "Iterations left, down to 0."},
	{"first", "bool", "Whether it is the first iteration."},
	{"last", "bool", "Whether it is the last iteration."},
	{"length", "int", "Number of items."},
	{"previtem", "any", "Item before."},
	{"nextitem", "any", "Item behind."},
	{"depth", "int", "Depth of a recursive loop, from 1."},
	{"cycle", "function", "Gives its arguments in turn."},
	{"changed", "function", "Whether its arguments differ from the last iteration's."},
}

// taskAt is the innermost task around an offset, nil outside of tasks.
func taskAt(f *playbook.File, off int) *playbook.TaskSyntax {
	var found *playbook.TaskSyntax
	var walk func(items []playbook.Item)
	walk = func(items []playbook.Item) {
		for _, i := range items {
			s := playbook.SyntaxOf(i)
			if !s.Node.Span.Contains(off) {
				continue
			}
			switch i := i.(type) {
			case *playbook.TaskSyntax:
				found = i
			case *playbook.BlockSyntax:
				walk(i.Block)
				walk(i.Rescue)
				walk(i.Always)
			}
		}
	}
	walk(f.Items)
	for _, e := range f.Entries {
		if p, ok := e.(*playbook.PlaySyntax); ok {
			for _, list := range [][]playbook.Item{p.PreTasks, p.Tasks, p.PostTasks, p.Handlers} {
				walk(list)
			}
		}
	}
	return found
}

// magic are the variables that Ansible always defines.
var magic = []named{
	{name: "inventory_hostname", doc: "Name of the host in the inventory."},
	{name: "inventory_hostname_short", doc: "Name of the host up to the first dot."},
	{name: "inventory_dir", doc: "Directory of the inventory that the host is from."},
	{name: "inventory_file", doc: "File of the inventory that the host is from."},
	{name: "hostvars", doc: "Variables of all hosts, by host."},
	{name: "groups", doc: "Hosts by group."},
	{name: "group_names", doc: "Groups that the host is in."},
	{name: "play_hosts", doc: "Hosts of the current batch; old name of ansible_play_batch."},
	{name: "ansible_play_hosts", doc: "Hosts of the play that have not failed."},
	{name: "ansible_play_hosts_all", doc: "All hosts of the play."},
	{name: "ansible_play_batch", doc: "Hosts of the current batch of serial."},
	{name: "ansible_play_name", doc: "Name of the play."},
	{name: "ansible_play_role_names", doc: "Roles of the play, dependencies excluded."},
	{name: "ansible_role_names", doc: "Roles of the play with their dependencies."},
	{name: "ansible_role_name", doc: "Full name of the current role."},
	{name: "ansible_parent_role_names", doc: "Roles that led to the current one, nearest first."},
	{name: "ansible_parent_role_paths", doc: "Paths of the roles that led to the current one, nearest first."},
	{name: "ansible_collection_name", doc: "Collection that the current role is from."},
	{name: "ansible_dependent_role_names", doc: "Roles of the play that are there as dependencies."},
	{name: "ansible_search_path", doc: "Directories in which the current task looks for files."},
	{name: "ansible_check_mode", doc: "Whether the run changes nothing."},
	{name: "ansible_diff_mode", doc: "Whether differences are shown."},
	{name: "ansible_forks", doc: "Number of hosts at a time."},
	{name: "ansible_limit", doc: "What --limit says."},
	{name: "ansible_run_tags", doc: "What --tags says."},
	{name: "ansible_skip_tags", doc: "What --skip-tags says."},
	{name: "ansible_verbosity", doc: "Number of -v."},
	{name: "ansible_version", doc: "Version of Ansible, as a dictionary."},
	{name: "ansible_playbook_python", doc: "Python that runs on the controller."},
	{name: "ansible_inventory_sources", doc: "Inventories of the run."},
	{name: "ansible_config_file", doc: "Configuration file in use."},
	{name: "ansible_facts", doc: "Facts of the host."},
	{name: "ansible_local", doc: "Local facts of the host."},
	{name: "ansible_failed_task", doc: "In rescue: the task that failed."},
	{name: "ansible_failed_result", doc: "In rescue: the result of the task that failed."},
	{name: "playbook_dir", doc: "Directory of the playbook."},
	{name: "role_name", doc: "Name of the current role."},
	{name: "role_path", doc: "Directory of the current role."},
	{name: "role_names", doc: "Roles of the play."},
	{name: "omit", doc: "Leaves an option out, as with default(omit)."},
	{name: "environment", doc: "Environment of the task."},
	{name: "vars", doc: "All variables, by name."},
}

// facts are those that most projects use.
var facts = []named{
	{name: "ansible_all_ipv4_addresses", doc: "IPv4 addresses of all interfaces."},
	{name: "ansible_all_ipv6_addresses", doc: "IPv6 addresses of all interfaces."},
	{name: "ansible_architecture", doc: "Architecture of the machine, as x86_64."},
	{name: "ansible_bios_version", doc: "Version of the BIOS."},
	{name: "ansible_cmdline", doc: "Options of the kernel."},
	{name: "ansible_date_time", doc: "Date and time when facts were gathered."},
	{name: "ansible_default_ipv4", doc: "Interface and addresses of the IPv4 default route."},
	{name: "ansible_default_ipv6", doc: "Interface and addresses of the IPv6 default route."},
	{name: "ansible_devices", doc: "Block devices by name."},
	{name: "ansible_distribution", doc: "Name of the distribution, as Debian."},
	{name: "ansible_distribution_file_variety", doc: "Kind of file that names the distribution."},
	{name: "ansible_distribution_major_version", doc: "First part of the distribution's version."},
	{name: "ansible_distribution_release", doc: "Code name of the distribution."},
	{name: "ansible_distribution_version", doc: "Version of the distribution."},
	{name: "ansible_dns", doc: "Name servers and search domains."},
	{name: "ansible_domain", doc: "Domain of the host."},
	{name: "ansible_effective_user_id", doc: "User number that facts were gathered as."},
	{name: "ansible_env", doc: "Environment of the target's account."},
	{name: "ansible_fips", doc: "Whether FIPS mode is on."},
	{name: "ansible_form_factor", doc: "Kind of machine."},
	{name: "ansible_fqdn", doc: "Full name of the host."},
	{name: "ansible_hostname", doc: "Name of the host up to the first dot."},
	{name: "ansible_interfaces", doc: "Names of the network interfaces."},
	{name: "ansible_kernel", doc: "Release of the kernel."},
	{name: "ansible_kernel_version", doc: "Build of the kernel."},
	{name: "ansible_lsb", doc: "What lsb_release says."},
	{name: "ansible_machine", doc: "Architecture of the machine."},
	{name: "ansible_machine_id", doc: "What /etc/machine-id holds."},
	{name: "ansible_memfree_mb", doc: "Free memory."},
	{name: "ansible_memtotal_mb", doc: "Memory of the machine."},
	{name: "ansible_mounts", doc: "Mounted file systems."},
	{name: "ansible_nodename", doc: "Name that the kernel has of the host."},
	{name: "ansible_os_family", doc: "Family of the distribution, as Debian or RedHat."},
	{name: "ansible_pkg_mgr", doc: "Package tool of the distribution."},
	{name: "ansible_processor", doc: "Processors."},
	{name: "ansible_processor_cores", doc: "Cores of one processor."},
	{name: "ansible_processor_count", doc: "Number of processors."},
	{name: "ansible_processor_nproc", doc: "Processors that a process may use."},
	{name: "ansible_processor_vcpus", doc: "Logical processors."},
	{name: "ansible_product_name", doc: "Name of the product."},
	{name: "ansible_python", doc: "Python on the target."},
	{name: "ansible_python_version", doc: "Version of Python on the target."},
	{name: "ansible_real_user_id", doc: "Real user number."},
	{name: "ansible_selinux", doc: "State of SELinux."},
	{name: "ansible_service_mgr", doc: "Service manager, as systemd."},
	{name: "ansible_swaptotal_mb", doc: "Swap space."},
	{name: "ansible_system", doc: "Kernel, as Linux."},
	{name: "ansible_system_vendor", doc: "Maker of the machine."},
	{name: "ansible_uptime_seconds", doc: "Seconds since the machine started."},
	{name: "ansible_user_dir", doc: "Home directory of the target's account."},
	{name: "ansible_user_gid", doc: "Group number of the target's account."},
	{name: "ansible_user_id", doc: "Name of the target's account."},
	{name: "ansible_user_shell", doc: "Shell of the target's account."},
	{name: "ansible_user_uid", doc: "User number of the target's account."},
	{name: "ansible_userspace_bits", doc: "32 or 64."},
	{name: "ansible_virtualization_role", doc: "host or guest."},
	{name: "ansible_virtualization_type", doc: "Kind of virtual machine or container."},
}
