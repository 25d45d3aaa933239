package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// handOver runs the same command line with an installed ansible-playbook and gives its exit status. One line on standard
// error says why.
func handOver(ctx context.Context, env *Env, why string) int {
	path, err := realAnsible(env, "ansible-playbook")
	if err != nil {
		fmt.Fprintf(env.Stderr, "[ERROR]: %s; and no ansible-playbook was found to hand the run to\n", why)
		return 4
	}
	fmt.Fprintf(env.Stderr, "[WARNING]: handing this run to %s: %s\n", path, why)
	args := slices.DeleteFunc(slices.Clone(env.Args), func(a string) bool { return a == "--fallback" || a == "--fallback=true" })
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = env.Stdin, direct(env.Stdout), env.Stderr, env.Dir
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	var exit *exec.ExitError
	switch err := cmd.Run(); {
	case errors.As(err, &exit):
		return exit.ExitCode()
	case err != nil:
		fmt.Fprintf(env.Stderr, "[ERROR]: %v\n", err)
		return 1
	}
	return 0
}

// realAnsible finds a program of Ansible on PATH that is not this one under another name.
func realAnsible(env *Env, name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return "", err
	}
	for _, dir := range filepath.SplitList(env.Getenv("PATH")) {
		path := filepath.Join(dir, name)
		real, err := filepath.EvalSymlinks(path)
		if err != nil || real == self {
			continue
		}
		if info, err := os.Stat(real); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}
