package lsp_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// built is the directory of the program, "" until a test asked for it.
var built string

// binary builds rehearse once for all tests of the package.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "rehearse-lsp")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "rehearse")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	cmd := exec.Command("go", "build", "-o", path, "github.com/rehearse-dev/rehearse/cmd/rehearse")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		os.RemoveAll(built)
	}
	os.Exit(code)
}

// TestBinary drives the real program over its pipes: the one test that crosses every layer.
func TestBinary(t *testing.T) {
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "lsp", "--stdio")
	cmd.Dir = t.TempDir()
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
	send := func(text string) {
		fmt.Fprintf(in, "Content-Length: %d\r\n\r\n%s", len(text), text)
	}
	r := bufio.NewReader(out)
	receive := func(want func(m map[string]any) bool) map[string]any {
		t.Helper()
		for {
			length := 0
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					t.Fatal(err)
				}
				if line = strings.TrimSpace(line); line == "" {
					break
				}
				if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
					length, _ = strconv.Atoi(v)
				}
			}
			b := make([]byte, length)
			if _, err := io.ReadFull(r, b); err != nil {
				t.Fatal(err)
			}
			var m map[string]any
			if err := json.Unmarshal(b, &m); err != nil {
				t.Fatal(err)
			}
			if want(m) {
				return m
			}
		}
	}
	answer := func(id float64) map[string]any {
		t.Helper()
		return receive(func(m map[string]any) bool { return m["id"] == id })
	}
	send(fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":%d,"rootUri":null,"capabilities":{}}}`, os.Getpid()))
	if m := answer(1); m["error"] != nil {
		t.Fatal(m)
	}
	send(`{"jsonrpc":"2.0","method":"initialized","params":{}}`)
	send(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"untitled:Untitled-1","languageId":"ansible","version":1,"text":"- hosts: all\n  tasks:\n    - name: \"open\n"}}}`)
	m := receive(func(m map[string]any) bool { return m["method"] == "textDocument/publishDiagnostics" })
	if found := m["params"].(map[string]any)["diagnostics"].([]any); len(found) == 0 {
		t.Errorf("no diagnostics for a text that is no YAML: %v", m)
	}
	send(`{"jsonrpc":"2.0","id":2,"method":"shutdown"}`)
	answer(2)
	send(`{"jsonrpc":"2.0","method":"exit"}`)
	if err := cmd.Wait(); err != nil {
		t.Errorf("exit after shutdown: %v", err)
	}
}
