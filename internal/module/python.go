package module

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/module/pyhost"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// PythonName is the name of the carrier of modules that are written in Python. Find knows it; Table does not list it,
// since no playbook may name it.
const PythonName = "rehearse.python"

// python runs a Python module. Its arguments: interpreter, fqn, params and profile (texts), files (a number, the limit of open files; 0 leaves it), base and payload (keys of
// blobs, the SHA-256 in hex). It has no Spec: the module checks its own arguments.
var python = &Module{Name: PythonName, Doc: "Runs a module that is written in Python.", Run: runPython}

func runPython(c *Call) *value.Dict {
	if c.Python == nil {
		return c.failed(Fail(c.text("fqn") + ": this connection cannot run Python modules"))
	}
	r := &pyhost.Request{Interpreter: c.text("interpreter"), FQN: c.text("fqn"), Params: c.text("params"), Profile: c.text("profile"), Env: c.Env, Cwd: c.Cwd}
	r.Files, _ = c.integer("files")
	for _, archive := range []struct {
		key  string
		path *string
	}{{c.text("base"), &r.Base}, {c.text("payload"), &r.Payload}} {
		if _, err := hex.DecodeString(archive.key); err != nil || archive.key == "" {
			return c.failed(Fail("the archive of " + r.FQN + " has no valid hash"))
		}
		path, err := pyhost.Cached(c.CacheDir, archive.key)
		if err != nil {
			return c.failed(Fail(err.Error()))
		}
		if path == "" {
			content, err := c.Blob(archive.key)
			if err != nil {
				return c.failed(Fail("fetch the archive of " + r.FQN + ": " + err.Error()))
			}
			if path, err = pyhost.Archive(c.CacheDir, archive.key, content); err != nil {
				return c.failed(Fail(err.Error()))
			}
		}
		*archive.path = path
	}
	reply, err := c.Python.Run(c.context(), r)
	var none *pyhost.NoInterpreter
	switch {
	case errors.As(err, &none):
		return noInterpreter(none.Interpreter, 127, "", "/bin/sh: 1: "+none.Interpreter+": not found\n")
	case err != nil:
		return c.failed(Fail(err.Error()))
	}
	return pythonResult(reply)
}

// OfJob gives the result of a module that ran in the background the form that ansible-core's jobs have: what the module wrote
// on its error output is part of it, and output without a result is told in other words.
func OfJob(result *value.Dict) *value.Dict {
	if _, bad := result.Raw(UndecodedKey); bad {
		out := value.NewDict("failed", value.Bool(true))
		msg, _ := result.Raw("msg")
		reason := strings.TrimPrefix(value.ToStr(msg), "Module result deserialization failed: ")
		for _, kv := range [][2]string{{"cmd", "cmd"}, {"module_stdout", "data"}, {"module_stderr", "stderr"}} {
			if v, ok := result.Raw(kv[0]); ok {
				out.Put(kv[1], v)
			}
		}
		out.Put("msg", value.S(reason))
		return out
	}
	if said, ok := result.Raw(StderrKey); ok {
		result.Delete(value.S(StderrKey))
		result.Put("stderr", said)
	}
	return result
}

// pythonResult reads what the module printed: one JSON object, perhaps between lines of something else. As in
// ansible-core 2.19, output without one is a failure that shows all of it.
func pythonResult(reply *pyhost.Reply) *value.Dict {
	text := lossyText(reply.Stdout)
	object, junk, err := findObject(text)
	var result *value.Dict
	if err == nil {
		var v value.Value
		if v, err = value.FromJSON([]byte(object)); err == nil {
			var ok bool
			if result, ok = v.(*value.Dict); !ok {
				err = fmt.Errorf("the result is a %s, not an object", v.TypeName())
			}
		}
	}
	if err != nil {
		return undecoded("Module result deserialization failed: "+err.Error(), seeOutput, reply.RC, text, lossyText(reply.Stderr))
	}
	summaries(result)
	if junk != "" {
		warn(result, "Module invocation had junk after the JSON data: "+junk)
	}
	clean(result)
	if len(reply.Stderr) > 0 {
		result.Put(StderrKey, value.S(lossyText(reply.Stderr)))
	}
	return result
}

func lossyText(b []byte) string { return string(bytes.ToValidUTF8(b, []byte("\ufffd"))) }

// warn adds a warning to a result that may have a list of them.
func warn(result *value.Dict, text string) {
	list, ok := raw[*value.List](result, "warnings")
	if !ok {
		list = &value.List{}
		if v, ok := result.Raw("warnings"); ok {
			if t, _ := value.Truth(v); t {
				list.Items = append(list.Items, v)
			}
		}
		result.Put("warnings", list)
	}
	list.Items = append(list.Items, value.S(text))
}

// clean takes out of a result what only the controller may say, and warns of it, as ansible-core does.
func clean(result *value.Dict) {
	if v, ok := result.Raw("results"); ok {
		switch v.(type) {
		case *value.List:
		default:
			result.Delete(value.S("results"))
			result.Put("ansible_module_results", v)
			warn(result, "Found internal 'results' key in module return, renamed to 'ansible_module_results'.")
		}
	}
	var internal []string
	for k := range result.RawAll() {
		name := value.ToStr(k)
		if strings.HasPrefix(name, "_ansible_") && name != CrashKey || name == "add_host" || name == "add_group" {
			internal = append(internal, name)
		}
	}
	for _, name := range internal {
		v, _ := result.Raw(name)
		result.Delete(value.S(name))
		if name != "_ansible_parsed" && name != "_ansible_suppress_tmpdir_delete" {
			warn(result, "Removed unexpected internal key in module return: "+name+" = "+value.ToStr(v))
		}
	}
	if facts, ok := raw[*value.Dict](result, "ansible_facts"); ok {
		var discovered []value.Value
		for k := range facts.RawAll() {
			if name := value.ToStr(k); strings.HasPrefix(name, "discovered_interpreter_") || strings.HasPrefix(name, "ansible_discovered_interpreter_") {
				discovered = append(discovered, k)
			}
		}
		for _, k := range discovered {
			facts.Delete(k)
		}
	}
}

// findObject cuts the JSON object out of a module's output: it begins with the first line that starts with { and ends with
// the last line that ends with }. What follows is junk that the user is warned about.
func findObject(text string) (object, junk string, err error) {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if !strings.HasPrefix(strings.TrimSpace(line), "{") {
			continue
		}
		for end := len(lines) - 1; end >= i; end-- {
			if strings.HasSuffix(strings.TrimSpace(lines[end]), "}") {
				return strings.Join(lines[i:end+1], "\n"), strings.TrimSpace(strings.Join(lines[end+1:], "\n")), nil
			}
		}
		return "", "", errors.New("No end of json char found")
	}
	return "", "", errors.New("No start of json char found")
}

// summaries turns the typed records of ansible-core 2.19 into what a playbook sees: warnings are texts, deprecations
// dicts, and an exception gives the result its msg.
func summaries(result *value.Dict) {
	if list, ok := raw[*value.List](result, "warnings"); ok {
		for i, item := range list.Items {
			if d, ok := item.(*value.Dict); ok {
				list.Items[i] = value.S(eventMessage(d))
			}
		}
	}
	if list, ok := raw[*value.List](result, "deprecations"); ok {
		for i, item := range list.Items {
			d, ok := item.(*value.Dict)
			if !ok || !typed(d, "DeprecationSummary") {
				continue
			}
			plain := value.NewDict("msg", value.S(eventMessage(d)))
			for _, key := range []string{"version", "date"} {
				if v, ok := d.Raw(key); ok {
					plain.Put(key, v)
				}
			}
			if by, ok := raw[*value.Dict](d, "deprecator"); ok {
				if name, ok := by.Raw("resolved_name"); ok {
					plain.Put("collection_name", name)
				}
			}
			list.Items[i] = plain
		}
	}
	d, ok := raw[*value.Dict](result, "exception")
	if !ok || !typed(d, "ErrorSummary") {
		return
	}
	message := eventMessage(d)
	result.Delete(value.S("exception"))
	if trace, ok := raw[value.Str](d, "formatted_traceback"); ok {
		result.Put("exception", trace)
	}
	if _, ok := result.Raw("msg"); !ok {
		result.Put("msg", value.S(message))
		result.Put(CrashKey, value.Bool(true))
	}
}

func typed(d *value.Dict, name string) bool {
	t, _ := raw[value.Str](d, "__ansible_type")
	return t.S == name
}

// eventMessage joins the messages of an event and its causes.
func eventMessage(d *value.Dict) string {
	message := ""
	for event, ok := raw[*value.Dict](d, "event"); ok; {
		msg, _ := raw[value.Str](event, "msg")
		if message == "" {
			message = msg.S
		} else if msg.S != "" {
			message = strings.TrimSuffix(message, ".") + ": " + msg.S
		}
		var chain *value.Dict
		if chain, ok = raw[*value.Dict](event, "chain"); ok {
			event, ok = raw[*value.Dict](chain, "event")
		}
	}
	return message
}

// raw reads a key of a wanted type.
func raw[T value.Value](d *value.Dict, key string) (t T, ok bool) {
	v, _ := d.Raw(key)
	t, ok = v.(T)
	return t, ok
}
