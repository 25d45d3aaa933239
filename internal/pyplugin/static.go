package pyplugin

import "slices"

// Name is a filter or test that a file defines, with the place of its name in the text.
type Name struct {
	Name  string
	Start int // offset
}

// Names reads from a Python text which filters ("filter") or tests ("test") it defines, without running it. complete is
// false where the text computes them: there may be more than what is listed.
func Names(kind, text string) (names []Name, complete bool) {
	class, method := "FilterModule", "filters"
	if kind == "test" {
		class, method = "TestModule", "tests"
	}
	r := &reader{toks: pyTokens(text)}
	body, classBody, found := r.find(class, method)
	if !found {
		return nil, !r.mentions(class)
	}
	complete = true
	returned := false
	for i := body[0]; i < body[1]; i++ {
		t := r.toks[i]
		switch {
		case t.first && t.kind == 'n' && t.text == "return":
			returned = true
			end := r.lineEnd(i)
			n, ok := r.mapping(i+1, end, body, classBody, 0)
			names = append(names, n...)
			complete = complete && ok
			i = end
		case t.kind == 'n' && t.text == "yield":
			complete = false
		}
	}
	slices.SortStableFunc(names, func(a, b Name) int { return a.Start - b.Start })
	return names, complete && returned
}

// reader looks through the words of a text. steps bounds how many expressions it reads: texts may refer to themselves.
type reader struct {
	toks  []pyToken
	steps int
}

const maxSteps = 200

func (r *reader) is(i int, text string) bool {
	return i >= 0 && i < len(r.toks) && r.toks[i].kind != 's' && r.toks[i].text == text
}

func (r *reader) mentions(name string) bool {
	for i := range r.toks {
		if r.is(i, name) {
			return true
		}
	}
	return false
}

// find gives the token ranges of the method's body and of the class's.
func (r *reader) find(class, method string) (body, classBody [2]int, found bool) {
	for i, t := range r.toks {
		if t.first && r.is(i, "class") && r.is(i+1, class) {
			classBody = r.block(i)
			for j := classBody[0]; j < classBody[1]; j++ {
				if r.toks[j].first && r.is(j, "def") && r.is(j+1, method) {
					return r.block(j), classBody, true
				}
			}
		}
	}
	return body, classBody, false
}

// block is the range of tokens that are indented under a line.
func (r *reader) block(i int) [2]int {
	col := r.toks[i].col
	start := r.lineEnd(i) + 1
	depth := 0
	for j := i; j < len(r.toks); j++ { // a body on the line of its head
		t := r.toks[j]
		if t.kind == 'o' {
			switch t.text {
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				depth--
			case ":":
				if depth == 0 {
					if r.toks[j+1].kind != '\n' {
						r.toks[j+1].first = true
						return [2]int{j + 1, start}
					}
					j = len(r.toks)
				}
			}
		}
	}
	end := start
	for end < len(r.toks) && (!r.toks[end].first || r.toks[end].col > col) {
		end++
	}
	return [2]int{start, end}
}

func (r *reader) lineEnd(i int) int {
	for i < len(r.toks)-1 && r.toks[i].kind != '\n' {
		i++
	}
	return i
}

// mapping reads the names that an expression, tokens from..to, maps.
func (r *reader) mapping(from, to int, body, class [2]int, depth int) (names []Name, ok bool) {
	if r.steps++; from >= to || depth > 5 || r.steps > maxSteps {
		return nil, false
	}
	switch {
	case r.is(from, "{") && r.closes(from) == to-1:
		return r.literal(from, body, class, depth)
	case r.is(from, "dict") && r.is(from+1, "(") && r.closes(from+1) == to-1:
		return r.keywords(from + 1)
	case to-from == 1 && r.toks[from].kind == 'n':
		return r.variable(r.toks[from].text, body, class, depth)
	case to-from == 3 && r.is(from, "self") && r.is(from+1, "."):
		return r.variable(r.toks[from+2].text, class, class, depth)
	}
	for i := from; i < to; i++ { // names that it mentions may be among them
		if r.is(i, "{") {
			n, _ := r.literal(i, body, class, depth+1)
			names = append(names, n...)
			i = r.closes(i)
		}
	}
	return names, false
}

func (r *reader) closes(open int) int {
	depth := 0
	for i := open; i < len(r.toks); i++ {
		if r.toks[i].kind != 'o' {
			continue
		}
		switch r.toks[i].text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(r.toks) - 1
}

// literal reads the keys of a dict display.
func (r *reader) literal(open int, body, class [2]int, depth int) (names []Name, ok bool) {
	ok = true
	end := r.closes(open)
	for i := open + 1; i < end; {
		next := r.comma(i, end)
		t := r.toks[i]
		switch {
		case t.kind == 's' && r.is(i+1, ":"):
			names = append(names, Name{t.text, t.start})
			for j := i; j < next; j++ {
				if r.is(j, "for") {
					ok = false
				}
			}
		case r.is(i, "*") && r.is(i+1, "*"):
			n, all := r.mapping(i+2, next, body, class, depth+1)
			names, ok = append(names, n...), ok && all
		default:
			ok = false
		}
		i = next + 1
	}
	return names, ok
}

// comma is the index of the next comma outside brackets, or end.
func (r *reader) comma(i, end int) int {
	for ; i < end; i++ {
		if r.toks[i].kind != 'o' {
			continue
		}
		switch r.toks[i].text {
		case "(", "[", "{":
			i = r.closes(i)
		case ",":
			return i
		}
	}
	return end
}

// keywords reads the names of a call dict(a=b).
func (r *reader) keywords(open int) (names []Name, ok bool) {
	ok = true
	end := r.closes(open)
	for i := open + 1; i < end; {
		next := r.comma(i, end)
		if r.toks[i].kind == 'n' && r.is(i+1, "=") {
			names = append(names, Name{r.toks[i].text, r.toks[i].start})
		} else {
			ok = false
		}
		i = next + 1
	}
	return names, ok
}

// variable reads what is assigned to a name in a body, or else in the class or the file, and added to it.
func (r *reader) variable(name string, body, class [2]int, depth int) (names []Name, ok bool) {
	for _, scope := range [][2]int{body, class, {0, len(r.toks)}} {
		found := false
		ok = true
		for i := scope[0]; i < scope[1]; i++ {
			at := i
			if r.toks[i].first && r.is(i, "self") && r.is(i+1, ".") {
				at = i + 2
			}
			if !r.toks[i].first || !r.is(at, name) {
				continue
			}
			end := r.lineEnd(at)
			switch {
			case r.is(at+1, "=") && !r.is(at+2, "="):
				found = true
				n, all := r.mapping(at+2, end, body, class, depth+1)
				names, ok = append(names, n...), ok && all
			case r.is(at+1, "[") && at+4 < end && r.toks[at+2].kind == 's' && r.is(at+3, "]") && r.is(at+4, "="):
				names = append(names, Name{r.toks[at+2].text, r.toks[at+2].start})
			case r.is(at+1, ".") && r.is(at+2, "update") && r.is(at+3, "(") && r.is(at+4, "{"):
				n, all := r.mapping(at+4, r.closes(at+3), body, class, depth+1)
				names, ok = append(names, n...), ok && all
			default:
				ok = false
			}
			i = end
		}
		if found {
			return names, ok
		}
	}
	return nil, false
}
