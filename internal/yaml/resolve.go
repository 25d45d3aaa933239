package yaml

import "strings"

const tagPrefix = "tag:yaml.org,2002:"

// The standard tags, as ResolvedTag gives them.
const (
	TagNull      = tagPrefix + "null"
	TagBool      = tagPrefix + "bool"
	TagInt       = tagPrefix + "int"
	TagFloat     = tagPrefix + "float"
	TagTimestamp = tagPrefix + "timestamp"
	TagMerge     = tagPrefix + "merge"
	TagValue     = tagPrefix + "value"
	TagStr       = tagPrefix + "str"
	TagSeq       = tagPrefix + "seq"
	TagMap       = tagPrefix + "map"
	TagBinary    = tagPrefix + "binary"
	TagSet       = tagPrefix + "set"
	TagOmap      = tagPrefix + "omap"
	TagPairs     = tagPrefix + "pairs"
)

// ResolvedTag is the tag of the node as PyYAML's resolver finds it: the explicit one, or the one that kind, style and
// text imply. An alias has the tag of its target.
func (n *Node) ResolvedTag() string {
	if n.Tag != "" && n.Tag != "!" {
		return n.Tag
	}
	switch n.Kind {
	case Mapping:
		return TagMap
	case Sequence:
		return TagSeq
	case Alias:
		if t := n.Resolve(); t != nil {
			return t.ResolvedTag()
		}
		return TagNull
	}
	if n.Style != Plain && n.Tag == "" {
		return TagStr
	}
	if n.Tag == "!" && n.Text == "" && n.Style == Plain {
		return TagStr
	}
	return plainTag(n.Text)
}

// IsNull tells whether the node is a scalar that means null.
func (n *Node) IsNull() bool {
	n = n.Resolve()
	return n == nil || n.Kind == Scalar && n.ResolvedTag() == TagNull
}

// plainTag is the type of an unquoted text by the rules of YAML 1.1 as PyYAML states them.
func plainTag(s string) string {
	if s == "" {
		return TagNull
	}
	switch c := s[0]; c {
	case 'y', 'Y', 'n', 'N', 't', 'T', 'f', 'F', 'o', 'O':
		switch s {
		case "yes", "Yes", "YES", "no", "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE",
			"on", "On", "ON", "off", "Off", "OFF":
			return TagBool
		case "null", "Null", "NULL":
			return TagNull
		}
	case '~':
		if s == "~" {
			return TagNull
		}
	case '<':
		if s == "<<" {
			return TagMerge
		}
	case '=':
		if s == "=" {
			return TagValue
		}
	case '-', '+', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		switch {
		case isFloat(s):
			return TagFloat
		case isInt(s):
			return TagInt
		case c >= '0' && c <= '9' && isTimestamp(s):
			return TagTimestamp
		}
	}
	return TagStr
}

// digits counts the leading bytes of s that are digits or, if under, underscores.
func digits(s string, under bool) int {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || under && s[i] == '_') {
		i++
	}
	return i
}

func unsigned(s string) string {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		return s[1:]
	}
	return s
}

// sexagesimal passes ":dd" groups and tells how many bytes they take.
func sexagesimal(s string) int {
	i := 0
	for i < len(s) && s[i] == ':' {
		n := digits(s[i+1:], false)
		if n == 0 || n > 2 || n == 2 && s[i+1] > '5' {
			break
		}
		i += 1 + n
	}
	return i
}

func isInt(s string) bool {
	s = unsigned(s)
	if s == "" {
		return false
	}
	all := func(s, set string) bool { return s != "" && strings.Trim(s, set) == "" }
	if s[0] == '0' {
		switch {
		case s == "0":
			return true
		case s[1] == 'b':
			return all(s[2:], "01_")
		case s[1] == 'x':
			return all(s[2:], "0123456789abcdefABCDEF_")
		}
		return all(s[1:], "01234567_")
	}
	if s[0] < '1' || s[0] > '9' {
		return false
	}
	n := digits(s, true)
	return n == len(s) || n+sexagesimal(s[n:]) == len(s)
}

func isFloat(s string) bool {
	switch s {
	case ".nan", ".NaN", ".NAN":
		return true
	}
	u := unsigned(s)
	switch u {
	case ".inf", ".Inf", ".INF":
		return true
	case "":
		return false
	}
	exponent := func(s string) bool {
		if s == "" {
			return true
		}
		return len(s) > 2 && (s[0] == 'e' || s[0] == 'E') && (s[1] == '-' || s[1] == '+') && digits(s[2:], false) == len(s)-2
	}
	if s[0] == '.' {
		return len(s) > 1 && s[1] != '_' && digits(s[1:], true) > 0 && exponent(s[1+digits(s[1:], true):])
	}
	if u[0] < '0' || u[0] > '9' {
		return false
	}
	n := digits(u, true)
	rest := u[n:]
	if rest == "" {
		return false
	}
	if rest[0] == '.' {
		return exponent(rest[1+digits(rest[1:], true):])
	}
	if m := sexagesimal(rest); m > 0 && m < len(rest) && rest[m] == '.' {
		return digits(rest[m+1:], true) == len(rest)-m-1
	}
	return false
}

func isTimestamp(s string) bool {
	if len(s) == 10 && s[4] == '-' && s[7] == '-' {
		if digits(s[:4], false) == 4 && digits(s[5:7], false) == 2 && digits(s[8:], false) == 2 {
			return true
		}
	}
	_, ok := splitTimestamp(s)
	return ok
}

// stamp holds the parts of a timestamp as texts.
type stamp struct {
	year, month, day, hour, minute, second, fraction string
	zone, zoneSign, zoneHour, zoneMinute             string
}

// splitTimestamp takes a full timestamp (date and time) apart.
func splitTimestamp(s string) (t stamp, ok bool) {
	take := func(least, most int) (string, bool) {
		n := min(digits(s, false), most)
		if n < least {
			return "", false
		}
		part := s[:n]
		s = s[n:]
		return part, true
	}
	lit := func(c byte) bool {
		if s == "" || s[0] != c {
			return false
		}
		s = s[1:]
		return true
	}
	if t.year, ok = take(4, 4); !ok || !lit('-') {
		return t, false
	}
	if t.month, ok = take(1, 2); !ok || !lit('-') {
		return t, false
	}
	if t.day, ok = take(1, 2); !ok || s == "" {
		return t, false
	}
	if s[0] == 'T' || s[0] == 't' {
		s = s[1:]
	} else if rest := strings.TrimLeft(s, " \t"); rest == s {
		return t, false
	} else {
		s = rest
	}
	if t.hour, ok = take(1, 2); !ok || !lit(':') {
		return t, false
	}
	if t.minute, ok = take(2, 2); !ok || !lit(':') {
		return t, false
	}
	if t.second, ok = take(2, 2); !ok {
		return t, false
	}
	if lit('.') {
		n := digits(s, false)
		t.fraction, s = s[:n], s[n:]
	}
	if s == "" {
		return t, true
	}
	s = strings.TrimLeft(s, " \t")
	switch {
	case s == "Z":
		t.zone = "Z"
		return t, true
	case s == "" || s[0] != '+' && s[0] != '-':
		return t, false
	}
	t.zone, t.zoneSign = s, s[:1]
	s = s[1:]
	if t.zoneHour, ok = take(1, 2); !ok {
		return t, false
	}
	if s == "" {
		return t, true
	}
	if !lit(':') {
		return t, false
	}
	if t.zoneMinute, ok = take(2, 2); !ok {
		return t, false
	}
	return t, s == ""
}
