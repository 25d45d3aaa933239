package value

import (
	"fmt"
	"strings"
	"time"
)

// Delta is Python's timedelta in microseconds.
type Delta int64

// TypeName is "timedelta".
func (Delta) TypeName() string { return "timedelta" }

func (d Delta) parts() (days, seconds, micros int64) {
	const day = 86400 * 1e6
	n := int64(d)
	days = n / day
	if n%day < 0 {
		days--
	}
	rest := n - days*day
	return days, rest / 1e6, rest % 1e6
}

// String is Python's str().
func (d Delta) String() string {
	days, s, us := d.parts()
	var b strings.Builder
	if days != 0 {
		plural := "s"
		if days == 1 || days == -1 {
			plural = ""
		}
		fmt.Fprintf(&b, "%d day%s, ", days, plural)
	}
	fmt.Fprintf(&b, "%d:%02d:%02d", s/3600, s/60%60, s%60)
	if us != 0 {
		fmt.Fprintf(&b, ".%06d", us)
	}
	return b.String()
}

func (d Delta) repr() string {
	days, s, us := d.parts()
	var args []string
	for _, a := range []struct {
		name string
		n    int64
	}{{"days", days}, {"seconds", s}, {"microseconds", us}} {
		if a.n != 0 {
			args = append(args, fmt.Sprintf("%s=%d", a.name, a.n))
		}
	}
	if len(args) == 0 {
		args = []string{"0"}
	}
	return "datetime.timedelta(" + strings.Join(args, ", ") + ")"
}

// Iso is datetime.isoformat(sep).
func (d DateTime) Iso(sep string) string {
	s := d.T.Format("2006-01-02") + sep + d.T.Format("15:04:05")
	if us := d.T.Nanosecond() / 1000; us != 0 {
		s += fmt.Sprintf(".%06d", us)
	}
	if d.Aware {
		s += isoOffset(d.T)
	}
	return s
}

func isoOffset(t time.Time) string {
	_, off := t.Zone()
	sign := '+'
	if off < 0 {
		sign, off = '-', -off
	}
	s := fmt.Sprintf("%c%02d:%02d", sign, off/3600, off/60%60)
	if off%60 != 0 {
		s += fmt.Sprintf(":%02d", off%60)
	}
	return s
}

func (d DateTime) repr() string {
	t := d.T
	s := fmt.Sprintf("datetime.datetime(%d, %d, %d, %d, %d", t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute())
	us := t.Nanosecond() / 1000
	if t.Second() != 0 || us != 0 {
		s += fmt.Sprintf(", %d", t.Second())
	}
	if us != 0 {
		s += fmt.Sprintf(", %d", us)
	}
	if d.Aware {
		_, off := t.Zone()
		if off == 0 {
			s += ", tzinfo=datetime.timezone.utc"
		} else {
			s += ", tzinfo=datetime.timezone(" + Delta(int64(off)*1e6).repr() + ")"
		}
	}
	return s + ")"
}

// Timestamp is datetime.timestamp().
func (d DateTime) Timestamp() float64 {
	t := d.T
	if !d.Aware {
		t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.Local)
	}
	return float64(t.UnixMicro()) / 1e6
}
