package yaml

import "slices"

// splice joins a node that stands at an impossible indentation to the node before it.
func (p *parser) splice(last, stray *Node) *Node {
	switch {
	case last.Kind == Scalar && last.Text == "" && last.Style == Plain && last.Span.Len() == 0:
		return stray
	case last.Kind == Mapping && last.Style == Block:
		base := len(p.pairs)
		p.pairs = append(p.pairs, last.Pairs...)
		p.joinPairs(base, stray)
		p.closeMap(last, base)
	case last.Kind == Sequence && last.Style == Block:
		if stray.Kind == Sequence {
			last.Items = append(slices.Clip(last.Items), stray.Items...)
		} else if n := len(last.Items); n > 0 {
			last.Items[n-1] = p.splice(last.Items[n-1], stray)
		} else {
			last.Items = append(slices.Clip(last.Items), stray)
		}
		last.Span.End = max(last.Span.End, stray.Whole().End)
	case last.Kind == Scalar && last.Style == Plain && stray.Kind == Mapping && stray.Style == Block:
		// A key without a colon on top of a mapping.
		pair := p.newPair()
		pair.Key, pair.Value = last, p.empty(last.Span.End)
		stray.Pairs = slices.Insert(slices.Clip(stray.Pairs), 0, pair)
		stray.Span.Start = last.Whole().Start
		return stray
	}
	return last
}

// joinPairs adds a stray node to the mapping whose pairs begin at base on the stack.
func (p *parser) joinPairs(base int, stray *Node) {
	var last *Pair
	if len(p.pairs) > base {
		last = p.pairs[len(p.pairs)-1]
	}
	switch {
	case stray.Kind == Mapping && stray.Style == Block:
		p.pairs = append(p.pairs, stray.Pairs...)
	case stray.Kind == Sequence && stray.Style == Block && last != nil &&
		(last.Value.Kind == Sequence && last.Value.Style == Block || last.Value.Kind == Scalar && last.Value.Span.Len() == 0):
		last.Value = p.splice(last.Value, stray)
	case stray.Kind == Scalar && stray.Span.Len() == 0 && stray.Props.Len() == 0:
	default:
		pair := p.newPair()
		if stray.Kind == Scalar {
			pair.Key, pair.Value = stray, p.empty(stray.Span.End)
		} else {
			pair.Key, pair.Value = p.empty(stray.Whole().Start), stray
		}
		p.pairs = append(p.pairs, pair)
	}
}
