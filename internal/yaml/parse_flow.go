package yaml

import "github.com/rehearse-dev/rehearse/internal/source"

// flow reads what stands between the brackets of n, whose closing one is end. Without its closing bracket the collection
// ends, in recovery, at the token that closes something around it.
func (p *parser) flow(n *Node, end tokenKind, context, expected string) {
	s := p.s
	open := s.peek().start
	s.skip()
	items, pairs := len(p.items), len(p.pairs)
	for first := true; !s.stop(); first = false {
		t := s.peek()
		if s.stop() {
			return
		}
		if !first && t.kind == tFlowEntry {
			s.skip()
			t = s.peek()
		} else if !first && t.kind != end {
			s.fail(context, open, expected, t.start)
			if !s.strict {
				if p.leaveFlow(t, end) {
					break
				}
				s.report(t.start, max(t.end, t.start+1), expected)
			}
		}
		if s.stop() {
			return
		}
		if t.kind == end {
			n.Span.End = t.end
			s.skip()
			break
		}
		taken := s.taken
		var item *Node
		var pair *Pair
		if n.Kind == Sequence {
			item = p.flowItem(t)
		} else {
			pair = p.flowEntry(t)
		}
		if s.stop() {
			return
		}
		if !s.strict && s.taken == taken { // nothing could begin with this token
			if t := s.peek(); p.leaveFlow(t, end) {
				break
			} else if t.kind != tFlowEntry {
				s.skip()
			}
			continue
		}
		if pair != nil {
			p.pairs = append(p.pairs, pair)
		} else {
			p.items = append(p.items, item)
		}
	}
	closed := n.Span.End
	if n.Kind == Sequence {
		p.closeSeq(n, items)
	} else {
		p.closeMap(n, pairs)
	}
	if closed > n.Span.Start+1 {
		n.Span.End = closed
	}
}

// leaveFlow: the token ends a collection around the one that end would close.
func (p *parser) leaveFlow(t *token, end tokenKind) bool {
	return p.leave(t) || t.kind == tBlockEnd || t.kind != end && (t.kind == tFlowSeqEnd || t.kind == tFlowMapEnd)
}

func (p *parser) flowItem(t *token) *Node {
	if t.kind == tKey {
		return p.flowPair(t)
	}
	return p.node(false, false)
}

// flowEntry is one entry between braces; its colon and value may be missing.
func (p *parser) flowEntry(t *token) *Pair {
	s := p.s
	pair := p.newPair()
	switch {
	case t.kind == tKey:
		after := t.end
		s.skip()
		t = s.peek()
		if s.stop() {
			return pair
		}
		switch t.kind {
		case tValue, tFlowEntry, tFlowMapEnd:
			pair.Key = p.empty(after)
		default:
			pair.Key = p.node(false, false)
		}
		p.flowValue(pair, tFlowMapEnd)
	default:
		pair.Key = p.node(false, false)
		if !s.strict && s.peek().kind == tValue {
			p.flowValue(pair, tFlowMapEnd)
		} else {
			pair.Value = p.empty(pair.Key.Span.End)
		}
	}
	if !s.stop() {
		pair.Merge = pair.Key.isMerge()
	}
	return pair
}

// flowPair is "a: b" inside of brackets, a mapping of one entry.
func (p *parser) flowPair(t *token) *Node {
	s := p.s
	m := p.newNode()
	m.Kind, m.Style = Mapping, Flow
	m.Span = source.Span{Start: t.start, End: t.start}
	after := t.end
	pair := p.newPair()
	s.skip()
	t = s.peek()
	if s.stop() {
		return m
	}
	switch t.kind {
	case tValue, tFlowEntry, tFlowSeqEnd:
		pair.Key = p.empty(after)
		if s.strict { // libyaml drops this token, whatever that leads to
			s.skip()
		}
	default:
		pair.Key = p.node(false, false)
	}
	p.flowValue(pair, tFlowSeqEnd)
	if s.stop() {
		return m
	}
	pair.Merge = pair.Key.isMerge()
	base := len(p.pairs)
	p.pairs = append(p.pairs, pair)
	p.closeMap(m, base)
	return m
}

func (p *parser) flowValue(pair *Pair, end tokenKind) {
	s := p.s
	if s.stop() {
		return
	}
	t := s.peek()
	if s.stop() {
		return
	}
	if t.kind != tValue {
		pair.Value = p.empty(pair.Key.Span.End)
		return
	}
	colon := t.end
	s.skip()
	t = s.peek()
	if s.stop() {
		return
	}
	if t.kind == tFlowEntry || t.kind == end {
		pair.Value = p.empty(colon)
		return
	}
	pair.Value = p.node(false, false)
}
