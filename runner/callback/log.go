package callback

import (
	"fmt"
	"os"
	"os/user"
	"strings"
	"time"
)

// Log is the file of the setting log_path: a record for each message, in the form of ansible-core's.
type Log struct {
	file *os.File
	user string
	now  func() time.Time
}

// OpenLog opens the file for appending and makes it if need be.
func OpenLog(path string) (*Log, error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	l := &Log{file: f, user: os.Getenv("USER"), now: time.Now}
	if u, err := user.Current(); err == nil {
		l.user = u.Username
	}
	return l, nil
}

// Close closes the file.
func (l *Log) Close() error { return l.file.Close() }

// LogOnly writes a message to the log file alone.
func (d *Display) LogOnly(msg, color string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.record(color, msg)
}

// record writes one message, at once, so that the lines of several runs do not mix; its colour on the screen says how
// important it is.
func (l *Log) record(color, msg string) error {
	level := "INFO"
	switch color {
	case colorError, colorUnreachable:
		level = "ERROR"
	case colorWarn:
		level = "WARNING"
	case colorDebug, colorVerbose:
		level = "DEBUG"
	}
	stamp := strings.Replace(l.now().Format("2006-01-02 15:04:05.000"), ".", ",", 1)
	_, err := fmt.Fprintf(l.file, "%s p=%d u=%s n=ansible %s| %s\n", stamp, os.Getpid(), l.user, level, strings.TrimLeft(strings.TrimSuffix(msg, "\n"), "\n"))
	return err
}
