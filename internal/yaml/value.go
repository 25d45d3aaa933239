package yaml

import (
	"encoding/base64"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Options says how Value converts.
type Options struct {
	Trusted bool // texts may be templated; !unsafe ones never are
	// Plain converts as PyYAML's SafeLoader does: Ansible's own tags are unknown to it, and a duplicate key is nothing
	// to speak of.
	Plain bool
}

// The rules of the diagnostics that Value gives.
const (
	RuleDuplicateKey  = "duplicate-key"
	RuleDeprecatedTag = "deprecated-tag"
)

// maxPairs bounds what merge keys and aliases may multiply a document to.
const maxPairs = 1 << 20

// Value converts the node as ansible-core 2.19's loader does. f may be nil; it is the file that the origins name. The
// diagnostics are what the loader warns of (duplicate keys, deprecated tags) and, with severity Error, what it stops at:
// the value then holds None in that place.
func (n *Node) Value(f *source.File, o Options) (value.Value, []diag.Diagnostic) {
	if n == nil {
		return value.None{}, nil
	}
	if f == nil {
		f = n.file
	}
	c := converter{f: f, o: o}
	v := c.value(n)
	return v, c.problems
}

// converter builds the value of one node.
type converter struct {
	f        *source.File
	o        Options
	problems []diag.Diagnostic
	shared   map[*Node]value.Value // what anchored nodes became
	open     map[*Node]bool        // anchored collections that are being built
	unsafe   int
	pairs    int
	depth    int
	places   []source.Location
}

func (c *converter) at(n *Node) *source.Location {
	if len(c.places) == 0 {
		c.places = make([]source.Location, 32)
	}
	at := &c.places[0]
	c.places = c.places[1:]
	*at = source.Location{File: c.f, Span: n.Whole()}
	return at
}

func (c *converter) problem(n *Node, rule string, s diag.Severity, message string) {
	c.problems = append(c.problems, diag.Diagnostic{Rule: rule, Severity: s, At: source.Location{File: c.f, Span: n.Whole()}, Message: message})
}

func (c *converter) fail(n *Node, format string, args ...any) value.Value {
	c.problem(n, Rule, diag.Error, sentence(fmt.Sprintf(format, args...))+".")
	return value.None{}
}

func (c *converter) value(n *Node) value.Value {
	if n.Kind == Alias {
		t := n.Resolve()
		if t == nil {
			return c.fail(n, "found undefined alias %s", pyQuote(n.Text))
		}
		n = t
	}
	if n.Anchor == "" {
		return c.construct(n, n.ResolvedTag())
	}
	if v, ok := c.shared[n]; ok {
		return v
	}
	if c.open[n] {
		return c.fail(n, "the value of anchor %s contains itself", pyQuote(n.Anchor))
	}
	if c.open == nil {
		c.open, c.shared = map[*Node]bool{}, map[*Node]value.Value{}
	}
	c.open[n] = true
	v := c.construct(n, n.ResolvedTag())
	delete(c.open, n)
	c.shared[n] = v
	return v
}

func (c *converter) construct(n *Node, tag string) value.Value {
	if !c.o.Plain {
		switch tag {
		case "!unsafe":
			c.unsafe++
			v := c.construct(n, n.impliedTag())
			c.unsafe--
			return v
		case "!vault", "!vault-encrypted":
			if tag == "!vault-encrypted" {
				c.problem(n, RuleDeprecatedTag, diag.Warning, "Use of the YAML `!vault-encrypted` tag is deprecated.")
			}
			if n.Kind != Scalar || n.impliedTag() != TagStr {
				return c.fail(n, "the %s tag requires a string value", pyQuote(tag))
			}
			return &value.Vault{Ciphertext: n.Text, At: c.at(n)}
		case tagPrefix + "python/dict":
			tag = TagMap
		case tagPrefix + "python/unicode":
			tag = TagStr
		}
	}
	switch tag {
	case TagMap, TagSet:
		if n.Kind != Mapping {
			return c.fail(n, "expected a mapping node, but found %s", n.Kind)
		}
		d := &value.Dict{At: c.at(n)}
		c.mapping(n, d)
		if tag == TagMap {
			return d
		}
		set := &value.Set{}
		for _, k := range d.Keys() {
			set.Add(k)
		}
		return set
	case TagSeq:
		if n.Kind != Sequence {
			return c.fail(n, "expected a sequence node, but found %s", n.Kind)
		}
		l := &value.List{Items: make([]value.Value, len(n.Items)), At: c.at(n)}
		for i, item := range n.Items {
			l.Items[i] = c.value(item)
		}
		return l
	case TagOmap, TagPairs:
		return c.orderedPairs(n, tag)
	}
	if n.Kind != Scalar {
		switch tag {
		case TagStr, TagNull, TagBool, TagInt, TagFloat, TagBinary, TagTimestamp:
			return c.fail(n, "expected a scalar node, but found %s", n.Kind)
		}
		return c.unknownTag(n, tag)
	}
	switch tag {
	case TagStr:
		return value.Str{S: n.Text, At: c.at(n), Trusted: c.o.Trusted && c.unsafe == 0}
	case TagNull:
		return value.None{}
	case TagBool:
		switch strings.ToLower(n.Text) {
		case "yes", "true", "on":
			return value.Bool(true)
		case "no", "false", "off":
			return value.Bool(false)
		}
		return c.fail(n, "%s is not a boolean", pyQuote(n.Text))
	case TagInt:
		v, err := parseInt(n.Text)
		if err != nil {
			return c.fail(n, "%v", err)
		}
		return v
	case TagFloat:
		v, err := parseFloat(n.Text)
		if err != nil {
			return c.fail(n, "%v", err)
		}
		return v
	case TagTimestamp:
		v, err := parseTimestamp(n.Text)
		if err != nil {
			return c.fail(n, "%v", err)
		}
		return v
	case TagBinary:
		v, err := parseBinary(n.Text)
		if err != nil {
			return c.fail(n, "%v", err)
		}
		return v
	}
	return c.unknownTag(n, tag)
}

func (c *converter) unknownTag(n *Node, tag string) value.Value {
	return c.fail(n, "could not determine a constructor for the tag %s", pyQuote(tag))
}

// impliedTag is the tag that the node would have without the explicit one. Like ansible-core it looks at the text of a
// quoted scalar, too: !unsafe '1' is a number.
func (n *Node) impliedTag() string {
	switch n.Kind {
	case Mapping:
		return TagMap
	case Sequence:
		return TagSeq
	}
	return plainTag(n.Text)
}

// mapping fills d as construct_mapping does: merged entries first, then the mapping's own.
func (c *converter) mapping(n *Node, d *value.Dict) {
	c.depth++
	defer func() { c.depth-- }()
	seen := map[any]bool(nil)
	if !c.o.Plain {
		seen = make(map[any]bool, len(n.Pairs))
	}
	for _, p := range c.flatten(n, nil) {
		var key value.Value
		if k := p.Key.Resolve(); k != nil && k.ResolvedTag() == TagValue {
			key = c.construct(k, TagStr)
		} else {
			key = c.value(p.Key)
		}
		hash, ok := value.HashKey(key)
		if !ok {
			c.fail(p.Key, "while constructing a mapping found unhashable key")
			c.value(p.Value)
			continue
		}
		if seen != nil {
			if seen[hash] {
				c.problem(p.Key, RuleDuplicateKey, diag.Warning, "Found duplicate mapping key "+pyKey(key)+".")
			}
			seen[hash] = true
		}
		d.Set(key, c.value(p.Value))
	}
}

// flatten lists the pairs of a mapping, with those that merge keys bring in before its own.
func (c *converter) flatten(n *Node, up []*Node) []*Pair {
	merges := false
	for _, p := range n.Pairs {
		merges = merges || p.Merge
	}
	if !merges {
		return n.Pairs
	}
	for _, m := range up {
		if m == n {
			c.fail(n, "a mapping merges itself")
			return nil
		}
	}
	up = append(up, n)
	var merged, own []*Pair
	add := func(ps []*Pair) {
		if c.pairs += len(ps); c.pairs > maxPairs {
			if c.pairs-len(ps) <= maxPairs {
				c.fail(n, "merge keys multiply the mapping to more than %d entries", maxPairs)
			}
			return
		}
		merged = append(merged, ps...)
	}
	for _, p := range n.Pairs {
		if !p.Merge {
			own = append(own, p)
			continue
		}
		v := p.Value.Resolve()
		switch {
		case v == nil:
			c.value(p.Value)
		case v.Kind == Mapping:
			add(c.flatten(v, up))
		case v.Kind == Sequence:
			for i := len(v.Items) - 1; i >= 0; i-- {
				item := v.Items[i].Resolve()
				if item == nil || item.Kind != Mapping {
					kind := Scalar
					if item != nil {
						kind = item.Kind
					}
					c.fail(v.Items[i], "while constructing a mapping expected a mapping for merging, but found %s", kind)
					continue
				}
				if c.pairs <= maxPairs {
					add(c.flatten(item, up))
				}
			}
		default:
			c.fail(p.Value, "while constructing a mapping expected a mapping or list of mappings for merging, but found %s", v.Kind)
		}
	}
	return append(merged, own...)
}

// orderedPairs converts !!omap and !!pairs to a list of tuples.
func (c *converter) orderedPairs(n *Node, tag string) value.Value {
	what, name := "an ordered map", "omap"
	if tag == TagPairs {
		what, name = "pairs", "pairs"
	}
	if !c.o.Plain {
		c.problem(n, RuleDeprecatedTag, diag.Warning, "Use of the YAML `!!"+name+"` tag is deprecated.")
	}
	if n.Kind != Sequence {
		return c.fail(n, "while constructing %s expected a sequence, but found %s", what, n.Kind)
	}
	l := &value.List{At: c.at(n)}
	for _, item := range n.Items {
		m := item.Resolve()
		if m == nil || m.Kind != Mapping {
			return c.fail(item, "while constructing %s expected a mapping of length 1, but found %s", what, item.Kind)
		}
		if len(m.Pairs) != 1 {
			return c.fail(item, "while constructing %s expected a single mapping item, but found %d items", what, len(m.Pairs))
		}
		l.Items = append(l.Items, &value.Tuple{Items: []value.Value{c.value(m.Pairs[0].Key), c.value(m.Pairs[0].Value)}})
	}
	return l
}

// parseInt reads an integer of YAML 1.1: decimal, octal (leading 0), hex, binary, sexagesimal, with underscores.
func parseInt(text string) (value.Value, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && (text[0] != '0' || len(text) == 1) && text[0] != '-' && text[0] != '+' {
		return value.Int(n), nil
	}
	s := strings.ReplaceAll(text, "_", "")
	if s == "" {
		return nil, fmt.Errorf("invalid literal for int() with base 10: ''")
	}
	negative := s[0] == '-'
	s = unsigned(s)
	base, digits := 10, s
	switch {
	case strings.HasPrefix(s, "0b"):
		base, digits = 2, s[2:]
	case strings.HasPrefix(s, "0x"):
		base, digits = 16, s[2:]
	case s != "0" && strings.HasPrefix(s, "0"):
		base, digits = 8, strings.TrimPrefix(strings.TrimPrefix(s, "0o"), "0O")
	case strings.Contains(s, ":"):
		total := new(big.Int)
		for _, part := range strings.Split(s, ":") {
			n, ok := new(big.Int).SetString(part, 10)
			if !ok {
				return nil, fmt.Errorf("invalid literal for int() with base 10: %s", pyQuote(part))
			}
			total.Add(total.Mul(total, big.NewInt(60)), n)
		}
		if negative {
			total.Neg(total)
		}
		return value.NewInt(total), nil
	}
	n, ok := new(big.Int).SetString(digits, base)
	if !ok || digits == "" || digits[0] == '-' || digits[0] == '+' {
		return nil, fmt.Errorf("invalid literal for int() with base %d: %s", base, pyQuote(digits))
	}
	if negative {
		n.Neg(n)
	}
	return value.NewInt(n), nil
}

// parseFloat reads a float of YAML 1.1.
func parseFloat(text string) (value.Value, error) {
	s := strings.ToLower(strings.ReplaceAll(text, "_", ""))
	if s == "" {
		return nil, fmt.Errorf("could not convert string to float: ''")
	}
	sign := 1.0
	if s[0] == '-' {
		sign = -1
	}
	s = unsigned(s)
	switch {
	case s == ".inf":
		return value.Float(sign * math.Inf(1)), nil
	case s == ".nan":
		return value.Float(math.NaN()), nil
	case strings.Contains(s, ":"):
		parts := strings.Split(s, ":")
		total, base := 0.0, 1.0
		for i := len(parts) - 1; i >= 0; i-- {
			n, err := strconv.ParseFloat(parts[i], 64)
			if err != nil {
				return nil, fmt.Errorf("could not convert string to float: %s", pyQuote(parts[i]))
			}
			total += n * base
			base *= 60
		}
		return value.Float(sign * total), nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(n, 0) || strings.ContainsAny(s, "xp") {
		return nil, fmt.Errorf("could not convert string to float: %s", pyQuote(s))
	}
	return value.Float(sign * n), nil
}

// parseTimestamp reads a date or a date with a time.
func parseTimestamp(text string) (value.Value, error) {
	t, ok := splitTimestamp(text)
	if !ok {
		parts := strings.Split(text, "-")
		if len(parts) != 3 || len(parts[0]) != 4 || len(parts[1]) > 2 || len(parts[2]) > 2 {
			return nil, fmt.Errorf("%s is not a timestamp", pyQuote(text))
		}
		t.year, t.month, t.day = parts[0], parts[1], parts[2]
		for _, p := range parts {
			if p == "" || digits(p, false) != len(p) {
				return nil, fmt.Errorf("%s is not a timestamp", pyQuote(text))
			}
		}
	}
	num := func(s string) int { n, _ := strconv.Atoi(s); return n }
	year, month, day := num(t.year), num(t.month), num(t.day)
	switch {
	case year < 1:
		return nil, fmt.Errorf("year %d is out of range", year)
	case month < 1 || month > 12:
		return nil, fmt.Errorf("month must be in 1..12")
	case day < 1 || day > time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day():
		return nil, fmt.Errorf("day is out of range for month")
	}
	if t.hour == "" {
		return value.Date{T: time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)}, nil
	}
	hour, minute, second := num(t.hour), num(t.minute), num(t.second)
	switch {
	case hour > 23:
		return nil, fmt.Errorf("hour must be in 0..23")
	case minute > 59:
		return nil, fmt.Errorf("minute must be in 0..59")
	case second > 59:
		return nil, fmt.Errorf("second must be in 0..59")
	}
	micro := num((t.fraction + "000000")[:6])
	zone := time.UTC
	if t.zoneSign != "" {
		offset := num(t.zoneHour)*3600 + num(t.zoneMinute)*60
		if offset >= 24*3600 {
			return nil, fmt.Errorf("offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24)")
		}
		if t.zoneSign == "-" {
			offset = -offset
		}
		zone = time.FixedZone("", offset)
	}
	return value.DateTime{T: time.Date(year, time.Month(month), day, hour, minute, second, micro*1000, zone), Aware: t.zone != ""}, nil
}

// parseBinary decodes base64 as Python does: what is not of its alphabet is passed over.
func parseBinary(text string) (value.Value, error) {
	var clean []byte
	pads := 0
scan:
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= 0x80:
			return nil, fmt.Errorf("failed to convert base64 data into ascii")
		case c == '=':
			if pads++; len(clean)%4 >= 2 && len(clean)%4+pads >= 4 {
				break scan
			}
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/':
			clean = append(clean, c)
			pads = 0
		}
	}
	if rest := len(clean) % 4; rest == 1 || rest > 0 && rest+pads < 4 {
		return nil, fmt.Errorf("failed to decode base64 data: Incorrect padding")
	}
	b, err := base64.RawStdEncoding.DecodeString(string(clean))
	if err != nil {
		return nil, fmt.Errorf("failed to decode base64 data: %w", err)
	}
	return value.Bytes(b), nil
}

// pyQuote quotes a text as Python's repr does for the simple texts that occur in messages.
func pyQuote(s string) string {
	q := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		q = `"`
	}
	s = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`).Replace(s)
	if q == "'" {
		s = strings.ReplaceAll(s, "'", `\'`)
	}
	return q + s + q
}

// pyKey shows a key in a message.
func pyKey(v value.Value) string {
	switch v := v.(type) {
	case value.Str:
		return pyQuote(v.S)
	case value.Int:
		return strconv.FormatInt(int64(v), 10)
	case value.Bool:
		if v {
			return "True"
		}
		return "False"
	case value.None:
		return "None"
	case value.Float:
		s := strconv.FormatFloat(float64(v), 'g', -1, 64)
		if !strings.ContainsAny(s, ".eIN") {
			s += ".0"
		}
		return s
	}
	return v.TypeName()
}
