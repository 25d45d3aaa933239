//go:build unix

package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// The sessions of testdata/sessions are what a person types at a terminal and what is shown there. Their output was
// recorded from ansible-core 2.19.14 with
//
//	go test ./cmd/rehearse -run TestSessions -args -record -ansible DIR-OF-ANSIBLE-PLAYBOOK
var (
	record   = flag.Bool("record", false, "record the sessions from the programs of ansible-core")
	ansible  = flag.String("ansible", "", "directory of the programs of ansible-core, for -record")
	sessions = flag.String("sessions", "testdata/sessions/*.txtar", "the session files")
)

// TestSessions plays every session back and compares all of its output and its exit status. In a session
// with a file `rehearse` ansible-core ends with a traceback and status 250, waits for ever, or shows what no_log is to hide; the
// file is what this program shows instead.
func TestSessions(t *testing.T) {
	paths, err := filepath.Glob(*sessions)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no sessions at %s: %v", *sessions, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			if !*record {
				t.Parallel()
			}
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			at := -1
			for i, f := range a.Files {
				files[f.Name] = string(f.Data)
				if f.Name == "output" {
					at = i
				}
			}
			want, own := files["rehearse"]
			if *record && own {
				t.Skip("ansible-core does what nobody wants")
			}
			got := playSession(t, files)
			if *record {
				if at < 0 {
					at = len(a.Files)
					a.Files = append(a.Files, txtar.File{Name: "output"})
				}
				a.Files[at].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if !own {
				want = files["output"]
			}
			if d := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); d != "" {
				t.Errorf("-ansible-core +rehearse\n%s", d)
			}
		})
	}
}

// TestPageOfTheDebugger holds docs/debugger.md to the session that it shows.
func TestPageOfTheDebugger(t *testing.T) {
	page, err := os.ReadFile("../../docs/debugger.md")
	if err != nil {
		t.Fatal(err)
	}
	a, err := txtar.ParseFile("testdata/sessions/debug_page.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		text := string(f.Data)
		switch f.Name {
		case "output":
			text = text[strings.Index(text, "fatal:"):strings.Index(text, "\nPLAY RECAP")]
		case "site.yml":
		default:
			continue
		}
		if !strings.Contains(string(page), text) {
			t.Errorf("docs/debugger.md does not show %s as it is:\n%s", f.Name, text)
		}
	}
}

// playSession runs the file `session` of a set of files. Its lines are
//
//	run PROGRAM ARGUMENT...  what to run, on a terminal of 80 columns
//	env NAME=VALUE           before run
//	stdin TEXT               before run: everything on pipes, this on standard input
//	expect TEXT              wait until this is shown
//	send TEXT                type this, with Go's escapes
//	settle                   ansible-core needs time here: it throws away what is typed before it listens
//	signal NAME              INT, TERM or HUP, to the program
//	hangup                   close the terminal
func playSession(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		if name == "session" || name == "output" || name == "rehearse" {
			continue
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if strings.HasPrefix(text, "#!") {
			mode = 0o755
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	s := &session{env: []string{
		"HOME=" + dir, "TERM=dumb", "LC_ALL=C.UTF-8", "ANSIBLE_NOCOLOR=1", "ANSIBLE_HOME=" + dir + "/.ansible", "INPUTRC=/dev/null",
		"ANSIBLE_RETRY_FILES_ENABLED=0", "ANSIBLE_LOCALHOST_WARNING=0", "ANSIBLE_INVENTORY_UNPARSED_WARNING=0",
	}, changed: make(chan struct{}, 1)}
	defer s.end()
	for i, line := range strings.Split(strings.TrimSuffix(files["session"], "\n"), "\n") {
		verb, rest, _ := strings.Cut(line, " ")
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(rest, `"`, `\"`) + `"`)
		if err != nil {
			t.Fatalf("session line %d: %v", i+1, err)
		}
		switch verb {
		case "", "#":
		case "env":
			s.env = append(s.env, strings.ReplaceAll(text, "$DIR", dir))
		case "stdin":
			s.stdin = &text
		case "run":
			err = s.start(dir, strings.Fields(strings.ReplaceAll(text, "$DIR", dir)))
		case "expect":
			err = s.expect(text)
		case "send":
			_, err = s.terminal.WriteString(text)
		case "settle":
			if *record {
				time.Sleep(time.Second)
			}
		case "signal":
			err = s.cmd.Process.Signal(map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}[text])
		case "hangup":
			err = s.terminal.Close()
		default:
			err = fmt.Errorf("unknown command %q", verb)
		}
		if err != nil {
			t.Fatalf("session line %d: %s: %v\n%s", i+1, line, err, s.text())
		}
	}
	code, err := s.wait()
	if err != nil {
		t.Fatalf("%v\n%s", err, s.text())
	}
	shown := strings.ReplaceAll(s.text(), dir, "$DIR")
	shown = regexp.MustCompile(`0x[0-9a-f]{8,}`).ReplaceAllString(shown, "0xADDRESS")
	return visible(shown) + fmt.Sprintf("exit %d\n", code)
}

// visible writes control characters out. A line break of a terminal, \r\n, is a line break.
func visible(s string) string {
	var b strings.Builder
	for s != "" {
		switch {
		case strings.HasPrefix(s, "\r\n"):
			b.WriteString("\n")
			s = s[2:]
			continue
		case s[0] == '\n':
			b.WriteString("\\n\n")
		case s[0] < ' ' || s[0] == 0x7f:
			q := strconv.QuoteToASCII(s[:1])
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteByte(s[0])
		}
		s = s[1:]
	}
	if out := b.String(); out != "" && !strings.HasSuffix(out, "\n") {
		return out + "\\\n"
	}
	return b.String()
}

// session is one program and its terminal.
type session struct {
	env      []string
	stdin    *string
	cmd      *exec.Cmd
	terminal *os.File
	read     chan struct{}
	changed  chan struct{}

	mu   sync.Mutex
	out  bytes.Buffer
	seen int // how far expect has come
}

const sessionLimit = 30 * time.Second

func (s *session) start(dir string, words []string) error {
	path := words[0]
	if *record {
		path = filepath.Join(*ansible, path)
		s.env = append(s.env, "PATH="+*ansible+":"+os.Getenv("PATH"), "ANSIBLE_PYTHON_INTERPRETER="+filepath.Join(*ansible, "python"))
	} else {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		path = self
		s.env = append(s.env, "PATH="+os.Getenv("PATH"), asRehearse+"=1")
	}
	s.cmd = exec.Command(path, words[1:]...)
	s.cmd.Args[0] = words[0]
	s.cmd.Dir, s.cmd.Env = dir, s.env
	s.read = make(chan struct{})
	if s.stdin != nil {
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = strings.NewReader(*s.stdin), w, w
		s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // without the terminal of the test
		err = s.cmd.Start()
		w.Close()
		if err != nil {
			return err
		}
		s.terminal = r
	} else {
		master, err := pty.StartWithSize(s.cmd, &pty.Winsize{Rows: 24, Cols: 80})
		if err != nil {
			return err
		}
		fd, err := syscall.Dup(int(master.Fd())) // one that can be closed while it is read from
		master.Close()
		if err != nil {
			return err
		}
		if err := syscall.SetNonblock(fd, true); err != nil {
			return err
		}
		s.terminal = os.NewFile(uintptr(fd), "terminal")
	}
	go func() {
		defer close(s.read)
		buf := make([]byte, 4096)
		for {
			n, err := s.terminal.Read(buf)
			s.mu.Lock()
			if s.stdin != nil {
				s.out.Write(bytes.ReplaceAll(buf[:n], []byte("\n"), []byte("\r\n")))
			} else {
				s.out.Write(buf[:n])
			}
			s.mu.Unlock()
			select {
			case s.changed <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	return nil
}

func (s *session) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

// expect waits for text after what the call before it found.
func (s *session) expect(text string) error {
	limit := time.NewTimer(sessionLimit)
	defer limit.Stop()
	ended := false
	for {
		s.mu.Lock()
		i := bytes.Index(s.out.Bytes()[s.seen:], []byte(text))
		if i >= 0 {
			s.seen += i + len(text)
		}
		s.mu.Unlock()
		if i >= 0 {
			return nil
		}
		if ended {
			return fmt.Errorf("the program ended without showing %q", text)
		}
		select {
		case <-s.changed:
		case <-s.read:
			ended = true
		case <-limit.C:
			return fmt.Errorf("%q is not shown within %s", text, sessionLimit)
		}
	}
}

func (s *session) wait() (int, error) {
	limit := time.AfterFunc(sessionLimit, func() { s.cmd.Process.Kill() })
	if s.stdin == nil {
		// a terminal ends when its last process does
		select {
		case <-s.read:
		case <-time.After(sessionLimit):
			s.cmd.Process.Kill()
			return 0, errors.New("the program does not end")
		}
	}
	err := s.cmd.Wait()
	if !limit.Stop() {
		return 0, errors.New("the program does not end")
	}
	<-s.read
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	if st := s.cmd.ProcessState.Sys().(syscall.WaitStatus); st.Signaled() {
		return -int(st.Signal()), nil
	}
	return s.cmd.ProcessState.ExitCode(), nil
}

func (s *session) end() {
	if s.cmd != nil && s.cmd.Process != nil && s.cmd.ProcessState == nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
	}
	if s.terminal != nil {
		s.terminal.Close()
	}
}
