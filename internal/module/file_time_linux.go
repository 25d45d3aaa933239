package module

import (
	"os"
	"syscall"
	"time"

	"github.com/ncruces/go-strftime"
	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// fileTime is a wanted time: as it is, now, or a moment in seconds.
type fileTime struct {
	set, now bool
	seconds  float64
}

type fileTimes struct{ modified, accessed fileTime }

// fileTimes reads the time options; what they mean when not given depends on the state.
func (c *Call) fileTimes(state string) (t fileTimes, err error) {
	if t.modified, err = c.fileTime("modification_time", state); err == nil {
		t.accessed, err = c.fileTime("access_time", state)
	}
	return t, err
}

func (c *Call) fileTime(option, state string) (fileTime, error) {
	text, ok := c.str(option)
	switch {
	case !ok && state == "touch" || text == "now":
		return fileTime{set: true, now: true}, nil
	case !ok || text == "preserve":
		return fileTime{}, nil
	}
	format := c.text(option + "_format")
	at, err := strftime.Parse(format, text)
	if err != nil {
		return fileTime{}, Fail("Error while obtaining timestamp for time " + text + " using format " + format +
			": time data " + value.Repr(value.S(text)) + " does not match format " + value.Repr(value.S(format)))
	}
	at = time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.Local)
	return fileTime{set: true, seconds: float64(at.Unix())}, nil
}

func pythonTime(t syscall.Timespec) float64 { return float64(t.Sec) + 1e-9*float64(t.Nsec) }

// setTimes sets the times of a path and tells whether there was something to do.
func (c *Call) setTimes(path string, t fileTimes, diff *value.Dict) (bool, error) {
	if !t.modified.set && !t.accessed.set {
		return false, nil
	}
	fail := func(err error) error {
		return Fail("Error while updating modification or access time: "+bytesInError(err), "path", value.S(path))
	}
	st, err := stat(path)
	if err != nil {
		return false, fail(err)
	}
	now := time.Now()
	pick := func(want fileTime, old syscall.Timespec) (float64, unix.Timespec) {
		switch {
		case !want.set:
			return pythonTime(old), unix.Timespec{Sec: old.Sec, Nsec: old.Nsec}
		case want.now:
			return float64(now.UnixNano()) / 1e9, unix.NsecToTimespec(now.UnixNano())
		}
		return want.seconds, unix.NsecToTimespec(int64(want.seconds) * 1e9)
	}
	modified, modifiedSpec := pick(t.modified, st.Mtim)
	accessed, accessedSpec := pick(t.accessed, st.Atim)
	oldModified, oldAccessed := pythonTime(st.Mtim), pythonTime(st.Atim)
	if modified == oldModified && accessed == oldAccessed {
		return false, nil
	}
	err = c.Change(func() error {
		var times []unix.Timespec
		if !t.modified.now || !t.accessed.now {
			times = []unix.Timespec{accessedSpec, modifiedSpec}
		}
		if err := unix.UtimesNanoAt(unix.AT_FDCWD, path, times, 0); err != nil {
			return &os.PathError{Op: "utime", Path: path, Err: err}
		}
		return nil
	})
	if err != nil {
		return false, fail(err)
	}
	if modified != oldModified {
		record(diff, "mtime", value.Float(oldModified), value.Float(modified))
	}
	if accessed != oldAccessed {
		record(diff, "atime", value.Float(oldAccessed), value.Float(accessed))
	}
	return true, nil
}
