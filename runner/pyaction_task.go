package runner

import (
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// describe is what the Python side is told of the task, of the way to the host and of the plugin.
func (a *pythonCall) describe(path string) (*value.Dict, error) {
	s := a.spec
	name, folder := actionName(path, s.name)
	directories := &value.List{}
	for role := s.task.Role; role != nil; role = role.Parent {
		directories.Items = append(directories.Items, value.S(role.Path))
	}
	if folder != "" {
		directories.Items = append(directories.Items, value.S(folder))
	}
	become, err := a.becomes()
	if err != nil {
		return nil, err
	}
	connection, err := a.connectionName()
	if err != nil {
		return nil, err
	}
	if connection == "local" || oneOf(connection, connections) {
		if connection != "local" {
			connection = "ssh"
		}
	} else if !strings.Contains(connection, ".") { // a plugin in Python, which is named as it was written
		connection = "ansible.legacy." + connection
	}
	attributes, err := a.taskAttributes(become)
	if err != nil {
		return nil, err
	}
	context, err := a.playContext(connection, become)
	if err != nil {
		return nil, err
	}
	task := value.NewDict("attributes", attributes, "resolved", value.S(a.target.shown()), "search", value.Strings(s.path), "path", value.S(pathOf(s.at())))
	if role := s.task.Role; role != nil {
		task.Put("role", value.NewDict("role_name", value.S(role.Name), "role_path", value.S(role.Path), "role_collection", textOrNone(role.Collection)))
	}
	return value.NewDict("action", value.S(name), "directories", directories, "task", task, "play_context", context, "connection", value.S(connection)), nil
}

// taskAttributes are the keywords of the task, evaluated.
func (a *pythonCall) taskAttributes(become bool) (*value.Dict, error) {
	s := a.spec
	env := &value.Dict{}
	for k, v := range a.env {
		env.Put(k, value.S(v))
	}
	name := s.view.Name
	if s.task.Value("name") == nil {
		name = ""
	}
	d := value.NewDict("action", value.S(s.name), "args", a.args, "name", value.S(name), "async_val", value.Int(a.async), "poll", value.Int(a.poll),
		"check_mode", value.Bool(a.res.check), "diff", value.Bool(a.res.diff), "no_log", value.Bool(a.res.noLog), "environment", value.NewList(env),
		"delegate_facts", value.Bool(a.res.delegateFacts), "delegate_to", textOrNone(a.res.delegate), "ignore_errors", value.Bool(a.res.ignoreErrors),
		"run_once", value.Bool(a.res.runOnce), "become", value.Bool(become), "timeout", value.Int(a.timeout), "register", textOrNone(s.register),
		"retries", value.Int(a.retries-1))
	if len(s.until) > 0 {
		d.Put("until", &value.List{Items: s.until})
	}
	for _, k := range []string{"become_user", "become_method", "become_flags", "become_exe", "connection", "remote_user"} {
		text, err := s.text(a.tpl, k)
		if err != nil {
			return nil, err
		}
		switch {
		case text != "":
		case k == "become_user" && become:
			text = a.o.BecomeUser
		case k == "become_method":
			text = first(a.o.BecomeMethod, "sudo")
		case k == "connection":
			text = first(a.o.Connection, "ssh")
		case k == "remote_user":
			text = a.o.User
		}
		if text != "" {
			d.Put(k, value.S(text))
		}
	}
	if port, err := s.number(a.tpl, "port", a.o.Port); err != nil {
		return nil, err
	} else if port != 0 {
		d.Put("port", value.Int(port))
	}
	if l, ok := s.task.Keyword("collections").(*value.List); ok && l.Len() > 0 {
		names := &value.List{}
		own := false
		for _, v := range l.Items {
			name := value.ToStr(v)
			own = own || name == "ansible.builtin" || name == "ansible.legacy"
			names.Items = append(names.Items, value.S(name))
		}
		if !own {
			names.Items = append(names.Items, value.S("ansible.legacy"))
		}
		d.Put("collections", names)
	}
	return d, nil
}

// playContext is the old form in which plugins are told of the way to the host.
func (a *pythonCall) playContext(connection string, become bool) (*value.Dict, error) {
	h := a.runHost()
	address, err := a.connText(h.Name, "ansible_ssh_host", "ansible_host")
	if err != nil {
		return nil, err
	}
	shell, err := a.connText("/bin/sh", "ansible_shell_executable")
	if err != nil {
		return nil, err
	}
	d := value.NewDict("remote_addr", value.S(address), "executable", value.S(shell), "check_mode", value.Bool(a.res.check), "diff", value.Bool(a.res.diff),
		"become", value.Bool(become), "connection", value.S(connection), "timeout", value.Int(max(a.o.Timeout, 1)))
	if connection == "ssh" {
		t, _, err := a.sshTarget()
		if err != nil {
			return nil, err
		}
		for k, v := range map[string]string{"remote_user": t.User, "private_key_file": t.KeyFile} {
			if v != "" {
				d.Put(k, value.S(v))
			}
		}
		if t.Port != 0 {
			d.Put("port", value.Int(t.Port))
		}
	}
	if a.o.ConnectionPassword != "" {
		d.Put("password", value.S(string(a.o.ConnectionPassword)))
	}
	method, err := a.becomeMethod()
	if err != nil {
		return nil, err
	}
	d.Put("become_method", value.S(method))
	if a.o.BecomePassword != "" {
		d.Put("become_pass", value.S(string(a.o.BecomePassword)))
	}
	return d, nil
}

// becomeMethod is the method of become, whether it is on or not.
func (a *pythonCall) becomeMethod() (string, error) {
	method, err := a.spec.text(a.tpl, "become_method")
	if err != nil {
		return "", err
	}
	return a.connText(first(method, a.o.BecomeMethod, "sudo"), "ansible_become_method")
}

// inControllerDir makes a path that a plugin gave absolute: the Python process has a working directory of its own.
func (a *pythonCall) inControllerDir(path string) string {
	if filepath.IsAbs(path) || a.o.Dir == "" {
		return path
	}
	return filepath.Join(a.o.Dir, path)
}

func pathOf(at source.Location) string {
	if at.File == nil {
		return ""
	}
	return at.File.Path
}
