package pymodule

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// Kind is how a module's file wants to be run: what ansible-core 2.19 tells from its content.
type Kind uint8

// The kinds of modules.
const (
	OldStyle   Kind = iota // reads k=v pairs from the file that its first argument names
	WantJSON               // reads a JSON object from that file
	Binary                 // the same, and is a program itself
	JSONArgs               // has its arguments written into its text
	Python                 // uses ansible.module_utils: Build packs it
	PowerShell             // for Windows hosts
)

// Places in a module's text that are filled in before it runs.
var (
	commonMark  = []byte("#<<INCLUDE_ANSIBLE_MODULE_COMMON>>")
	jsonMark    = []byte("<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>")
	complexMark = []byte(`"<<INCLUDE_ANSIBLE_MODULE_COMPLEX_ARGS>>"`)
	versionMark = []byte(`"<<ANSIBLE_VERSION>>"`)
	selinuxMark = []byte("<<SELINUX_SPECIAL_FILESYSTEMS>>")
)

var powerShell = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)#Requires -(?:Module|Version)|#AnsibleRequires -(?:OSVersion|PowerShell|CSharpUtil|Wrapper)`)
})

// KindOf tells the kind of a module from its text.
func KindOf(text []byte) Kind {
	switch {
	case isBinary(text):
		return Binary
	case bytes.Contains(text, commonMark), newStyle().Match(text):
		return Python
	case bytes.Contains(text, []byte("# POWERSHELL_COMMON")), powerShell().Match(text):
		return PowerShell
	case bytes.Contains(text, jsonMark):
		return JSONArgs
	case bytes.Contains(text, []byte("WANT_JSON")):
		return WantJSON
	}
	return OldStyle
}

// isBinary looks for control characters in the first kilobyte.
func isBinary(text []byte) bool {
	for _, c := range text[:min(1024, len(text))] {
		switch {
		case c >= 7 && c <= 10, c == 12, c == 13, c == 27:
		case c < 0x20, c == 0x7f:
			return true
		}
	}
	return false
}

// Fill writes the arguments, a JSON text, into the text of a module of kind JSONArgs. facility and selinux are settings:
// where a module logs to, and file systems that SELinux treats specially.
func Fill(text []byte, args, version, facility string, selinux []string) []byte {
	text = bytes.ReplaceAll(text, versionMark, []byte(pyString(version)))
	text = bytes.ReplaceAll(text, complexMark, []byte(pyBytes(args)))
	text = bytes.ReplaceAll(text, selinuxMark, []byte(strings.Join(selinux, ",")))
	text = bytes.ReplaceAll(text, jsonMark, []byte(args))
	return bytes.ReplaceAll(text, []byte("syslog.LOG_USER"), []byte("syslog."+facility))
}

// pyBytes is Python's repr of an ASCII text as bytes.
func pyBytes(s string) string {
	quote := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = `"`
	}
	s = strings.ReplaceAll(s, `\`, `\\`)
	return "b" + quote + strings.ReplaceAll(s, quote, `\`+quote) + quote
}

// FirstLine gives the words behind #! of a module; nil where its first line is another.
func FirstLine(text []byte) []string {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	rest, ok := bytes.CutPrefix(line, []byte("#!"))
	if !ok || !utf8.Valid(rest) {
		return nil
	}
	return strings.Fields(string(rest))
}

// WithFirstLine replaces the words behind #!.
func WithFirstLine(text []byte, words string) []byte {
	_, rest, more := bytes.Cut(text, []byte("\n"))
	out := append([]byte("#!"), words...)
	if more {
		out = append(append(out, '\n'), rest...)
	}
	return out
}
