package module

import (
	"os"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// factRun is one gathering of facts. Collectors run side by side; what they need of others they ask for by method.
type factRun struct {
	*Call
	distribution func() *value.Dict
	lsb          func() *value.Dict
	python       func() *pythonFacts
	hostFQDN     func() string

	mu sync.Mutex // guards the warnings of the call
}

func (f *factRun) warn(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Warn(text)
}

// collectors are those of ansible-core for Linux, in its order.
func collectors() []collector {
	return []collector{
		{"platform", []string{"system", "kernel", "kernel_version", "machine", "python_version", "architecture", "machine_id"}, nil, platformFacts},
		{"distribution", []string{"distribution_version", "distribution_release", "distribution_major_version", "os_family"}, nil,
			func(f *factRun) *value.Dict { return f.distribution() }},
		{"lsb", nil, nil, func(f *factRun) *value.Dict { return value.NewDict("lsb", f.lsb()) }},
		{"selinux", nil, nil, selinuxFacts},
		{"apparmor", nil, nil, apparmorFacts},
		{"chroot", []string{"is_chroot"}, nil, chrootFacts},
		{"fips", nil, nil, fipsFacts},
		{"python", nil, nil, pythonCollector},
		{"caps", []string{"system_capabilities", "system_capabilities_enforced"}, nil, capsFacts},
		{"pkg_mgr", nil, []string{"distribution"}, packageManagerFacts},
		{"service_mgr", nil, []string{"platform", "distribution"}, serviceManagerFacts},
		{"cmdline", nil, nil, cmdlineFacts},
		{"date_time", nil, nil, dateTimeFacts},
		{"env", nil, nil, envFacts},
		{"loadavg", nil, nil, loadFacts},
		{"ssh_pub_keys", []string{"ssh_host_pub_keys", "ssh_host_key_dsa_public", "ssh_host_key_rsa_public",
			"ssh_host_key_ecdsa_public", "ssh_host_key_ed25519_public"}, nil, hostKeyFacts},
		{"user", []string{"user_id", "user_uid", "user_gid", "user_gecos", "user_dir", "user_shell", "real_user_id",
			"effective_user_id", "effective_group_ids"}, nil, userFacts},
		{"systemd", nil, nil, systemdFacts},
		{"virtual", []string{"virtualization_type", "virtualization_role", "virtualization_tech_guest", "virtualization_tech_host"}, nil, virtualFacts},
		{"hardware", []string{"processor", "processor_cores", "processor_count", "mounts", "devices"}, []string{"platform"}, hardwareFacts},
		{"dns", nil, nil, dnsFacts},
		{"fibre_channel_wwn", nil, nil, fibreFacts},
		{"network", []string{"interfaces", "default_ipv4", "default_ipv6", "all_ipv4_addresses", "all_ipv6_addresses"},
			[]string{"distribution", "platform"}, networkFacts},
		{"iscsi", nil, nil, iscsiFacts},
		{"nvme", nil, nil, nvmeFacts},
		{"local", nil, nil, localFacts},
		{"facter", []string{"facter"}, nil, facterFacts},
		{"ohai", nil, nil, ohaiFacts},
	}
}

func runSetup(c *Call) *value.Dict {
	all := collectors()
	run, err := chosen(all, c.texts("gather_subset"))
	if err != nil {
		return c.failed(err)
	}
	f := &factRun{Call: c}
	f.lsb = sync.OnceValue(f.lsbFacts)
	f.distribution = sync.OnceValue(f.distributionFacts)
	f.python = sync.OnceValue(f.askPython)
	f.hostFQDN = sync.OnceValue(f.fqdn)
	parts := make([]*value.Dict, len(all))
	var wait sync.WaitGroup
	for i, k := range all {
		if !run[k.name] {
			continue
		}
		wait.Add(1)
		go func() {
			defer wait.Done()
			parts[i] = k.collect(f)
		}()
	}
	wait.Wait()
	facts := &value.Dict{}
	for i, part := range parts {
		if part == nil {
			continue
		}
		for k, v := range part.RawAll() {
			name := value.ToStr(k)
			switch all[i].name {
			case "facter", "ohai":
				name = all[i].name + "_" + strings.ReplaceAll(name, "-", "_")
			default:
				name = factName(name)
			}
			facts.Put(name, v)
		}
	}
	facts = filtered(facts, c.texts("filter"))
	subset, _ := c.list("gather_subset")
	meta := value.NewDict("gather_subset", value.NewList(subset...), "module_setup", value.Bool(true))
	for k, v := range filtered(meta, c.texts("filter")).RawAll() {
		facts.Set(k, v)
	}
	return value.NewDict("ansible_facts", facts)
}

// factName gives a fact its prefix; dashes become underscores.
func factName(name string) string {
	return "ansible_" + strings.ReplaceAll(name, "-", "_")
}

// content is what a file holds without surrounding blanks; ok is false where it cannot be read or is empty.
func fileText(path string) (text string, ok bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	text = strings.TrimSpace(string(b))
	return text, text != ""
}

func fileLines(path string) []string {
	text, ok := fileText(path)
	if !ok {
		return nil
	}
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}

// textOr is the content of a file, or NA where there is none.
func textOr(path string, otherwise value.Value) value.Value {
	if text, ok := fileText(path); ok {
		return value.S(text)
	}
	return otherwise
}

func emptyList() *value.List { return &value.List{Items: []value.Value{}} }

// output runs a program and gives its output; ok is false where it is not installed or fails.
func (f *factRun) output(program string, args ...string) (out string, ok bool) {
	path := f.findProgram(program)
	if path == "" {
		return "", false
	}
	rc, out, _, err := f.command(parsable, append([]string{path}, args...)...)
	return out, err == nil && rc == 0
}

// parsable is the environment of programs whose output is read.
var parsable = []string{"LANG=C.UTF-8", "LC_ALL=C.UTF-8", "LC_NUMERIC=C.UTF-8"}
