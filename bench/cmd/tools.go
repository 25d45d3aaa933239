package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The releases that are compared with.
const (
	ansibleRelease = "ansible-core==2.19.14"
	mitogenRelease = "mitogen==0.3.54"
)

// tool is one way to run a workload.
type tool struct {
	name    string
	version string
	runs    int
	// argv gives the command and what it adds to the environment; nil where the tool does not do the workload.
	argv func(w workload) (argv, env []string)
}

func (b *bench) tools() ([]tool, error) {
	python := "/usr/bin/python3"
	venv, err := b.environment()
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: ansible-core and Mitogen are left out: %v\n", err)
	} else {
		python = filepath.Join(venv, "bin", "python3")
	}
	inventory := filepath.Join(b.dir, "ssh.ini")
	if err := os.WriteFile(inventory, []byte(b.sshd.inventory(python)), 0o600); err != nil {
		return nil, err
	}
	here := filepath.Join(b.dir, "local.ini")
	text := "[benchmark_targets]\nlocalhost ansible_connection=local ansible_python_interpreter=" + python + "\n"
	if err := os.WriteFile(here, []byte(text), 0o600); err != nil {
		return nil, err
	}
	fifty := filepath.Join(b.dir, "hosts50.ini")
	text = "[benchmark_targets]\nhost[01:50] ansible_connection=local ansible_python_interpreter=" + python + "\n"
	if err := os.WriteFile(fifty, []byte(text), 0o600); err != nil {
		return nil, err
	}
	arguments := func(w workload) []string {
		i := here
		switch {
		case w.place == ssh:
			i = inventory
		case w.hosts != "":
			i = fifty
		}
		return []string{"-i", i, filepath.Join("examples", "bench", w.playbook+".yml")}
	}
	config := filepath.Join(b.dir, "ansible.cfg")
	text = "[ssh_connection]\npipelining = True\nssh_args = -C -o ControlMaster=auto -o ControlPersist=60s\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	env := []string{"ANSIBLE_CONFIG=" + config}
	list := []tool{
		{name: "limit", version: "Go, the same system calls and nothing else", runs: b.runs, argv: func(w workload) ([]string, []string) {
			if w.limit == nil {
				return nil, nil
			}
			return append([]string{b.limit}, w.limit...), nil
		}},
		{name: "rehearse", version: firstLine(b.binary, "--version"), runs: b.runs, argv: func(w workload) ([]string, []string) {
			return append([]string{b.binary, "run"}, arguments(w)...), env
		}},
	}
	if venv == "" {
		return list, nil
	}
	playbook := filepath.Join(venv, "bin", "ansible-playbook")
	strategies, err := filepath.Glob(filepath.Join(venv, "lib", "python3*", "site-packages", "ansible_mitogen", "plugins", "strategy"))
	if err != nil || len(strategies) != 1 {
		return nil, fmt.Errorf("mitogen's strategies are not in %s", venv)
	}
	return append(list,
		tool{name: "Mitogen", version: mitogenRelease, runs: b.mitogenRuns, argv: func(w workload) ([]string, []string) {
			return append([]string{playbook}, arguments(w)...), append([]string{"ANSIBLE_STRATEGY=mitogen_linear", "ANSIBLE_STRATEGY_PLUGINS=" + strategies[0]}, env...)
		}},
		tool{name: "ansible-core", version: firstLine(playbook, "--version"), runs: b.ansibleRuns, argv: func(w workload) ([]string, []string) {
			return append([]string{playbook}, arguments(w)...), env
		}},
	), nil
}

// environment gives the virtual environment, made and filled where it is not there.
func (b *bench) environment() (string, error) {
	if b.venv != "" {
		return filepath.Abs(b.venv)
	}
	venv := filepath.Join(b.dir, "venv")
	if _, err := os.Stat(filepath.Join(venv, "complete")); err == nil {
		return venv, nil
	}
	if err := command("python3", "-m", "venv", venv); err != nil {
		return "", err
	}
	if err := command(filepath.Join(venv, "bin", "pip"), "install", "-q", ansibleRelease, mitogenRelease); err != nil {
		return "", err
	}
	return venv, os.WriteFile(filepath.Join(venv, "complete"), nil, 0o644)
}

func firstLine(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return "unknown version"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}
