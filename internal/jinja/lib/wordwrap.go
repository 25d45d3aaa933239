package lib

import (
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// The pieces that Python's textwrap may not break: words, also with hyphens inside, dashes, and white space.
const (
	wrapChunks = "([\\t\\n\\x0b\\x0c\\r ]+|(?<=[\\w!\"'&.,?])-{2,}(?=\\w)|[^\\t\\n\\x0b\\x0c\\r ]+?(?:" +
		"-(?:(?<=[^\\d\\W]{2}-)|(?<=[^\\d\\W]-[^\\d\\W]-))(?=[^\\d\\W]-?[^\\d\\W])|" +
		"(?=[\\t\\n\\x0b\\x0c\\r ]|\\Z)|(?<=[\\w!\"'&.,?])(?=-{2,}\\w)))"
	wrapSpaces = "([\\t\\n\\x0b\\x0c\\r ]+)"
)

func wordwrap(c *jinja.Call) (value.Value, error) {
	s, ok := str(c.Args[0])
	if !ok {
		if u, ok := c.Args[0].(*value.Undefined); !ok || !u.Lax() {
			if ok {
				return nil, u
			}
			return nil, attributeError(c.Args[0], "splitlines")
		}
	}
	width, err := intArg(c.Args[1])
	if err != nil {
		return nil, err
	}
	between := c.Engine.Config().Options.NewlineSequence
	if between == "" {
		between = "\n"
	}
	if between, err = textArg(c.Args[3], between); err != nil {
		return nil, err
	}
	var lines []string
	for _, line := range value.Splitlines(s, false) {
		wrapped, err := wrapLine(line, width, on(c.Args[2]), on(c.Args[4]))
		if err != nil {
			return nil, err
		}
		lines = append(lines, strings.Join(wrapped, between))
	}
	return value.S(strings.Join(lines, between)), nil
}

// wrapLine is textwrap.wrap with white space left as it is.
func wrapLine(line string, width int, breakLong, breakHyphens bool) ([]string, error) {
	chunks, err := wrapPieces(line, breakHyphens)
	if err != nil {
		return nil, err
	}
	if width <= 0 {
		return nil, valueError("invalid width %d (must be > 0)", width)
	}
	blank := func(s string) bool { return value.Strip(s, "") == "" }
	var lines []string
	for len(chunks) > 0 {
		var current []string
		used := 0
		if len(lines) > 0 && blank(chunks[0]) {
			chunks = chunks[1:]
		}
		for len(chunks) > 0 {
			n := utf8.RuneCountInString(chunks[0])
			if used+n > width {
				break
			}
			current = append(current, chunks[0])
			used += n
			chunks = chunks[1:]
		}
		if len(chunks) > 0 && utf8.RuneCountInString(chunks[0]) > width {
			switch {
			case breakLong:
				word := []rune(chunks[0])
				end := width - used
				if breakHyphens {
					for i := end - 1; i > 0; i-- {
						if word[i] == '-' {
							if strings.Trim(string(word[:i]), "-") != "" {
								end = i + 1
							}
							break
						}
					}
				}
				current = append(current, string(word[:end]))
				chunks[0] = string(word[end:])
			case len(current) == 0:
				current = append(current, chunks[0])
				chunks = chunks[1:]
			}
		}
		if n := len(current); n > 0 && blank(current[n-1]) {
			current = current[:n-1]
		}
		if len(current) > 0 {
			lines = append(lines, strings.Join(current, ""))
		}
	}
	return lines, nil
}

func wrapPieces(line string, hyphens bool) ([]string, error) {
	pattern := wrapSpaces
	if hyphens {
		pattern = wrapChunks
	}
	re, err := pyre.Compile(pattern, 0)
	if err != nil {
		return nil, err
	}
	pieces, err := re.Split(line, 0)
	var out []string
	for _, p := range pieces {
		if p.Text != "" {
			out = append(out, p.Text)
		}
	}
	return out, err
}
