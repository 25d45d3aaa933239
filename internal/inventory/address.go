package inventory

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

var bracketedPort = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\[(.+)\]:([0-9]+)\n?$`) })
var hostPort = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^((?:[^:\[\]]|\[[^\]]*\])*):([0-9]+)\n?$`)
})

// A component of an address or a name may be a range: [1:5], [a:f], [0:10:2].
var ipv4 = sync.OnceValue(func() *regexp.Regexp {
	c := `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|\[[0-9]+:[0-9]+(?::[0-9]+)?\])`
	return regexp.MustCompile(`^(?:` + c + `\.){3}` + c + `$`)
})
var ipv6 = sync.OnceValue(func() *regexp.Regexp {
	c := `(?:[0-9a-f]{1,4}|\[[0-9a-f]+:[0-9a-f]+(?::[0-9]+)?\])`
	forms := []string{
		`(?:C:){7}C`, `(?:C:){1,6}:`, `(?:C:)(?::C){1,6}`, `(?:C:){2}(?::C){1,5}`, `(?:C:){3}(?::C){1,4}`, `(?:C:){4}(?::C){1,3}`,
		`(?:C:){5}(?::C){1,2}`, `(?:C:){6}(?::C)`, `:(?::C){1,6}`, `C?::`,
		`(?:0:){6}(?:C\.){3}C`, `::(?:ffff:)?(?:C\.){3}C`, `(?:0:){5}ffff:(?:C\.){3}C`,
	}
	return regexp.MustCompile(`(?i)^(?:` + strings.ReplaceAll(strings.Join(forms, "|"), "C", c) + `)$`)
})
var rangePart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]`)
})

func plainIP(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil || ipv4().MatchString(s) || ipv6().MatchString(s)
}

// hostname tells whether s is a name of dot-separated labels of letters, digits, dashes and underscores, where any character may be
// a range. A label neither starts with a dash nor ends with a dash or underscore.
func hostname(s string) bool {
	start, last := true, rune(0)
	for len(s) > 0 {
		if s[0] == '[' {
			m := rangePart().FindString(s)
			if m == "" {
				return false
			}
			s, start, last = s[len(m):], false, ']'
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		switch {
		case r == '.':
			if start || last == '-' || last == '_' {
				return false
			}
			start = true
			continue
		case r == '-':
			if start {
				return false
			}
		case r == '_', unicode.IsLetter(r), unicode.IsNumber(r):
		default:
			return false
		}
		start, last = false, r
	}
	return !start && last != '-' && last != '_'
}

// ParseAddress splits "host:port" and "[host]:port". Anything that is neither an address nor a host name, with ranges where
// they are allowed, is an error.
func ParseAddress(address string, ranges bool) (host string, port int, err error) {
	for _, re := range [...]*regexp.Regexp{bracketedPort(), hostPort()} {
		if m := re.FindStringSubmatch(address); m != nil {
			address = m[1]
			if port, err = strconv.Atoi(m[2]); err != nil {
				return "", 0, fmt.Errorf("Not a valid network hostname: %s", address)
			}
		}
	}
	if address == "" || !ipv4().MatchString(address) && !ipv6().MatchString(address) && !hostname(address) {
		return "", 0, fmt.Errorf("Not a valid network hostname: %s", address)
	}
	if !ranges && strings.Contains(address, "[") {
		return "", 0, errors.New("Detected range in host but was asked to ignore ranges")
	}
	return address, port, nil
}

// expandPattern gives the hosts that a host pattern of an inventory stands for.
func expandPattern(pattern string) (hosts []string, port int, err error) {
	host, port, err := ParseAddress(pattern, true)
	if err != nil {
		host, port = pattern, 0
	}
	if !strings.Contains(host, "[") {
		return []string{host}, port, nil
	}
	hosts, err = expandRange(host)
	return hosts, port, err
}

// maxExpansion bounds the number of hosts that one pattern may stand for.
const maxExpansion = 1 << 20

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// expandRange expands the ranges of a host pattern, the leftmost varying slowest.
func expandRange(s string) ([]string, error) {
	line := strings.Replace(strings.Replace(s, "[", "|", 1), "]", "|", 1)
	parts := strings.Split(line, "|")
	if len(parts) != 3 {
		if len(parts) > 3 {
			return nil, valueError("too many values to unpack (expected 3)")
		}
		return nil, valueError(fmt.Sprintf("not enough values to unpack (expected 3, got %d)", len(parts)))
	}
	head, tail := parts[0], parts[2]
	bounds := strings.Split(parts[1], ":")
	if len(bounds) != 2 && len(bounds) != 3 {
		return nil, errors.New("host range must be begin:end or begin:end:step")
	}
	begin, end, stride := bounds[0], bounds[1], "1"
	if len(bounds) == 3 {
		stride = bounds[2]
	}
	if begin == "" {
		begin = "0"
	}
	if end == "" {
		return nil, errors.New("host range must specify end value")
	}
	width := 0
	if begin[0] == '0' && len(begin) > 1 {
		width = len(begin)
		if width != len(end) {
			return nil, errors.New("host range must specify equal-length begin and end formats")
		}
	}
	step, badStep := pyInt(stride)
	var values []string
	from, to := strings.Index(letters, begin), strings.Index(letters, end)
	if from >= 0 && to >= 0 && from > to {
		return nil, errors.New("host range must have begin <= end")
	}
	if from >= 0 && to >= 0 && badStep == nil && step != 0 {
		for i := from; i <= to && step > 0; i += step {
			values = append(values, letters[i:i+1])
		}
	} else { // ansible-core comes here from a ValueError
		first, err := pyInt(begin)
		if err != nil {
			return nil, &handlingError{err}
		}
		last, err := pyInt(end)
		if err != nil {
			return nil, &handlingError{err}
		}
		if badStep != nil {
			return nil, &handlingError{badStep}
		}
		if step == 0 {
			return nil, &handlingError{valueError("range() arg 3 must not be zero")}
		}
		if step > 0 && (last-first)/step > maxExpansion {
			return nil, fmt.Errorf("host range [%s] stands for more than %d hosts", parts[1], maxExpansion)
		}
		for n := first; step > 0 && n <= last || step < 0 && n > last+1; n += step {
			v := strconv.Itoa(n)
			for len(v) < width {
				v = "0" + v
			}
			values = append(values, v)
		}
	}
	var hosts []string
	for _, v := range values {
		name := head + v + tail
		if !strings.Contains(name, "[") {
			hosts = append(hosts, name)
			continue
		}
		more, err := expandRange(name)
		if err != nil {
			return nil, err
		}
		if hosts = append(hosts, more...); len(hosts) > maxExpansion {
			return nil, fmt.Errorf("host range %s stands for more than %d hosts", s, maxExpansion)
		}
	}
	return hosts, nil
}

// valueError is a fault that ansible-core meets as Python's ValueError and not as an error of its own.
type valueError string

func (e valueError) Error() string { return string(e) }

// handlingError is one that ansible-core meets while it handles another: its messages show it as a link of its own.
type handlingError struct{ error }

func (e *handlingError) Unwrap() error { return e.error }

func pyInt(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0, valueError("invalid literal for int() with base 10: '" + s + "'")
	}
	return n, nil
}
