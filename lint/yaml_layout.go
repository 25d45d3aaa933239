package lint

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// document checks the layout of one document: indentation, and the blanks around colons, commas, dashes and brackets.
func (y *yamlCheck) document(root *yaml.Node) {
	at := root.Whole().Start
	if y.firstOnLine(at) {
		y.indented(at, 0)
	}
	y.node(root, nil, false)
}

// documentStart checks whether the document begins with "---".
func (y *yamlCheck) documentStart(root *yaml.Node, start source.Span) {
	if !y.on("document-start") {
		return
	}
	switch want := y.num("document-start", "present") != 0; {
	case want && start.Len() == 0:
		y.report("document-start", "Missing document start \"---\"", source.Span{Start: root.Whole().Start, End: root.Whole().Start}, y.file.Line(root.Whole().Start))
	case !want && start.Len() > 0:
		y.report("document-start", "Found forbidden document start \"---\"", start, y.file.Line(start.Start))
	}
}

// firstOnLine tells whether only blanks stand before the offset on its line.
func (y *yamlCheck) firstOnLine(at int) bool {
	for at > 0 && y.src[at-1] == ' ' {
		at--
	}
	return at == 0 || y.src[at-1] == '\n'
}

func (y *yamlCheck) column(at int) int { return at - (bytes.LastIndexByte(y.src[:at], '\n') + 1) }

// lineIndent is the column of the first character of the line that holds the offset.
func (y *yamlCheck) lineIndent(at int) int {
	start := bytes.LastIndexByte(y.src[:at], '\n') + 1
	n := 0
	for start+n < len(y.src) && y.src[start+n] == ' ' {
		n++
	}
	return n
}

func (y *yamlCheck) sameLine(a, b int) bool {
	return bytes.IndexByte(y.src[min(a, b):max(a, b)], '\n') < 0
}

// deeper is the column one step deeper than base; the first step of the file says how wide steps are.
func (y *yamlCheck) deeper(base, found int) int {
	if y.spaces == 0 && y.c.Rules["indentation"].nums["spaces"] == 0 && found != base {
		y.spaces = found - base
	}
	return base + y.spaces
}

// indented reports a line that does not begin where it should; expected is -1 for "deeper".
func (y *yamlCheck) indented(at, expected int) {
	found := y.column(at)
	if found == expected || !y.on("indentation") {
		return
	}
	message := fmt.Sprintf("Wrong indentation: expected %d but found %d", expected, found)
	if expected < 0 {
		message = fmt.Sprintf("Wrong indentation: expected at least %d", found+1)
	}
	y.report("indentation", message, source.Span{Start: at, End: at}, y.file.Line(at))
}

func (y *yamlCheck) node(n, parent *yaml.Node, key bool) {
	switch {
	case n.Kind == yaml.Scalar:
		if n.Style == yaml.Plain && n.Tag == "" && n.Span.Len() > 0 {
			if y.on("truthy") {
				y.truthy(n, key)
			}
			if y.on("octal-values") {
				y.octal(n)
			}
		}
	case n.Kind == yaml.Mapping && n.Style == yaml.Block:
		y.duplicates(n)
		y.blockMap(n)
	case n.Kind == yaml.Sequence && n.Style == yaml.Block:
		y.blockSeq(n)
	case n.Kind == yaml.Mapping || n.Kind == yaml.Sequence:
		y.duplicates(n)
		y.flow(n)
	}
}

// octal reports numbers that YAML 1.1 and 1.2 read differently.
func (y *yamlCheck) octal(n *yaml.Node) {
	s := n.Text
	kind, digits := "implicit", ""
	if len(s) > 1 && s[0] == '0' {
		digits = s[1:]
		if len(s) > 2 && s[1] == 'o' {
			kind, digits = "explicit", s[2:]
		}
	}
	if digits != "" && strings.Trim(digits, "01234567") == "" && y.num("octal-values", "forbid-"+kind+"-octal") != 0 {
		y.report("octal-values", fmt.Sprintf("Forbidden %s octal value \"%s\"", kind, s), n.Span, y.file.Line(n.Span.Start))
	}
}

func (y *yamlCheck) duplicates(n *yaml.Node) {
	if n.Kind != yaml.Mapping || len(n.Pairs) < 2 || !y.on("key-duplicates") {
		return
	}
	seen := make(map[string]bool, len(n.Pairs))
	for _, p := range n.Pairs {
		if p.Key.Kind != yaml.Scalar || p.Key.Props.Len() > 0 {
			continue
		}
		if seen[p.Key.Text] && (p.Key.Text != "<<" || y.num("key-duplicates", "forbid-duplicated-merge-keys") != 0) {
			y.report("key-duplicates", fmt.Sprintf("Duplication of key \"%s\" in mapping", p.Key.Text), p.Key.Span, y.file.Line(p.Key.Span.Start))
		}
		seen[p.Key.Text] = true
	}
}

func (y *yamlCheck) blockMap(n *yaml.Node) {
	column := y.column(n.Span.Start)
	for _, p := range n.Pairs {
		explicit := p.Key.Span.Start > 0 && p.Key.Whole().Start != n.Span.Start && y.isQuestion(p.Key.Whole().Start)
		y.node(p.Key, n, true)
		colon := y.colon(p.Key.Whole().End, p.Value)
		if colon < 0 {
			continue
		}
		y.colons(p, colon)
		v := p.Value
		if v.Whole().Len() == 0 && v.Kind != yaml.Mapping && v.Kind != yaml.Sequence {
			continue
		}
		at := v.Whole().Start
		if v.Props.Len() > 0 && y.sameLine(at, p.Key.Whole().Start) && !y.sameLine(at, v.Span.Start) {
			at = v.Span.Start
		}
		if !explicit && !y.sameLine(at, p.Key.Whole().Start) && y.c.Rules["indentation"] != nil && y.firstOnLine(at) {
			y.below(v, at, column)
		}
		y.node(v, n, false)
	}
}

// below checks a value that begins on a line below its key, which stands at column.
func (y *yamlCheck) below(v *yaml.Node, at, column int) {
	found := y.column(at)
	if v.Kind != yaml.Sequence || v.Style != yaml.Block {
		y.indented(at, y.deeper(column, found))
		return
	}
	switch y.dashes {
	case dashFlush:
		y.indented(at, column)
	case dashIndented:
		if y.spaces == 0 && found == column {
			y.indented(at, -1)
		} else {
			y.indented(at, y.deeper(column, found))
		}
	default:
		if found == column {
			if y.dashes == dashUnknown {
				y.dashes = dashFlush
			}
			return
		}
		if y.dashes == dashUnknown {
			y.dashes = dashIndented
		}
		y.indented(at, y.deeper(column, found))
	}
}

// isQuestion tells whether a "?" stands before the offset: an explicit key.
func (y *yamlCheck) isQuestion(at int) bool {
	for at > 0 && (y.src[at-1] == ' ' || y.src[at-1] == '\n') {
		at--
	}
	return at > 0 && y.src[at-1] == '?'
}

// colon finds the ":" behind a key that ends at the offset; -1 where there is none.
func (y *yamlCheck) colon(end int, v *yaml.Node) int {
	for i := end; i < len(y.src); i++ {
		switch y.src[i] {
		case ':':
			return i
		case ' ', '\t':
		default:
			return -1
		}
	}
	return -1
}

func (y *yamlCheck) colons(p *yaml.Pair, colon int) {
	if !y.on("colons") {
		return
	}
	line := y.file.Line(colon)
	before := colon - p.Key.Whole().End
	if before > y.num("colons", "max-spaces-before") && y.num("colons", "max-spaces-before") >= 0 && !(p.Key.Kind == yaml.Alias && before == 1) {
		y.report("colons", "Too many spaces before colon", source.Span{Start: p.Key.Whole().End, End: colon + 1}, line)
	}
	at := p.Value.Whole().Start
	if p.Value.Whole().Len() > 0 && y.sameLine(colon, at) && at-colon-1 > y.num("colons", "max-spaces-after") && y.num("colons", "max-spaces-after") >= 0 {
		y.report("colons", "Too many spaces after colon", source.Span{Start: colon, End: at}, line)
	}
}

func (y *yamlCheck) blockSeq(n *yaml.Node) {
	from := n.Span.Start
	for _, item := range n.Items {
		dash := y.dash(from, item.Whole().Start)
		if dash < 0 {
			break
		}
		at := item.Whole().Start
		from = max(item.Whole().End, dash+1)
		if item.Whole().Len() == 0 {
			continue
		}
		if y.sameLine(dash, at) {
			if most := y.num2("hyphens", "max-spaces-after"); y.on("hyphens") && most >= 0 && at-dash-1 > most {
				y.report("hyphens", "Too many spaces after hyphen", source.Span{Start: dash, End: at}, y.file.Line(dash))
			}
		} else if y.firstOnLine(at) && y.c.Rules["indentation"] != nil && y.column(at) != y.column(dash) {
			y.indented(at, y.deeper(y.column(dash), y.column(at)))
		}
		y.node(item, n, false)
	}
}

// num2 is num for a check that may be off.
func (y *yamlCheck) num2(check, option string) int {
	if r := y.c.Rules[check]; r != nil {
		return r.nums[option]
	}
	return -1
}

// dash finds the "-" of an entry between two offsets.
func (y *yamlCheck) dash(from, to int) int {
	for i := from; i < to && i < len(y.src); i++ {
		switch y.src[i] {
		case '-':
			return i
		case '#':
			for i < to && y.src[i] != '\n' {
				i++
			}
		}
	}
	return -1
}

// piece is a child of a flow collection, or one of its commas.
type piece struct {
	start, end int
	comma      bool
}

// flow checks a collection in brackets.
func (y *yamlCheck) flow(n *yaml.Node) {
	open, end := n.Span.Start, n.Span.End-1
	bracketed := open < len(y.src) && (y.src[open] == '[' || y.src[open] == '{') && end > open
	if bracketed {
		y.flowLayout(n, open, end)
	}
	for _, p := range n.Pairs {
		y.node(p.Key, n, true)
		if colon := y.colon(p.Key.Whole().End, p.Value); colon >= 0 && p.Value.Whole().Start > colon {
			y.colons(p, colon)
		}
		y.node(p.Value, n, false)
	}
	for _, item := range n.Items {
		y.node(item, n, false)
	}
}

func (y *yamlCheck) flowLayout(n *yaml.Node, open, end int) {
	check, what := "brackets", "brackets"
	if n.Kind == yaml.Mapping {
		check, what = "braces", "braces"
	}
	var pieces []piece
	add := func(start, stop int) {
		if k := len(pieces); k > 0 {
			y.findComma(pieces[k-1].end, start, &pieces)
		}
		pieces = append(pieces, piece{start, stop, false})
	}
	for _, p := range n.Pairs {
		stop := max(p.Key.Whole().End, p.Value.Whole().End)
		add(p.Key.Whole().Start, stop)
	}
	for _, item := range n.Items {
		stop := item.Whole().End
		add(item.Whole().Start, stop)
	}
	if k := len(pieces); k > 0 {
		y.findComma(pieces[k-1].end, end, &pieces)
	}
	first, last := end, open+1
	if k := len(pieces); k > 0 {
		first, last = pieces[0].start, pieces[k-1].end
	}
	if y.on(check) {
		least, most := y.num(check, "min-spaces-inside"), y.num(check, "max-spaces-inside")
		if len(pieces) == 0 {
			if v := y.num(check, "min-spaces-inside-empty"); v >= 0 {
				least = v
			}
			if v := y.num(check, "max-spaces-inside-empty"); v >= 0 {
				most = v
			}
			what = "empty " + what
		}
		inside := func(spaces, at int) {
			switch {
			case most >= 0 && spaces > most:
				y.report(check, "Too many spaces inside "+what, source.Span{Start: at, End: at + spaces}, y.file.Line(at))
			case spaces < least:
				y.report(check, "Too few spaces inside "+what, source.Span{Start: at, End: at}, y.file.Line(at))
			}
		}
		if y.sameLine(open, first) {
			inside(first-open-1, open+1)
		}
		if len(pieces) > 0 && y.sameLine(last, end) {
			inside(end-last, last)
		}
	}
	if y.on("commas") {
		for i, p := range pieces {
			if p.comma && i > 0 {
				following := end
				if i+1 < len(pieces) {
					following = pieces[i+1].start
				}
				y.comma(pieces[i-1].end, p.start, following)
			}
		}
	}
	y.flowIndent(open, end, first, pieces)
}

// findComma adds the comma between two offsets to the pieces.
func (y *yamlCheck) findComma(from, to int, pieces *[]piece) {
	for i := from; i < to; i++ {
		switch y.src[i] {
		case ',':
			*pieces = append(*pieces, piece{i, i + 1, true})
			return
		case '#':
			for i < to && y.src[i] != '\n' {
				i++
			}
		}
	}
}

func (y *yamlCheck) comma(before, at, after int) {
	line := y.file.Line(at)
	span := source.Span{Start: at, End: at + 1}
	most := y.num("commas", "max-spaces-before")
	if most >= 0 && (!y.sameLine(before, at) || at-before > most) {
		y.report("commas", "Too many spaces before comma", span, line)
	}
	if !y.sameLine(at, after) {
		return
	}
	spaces := after - at - 1
	if most := y.num("commas", "max-spaces-after"); most >= 0 && spaces > most {
		y.report("commas", "Too many spaces after comma", span, line)
	} else if spaces < y.num("commas", "min-spaces-after") {
		y.report("commas", "Too few spaces after comma", span, line)
	}
}

// flowIndent checks the lines that begin inside of brackets.
func (y *yamlCheck) flowIndent(open, end, first int, pieces []piece) {
	if y.c.Rules["indentation"] == nil {
		return
	}
	line := y.lineIndent(open)
	inner := y.column(first)
	if !y.sameLine(open, first) {
		inner = y.deeper(line, inner)
	}
	for _, p := range pieces {
		if y.firstOnLine(p.start) {
			y.indented(p.start, inner)
		}
	}
	if y.firstOnLine(end) {
		y.indented(end, line)
	}
}
