package module

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/module/pyhost"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// PythonName is the name of the carrier of modules that are written in Python. Find knows it; Table does not list it,
// since no playbook may name it.
const PythonName = "rehearse.python"

// python runs a Python module. Its arguments: interpreter, fqn, params and profile (texts), base and payload (keys of
// blobs, the SHA-256 in hex). It has no Spec: the module checks its own arguments.
var python = &Module{Name: PythonName, Doc: "Runs a module that is written in Python.", Run: runPython}

func runPython(c *Call) *value.Dict {
	if c.Python == nil {
		return c.failed(Fail(c.text("fqn") + ": this connection cannot run Python modules"))
	}
	r := &pyhost.Request{Interpreter: c.text("interpreter"), FQN: c.text("fqn"), Params: c.text("params"), Profile: c.text("profile"), Env: c.Env, Cwd: c.Cwd}
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
	if err != nil {
		return c.failed(Fail(err.Error()))
	}
	return pythonResult(reply)
}

// pythonResult reads what the module printed: one JSON object, perhaps between lines of something else. As in
// ansible-core 2.19, output without one is a failure that shows all of it.
func pythonResult(reply *pyhost.Reply) *value.Dict {
	text := string(bytes.ToValidUTF8(reply.Stdout, []byte("\ufffd")))
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
		return value.NewDict("failed", value.Bool(true), "changed", value.Bool(false),
			"msg", value.S("Module result deserialization failed: "+err.Error()),
			"module_stdout", value.S(text), "module_stderr", value.S(string(reply.Stderr)), "rc", value.Int(reply.RC))
	}
	summaries(result)
	if junk != "" {
		warnings, _ := result.Raw("warnings")
		list, ok := warnings.(*value.List)
		if !ok {
			list = &value.List{}
		}
		list.Items = append(list.Items, value.S("Module invocation had junk after the JSON data: "+junk))
		result.Put("warnings", list)
	}
	return result
}

// findObject cuts the JSON object out of a module's output: it begins with the first line that starts with { or [ and
// ends with the last line that ends with } or ]. What follows is junk that the user is warned about.
func findObject(text string) (object, junk string, err error) {
	lines := strings.Split(text, "\n")
	start, end := -1, "}"
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "{") {
			start = i
			break
		}
		if strings.HasPrefix(line, "[") {
			start, end = i, "]"
			break
		}
	}
	if start < 0 {
		return "", "", fmt.Errorf("No start of json char found")
	}
	for i := len(lines) - 1; i >= start; i-- {
		if strings.HasSuffix(strings.TrimSpace(lines[i]), end) {
			return strings.Join(lines[start:i+1], "\n"), strings.TrimSpace(strings.Join(lines[i+1:], "\n")), nil
		}
	}
	return "", "", fmt.Errorf("No end of json char found")
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
