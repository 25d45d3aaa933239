package lsp_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestLatency measures the real program in a real repository: REHEARSE_BENCH_PROJECT=/path/to/kubespray go test -run
// TestLatency -v ./lsp. It prints figures and checks only that answers are there and below 100 KB.
func TestLatency(t *testing.T) {
	dir := os.Getenv("REHEARSE_BENCH_PROJECT")
	if dir == "" {
		t.Skip("REHEARSE_BENCH_PROJECT names no project")
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	s := startProgram(t, path)
	begin := time.Now()
	s.call("initialize", map[string]any{"processId": os.Getpid(), "rootUri": fileURI(dir), "capabilities": map[string]any{
		"textDocument": map[string]any{"completion": map[string]any{"completionList": map[string]any{"itemDefaults": []string{"editRange"}}}}}})
	s.notify("initialized", map[string]any{})
	file := os.Getenv("REHEARSE_BENCH_FILE")
	if file == "" {
		file = "roles/kubernetes/node/tasks/main.yml"
	}
	name := filepath.Join(dir, file)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	lines := strings.Split(text, "\n")
	uri := fileURI(name)
	s.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "ansible", "version": 1, "text": text}})
	version := 1
	change := func(line, char, line2, char2 int, with string) int {
		version++
		s.notify("textDocument/didChange", map[string]any{
			"textDocument": map[string]any{"uri": uri, "version": version},
			"contentChanges": []any{map[string]any{"range": map[string]any{
				"start": map[string]any{"line": line, "character": char}, "end": map[string]any{"line": line2, "character": char2}}, "text": with}},
		})
		return version
	}
	at := func(line, char int) map[string]any {
		return map[string]any{"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": line, "character": char}}
	}
	last := len(lines) - 1
	change(last, 0, last, 0, "- name: New\n  ansible.builtin.co\n  when: kube_v\n")
	first := s.call("textDocument/completion", at(last+1, 20))
	t.Logf("first completion after start: %v, %v of CPU, %d bytes", time.Since(begin), s.cpu(), len(first))
	begin = time.Now()
	first = s.call("textDocument/completion", at(last+2, 14))
	t.Logf("first completion of a variable: %v, %d bytes", time.Since(begin), len(first))
	begin = time.Now()
	h := s.call("textDocument/hover", at(last+2, 12))
	t.Logf("first hover: %v, %d bytes", time.Since(begin), len(h))

	measure := func(what string, n int, f func(i int) int) {
		var all []time.Duration
		size := 0
		used := s.cpu()
		for i := range n {
			begin := time.Now()
			size = max(size, f(i))
			all = append(all, time.Since(begin))
		}
		slices.Sort(all)
		each := (s.cpu() - used) / time.Duration(n)
		t.Logf("%-34s p50 %10v  p95 %10v  max %10v  CPU %8v each  largest answer %d bytes", what, all[n/2], all[n*95/100], all[n-1], each, size)
		if size > 100<<10 {
			t.Errorf("%s: an answer of %d bytes", what, size)
		}
	}
	letters := "abcdefghijklmnopqrstuvwxyz_"
	measure("keystroke to diagnostics", 200, func(i int) int {
		v := change(last, 7, last, 7, string(letters[i%len(letters)]))
		s.note("textDocument/publishDiagnostics", func(p map[string]any) bool { return p["version"] == float64(v) })
		return 0
	})
	measure("completion, module", 100, func(i int) int { return len(s.call("textDocument/completion", at(last+1, 18+i%3))) })
	measure("completion, keyword or module", 100, func(i int) int { return len(s.call("textDocument/completion", at(last+1, 2+i%2))) })
	measure("completion, variable", 100, func(i int) int { return len(s.call("textDocument/completion", at(last+2, 8+i%7))) })
	measure("keystroke, then completion", 100, func(i int) int {
		change(last+2, 14, last+2, 14, string(letters[i%len(letters)]))
		n := len(s.call("textDocument/completion", at(last+2, 15)))
		change(last+2, 14, last+2, 15, "")
		return n
	})
	var names [][2]int
	for i, l := range lines {
		if j := strings.Index(l, "{{ "); j >= 0 {
			names = append(names, [2]int{i, j + 4})
		}
		if j := strings.Index(l, "when: "); j >= 0 {
			names = append(names, [2]int{i, j + 7})
		}
		if j := strings.Index(l, ":"); j > 0 {
			names = append(names, [2]int{i, j - 1})
		}
	}
	measure("hover", 200, func(i int) int { p := names[i%len(names)]; return len(s.call("textDocument/hover", at(p[0], p[1]))) })
	measure("definition", 200, func(i int) int {
		p := names[i%len(names)]
		return len(s.call("textDocument/definition", at(p[0], p[1])))
	})
	measure("keystroke, then hover", 50, func(i int) int {
		change(last, 7, last, 7, "x")
		p := names[i%len(names)]
		return len(s.call("textDocument/hover", at(p[0], p[1])))
	})
	measure("references", 100, func(i int) int {
		p := names[i%len(names)]
		q := at(p[0], p[1])
		q["context"] = map[string]any{"includeDeclaration": true}
		return len(s.call("textDocument/references", q))
	})
	measure("outline", 50, func(int) int {
		return len(s.call("textDocument/documentSymbol", map[string]any{"textDocument": map[string]any{"uri": uri}}))
	})
	measure("code lenses", 50, func(int) int {
		return len(s.call("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": uri}}))
	})
	measure("links", 50, func(int) int {
		return len(s.call("textDocument/documentLink", map[string]any{"textDocument": map[string]any{"uri": uri}}))
	})
	t.Log(s.memory())
	s.call("shutdown", nil)
	s.notify("exit", nil)
	if err := s.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// TestWholeRepositories opens every file of real repositories (folders in REHEARSE_BENCH_REPOS, separated by colons) and
// asks about places all over it. It prints how many files and findings there were.
func TestWholeRepositories(t *testing.T) {
	dirs := os.Getenv("REHEARSE_BENCH_REPOS")
	if dirs == "" {
		t.Skip("REHEARSE_BENCH_REPOS names no folders")
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range strings.Split(dirs, ":") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			s := startProgram(t, path)
			s.call("initialize", map[string]any{"processId": os.Getpid(), "rootUri": fileURI(dir), "capabilities": map[string]any{}})
			files, asked, found := 0, 0, map[string]int{}
			var slowest time.Duration
			slow := ""
			err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
				ext := filepath.Ext(name)
				if err != nil || !d.Type().IsRegular() || ext != ".yml" && ext != ".yaml" && ext != ".j2" || strings.Contains(name, "/.git/") {
					return err
				}
				b, err := os.ReadFile(name)
				if err != nil {
					return err
				}
				files++
				doc := map[string]any{"uri": fileURI(name)}
				language := "ansible"
				if ext == ".j2" {
					language = "jinja"
				}
				s.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": doc["uri"], "languageId": language, "version": 1, "text": string(b)}})
				s.note("textDocument/publishDiagnostics", func(p map[string]any) bool {
					if p["uri"] != doc["uri"] {
						return false
					}
					for _, x := range p["diagnostics"].([]any) {
						code, _ := x.(map[string]any)["code"].(string)
						found[code]++
					}
					return true
				})
				lines := strings.Split(string(b), "\n")
				for i := 0; i < len(lines); i += 1 + len(lines)/12 {
					at := map[string]any{"textDocument": doc, "position": map[string]any{"line": i, "character": len(lines[i]) * (i % 5) / 4}}
					for _, method := range []string{"completion", "hover", "definition"} {
						asked++
						begin := time.Now()
						if n := len(s.call("textDocument/"+method, at)); n > 100<<10 {
							t.Errorf("%s:%d: %s answers %d bytes", name, i+1, method, n)
						}
						if d := time.Since(begin); d > slowest {
							slowest, slow = d, fmt.Sprintf("%s at %s:%d", method, name, i+1)
						}
					}
				}
				for _, method := range []string{"documentSymbol", "codeLens", "foldingRange", "documentLink"} {
					asked++
					s.call("textDocument/"+method, map[string]any{"textDocument": doc})
				}
				s.notify("textDocument/didClose", map[string]any{"textDocument": doc})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d files, %d questions, %v of CPU, slowest %v (%s), %s", files, asked, s.cpu(), slowest, slow, s.memory())
			t.Logf("findings: %v", found)
			s.call("shutdown", nil)
			s.notify("exit", nil)
			if err := s.cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

func fileURI(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }

// program is the real server behind its pipes.
type program struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.Writer
	r    *bufio.Reader
	next int
}

func startProgram(t *testing.T, path string) *program {
	cmd := exec.Command(path, "lsp")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &program{t: t, cmd: cmd, in: in, r: bufio.NewReaderSize(out, 1<<20)}
}

func (s *program) write(m map[string]any) {
	m["jsonrpc"] = "2.0"
	b, err := json.Marshal(m)
	if err != nil {
		s.t.Fatal(err)
	}
	fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(b), b)
}

func (s *program) notify(method string, params any) {
	s.write(map[string]any{"method": method, "params": params})
}

func (s *program) read() (m struct {
	ID     json.RawMessage
	Method string
	Params json.RawMessage
	Result json.RawMessage
	Error  json.RawMessage
}) {
	length := 0
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			s.t.Fatal(err)
		}
		if line = strings.TrimSpace(line); line == "" {
			break
		}
		if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, _ = strconv.Atoi(v)
		}
	}
	b := make([]byte, length)
	if _, err := io.ReadFull(s.r, b); err != nil {
		s.t.Fatal(err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		s.t.Fatal(err)
	}
	return m
}

func (s *program) call(method string, params any) json.RawMessage {
	s.t.Helper()
	s.next++
	s.write(map[string]any{"id": s.next, "method": method, "params": params})
	for {
		m := s.read()
		if string(m.ID) != strconv.Itoa(s.next) || m.Method != "" {
			continue
		}
		if m.Error != nil {
			s.t.Fatalf("%s: %s", method, m.Error)
		}
		return m.Result
	}
}

func (s *program) note(method string, ok func(map[string]any) bool) {
	for {
		m := s.read()
		var p map[string]any
		if m.Method == method && json.Unmarshal(m.Params, &p) == nil && ok(p) {
			return
		}
	}
}

// cpu is the processor time that the program has used, in hundredths of a second.
func (s *program) cpu() time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// memory is what the kernel says of the program's memory.
func (s *program) memory() string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return "memory: " + err.Error()
	}
	var out []string
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "VmRSS") || strings.HasPrefix(line, "VmHWM") {
			out = append(out, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(out, ", ")
}
