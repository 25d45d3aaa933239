package lib

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// strftime prints a time as the C library does in the C locale, with its flags (- _ 0 ^ #) and widths.
func strftime(t time.Time, format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		start := i
		i++
		flags := ""
		for i < len(format) && strings.IndexByte("-_0^#", format[i]) >= 0 {
			flags += format[i : i+1]
			i++
		}
		width := 0
		for i < len(format) && format[i] >= '0' && format[i] <= '9' {
			width = min(width*10+int(format[i]-'0'), 1024)
			i++
		}
		if i < len(format) && (format[i] == 'E' || format[i] == 'O') {
			i++
		}
		if i >= len(format) {
			b.WriteString(format[start:])
			break
		}
		text, pad, n, ok := timeField(t, format[i])
		if !ok {
			b.WriteString(format[start : i+1])
			continue
		}
		for _, f := range flags {
			switch f {
			case '-':
				n = 0
			case '_':
				pad = ' '
			case '0':
				pad = '0'
			case '^':
				text = strings.ToUpper(text)
			case '#':
				if text = strings.ToUpper(text); format[i] == 'p' || format[i] == 'Z' {
					text = strings.ToLower(text)
				}
			}
		}
		if !strings.Contains(flags, "-") {
			n = max(n, width)
		}
		if gap := n - len(text); gap > 0 {
			fill := strings.Repeat(string(pad), gap)
			if pad == '0' && strings.HasPrefix(text, "-") {
				text = "-" + fill + text[1:]
			} else {
				text = fill + text
			}
		}
		b.WriteString(text)
	}
	return b.String()
}

// timeField gives the text of one conversion, the character that pads it and the width to pad it to.
func timeField(t time.Time, c byte) (text string, pad byte, width int, ok bool) {
	num := func(n, width int) (string, byte, int, bool) { return strconv.Itoa(n), '0', width, true }
	word := func(s string) (string, byte, int, bool) { return s, ' ', 0, true }
	hour12 := (t.Hour()+11)%12 + 1
	switch c {
	case 'Y':
		return num(t.Year(), 0)
	case 'C':
		return num(t.Year()/100, 2)
	case 'y':
		return num(t.Year()%100, 2)
	case 'm':
		return num(int(t.Month()), 2)
	case 'd':
		return num(t.Day(), 2)
	case 'e':
		return strconv.Itoa(t.Day()), ' ', 2, true
	case 'H':
		return num(t.Hour(), 2)
	case 'k':
		return strconv.Itoa(t.Hour()), ' ', 2, true
	case 'I':
		return num(hour12, 2)
	case 'l':
		return strconv.Itoa(hour12), ' ', 2, true
	case 'M':
		return num(t.Minute(), 2)
	case 'S':
		return num(t.Second(), 2)
	case 'j':
		return num(t.YearDay(), 3)
	case 'u':
		return num((int(t.Weekday())+6)%7+1, 1)
	case 'w':
		return num(int(t.Weekday()), 1)
	case 'U':
		return num((t.YearDay()-int(t.Weekday())+6)/7, 2)
	case 'W':
		return num((t.YearDay()-(int(t.Weekday())+6)%7+6)/7, 2)
	case 'V':
		_, w := t.ISOWeek()
		return num(w, 2)
	case 'G':
		y, _ := t.ISOWeek()
		return num(y, 0)
	case 'g':
		y, _ := t.ISOWeek()
		return num(y%100, 2)
	case 's':
		return num(int(t.Unix()), 0)
	case 'a':
		return word(t.Weekday().String()[:3])
	case 'A':
		return word(t.Weekday().String())
	case 'b', 'h':
		return word(t.Month().String()[:3])
	case 'B':
		return word(t.Month().String())
	case 'p':
		return word(t.Format("PM"))
	case 'P':
		return word(t.Format("pm"))
	case 'z':
		return word(t.Format("-0700"))
	case 'Z':
		name, _ := t.Zone()
		return word(name)
	case 'n':
		return word("\n")
	case 't':
		return word("\t")
	case '%':
		return word("%")
	}
	for _, combined := range [...]struct {
		c      byte
		format string
	}{{'c', "%a %b %e %H:%M:%S %Y"}, {'D', "%m/%d/%y"}, {'x', "%m/%d/%y"}, {'F', "%Y-%m-%d"}, {'R', "%H:%M"}, {'T', "%H:%M:%S"}, {'X', "%H:%M:%S"}, {'r', "%I:%M:%S %p"}} {
		if combined.c == c {
			return word(strftime(t, combined.format))
		}
	}
	return "", 0, 0, false
}

func strftimeFilter(c *jinja.Call) (value.Value, error) {
	t := time.Now()
	if !isNone(c.Args[1]) {
		f, err := asFloat(c.Args[1])
		if err != nil {
			s, _ := soft(c.Args[1])
			return nil, failf("Invalid value for epoch value (%s)", s)
		}
		whole := math.Floor(f)
		if math.IsNaN(f) || math.Abs(f) > 1e15 {
			return nil, value.Errorf("OverflowError", "timestamp out of range for platform time_t")
		}
		t = time.Unix(int64(whole), 0)
	}
	if on(c.Args[2]) {
		t = t.In(time.FixedZone("GMT", 0))
	}
	format, ok := str(c.Args[0])
	if !ok {
		return nil, typeError("strftime() argument 1 must be str, not %s", value.TypeName(c.Args[0]))
	}
	return value.S(strftime(t, format)), nil
}

// clock collects what strptime reads.
type clock struct {
	year, month, day, hour, minute, second, micro int
	pm                                            int // 0 unknown, 1 AM, 2 PM
	yday, weekday, week                           int
	weekStart                                     byte // 'U' or 'W' for %U and %W, 'V' for %G %V
	isoYear                                       int
	zone                                          *time.Location
}

var errNoMatch = fmt.Errorf("no match")

// strptime reads a text by a format, as datetime.strptime does in the C locale.
func strptime(text, format string) (value.DateTime, error) {
	c := clock{year: 1900, month: 1, day: 1, yday: -1, weekday: -1, week: -1, isoYear: -1}
	rest, err := c.read(text, format)
	switch {
	case err == errNoMatch:
		return value.DateTime{}, valueError("time data %s does not match format %s", repr(text), repr(format))
	case err != nil:
		return value.DateTime{}, err
	case rest != "":
		return value.DateTime{}, valueError("unconverted data remains: %s", rest)
	}
	return c.time()
}

func (c *clock) read(s, format string) (string, error) {
	for i := 0; i < len(format); i++ {
		f := format[i]
		if value.IsSpace(rune(f)) {
			trimmed := value.LStrip(s, "")
			if len(trimmed) == len(s) {
				return s, errNoMatch
			}
			s = trimmed
			for i+1 < len(format) && value.IsSpace(rune(format[i+1])) {
				i++
			}
			continue
		}
		if f != '%' {
			if s == "" || !strings.EqualFold(s[:1], format[i:i+1]) {
				return s, errNoMatch
			}
			s = s[1:]
			continue
		}
		if i++; i >= len(format) {
			return s, valueError("stray %% in format %s", repr(format))
		}
		var err error
		if s, err = c.field(s, format[i], format); err != nil {
			return s, err
		}
	}
	return s, nil
}

// digitsOf reads at most width digits within the bounds.
func digitsOf(s string, width, lo, hi int) (n int, rest string, ok bool) {
	for k := min(width, len(s)); k > 0; k-- {
		if v, err := strconv.Atoi(s[:k]); err == nil && s[0] >= '0' && v >= lo && v <= hi && strings.Trim(s[:k], "0123456789") == "" {
			return v, s[k:], true
		}
	}
	return 0, s, false
}

func (c *clock) field(s string, f byte, format string) (string, error) {
	take := func(out *int, width, lo, hi int) (string, error) {
		n, rest, ok := digitsOf(s, width, lo, hi)
		if !ok {
			return s, errNoMatch
		}
		*out = n
		return rest, nil
	}
	name := func(out *int, names []string, base int) (string, error) {
		best := -1
		for i, n := range names {
			if len(s) >= len(n) && strings.EqualFold(s[:len(n)], n) && (best < 0 || len(n) > len(names[best])) {
				best = i
			}
		}
		if best < 0 {
			return s, errNoMatch
		}
		*out = best + base
		return s[len(names[best]):], nil
	}
	var err error
	switch f {
	case 'Y':
		if len(s) < 4 || strings.Trim(s[:4], "0123456789") != "" {
			return s, errNoMatch
		}
		c.year, _ = strconv.Atoi(s[:4])
		return s[4:], nil
	case 'G':
		return take(&c.isoYear, 4, 0, 9999)
	case 'y':
		if len(s) < 2 {
			return s, errNoMatch
		}
		if s, err = take(&c.year, 2, 0, 99); err == nil {
			if c.year += 2000; c.year > 2068 {
				c.year -= 100
			}
		}
		return s, err
	case 'm':
		return take(&c.month, 2, 1, 12)
	case 'd':
		return take(&c.day, 2, 1, 31)
	case 'H':
		return take(&c.hour, 2, 0, 23)
	case 'I':
		return take(&c.hour, 2, 1, 12)
	case 'M':
		return take(&c.minute, 2, 0, 59)
	case 'S':
		return take(&c.second, 2, 0, 61)
	case 'j':
		return take(&c.yday, 3, 1, 366)
	case 'w':
		if s, err = take(&c.weekday, 1, 0, 6); err == nil {
			c.weekday = (c.weekday + 6) % 7
		}
		return s, err
	case 'u':
		if s, err = take(&c.weekday, 1, 1, 7); err == nil {
			c.weekday--
		}
		return s, err
	case 'U', 'W':
		c.weekStart = f
		return take(&c.week, 2, 0, 53)
	case 'V':
		c.weekStart = f
		return take(&c.week, 2, 1, 53)
	case 'f':
		n := 0
		for n < 6 && n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		if n == 0 {
			return s, errNoMatch
		}
		c.micro, _ = strconv.Atoi(s[:n] + strings.Repeat("0", 6-n))
		return s[n:], nil
	case 'p':
		return name(&c.pm, []string{"am", "pm"}, 1)
	case 'b':
		return name(&c.month, monthNames(true), 1)
	case 'B':
		return name(&c.month, monthNames(false), 1)
	case 'a':
		return name(&c.weekday, dayNames(true), 0)
	case 'A':
		return name(&c.weekday, dayNames(false), 0)
	case 'Z':
		zone := 0
		local, _ := time.Now().Zone()
		names := []string{"utc", "gmt"}
		if l := strings.ToLower(local); l != "utc" && l != "gmt" {
			names = append(names, l)
		}
		return name(&zone, names, 0)
	case 'z':
		return c.offset(s)
	case '%':
		if !strings.HasPrefix(s, "%") {
			return s, errNoMatch
		}
		return s[1:], nil
	case 'c':
		return c.read(s, "%a %b %d %H:%M:%S %Y")
	case 'x':
		return c.read(s, "%m/%d/%y")
	case 'X':
		return c.read(s, "%H:%M:%S")
	}
	return s, valueError("'%c' is a bad directive in format %s", f, repr(format))
}

func monthNames(short bool) []string {
	var out []string
	for m := time.January; m <= time.December; m++ {
		n := m.String()
		if short {
			n = n[:3]
		}
		out = append(out, n)
	}
	return out
}

// dayNames begins with Monday, as Python does.
func dayNames(short bool) []string {
	var out []string
	for d := 1; d <= 7; d++ {
		n := time.Weekday(d % 7).String()
		if short {
			n = n[:3]
		}
		out = append(out, n)
	}
	return out
}

// offset reads %z: +HHMM, +HH:MM, with seconds perhaps, or Z.
func (c *clock) offset(s string) (string, error) {
	if strings.HasPrefix(s, "Z") || strings.HasPrefix(s, "z") {
		c.zone = time.UTC
		return s[1:], nil
	}
	m, err := mustCompile(`(?a)([+-])(\d\d):?([0-5]\d)(?::?([0-5]\d))?`, 0).Match(s)
	if err != nil || m == nil {
		return s, errNoMatch
	}
	part := func(i int) int { t, _ := m.Group(i); n, _ := strconv.Atoi(t); return n }
	total := part(2)*3600 + part(3)*60 + part(4)
	if sign, _ := m.Group(1); sign == "-" {
		total = -total
	}
	c.zone = time.FixedZone("", total)
	if total == 0 {
		c.zone = time.UTC
	}
	_, end := m.Span(0)
	return s[end:], nil
}

func (c *clock) time() (value.DateTime, error) {
	switch c.pm {
	case 1:
		c.hour %= 12
	case 2:
		c.hour = c.hour%12 + 12
	}
	if c.second > 59 {
		return value.DateTime{}, valueError("second must be in 0..59")
	}
	zone := c.zone
	if zone == nil {
		zone = time.UTC
	}
	switch {
	case c.weekStart == 'V' && c.isoYear >= 0 && c.weekday >= 0:
		jan4 := time.Date(c.isoYear, 1, 4, 0, 0, 0, 0, time.UTC)
		monday := jan4.AddDate(0, 0, -(int(jan4.Weekday())+6)%7)
		c.set(monday.AddDate(0, 0, (c.week-1)*7+c.weekday))
	case c.week >= 0 && c.weekday >= 0 && c.weekStart != 'V':
		jan1 := time.Date(c.year, 1, 1, 0, 0, 0, 0, time.UTC)
		first, day := (int(jan1.Weekday())+6)%7, c.weekday
		if c.weekStart == 'U' {
			first, day = int(jan1.Weekday()), (c.weekday+1)%7
		}
		c.set(jan1.AddDate(0, 0, (7-first)%7+7*(c.week-1)+day))
	case c.yday > 0:
		c.set(time.Date(c.year, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, c.yday-1))
	}
	t := time.Date(c.year, time.Month(c.month), c.day, c.hour, c.minute, c.second, c.micro*1000, zone)
	if t.Day() != c.day {
		return value.DateTime{}, valueError("day is out of range for month")
	}
	if c.year < 1 {
		return value.DateTime{}, valueError("year %d is out of range", c.year)
	}
	return value.DateTime{T: t, Aware: c.zone != nil}, nil
}

func (c *clock) set(t time.Time) { c.year, c.month, c.day = t.Year(), int(t.Month()), t.Day() }

func toDatetime(c *jinja.Call) (value.Value, error) {
	var texts [2]string
	for i := range texts {
		s, ok := str(c.Args[i])
		if !ok {
			return nil, typeError("strptime() argument %d must be str, not %s", i+1, value.TypeName(c.Args[i]))
		}
		texts[i] = s
	}
	t, err := strptime(texts[0], texts[1])
	if err != nil {
		return nil, err
	}
	return t, nil
}
