package pylayout

// bare leaves out the round brackets around the tokens from..to, where they stand around the whole and hold neither a
// tuple, a generator nor an assignment.
func (p *parser) bare(from, to int) {
	for to-from >= 3 && p.toks[from].text == "(" && p.toks[from].kind == operator && p.closes(from) == to-1 {
		depth := 0
		for i := from + 1; i < to-1; i++ {
			switch t := p.toks[i]; {
			case t.kind == operator && (t.text == "(" || t.text == "[" || t.text == "{"):
				depth++
			case t.kind == operator && (t.text == ")" || t.text == "]" || t.text == "}"):
				depth--
			case depth == 0 && (t.kind == operator && (t.text == "," || t.text == ":=") || t.kind == name && t.text == "for"):
				return
			}
		}
		p.toks[from].gone, p.toks[to-1].gone = true, true
		p.toks[from+1].space = p.toks[from].space
		from, to = from+1, to-1
	}
}

// closes finds the closing bracket of the opening one.
func (p *parser) closes(open int) int {
	depth := 0
	for i := open; i < len(p.toks); i++ {
		if p.toks[i].kind != operator {
			continue
		}
		switch p.toks[i].text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
