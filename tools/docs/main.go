// Command docs writes the generated parts of the documentation: what stands between <!-- name --> and <!-- /name -->. With -check
// it changes nothing and fails where a part is stale.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/vars"
)

// parts lists every generated part: the file, its name there, and what makes it.
var parts = []struct {
	file, name string
	make       func() string
}{
	{"docs/variables.md", "levels", levels},
	{"README.md", "features", features},
	{"README.md", "speed", speed},
}

func main() {
	check := flag.Bool("check", false, "fail where a part is stale instead of writing it")
	flag.Parse()
	stale := false
	for _, p := range parts {
		content, err := os.ReadFile(p.file)
		if err != nil {
			fatal(err)
		}
		text, err := replace(string(content), p.name, p.make())
		if err != nil {
			fatal(fmt.Errorf("%s: %w", p.file, err))
		}
		if text == string(content) {
			continue
		}
		if *check {
			fmt.Fprintf(os.Stderr, "%s: the part %q is stale: run make docs\n", p.file, p.name)
			stale = true
		} else if err := os.WriteFile(p.file, []byte(text), 0o644); err != nil {
			fatal(err)
		}
	}
	if stale {
		os.Exit(1)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "docs:", err)
	os.Exit(1)
}

// replace puts body between the marks of a part.
func replace(text, name, body string) (string, error) {
	open, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	before, rest, ok := strings.Cut(text, open)
	if !ok {
		return "", fmt.Errorf("the mark %q is missing", strings.TrimSpace(open))
	}
	_, after, ok := strings.Cut(rest, end)
	if !ok {
		return "", fmt.Errorf("the mark %q is missing", end)
	}
	return before + open + strings.TrimRight(body, "\n") + "\n" + end + after, nil
}

func levels() string {
	var b strings.Builder
	b.WriteString("| | level | what is in it |\n|---:|---|---|\n")
	for i, l := range vars.Levels {
		fmt.Fprintf(&b, "| %d | %s | %s |\n", i+1, l.Name, l.Doc)
	}
	return b.String()
}
