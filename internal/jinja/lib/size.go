package lib

import (
	"math"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// sizeUnits are the units from the largest down: each is 1024 of the next.
const sizeUnits = "YZEPTGMKB"

// unitNames are the long names of the units.
var unitNames = [...]string{"yotta", "zetta", "exa", "peta", "tera", "giga", "mega", "kilo", ""}

func humanReadable(c *jinja.Call) (value.Value, error) {
	const bad = "human_readable() failed on bad input"
	_, err := value.CompareOp(">=", c.Args[0], value.Int(1))
	unit := ""
	if !isNone(c.Args[2]) {
		s, ok := str(c.Args[2])
		if !ok {
			return nil, because("human_readable() can't interpret the input", attributeError(c.Args[2], "upper"))
		}
		unit = strings.ToUpper(s)
	} else if err != nil {
		if u, ok := err.(*value.Undefined); ok {
			return nil, u
		}
		return nil, because(bad, err)
	}
	n, ok := value.ToFloat(c.Args[0])
	if !ok {
		return nil, because(bad, typeError("unsupported operand type(s) for /: '%s' and 'int'", value.TypeName(c.Args[0])))
	}
	at, limit := len(sizeUnits)-1, 1.0
	for i := range len(sizeUnits) {
		l := math.Pow(1024, float64(len(sizeUnits)-1-i))
		if isNone(c.Args[2]) && n >= l || !isNone(c.Args[2]) && unit == sizeUnits[i:i+1] {
			at, limit = i, l
			break
		}
	}
	base := "Bytes"
	if on(c.Args[1]) {
		base = "bits"
	}
	suffix := base
	if limit != 1 {
		suffix = sizeUnits[at:at+1] + base[:1]
	}
	return value.S(strconv.FormatFloat(n/limit, 'f', 2, 64) + " " + suffix), nil
}

func humanToBytes(c *jinja.Call) (value.Value, error) {
	n, err := parseSize(c.Args[0], c.Args[1], on(c.Args[2]))
	if e, ok := err.(*value.Error); ok && e.Class == "TypeError" {
		return nil, because("human_to_bytes() failed on bad input", err)
	}
	if err != nil {
		return nil, because("human_to_bytes() can't interpret the input", err)
	}
	return n, nil
}

func parseSize(size, defaultUnit value.Value, isBits bool) (value.Value, error) {
	text, err := soft(size)
	if err != nil {
		return nil, err
	}
	m, err := mustCompile(`^([0-9]*\.?[0-9]+)(?:\s*([A-Za-z]+))?\s*$`, 0).Search(text)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, valueError("human_to_bytes() can't interpret following string: %s", text)
	}
	digits, _ := m.Group(1)
	num, _ := strconv.ParseFloat(digits, 64)
	unit, given := m.Group(2)
	if !given && !isNone(defaultUnit) {
		s, ok := str(defaultUnit)
		if !ok {
			return nil, typeError("'%s' object is not subscriptable", value.TypeName(defaultUnit))
		}
		if s == "" {
			return nil, value.Errorf("IndexError", "string index out of range")
		}
		unit, given = s, true
	}
	if !given {
		return truncated(math.RoundToEven(num))
	}
	key := strings.ToUpper(unit[:1])
	at := strings.Index(sizeUnits, key)
	if at < 0 {
		return nil, valueError("human_to_bytes() failed to convert %s (unit = %s). The suffix must be one of %s", text, unit, strings.Join(strings.Split(sizeUnits, ""), ", "))
	}
	class, name := "B", "byte"
	if isBits {
		class, name = "b", "bit"
	}
	if len(unit) > 1 {
		long, short := unitNames[at]+name, key+class
		expect := "expect " + short + " or " + key
		if key == "B" {
			short = class
			expect = "expect " + class + " or " + name
		}
		if strings.ToLower(unit) != long && unit != short {
			return nil, valueError("human_to_bytes() failed to convert %s. Value is not a valid string (%s)", text, expect)
		}
	}
	return truncated(math.RoundToEven(num * math.Pow(1024, float64(len(sizeUnits)-1-at))))
}
