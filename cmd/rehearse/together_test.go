//go:build unix

package main

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/vault"
	"github.com/rehearse-dev/rehearse/runner/transport/sshdtest"
)

// fifos makes named pipes in the folder: a run that reads one waits until another writes to it.
func fifos(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// release lets the one go on that waits at the pipe; it waits until there is one.
func release(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("go\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// unknownHost is an inventory line for the server whose key nobody knows yet; both runs accept it and write it down.
func unknownHost(name string, s *sshdtest.Server, known string) string {
	return strings.Replace(line(name, s), "UserKnownHostsFile="+s.KnownHosts, "UserKnownHostsFile="+known+" -o StrictHostKeyChecking=accept-new", 1)
}

// TestRunsTogether has two runs over the same hosts with the same files of every kind. They meet twice, so that both are under way: the
// first time no host has an agent yet.
func TestRunsTogether(t *testing.T) {
	for _, way := range ways(t) {
		if !strings.Contains(way.name, "SSH") {
			continue // the playbook has a local host, too
		}
		t.Run(way.name, func(t *testing.T) {
			s := sshdtest.Start(t, "")
			dir := t.TempDir()
			tasks := `
- hosts: all
  ` + way.extra + `gather_facts: true
  vars: {ansible_remote_tmp: DIR/tmp}
  tasks:
    - name: Meet
      ansible.builtin.shell: "{{ 'echo > DIR/1; cat DIR/2' if me == 'a' else 'cat DIR/1; echo > DIR/2' }}"
      when: inventory_hostname == 'box'
    - name: Same destination
      ansible.builtin.copy: {content: "{{ (me ~ item) * 100000 }}", dest: DIR/same, mode: "0600"}
      loop: [1, 2, 3, 4]
    - name: Same fetched file
      ansible.builtin.fetch: {src: DIR/same, dest: DIR/fetched, flat: true, validate_checksum: false}
    - name: Same line
      ansible.builtin.lineinfile: {path: DIR/lines, line: "of both", create: true, mode: "0600"}
    - name: Same fact
      ansible.builtin.set_fact: {kept: "{{ me * 1000 }}", cacheable: true}
    - name: Same password
      ansible.builtin.copy: {content: "{{ lookup('ansible.builtin.password', 'DIR/password') }}", dest: "DIR/password.{{ me }}", mode: "0600"}
    - name: Same directory of jobs
      ansible.builtin.command: echo {{ me }}
      async: 60
      poll: 0
      register: job
    - name: Wait for the job
      ansible.builtin.async_status: {jid: "{{ job.ansible_job_id }}"}
      register: done
      until: done is finished
      retries: 1000
      delay: 0
    - name: Own job
      ansible.builtin.assert: {that: done.stdout == me}
    - name: Meet again
      ansible.builtin.shell: "{{ 'echo > DIR/3; cat DIR/4' if me == 'a' else 'cat DIR/3; echo > DIR/4' }}"
      when: inventory_hostname == 'box'
    - name: End
      ansible.builtin.fail: {msg: "the end of {{ me }}"}
`
			known := filepath.Join(dir, "known_hosts")
			for name, text := range map[string]string{"hosts": unknownHost("box", s, known) + "here ansible_connection=local\n", "site.yml": strings.ReplaceAll(tasks, "DIR", dir), "tmp/keep": ""} {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			fifos(t, dir, "1", "2", "3", "4")
			env := []string{"ANSIBLE_RETRY_FILES_ENABLED=1", "ANSIBLE_RETRY_FILES_SAVE_PATH=" + dir + "/out", "ANSIBLE_LOG_PATH=" + dir + "/log", "ANSIBLE_DEPRECATION_WARNINGS=0",
				"ANSIBLE_CALLBACKS_ENABLED=tree,junit", "ANSIBLE_CALLBACK_TREE_DIR=" + dir + "/tree", "JUNIT_OUTPUT_DIR=" + dir + "/junit", "ANSIBLE_ASYNC_DIR=" + dir + "/jobs",
				"ANSIBLE_CACHE_PLUGIN=jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION=" + dir + "/facts"}
			runs := map[string]*running{}
			for _, me := range []string{"a", "b"} {
				runs[me] = launch(t, dir, env, "run", "-i", "hosts", "-e", "me="+me, "site.yml")
			}
			for me, r := range runs {
				if code := r.wait(); code != 2 {
					t.Errorf("%s: exit status %d\n%s", me, code, r.output())
				}
				for _, want := range []string{`box +: ok=11 `, `here +: ok=9 `} { // which of the two changes a file is open
					if !regexp.MustCompile(`(?m)^` + want + ` *changed=\d+ +unreachable=0 +failed=1 `).MatchString(r.output()) {
						t.Errorf("%s: the recap is not %s", me, want)
					}
				}
				if strings.Count(r.output(), "the end of "+me) == 0 || strings.Contains(r.output(), "WARNING") {
					t.Errorf("%s printed:\n%s", me, r.output())
				}
			}
			same := read(t, dir, "same")
			for _, name := range []string{"same", "fetched"} {
				text := read(t, dir, name)
				if len(text) != 200000 || strings.Trim(text, text[:2]) != "" {
					t.Errorf("%s is not the content of one run: %d bytes", name, len(text))
				}
			}
			if same[1] != '4' {
				t.Errorf("an older content came last: %q", same[:2])
			}
			if got := read(t, dir, "lines"); got != "of both\n" && got != "of both\nof both\n" {
				t.Errorf("lines: %q", got)
			}
			if a, b := read(t, dir, "password.a"), read(t, dir, "password.b"); a != b || len(a) != 20 {
				t.Errorf("two passwords for one file: %q and %q", a, b)
			}
			if got := read(t, dir, "out/site.retry"); got != "box\nhere\n" {
				t.Errorf("the retry file: %q", got)
			}
			form := regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} p=\d+ u=\S+ n=ansible \w+\| `)
			ends := map[string]int{}
			for l := range strings.Lines(read(t, dir, "log")) {
				if i := strings.Index(l, " n=ansible "); i > 0 && !form.MatchString(l) || strings.Count(l, " n=ansible ") > 1 {
					t.Errorf("a line of two runs in the log: %q", l)
				}
				if m := regexp.MustCompile(`p=(\d+) .*PLAY RECAP`).FindStringSubmatch(l); m != nil {
					ends[m[1]]++
				}
			}
			if len(ends) != 2 {
				t.Errorf("the log has the ends of %v", ends)
			}
			for _, host := range []string{"box", "here"} {
				var v any
				if err := json.Unmarshal([]byte(read(t, dir, "facts/s1_"+host)), &v); err != nil {
					t.Errorf("the facts of %s: %v", host, err)
				}
				if err := json.Unmarshal([]byte(read(t, dir, "tree/"+host)), &v); err != nil {
					t.Errorf("the tree of %s: %v", host, err)
				}
			}
			reports, _ := filepath.Glob(filepath.Join(dir, "junit", "*.xml"))
			for _, path := range reports {
				var v struct{}
				text, _ := os.ReadFile(path)
				if err := xml.Unmarshal(text, &v); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			}
			if len(reports) != 2 {
				t.Errorf("reports: %v", reports)
			}
			for l := range strings.Lines(read(t, dir, "known_hosts")) {
				if l = strings.TrimSpace(l); l != "" && !strings.Contains(l, " ssh-ed25519 ") {
					t.Errorf("known_hosts has the line %q", l)
				}
			}
			left, _ := filepath.Glob(filepath.Join(dir, "*", ".*"))
			more, _ := filepath.Glob(filepath.Join(dir, ".*"))
			tmp, _ := filepath.Glob(filepath.Join(dir, "tmp", "*"))
			for _, path := range append(append(left, more...), tmp...) {
				if base := filepath.Base(path); base != ".ansible" && base != ".cache" && base != "keep" {
					t.Errorf("left behind: %s", path)
				}
			}
			if left := s.Leftovers(); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

// TestKilledRunHarmsNoOther kills one of two runs with SIGKILL while both are in the middle of a task. The other one goes on with its
// agent, its files and its other accounts, to the end.
func TestKilledRunHarmsNoOther(t *testing.T) {
	for i, way := range ways(t) {
		t.Run(way.name, func(t *testing.T) {
			s := sshdtest.Start(t, "")
			sleep := "sleep " + strconv.Itoa(3000+i) + ".5"
			dir := folder(t, map[string]string{"hosts": way.line(s), "tmp/keep": "", "big": strings.Repeat("0123456789", 100_000), "site.yml": `
- hosts: all
  ` + way.extra + `gather_facts: false
  vars: {ansible_remote_tmp: DIR/tmp}
  tasks:
    - ansible.builtin.copy: {src: DIR/big, dest: "DIR/before.{{ me }}", mode: "0600"}
    - ansible.builtin.shell: "sleep 0.3; touch DIR/begun.{{ me }}; {{ wait }}"
    - ansible.builtin.copy: {src: DIR/big, dest: DIR/after, mode: "0600"}
    - ansible.builtin.command: cmp DIR/big DIR/after
`})
			fifos(t, dir, "go")
			killed := launch(t, dir, nil, "run", "-i", "hosts", "-e", "me=a", "-e", `{"wait": "`+sleep+`"}`, "site.yml")
			other := launch(t, dir, nil, "run", "-i", "hosts", "-e", "me=b", "-e", `{"wait": "cat `+dir+`/go"}`, "site.yml")
			killed.appears(filepath.Join(dir, "begun.a"))
			other.appears(filepath.Join(dir, "begun.b"))
			killed.cmd.Process.Kill()
			killed.wait()
			gone(t, sleep)
			release(t, dir, "go")
			if code := other.wait(); code != 0 {
				t.Errorf("exit status %d:\n%s", code, other.output())
			}
			recap(t, other.output(), "box", 4, 4, 0, 0)
			gone(t, dir)
			if left, _ := filepath.Glob(filepath.Join(dir, "tmp", "*")); len(left) != 1 || len(s.Leftovers()) > 0 {
				t.Errorf("left behind: %v %v", left, s.Leftovers())
			}
		})
	}
}

// TestRunsOfTwoReleases has a run of another build come to a host while the first one works there: each has an agent of its own.
func TestRunsOfTwoReleases(t *testing.T) {
	s := sshdtest.Start(t, "")
	dir := folder(t, map[string]string{"hosts": line("box", s), "site.yml": `
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.shell: "touch DIR/begun; cat DIR/go"
    - ansible.builtin.copy: {content: x, dest: DIR/first, mode: "0600"}
`, "other.yml": `
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.copy: {content: x, dest: DIR/second, mode: "0600"}
`})
	fifos(t, dir, "go")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	release2 := filepath.Join(dir, "release2") // another hash
	if err := os.WriteFile(release2, append(program, "another build"...), 0o700); err != nil {
		t.Fatal(err)
	}
	first := launch(t, dir, nil, "run", "-i", "hosts", "site.yml")
	first.appears(filepath.Join(dir, "begun"))
	second := launchAs(t, dir, nil, release2, "run", "-i", "hosts", strings.ReplaceAll("DIR/other.yml", "DIR", dir))
	if code := second.wait(); code != 0 {
		t.Errorf("the second: exit status %d\n%s", code, second.output())
	}
	release(t, dir, "go")
	if code := first.wait(); code != 0 {
		t.Errorf("the first: exit status %d\n%s", code, first.output())
	}
	if agents, _ := filepath.Glob(filepath.Join(s.Home, ".cache/rehearse/agent-*")); len(agents) != 2 {
		t.Errorf("agents: %v", agents)
	}
}

// TestJobThatOutlivesItsRun starts a job in the background in a run that is killed afterwards; another run asks for it.
func TestJobThatOutlivesItsRun(t *testing.T) {
	for _, way := range ways(t)[:2] {
		t.Run(way.name, func(t *testing.T) {
			s := sshdtest.Start(t, "")
			dir := folder(t, map[string]string{"hosts": way.line(s), "site.yml": `
- hosts: all
  ` + way.extra + `gather_facts: false
  vars: {ansible_async_dir: DIR/jobs}
  tasks:
    - ansible.builtin.shell: cat DIR/go
      async: 600
      poll: 0
      register: job
    - ansible.builtin.copy: {content: "{{ job.ansible_job_id }}", dest: DIR/id, mode: "0600"}
    - ansible.builtin.shell: "sleep 0.3; touch DIR/begun; cat DIR/never"
`, "status.yml": `
- hosts: all
  ` + way.extra + `gather_facts: false
  vars: {ansible_async_dir: DIR/jobs}
  tasks:
    - ansible.builtin.async_status: {jid: "{{ lookup('ansible.builtin.file', 'DIR/id') }}"}
      register: job
      until: job is finished or not wait
      retries: 100000
      delay: 0
    - ansible.builtin.debug: {msg: "finished {{ job.finished }} said {{ job.stdout }}"}
`})
			fifos(t, dir, "go", "never")
			r := launch(t, dir, nil, "run", "-i", "hosts", "site.yml")
			r.appears(filepath.Join(dir, "begun"))
			r.cmd.Process.Kill()
			r.wait()
			gone(t, "cat "+dir+"/never")
			status := func(wait string) string {
				r := launch(t, dir, nil, "run", "-i", "hosts", "-e", `{"wait": `+wait+`}`, "status.yml")
				if code := r.wait(); code != 0 {
					t.Fatalf("exit status %d\n%s", code, r.output())
				}
				return r.output()
			}
			if out := status("false"); !strings.Contains(out, "finished False said ") {
				t.Errorf("while it runs:\n%s", out)
			}
			release(t, dir, "go")
			if out := status("true"); !strings.Contains(out, "finished True said go") {
				t.Errorf("afterwards:\n%s", out)
			}
			gone(t, dir)
		})
	}
}

// TestVaultTogether has two processes that change the password of one file: whoever comes last, the file is whole and opened by one of the
// passwords.
func TestVaultTogether(t *testing.T) {
	dir := folder(t, map[string]string{"old": "old", "a": "password a", "b": "password b", "secret.yml": "x: 1\n"})
	if code := launch(t, dir, nil, "vault", "encrypt", "--vault-password-file", "old", "secret.yml").wait(); code != 0 {
		t.Fatal("cannot encrypt")
	}
	runs := map[string]*running{}
	for _, me := range []string{"a", "b"} {
		runs[me] = launch(t, dir, nil, "vault", "rekey", "--vault-password-file", "old", "--new-vault-password-file", me, "secret.yml")
	}
	good := 0
	for me, r := range runs {
		if code := r.wait(); code == 0 {
			good++
		} else if code != 1 || !strings.Contains(r.output(), "Decryption failed") {
			t.Errorf("%s: exit status %d: %s", me, code, r.output())
		}
	}
	s := &vault.Secrets{List: []vault.Secret{vault.NewSecret("", []byte("password a"), "a"), vault.NewSecret("", []byte("password b"), "b")}}
	if plain, _, err := s.Open([]byte(read(t, dir, "secret.yml"))); err != nil || string(plain) != "x: 1\n" || good == 0 {
		t.Errorf("%q, %v; %d of 2 ended well", plain, err, good)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".vault*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
