package yaml

import "sort"

// Resolve follows an alias to the node that it stands for; any other node is itself. It gives nil for an alias
// without a target.
func (n *Node) Resolve() *Node {
	for i := 0; n != nil && n.Kind == Alias; i++ {
		if i > maxDepth {
			return nil
		}
		n = n.Target
	}
	return n
}

// Get finds the value of a text key in a mapping, or in the mapping that an alias stands for: the last one wins, as in
// PyYAML, and what merge keys bring in comes after what is written. It gives nil when there is none.
func (n *Node) Get(key string) *Node {
	if p := n.Pair(key); p != nil {
		return p.Value
	}
	return nil
}

// Pair is Get for the whole entry.
func (n *Node) Pair(key string) *Pair { return n.pair(key, 0) }

func (n *Node) pair(key string, depth int) *Pair {
	n = n.Resolve()
	if n == nil || n.Kind != Mapping || depth > 50 {
		return nil
	}
	merges := false
	for i := len(n.Pairs) - 1; i >= 0; i-- {
		p := n.Pairs[i]
		if p.Merge {
			merges = true
			continue
		}
		if k := p.Key.Resolve(); k != nil && k.Kind == Scalar && k.Text == key && k.ResolvedTag() == TagStr {
			return p
		}
	}
	if !merges {
		return nil
	}
	for i := len(n.Pairs) - 1; i >= 0; i-- {
		if !n.Pairs[i].Merge {
			continue
		}
		v := n.Pairs[i].Value.Resolve()
		if v == nil {
			continue
		}
		if v.Kind == Mapping {
			if p := v.pair(key, depth+1); p != nil {
				return p
			}
		}
		for _, item := range v.Items { // the first in the list wins
			if p := item.pair(key, depth+1); p != nil {
				return p
			}
		}
	}
	return nil
}

// Path lists the nodes that contain off, from the root to the innermost; both ends of a span count as inside. Where two
// children touch, the one that begins at off is taken. It is empty outside of every document.
func (t *Tree) Path(off int) []*Node {
	var path []*Node
	for i := len(t.Docs) - 1; i >= 0; i-- {
		if d := t.Docs[i]; d.Whole().Contains(off) {
			path = append(path, d)
			break
		}
	}
	if len(path) == 0 {
		return nil
	}
	for n := path[0]; ; {
		child := n.childAt(off)
		if child == nil {
			return path
		}
		path = append(path, child)
		n = child
	}
}

// childAt is the child that contains off.
func (n *Node) childAt(off int) *Node {
	switch n.Kind {
	case Mapping:
		i := sort.Search(len(n.Pairs), func(i int) bool { return n.Pairs[i].Key.Whole().Start > off })
		if i == 0 {
			return nil
		}
		p := n.Pairs[i-1]
		if p.Value.Whole().Contains(off) && (p.Value.Whole().Len() > 0 || !p.Key.Whole().Contains(off)) {
			return p.Value
		}
		if p.Key.Whole().Contains(off) {
			return p.Key
		}
	case Sequence:
		i := sort.Search(len(n.Items), func(i int) bool { return n.Items[i].Whole().Start > off })
		if i > 0 && n.Items[i-1].Whole().Contains(off) {
			return n.Items[i-1]
		}
	}
	return nil
}

// Walk calls visit for n and everything below it, in the order of the file; visit returns false to leave out what is
// below. An alias is visited, its target is not.
func (n *Node) Walk(visit func(*Node) bool) {
	if n == nil || !visit(n) {
		return
	}
	for _, p := range n.Pairs {
		p.Key.Walk(visit)
		p.Value.Walk(visit)
	}
	for _, i := range n.Items {
		i.Walk(visit)
	}
}
