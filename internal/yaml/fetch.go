package yaml

// fetch scans at least one token into the queue or, at an error, ends the scan.
func (s *scanner) fetch() {
	s.toNextToken()
	if !s.strict {
		s.closeFlowAtDedent()
	}
	if k := &s.keys[0]; k.possible && k.required {
		s.keyValid(k)
		if s.stop() {
			return
		}
	}
	s.unroll(s.col())
	if s.pos >= len(s.src) {
		s.fetchEnd()
		return
	}
	c := s.src[s.pos]
	if s.pos == s.lineHead {
		switch {
		case c == '%' && (s.strict || s.atDirective()):
			s.fetchDirective()
			return
		case (c == '-' || c == '.') && s.docMark():
			kind := tDocStart
			if c == '.' {
				kind = tDocEnd
			}
			s.closeAllFlow()
			s.unroll(-1)
			s.removeKey()
			if s.stop() {
				return
			}
			s.allowKey = false
			s.push(kind, 3)
			return
		}
	}
	switch c {
	case '[', '{':
		if c == '{' && (s.templateStart() || s.statement()) {
			return
		}
		s.saveKey()
		if s.stop() {
			return
		}
		kind := tFlowSeq
		if c == '{' {
			kind = tFlowMap
		}
		s.flow = append(s.flow, token{kind: kind, start: s.pos, end: s.pos + 1})
		s.keys = append(s.keys, simpleKey{})
		s.allowKey = true
		s.push(kind, 1)
	case ']', '}':
		s.removeKey()
		if s.stop() || s.strayClose(c) {
			return
		}
		if len(s.flow) > 0 {
			s.flow = s.flow[:len(s.flow)-1]
			s.keys = s.keys[:len(s.keys)-1]
			s.firstKey = min(s.firstKey, len(s.keys)-1)
		}
		s.allowKey = false
		kind := tFlowSeqEnd
		if c == '}' {
			kind = tFlowMapEnd
		}
		s.push(kind, 1)
	case ',':
		s.removeKey()
		if s.stop() {
			return
		}
		if !s.strict && len(s.flow) == 0 {
			s.fetchText("found character that cannot start any token")
			return
		}
		s.allowKey = true
		s.push(tFlowEntry, 1)
	case '-':
		if s.blankz(s.pos + 1) {
			s.fetchEntry()
		} else {
			s.fetchPlain()
		}
	case '?':
		if len(s.flow) > 0 || s.blankz(s.pos+1) {
			s.fetchKey()
		} else {
			s.fetchPlain()
		}
	case ':':
		if len(s.flow) > 0 || s.blankz(s.pos+1) {
			s.fetchValue()
		} else {
			s.fetchPlain()
		}
	case '*', '&':
		s.fetchAnchor(c)
	case '!':
		s.saveKey()
		s.allowKey = false
		if !s.stop() {
			s.scanTag()
		}
	case '|', '>':
		if len(s.flow) > 0 {
			s.cannotStart()
			return
		}
		s.removeKey()
		s.allowKey = true
		if !s.stop() {
			s.scanBlock(c)
		}
	case '\'', '"':
		s.saveKey()
		s.allowKey = false
		if !s.stop() {
			s.scanQuoted(c)
		}
	case '#', '%', '@', '`', '\t':
		s.cannotStart()
	default:
		s.fetchPlain()
	}
}

// misplaced: the character has a meaning that it cannot have here.
func (s *scanner) misplaced(words string) {
	if s.strict {
		s.fail("", -1, words, s.pos)
		return
	}
	s.fetchText(words)
}

// cannotStart: no token begins with the character.
func (s *scanner) cannotStart() {
	const words = "found character that cannot start any token"
	if s.strict {
		s.fail("while scanning for the next token", s.pos, words, s.pos)
		return
	}
	s.fetchText(words)
}

func (s *scanner) fetchEnd() {
	if s.strict {
		if s.pos != s.lineHead { // libyaml begins a new line here
			s.line++
			s.lineHead = s.pos
		}
		s.ended = true
	} else {
		s.closeAllFlow()
	}
	s.unroll(-1)
	for i := range s.keys {
		if k := &s.keys[i]; k.possible && k.required {
			k.possible = false
			s.missingColon(k)
		}
		s.keys[i].possible = false
	}
	if s.stop() {
		return
	}
	s.allowKey = false
	s.toks = append(s.toks, token{kind: tEnd, start: s.pos, end: s.pos})
	s.done = true
}

func (s *scanner) fetchEntry() {
	if len(s.flow) == 0 {
		if !s.allowKey {
			s.misplaced("block sequence entries are not allowed in this context")
			return
		}
		s.roll(s.col(), -1, tBlockSeq, s.pos)
	} else if !s.strict {
		s.fetchText("found a block entry inside brackets")
		return
	}
	s.removeKey()
	if s.stop() {
		return
	}
	s.allowKey = true
	s.push(tBlockEntry, 1)
}

func (s *scanner) fetchKey() {
	if len(s.flow) == 0 {
		if !s.allowKey {
			s.misplaced("mapping keys are not allowed in this context")
			return
		}
		s.roll(s.col(), -1, tBlockMap, s.pos)
	}
	s.removeKey()
	if s.stop() {
		return
	}
	s.allowKey = len(s.flow) == 0
	s.push(tKey, 1)
}

func (s *scanner) fetchValue() {
	k := &s.keys[len(s.keys)-1]
	if s.keyValid(k) {
		s.insert(k.token, token{kind: tKey, start: k.pos, end: k.pos})
		s.roll(k.pos-k.lineHead, k.token, tBlockMap, k.pos)
		k.possible = false
		s.allowKey = false
	} else {
		if s.stop() {
			return
		}
		if len(s.flow) == 0 {
			if !s.allowKey {
				s.misplaced("mapping values are not allowed in this context")
				return
			}
			s.roll(s.col(), -1, tBlockMap, s.pos)
		}
		s.allowKey = len(s.flow) == 0
	}
	s.push(tValue, 1)
}

func (s *scanner) fetchAnchor(c byte) {
	n := s.pos + 1
	for isAlpha(s.at(n)) {
		n++
	}
	ok := n > s.pos+1
	if ok && !s.blankz(n) {
		switch s.src[n] {
		case '?', ':', ',', ']', '}', '%', '@', '`':
		default:
			ok = false
		}
	}
	if !ok && !s.strict {
		s.fetchText("did not find expected alphabetic or numeric character")
		return
	}
	s.saveKey()
	s.allowKey = false
	if s.stop() {
		return
	}
	kind, context := tAlias, "while scanning an alias"
	if c == '&' {
		kind, context = tAnchor, "while scanning an anchor"
	}
	if !ok {
		s.fail(context, s.pos, "did not find expected alphabetic or numeric character", n)
		return
	}
	s.toks = append(s.toks, token{kind: kind, start: s.pos, end: n, text: s.src[s.pos+1 : n]})
	s.pos = n
}
