package pyre

// Flags are the flags of a pattern: re.IGNORECASE and its sisters.
type Flags uint8

// The flags that a caller may give. LOCALE is for byte patterns, which Ansible never has.
const (
	IgnoreCase Flags = 1 << iota
	Multiline
	DotAll
	Verbose
	ASCII
	unicodeFlag
	localeFlag
)

const typeFlags = ASCII | unicodeFlag | localeFlag

func inlineFlag(c string) (Flags, bool) {
	switch c {
	case "i":
		return IgnoreCase, true
	case "m":
		return Multiline, true
	case "s":
		return DotAll, true
	case "x":
		return Verbose, true
	case "a":
		return ASCII, true
	case "u":
		return unicodeFlag, true
	case "L":
		return localeFlag, true
	}
	return 0, false
}

type op uint8

const (
	opLiteral   op = iota
	opAny          // .
	opClass        // [...] and \d \w \s alone
	opAt           // ^ $ \A \Z \b \B
	opSequence     // kids one after the other
	opBranch       // kids as alternatives
	opGroup        // kids[0]; group > 0 when it captures
	opAtomic       // (?>...)
	opRepeat       // kids[0]
	opBackref      // group
	opLook         // kids[0]
	opCondition    // group, kids yes and perhaps no
)

type node struct {
	op       op
	char     rune // opLiteral; for opAt the letter: ^ $ A Z b B
	negate   bool // opClass, opLook
	behind   bool // opLook
	items    []classItem
	kids     []*node
	group    int
	min, max int // opRepeat; max -1 is without end
	lazy     bool
	possess  bool
	add, del Flags // opGroup: inline flags
}

// classItem is a range of characters, or a category: one of d D s S w W.
type classItem struct {
	lo, hi   rune
	category byte
}

// width gives the least and greatest number of characters that a node matches; -1 is without end.
func (n *node) width(groups []*node) (lo, hi int) {
	switch n.op {
	case opLiteral, opAny, opClass:
		return 1, 1
	case opSequence, opGroup, opAtomic:
		for _, k := range n.kids {
			l, h := k.width(groups)
			lo += l
			hi = sumWidth(hi, h)
		}
		return lo, hi
	case opBranch, opCondition:
		if n.op == opCondition && len(n.kids) == 1 {
			_, h := n.kids[0].width(groups)
			return 0, h
		}
		lo = -1
		for _, k := range n.kids {
			l, h := k.width(groups)
			if lo < 0 || l < lo {
				lo = l
			}
			if h < 0 || hi < 0 {
				hi = -1
			} else {
				hi = max(hi, h)
			}
		}
		return max(lo, 0), hi
	case opRepeat:
		l, h := n.kids[0].width(groups)
		lo = l * n.min
		switch {
		case h == 0 || n.max == 0:
			hi = 0
		case h < 0 || n.max < 0:
			hi = -1
		default:
			hi = h * n.max
		}
		return lo, hi
	case opBackref:
		if n.group < len(groups) && groups[n.group] != nil {
			return groups[n.group].width(groups)
		}
		return 0, -1
	}
	return 0, 0
}

func sumWidth(a, b int) int {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}
