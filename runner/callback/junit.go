package callback

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/durable"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// JUnit writes a report in JUnit's XML format: every task on every host is a test case.
type JUnit struct {
	Default
	Now func() time.Time // time.Now or a test's

	Dir            string // JUNIT_OUTPUT_DIR
	ClassPerFile   bool   // JUNIT_TASK_CLASS
	RelativeTo     string // JUNIT_TASK_RELATIVE_PATH
	OutOfTree      *string
	FailOnChange   bool   // JUNIT_FAIL_ON_CHANGE
	FailOnIgnore   bool   // JUNIT_FAIL_ON_IGNORE
	LeaveOutSetup  bool   // JUNIT_INCLUDE_SETUP_TASKS_IN_REPORT turned off
	HideArguments  bool   // JUNIT_HIDE_TASK_ARGUMENTS
	TestCasePrefix string // JUNIT_TEST_CASE_PREFIX

	playbook, play string
	order          []*junitTask
	byID           map[any]*junitTask
}

// JUnitFromEnv reads the environment variables that configure the report.
func JUnitFromEnv(d *Display, o Options, getenv func(string) string) *JUnit {
	yes := func(name string) bool { return strings.EqualFold(getenv(name), "true") }
	c := &JUnit{
		Default: Default{Display: d, Options: o}, Now: time.Now, Dir: getenv("JUNIT_OUTPUT_DIR"),
		ClassPerFile: yes("JUNIT_TASK_CLASS"), RelativeTo: getenv("JUNIT_TASK_RELATIVE_PATH"), FailOnChange: yes("JUNIT_FAIL_ON_CHANGE"),
		FailOnIgnore: yes("JUNIT_FAIL_ON_IGNORE"), LeaveOutSetup: strings.EqualFold(getenv("JUNIT_INCLUDE_SETUP_TASKS_IN_REPORT"), "false"),
		HideArguments:  getenv("JUNIT_HIDE_TASK_ARGUMENTS") != "" && !strings.EqualFold(getenv("JUNIT_HIDE_TASK_ARGUMENTS"), "false"),
		TestCasePrefix: getenv("JUNIT_TEST_CASE_PREFIX"),
	}
	if c.Dir == "" {
		c.Dir = filepath.Join(getenv("HOME"), ".ansible.log")
	}
	if p := getenv("JUNIT_REPLACE_OUT_OF_TREE_PATH"); p != "" {
		c.OutOfTree = &p
	}
	return c
}

type junitTask struct {
	name, path, play, action string
	start                    time.Time
	cases                    []*junitCase
}

type junitCase struct {
	host, status string
	result       TaskResult
	finish       time.Time
	text         string
}

// Event records, and writes the report at the end of each playbook.
func (c *JUnit) Event(e Event) {
	switch e := e.(type) {
	case PlaybookStart:
		name := filepath.Base(e.File)
		c.playbook = strings.TrimSuffix(name, filepath.Ext(name))
	case PlayStart:
		c.play = e.Name
	case TaskStart:
		c.begin(e.Task)
	case TaskResult:
		status := map[Status]string{OK: "ok", Skipped: "skipped"}[e.Status]
		switch {
		case e.Status == Unreachable:
			return
		case e.Status == Failed && e.Ignored && !c.FailOnIgnore:
			status = "ok"
		case e.Status == Failed, e.Status == OK && c.FailOnChange && e.Changed():
			status = "failed"
		}
		c.finish(e.Task, &junitCase{host: e.Host, status: status, result: e})
	case Include:
		c.finish(e.Task, &junitCase{host: "include", status: "included", text: e.Name})
	case Stats:
		if err := c.write(); err != nil {
			c.Warn("Unable to write the JUnit report: " + err.Error())
		}
		c.order, c.byID = nil, nil
	}
}

func (c *JUnit) begin(t *Task) *junitTask {
	if jt := c.byID[t.ID]; jt != nil {
		return jt
	}
	name := strings.TrimSpace(t.Name)
	if !t.NoLog && !c.HideArguments && t.Args.Len() > 0 {
		var args []string
		for k, v := range t.Args.RawAll() {
			args = append(args, value.ToStr(k)+"="+value.ToStr(v))
		}
		name += " " + strings.Join(args, ", ")
	}
	jt := &junitTask{name: name, path: t.Path, play: c.play, action: t.Action, start: c.Now()}
	if c.byID == nil {
		c.byID = map[any]*junitTask{}
	}
	c.byID[t.ID] = jt
	c.order = append(c.order, jt)
	return jt
}

func (c *JUnit) finish(t *Task, jc *junitCase) {
	if t == nil {
		return
	}
	jt := c.begin(t)
	switch {
	case jc.status == "failed" && strings.Contains(jt.name, "EXPECTED FAILURE"):
		jc.status = "ok"
	case strings.Contains(jt.name, "TOGGLE RESULT") && jc.status == "failed":
		jc.status = "ok"
	case strings.Contains(jt.name, "TOGGLE RESULT") && jc.status == "ok":
		jc.status = "failed"
	}
	if !strings.HasPrefix(jt.name, c.TestCasePrefix) && jc.status != "failed" {
		return
	}
	jc.finish = c.Now()
	for i, other := range jt.cases {
		if other.host == jc.host {
			if jc.status == "included" {
				jc.text = other.text + "\n" + jc.text
			}
			jt.cases[i] = jc
			return
		}
	}
	jt.cases = append(jt.cases, jc)
}

// The elements of the report.
type (
	xmlSuites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Disabled int      `xml:"disabled,attr"`
		Errors   int      `xml:"errors,attr"`
		Failures int      `xml:"failures,attr"`
		Tests    int      `xml:"tests,attr"`
		Time     string   `xml:"time,attr"`
		Suite    xmlSuite
	}
	xmlSuite struct {
		XMLName  xml.Name `xml:"testsuite"`
		Disabled int      `xml:"disabled,attr"`
		Errors   int      `xml:"errors,attr"`
		Failures int      `xml:"failures,attr"`
		Name     string   `xml:"name,attr"`
		Skipped  int      `xml:"skipped,attr"`
		Tests    int      `xml:"tests,attr"`
		Time     string   `xml:"time,attr"`
		Cases    []xmlCase
	}
	xmlCase struct {
		XMLName xml.Name   `xml:"testcase"`
		Class   string     `xml:"classname,attr,omitempty"`
		Name    string     `xml:"name,attr"`
		Time    string     `xml:"time,attr"`
		Skipped *string    `xml:"skipped,omitempty"`
		Error   *xmlDetail `xml:"error,omitempty"`
		Failure *xmlDetail `xml:"failure,omitempty"`
		Out     string     `xml:"system-out,omitempty"`
	}
	xmlDetail struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

func (c *JUnit) write() error {
	suite := xmlSuite{Name: c.playbook}
	var total time.Duration
	for _, t := range c.order {
		if c.LeaveOutSetup && (t.action == "setup" || strings.HasSuffix(t.action, ".setup")) {
			continue
		}
		for _, jc := range t.cases {
			x := c.testCase(t, jc)
			total += jc.finish.Sub(t.start)
			switch {
			case x.Error != nil:
				suite.Errors++
			case x.Failure != nil:
				suite.Failures++
			case x.Skipped != nil:
				suite.Skipped++
			}
			suite.Cases = append(suite.Cases, x)
		}
	}
	suite.Tests, suite.Time = len(suite.Cases), fmt.Sprint(total.Seconds())
	report := xmlSuites{Errors: suite.Errors, Failures: suite.Failures, Tests: suite.Tests, Time: suite.Time, Suite: suite}
	out, err := xml.MarshalIndent(report, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%.7f.xml", c.playbook, float64(c.Now().UnixNano())/1e9)
	return durable.Write(filepath.Join(c.Dir, name), append([]byte(`<?xml version="1.0" ?>`+"\n"), append(out, '\n')...), 0o644)
}

func (c *JUnit) testCase(t *junitTask, jc *junitCase) xmlCase {
	x := xmlCase{Name: "[" + jc.host + "] " + t.play + ": " + t.name, Class: c.class(t.path), Time: fmt.Sprint(jc.finish.Sub(t.start).Seconds())}
	if jc.status == "included" {
		x.Out = jc.text
		return x
	}
	shown := jc.result.shown()
	dump := strings.ToValidUTF8(c.dump(shown, 0, true), "\ufffd")
	switch jc.status {
	case "ok":
		x.Out = dump
	case "skipped":
		reason := textOr(shown, "skip_reason", "skipped")
		x.Skipped = &reason
	case "failed":
		if f := jc.result.Fault; f != nil {
			x.Error = &xmlDetail{Message: f.Error(), Type: "error", Text: fault.Format(f)}
		} else {
			x.Failure = &xmlDetail{Message: textOr(shown, "msg", "rc="+textOr(shown, "rc", "0")), Type: "failure", Text: dump}
		}
	}
	return x
}

// class is the path of the task, as the settings want it.
func (c *JUnit) class(path string) string {
	if c.RelativeTo != "" && path != "" {
		if rel, err := filepath.Rel(c.RelativeTo, path); err == nil {
			path = rel
		}
	}
	if c.OutOfTree != nil && strings.HasPrefix(path, "../") {
		path = *c.OutOfTree + filepath.Base(path)
	}
	if c.ClassPerFile {
		if i := strings.LastIndex(path, ".yml:"); i >= 0 {
			path = path[:i]
		}
	}
	return path
}

var _ Callback = (*JUnit)(nil)
