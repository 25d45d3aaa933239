package lint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Formats lists the output formats. Write knows all but sarif, for which there is WriteSARIF.
var Formats = []string{"brief", "full", "pep8", "quiet", "md", "json", "codeclimate", "sarif", "github"}

// docURL is where the page of a rule is.
const docURL = "https://docs.ansible.com/projects/lint/rules/"

// Write prints findings as ansible-lint does on a pipe: ignored ones first. format is one of Formats.
func Write(w io.Writer, format string, fs []Finding) error {
	switch format {
	case "json", "codeclimate":
		return writeJSON(w, fs)
	}
	var b bytes.Buffer
	for _, ignored := range []bool{true, false} {
		for i := range fs {
			if fs[i].Ignored == ignored {
				fs[i].write(&b, format)
			}
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// position is "line" or "line:column".
func (f *Finding) position() string {
	if f.Column > 0 {
		return strconv.Itoa(f.Line) + ":" + strconv.Itoa(f.Column)
	}
	return strconv.Itoa(f.Line)
}

func (f *Finding) write(b *bytes.Buffer, format string) {
	level := ""
	if f.Level != LevelError {
		level = " (" + string(f.Level) + ")"
	}
	switch format {
	case "pep8":
		fmt.Fprintf(b, "%s:%s: %s: %s%s\n", f.File.Name, f.position(), f.Rule, f.Message, level)
	case "quiet":
		fmt.Fprintf(b, "%s %s:%s\n", f.RuleInfo.ID, f.File.Name, f.position())
	case "github":
		column := ""
		if f.Column > 0 {
			column = ",col=" + strconv.Itoa(f.Column)
		}
		fmt.Fprintf(b, "::%s file=%s,line=%d%s,severity=%s,title=%s::%s\n", f.Level, f.File.Name, f.Line, column, f.RuleInfo.Severity, f.Rule, escapeData(f.Message))
	default:
		fmt.Fprintf(b, "%s: %s%s", f.Rule, f.Message, level)
		if f.Ignored {
			b.WriteString(" # ignored")
		}
		fmt.Fprintf(b, "\n%s:%s", f.File.Name, f.position())
		if f.Details != "" {
			b.WriteString(" " + f.Details)
		}
		b.WriteString("\n\n")
	}
}

// escapeData is how GitHub's workflow commands want line breaks and percent signs.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// fingerprint is the hash by which ansible-lint tells findings apart.
func (f *Finding) fingerprint() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "[%s] (%s) matched %s:%d %s", f.RuleInfo.ID, f.Message, f.File.Name, f.Line, f.Details))
	return hex.EncodeToString(sum[:])
}

// issue is one finding in the format of Code Climate.
type issue struct {
	Type        string       `json:"type"`
	CheckName   string       `json:"check_name"`
	Categories  []string     `json:"categories"`
	URL         string       `json:"url"`
	Severity    string       `json:"severity"`
	Description string       `json:"description"`
	Fingerprint string       `json:"fingerprint"`
	Location    any          `json:"location"`
	Content     *issueDetail `json:"content,omitempty"`
}

type issueDetail struct {
	Body string `json:"body"`
}

type issuePosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

type issueLines struct {
	Path  string `json:"path"`
	Lines struct {
		Begin int `json:"begin"`
	} `json:"lines"`
}

type issuePositions struct {
	Path      string `json:"path"`
	Positions struct {
		Begin issuePosition `json:"begin"`
	} `json:"positions"`
}

func writeJSON(w io.Writer, fs []Finding) error {
	issues := make([]issue, 0, len(fs))
	for i := range fs {
		f := &fs[i]
		it := issue{Type: "issue", CheckName: f.Rule, Categories: f.RuleInfo.Tags, URL: docURL + f.RuleInfo.ID + "/",
			Severity: "major", Description: f.Message, Fingerprint: f.fingerprint()}
		if f.Level == LevelWarning {
			it.Severity = "minor"
		}
		if f.Column > 0 {
			var at issuePositions
			at.Path, at.Positions.Begin = f.File.Name, issuePosition{f.Line, f.Column}
			it.Location = at
		} else {
			var at issueLines
			at.Path, at.Lines.Begin = f.File.Name, f.Line
			it.Location = at
		}
		if f.Details != "" {
			it.Content = &issueDetail{f.Details}
		}
		issues = append(issues, it)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(issues); err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Counts is how many findings of each level there are. An ignored finding is a warning.
func Counts(fs []Finding) (failures, warnings int) {
	for _, f := range fs {
		if f.Level == LevelError {
			failures++
		} else {
			warnings++
		}
	}
	return failures, warnings
}
