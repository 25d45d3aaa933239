package yaml

func (p *parser) blockSeq(n *Node) {
	s := p.s
	s.skip()
	base := len(p.items)
	first := s.peek().start
	for !s.stop() {
		t := s.peek()
		switch {
		case s.stop():
			return
		case t.kind == tBlockEntry:
			p.entry(t, false)
			continue
		case t.kind == tBlockEnd:
			s.skip()
			p.closeSeq(n, base)
			return
		}
		s.fail("while parsing a block collection", first, "did not find expected '-' indicator", t.start)
		if s.strict {
			return
		}
		if p.leave(t) {
			p.closeSeq(n, base)
			return
		}
		// Something that is no entry: it joins the last one.
		if len(p.items) > base {
			p.reportStray(p.items[len(p.items)-1], t, "did not find expected '-' indicator")
		} else {
			s.report(t.start, max(t.end, t.start+1), "did not find expected '-' indicator")
		}
		taken := s.taken
		stray := p.node(true, true)
		if last := len(p.items) - 1; last >= base && stray.Kind == Sequence && p.items[last].Kind == Scalar && p.items[last].Span.Len() > 0 {
			p.items = append(p.items, stray.Items...)
		} else if last >= base {
			p.items[last] = p.splice(p.items[last], stray)
		} else {
			p.items = append(p.items, stray)
		}
		if s.taken == taken {
			s.skip()
		}
	}
}

// leave: the token ends every block collection.
func (p *parser) leave(t *token) bool {
	switch t.kind {
	case tEnd, tDocStart, tDocEnd, tVersion, tTagDirective:
		return true
	}
	return false
}

func (p *parser) entry(t *token, indentless bool) {
	s := p.s
	dash := t.end
	s.skip()
	t = s.peek()
	if s.stop() {
		return
	}
	empty := t.kind == tBlockEntry || t.kind == tBlockEnd || indentless && (t.kind == tKey || t.kind == tValue)
	if !s.strict && p.leave(t) {
		empty = true
	}
	if empty {
		p.items = append(p.items, p.empty(dash))
		return
	}
	n := p.node(true, false)
	p.items = append(p.items, n)
}

func (p *parser) closeSeq(n *Node, base int) {
	n.Items = p.takeItems(base)
	if len(n.Items) > 0 {
		n.Span.End = max(n.Span.End, n.Items[len(n.Items)-1].Whole().End)
	}
}

func (p *parser) indentless(n *Node) {
	s := p.s
	base := len(p.items)
	n.Span.End = n.Span.Start
	for !s.stop() {
		t := s.peek()
		if s.stop() {
			return
		}
		if t.kind != tBlockEntry {
			break
		}
		p.entry(t, true)
	}
	p.closeSeq(n, base)
}

func (p *parser) blockMap(n *Node) {
	s := p.s
	s.skip()
	base := len(p.pairs)
	first := s.peek().start
	for !s.stop() {
		t := s.peek()
		switch {
		case s.stop():
			return
		case t.kind == tKey:
			p.blockPair(t)
			continue
		case t.kind == tBlockEnd:
			s.skip()
			p.closeMap(n, base)
			return
		}
		s.fail("while parsing a block mapping", first, "did not find expected key", t.start)
		if s.strict {
			return
		}
		if p.leave(t) {
			p.closeMap(n, base)
			return
		}
		s.report(t.start, max(t.end, t.start+1), "did not find expected key")
		taken := s.taken
		if t.kind == tValue {
			pair := p.newPair()
			pair.Key = p.empty(t.start)
			p.pairValue(pair)
			p.pairs = append(p.pairs, pair)
		} else {
			p.joinPairs(base, p.node(true, true))
		}
		if s.taken == taken {
			s.skip()
		}
	}
}

func (p *parser) closeMap(n *Node, base int) {
	n.Pairs = p.takePairs(base)
	if len(n.Pairs) > 0 {
		last := n.Pairs[len(n.Pairs)-1]
		n.Span.End = max(n.Span.End, last.Value.Whole().End, last.Key.Whole().End)
	}
}

func (p *parser) blockPair(t *token) {
	s := p.s
	pair := p.newPair()
	after := t.end
	s.skip()
	t = s.peek()
	if s.stop() {
		return
	}
	switch t.kind {
	case tKey, tValue, tBlockEnd:
		pair.Key = p.empty(after)
	default:
		pair.Key = p.node(true, true)
	}
	if s.stop() {
		return
	}
	p.pairValue(pair)
	pair.Merge = pair.Key.isMerge()
	p.pairs = append(p.pairs, pair)
}

func (n *Node) isMerge() bool {
	return n.Kind == Scalar && (n.Text == "<<" && (n.Style == Plain && n.Tag == "" || n.Tag == "!") || n.Tag == TagMerge)
}

func (p *parser) pairValue(pair *Pair) {
	s := p.s
	t := s.peek()
	if s.stop() {
		return
	}
	if t.kind != tValue {
		pair.Value = p.empty(max(pair.Key.Span.End, min(t.start, pair.Key.Span.End)))
		return
	}
	colon := t.end
	s.skip()
	t = s.peek()
	if s.stop() {
		return
	}
	empty := t.kind == tKey || t.kind == tValue || t.kind == tBlockEnd
	if !s.strict && p.leave(t) {
		empty = true
	}
	if empty {
		pair.Value = p.empty(colon)
	} else {
		pair.Value = p.node(true, true)
	}
}
