package lib

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// versionParams are shared by version and its old name.
var versionParams = params{{Name: "value", Type: "str"}, {Name: "version", Type: "str", Doc: "what to compare with"}, {Name: "operator", Default: value.Str{S: "eq"}, Type: "str", Doc: "==, !=, <, <=, >, >= or eq, ne, lt, le, gt, ge"}, {Name: "strict", Default: value.None{}, Type: "bool", Doc: "old way to ask for strict"}, {Name: "version_type", Default: value.None{}, Type: "str", Doc: "loose, strict, semver, semantic or pep440"}}

func versionTest(c *jinja.Call) (value.Value, error) {
	if !isNone(c.Args[3]) && !isNone(c.Args[4]) {
		return nil, failf("Cannot specify both 'strict' and 'version_type'")
	}
	for i, message := range []string{"Input version value cannot be empty", "Version parameter to compare against cannot be empty"} {
		truth, err := value.Truth(c.Args[i])
		if err != nil {
			return nil, err
		}
		if !truth {
			return nil, failf("%s", message)
		}
	}
	kind := "loose"
	if on(c.Args[3]) {
		kind = "strict"
	} else if on(c.Args[4]) {
		kind, _ = str(c.Args[4])
		switch kind {
		case "loose", "strict", "semver", "semantic", "pep440":
		default:
			return nil, failf("Invalid version type (%s). Must be one of 'loose', 'strict', 'semver', 'semantic', 'pep440'", value.ToStr(c.Args[4]))
		}
	}
	op := ""
	word, _ := str(c.Args[2])
	switch word {
	case "==", "=", "eq":
		op = "=="
	case "<", "lt":
		op = "<"
	case "<=", "le":
		op = "<="
	case ">", "gt":
		op = ">"
	case ">=", "ge":
		op = ">="
	case "!=", "<>", "ne":
		op = "!="
	default:
		return nil, failf("Invalid operator type (%s). Must be one of '==', '=', 'eq', '<', 'lt', '<=', 'le', '>', 'gt', '>=', 'ge', '!=', '<>', 'ne'", value.ToStr(c.Args[2]))
	}
	var texts [2]string
	for i := range texts {
		s, err := toText(c.Args[i])
		if err != nil {
			return nil, failf("Version comparison failed: %s", err)
		}
		texts[i] = s
	}
	result, err := compareVersions(kind, texts[0], texts[1], op)
	if err != nil {
		return nil, failf("Version comparison failed: %s", err)
	}
	return value.Bool(result), nil
}

func compareVersions(kind, a, b, op string) (bool, error) {
	var x, y value.Value
	var err error
	parse := looseVersion
	switch kind {
	case "strict":
		parse = strictVersion
	case "semver", "semantic":
		parse = semanticVersion
	case "pep440":
		parse = pep440Version
	}
	if x, err = parse(a); err != nil {
		return false, err
	}
	if y, err = parse(b); err != nil {
		return false, err
	}
	if kind == "loose" { // equality first: it never fails
		eq := value.Equal(x, y)
		switch {
		case op == "==":
			return eq, nil
		case op == "!=":
			return !eq, nil
		case eq:
			return op == "<=" || op == ">=", nil
		}
		less, err := value.CompareOp("<", x, y)
		if err != nil {
			return false, err
		}
		return less == (op[0] == '<'), nil
	}
	return value.CompareOp(op, x, y)
}

func intOf(digits string) value.Value {
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return value.Int(0)
	}
	return value.NewInt(n)
}

// looseVersion splits into numbers, runs of lower-case letters and what stands between.
func looseVersion(s string) (value.Value, error) {
	pieces, err := mustCompile(`(\d+|[a-z]+|\.)`, 0).Split(s, 0)
	if err != nil {
		return nil, err
	}
	out := &value.List{}
	for _, p := range pieces {
		if p.Text == "" || p.Text == "." {
			continue
		}
		if n, err := value.ParseInt(p.Text, 10); err == nil {
			out.Items = append(out.Items, n)
		} else {
			out.Items = append(out.Items, value.S(p.Text))
		}
	}
	return out, nil
}

func strictVersion(s string) (value.Value, error) {
	m, err := mustCompile(`(?a)^(\d+)\.(\d+)(\.(\d+))?([ab](\d+))?$`, 0).Match(s)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, valueError("invalid version number '%s'", s)
	}
	part := func(i int) string { t, _ := m.Group(i); return t }
	pre := tuple(value.S("z"), value.Int(0)) // a version without a pre-release is later than any with one
	if p := part(5); p != "" {
		pre = tuple(value.S(p[:1]), intOf(part(6)))
	}
	return tuple(intOf(part(1)), intOf(part(2)), intOf("0"+part(4)), pre), nil
}

const semverPattern = `^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)` +
	`(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?` +
	`(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$`

func semanticVersion(s string) (value.Value, error) {
	m, err := mustCompile(semverPattern, 0).Match(s)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, valueError("invalid semantic version '%s'", s)
	}
	part := func(i int) string { t, _ := m.Group(i); return t }
	pre := tuple()
	stable := value.Int(1)
	if p := part(4); p != "" {
		stable = 0
		for id := range strings.SplitSeq(p, ".") {
			if strings.Trim(id, "0123456789") == "" { // numbers sort before words
				pre.Items = append(pre.Items, tuple(value.Int(0), intOf(id)))
			} else {
				pre.Items = append(pre.Items, tuple(value.Int(1), value.S(id)))
			}
		}
	}
	return tuple(intOf(part(1)), intOf(part(2)), intOf(part(3)), stable, pre), nil
}

const pep440Pattern = `(?i)^\s*v?(?:(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)` +
	`([-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]+)?)?` +
	`((?:-([0-9]+))|(?:[-_.]?(post|rev|r)[-_.]?([0-9]+)?))?` +
	`([-_.]?(dev)[-_.]?([0-9]+)?)?)` +
	`(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$`

// pep440Version makes the sort key of the packaging library: infinities stand for parts that are not there.
func pep440Version(s string) (value.Value, error) {
	m, err := mustCompile(pep440Pattern, 0).Match(s)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, value.Errorf("InvalidVersion", "Invalid version: %s", repr(s))
	}
	part := func(i int) string { t, _ := m.Group(i); return strings.ToLower(t) }
	var release []value.Value
	for n := range strings.SplitSeq(part(2), ".") {
		release = append(release, intOf(n))
	}
	for len(release) > 1 && release[len(release)-1] == value.Int(0) {
		release = release[:len(release)-1]
	}
	if len(release) == 1 && release[0] == value.Int(0) {
		release = nil
	}
	const first, last = value.Int(-1), value.Int(1)
	at := func(rank value.Int, rest ...value.Value) value.Value {
		return tuple(append([]value.Value{rank}, rest...)...)
	}
	pre, post, dev := at(last), at(first), at(last)
	switch {
	case part(3) != "":
		letter := part(4)
		switch letter {
		case "alpha":
			letter = "a"
		case "beta":
			letter = "b"
		case "c", "pre", "preview":
			letter = "rc"
		}
		pre = at(0, value.S(letter), intOf("0"+part(5)))
	case part(6) == "" && part(10) != "":
		pre = at(first)
	}
	if part(6) != "" {
		post = at(0, intOf("0"+part(7)+part(9)))
	}
	if part(10) != "" {
		dev = at(0, intOf("0"+part(12)))
	}
	local := at(first)
	if l := part(13); l != "" {
		var segments []value.Value
		for p := range strings.SplitSeq(strings.NewReplacer("-", ".", "_", ".").Replace(l), ".") {
			if _, err := strconv.ParseUint(p, 10, 64); err == nil {
				segments = append(segments, tuple(value.Int(1), intOf(p), value.S("")))
			} else {
				segments = append(segments, tuple(value.Int(0), value.Int(0), value.S(p)))
			}
		}
		local = at(0, tuple(segments...))
	}
	return tuple(intOf("0"+part(1)), tuple(release...), pre, post, dev, local), nil
}
