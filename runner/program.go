package runner

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/pymodule"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// programRequest turns a request into one for a module that is a file of its own: a script in any language, or a binary.
func (o *one) programRequest(req *transport.Request, t target, kind pymodule.Kind, path string, text []byte, args *value.Dict) error {
	if kind == pymodule.PowerShell {
		return fault.New(o.spec.task.Action.NameAt, "The module %s (%s) is written in PowerShell; Windows hosts are not supported.", t.fqcn, path)
	}
	mark := "rehearse-tmpdir-" + rand.Text()
	all, err := o.moduleParams(t, args, value.S(mark))
	if err != nil {
		return err
	}
	var interpreter string
	switch words := pymodule.FirstLine(text); {
	case kind == pymodule.Binary:
	case len(words) == 0:
		return fault.New(fault.Of(value.None{}), "module (%s) is missing interpreter line", o.moduleName(t))
	default:
		if interpreter, err = o.interpreterOf(words); err != nil {
			return err
		}
		if interpreter != strings.Join(words, " ") {
			text = pymodule.WithFirstLine(text, interpreter)
		}
	}
	var given value.Value = value.None{}
	switch kind {
	case pymodule.OldStyle:
		given = value.S(keyValues(all))
	case pymodule.JSONArgs:
		js, err := moduleJSON(all)
		if err != nil {
			return err
		}
		facility, _ := all.Raw("_ansible_syslog_facility")
		text = pymodule.Fill(text, js, AnsibleVersion, value.ToStr(facility), o.selinuxFilesystems())
	default:
		js, err := moduleJSON(all)
		if err != nil {
			return err
		}
		given = value.S(js)
	}
	remoteTmp, err := o.remoteTmp()
	if err != nil {
		return err
	}
	shell, err := o.connText("/bin/sh", "ansible_shell_executable")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	hash := hex.EncodeToString(sum[:])
	req.Module = module.ProgramName
	req.Args = value.NewDict("name", value.S("AnsiballZ_"+filepath.Base(path)), "file", value.S(hash), "interpreter", value.S(interpreter),
		"args", given, "mark", value.S(mark), "shell", value.S(shell), "remote_tmp", value.S(remoteTmp), "keep", value.Bool(o.keepRemoteFiles()))
	req.Blobs = map[string]transport.Blob{hash: {Data: text, Size: int64(len(text))}}
	return nil
}

// keyValues writes arguments as old-style modules read them: k=v, quoted for a shell.
func keyValues(args *value.Dict) string {
	var b strings.Builder
	for k, v := range args.RawAll() {
		b.WriteString(value.ToStr(k) + "=" + module.QuoteWord(value.ToStr(v)) + " ")
	}
	return b.String()
}

// interpreterOf gives what a module is started with, from the words behind #! of its first line: `python` is the host's
// Python, any other may be replaced by a variable ansible_NAME_interpreter.
func (o *one) interpreterOf(words []string) (string, error) {
	name := filepath.Base(words[0])
	interpreter := ""
	var err error
	if name == "python" {
		interpreter, err = o.interpreter()
	} else {
		interpreter, err = o.connText("", "ansible_"+name+"_interpreter")
	}
	if err != nil {
		return "", err
	}
	if interpreter = strings.TrimSpace(interpreter); interpreter == "" {
		interpreter = words[0]
	}
	return strings.Join(append([]string{interpreter}, words[1:]...), " "), nil
}
