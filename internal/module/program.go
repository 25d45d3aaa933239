package module

import "github.com/rehearse-dev/rehearse/internal/value"

// ProgramName is the name of the carrier of modules that are files of their own: scripts in any language and binaries.
// Find knows it; Table does not list it, since no playbook may name it.
const ProgramName = "rehearse.program"

// program runs a module that is not Python with ansible.module_utils, as ansible-core does: the file goes into a private
// folder under remote_tmp, beside a file with the arguments where the module reads one, and is started by its interpreter.
// Its arguments: name (of the file), file (key of a blob, the SHA-256 in hex), interpreter (the words of the first line, as
// the shell reads them; "" starts the file itself), args (text of the arguments' file, null without one), mark (a text that
// stands for the folder in file and args), shell, remote_tmp, keep (the folder stays). It has no Spec: the module checks
// its own arguments.
var program = &Module{Name: ProgramName, Doc: "Runs a module that is a script or a binary."}

// undecoded is the result of a module that printed no JSON object: what it printed and the words of ansible-core.
func undecoded(msg, help string, rc int, stdout, stderr string) *value.Dict {
	return value.NewDict("failed", value.Bool(true), "changed", value.Bool(false), "msg", value.S(msg),
		"module_stdout", value.S(stdout), "module_stderr", value.S(stderr), "rc", value.Int(rc), UndecodedKey, value.S(help))
}

// noInterpreter is the result of a module whose interpreter the host does not have.
func noInterpreter(name string, rc int, stdout, stderr string) *value.Dict {
	return undecoded("The module interpreter "+value.Quote(name)+" was not found.",
		"Consider overriding the configured interpreter path for this host. "+seeOutput, rc, stdout, stderr)
}

const seeOutput = "See stdout/stderr for the returned output."
