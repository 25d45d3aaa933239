package module

import (
	"encoding/hex"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runWaitFor(c *Call) *value.Dict {
	w := &waiting{Call: c, groups: emptyList(), named: &value.Dict{}, start: time.Now()}
	result, err := w.run()
	if err != nil {
		return c.failed(err)
	}
	return result
}

// waiting is one run of wait_for.
type waiting struct {
	*Call
	host, path, state string
	port              int64
	hasPort           bool
	pattern           *bytesRegexp
	start, end        time.Time
	groups            *value.List
	named             *value.Dict
}

func (w *waiting) elapsed() value.Value { return value.Int(int64(time.Since(w.start) / time.Second)) }

func (w *waiting) fail(message string) error {
	if own := w.text("msg"); own != "" {
		message = own
	}
	return Fail(message, "elapsed", w.elapsed())
}

// pause sleeps; it ends early when the task is cancelled.
func (w *waiting) pause(seconds int64) error {
	timer := time.NewTimer(time.Duration(seconds) * time.Second)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-w.context().Done():
		return w.context().Err()
	}
}

func (w *waiting) run() (*value.Dict, error) {
	w.host, w.path, w.state = w.text("host"), w.text("path"), w.text("state")
	w.port, w.hasPort = w.integer("port")
	w.hasPort = w.hasPort && w.port != 0
	if err := w.check(); err != nil {
		return nil, err
	}
	if delay, _ := w.integer("delay"); delay > 0 {
		if err := w.pause(delay); err != nil {
			return nil, err
		}
	}
	timeout, _ := w.integer("timeout")
	w.end = w.start.Add(time.Duration(timeout) * time.Second)
	var err error
	switch {
	case !w.hasPort && w.path == "" && w.state != "drained":
		err = w.pause(timeout)
	case w.state == "absent" || w.state == "stopped":
		err = w.until(w.gone, w.goneLate)
	case w.state == "drained":
		err = w.until(w.drained, func() string { return "Timeout when waiting for " + w.at() + " to drain" })
	default:
		err = w.until(w.there, w.thereLate)
	}
	if err != nil {
		return nil, err
	}
	orNone := func(name string) value.Value { v, _ := w.Args.Raw(name); return v }
	return value.NewDict("state", value.S(w.state), "port", orNone("port"), "search_regex", orNone("search_regex"), "match_groups", w.groups,
		"match_groupdict", w.named, "path", orNone("path"), "elapsed", w.elapsed()), nil
}

func (w *waiting) check() error {
	if pattern, ok := w.str("search_regex"); ok {
		re, err := compileBytes(pattern, pyre.Multiline)
		if err != nil {
			return Fail("Invalid regular expression: " + err.Error())
		}
		w.pattern = &re
	}
	none := func(text string) error { return Fail(text, "elapsed", value.Int(0)) }
	switch {
	case w.hasPort && w.path != "":
		return none("port and path parameter can not both be passed to wait_for")
	case w.path != "" && w.state == "stopped", w.path != "" && w.state == "drained":
		return none("state=" + w.state + " should only be used for checking a port in the wait_for module")
	case w.given("exclude_hosts") && w.state != "drained":
		return none("exclude_hosts should only be with state=drained")
	}
	for _, name := range w.texts("active_connection_states") {
		if connectionStates[name] == "" {
			return none("unknown active_connection_state (" + name + ") defined")
		}
	}
	return nil
}

// connectionStates are the kernel's numbers in /proc/net/tcp.
var connectionStates = map[string]string{"ESTABLISHED": "01", "SYN_SENT": "02", "SYN_RECV": "03", "FIN_WAIT1": "04", "FIN_WAIT2": "05", "TIME_WAIT": "06"}

func (w *waiting) at() string { return w.host + ":" + strconv.FormatInt(w.port, 10) }

// until looks again and again until the condition holds or the time is over.
func (w *waiting) until(holds func() (bool, error), late func() string) error {
	sleep, _ := w.integer("sleep")
	for time.Now().Before(w.end) {
		ok, err := holds()
		if err != nil || ok {
			return err
		}
		if err := w.pause(sleep); err != nil {
			return err
		}
	}
	return w.fail(late())
}

func (w *waiting) gone() (bool, error) {
	if w.path != "" {
		return !accessible(w.path, 0), nil
	}
	seconds, _ := w.integer("connect_timeout")
	fd, err := w.connect(time.Duration(seconds) * time.Second)
	if err != nil {
		return true, nil
	}
	unix.Close(fd)
	return false, nil
}

func (w *waiting) goneLate() string {
	if w.hasPort {
		return "Timeout when waiting for " + w.at() + " to stop."
	}
	return "Timeout when waiting for " + w.path + " to be absent."
}

func (w *waiting) thereLate() string {
	text := ""
	if w.pattern != nil {
		text = "search string " + w.text("search_regex") + " in "
	}
	switch {
	case w.hasPort:
		return "Timeout when waiting for " + text + w.at()
	case w.pattern != nil:
		return "Timeout when waiting for " + text + w.path
	}
	return "Timeout when waiting for file " + w.path
}

func (w *waiting) there() (bool, error) {
	if w.path == "" {
		return w.answers()
	}
	if _, err := stat(w.path); err != nil {
		if errnoOf(err) == syscall.ENOENT {
			return false, nil
		}
		return false, w.fail("Failed to stat " + w.path + ", " + strerror(errnoOf(err)))
	}
	if w.pattern == nil {
		return true, nil
	}
	content, err := source.OS{}.ReadFile(w.path)
	if err != nil {
		return false, nil
	}
	return w.matches(string(content))
}

func (w *waiting) matches(text string) (bool, error) {
	m, err := w.pattern.search(text)
	if err != nil || m == nil {
		return false, err
	}
	for i := 1; i <= m.Groups(); i++ {
		w.groups.Items = append(w.groups.Items, groupValue(m, i))
	}
	for _, name := range groupNames(w.text("search_regex")) {
		if i, ok := m.Regexp().GroupIndex(name); ok {
			w.named.Put(name, groupValue(m, i))
		}
	}
	return true, nil
}

func groupValue(m *pyre.Match, i int) value.Value {
	text, ok := m.Group(i)
	if !ok {
		return value.None{}
	}
	return value.S(narrow(text))
}

// groupNames lists the names of the named groups of a pattern.
func groupNames(pattern string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(pattern, "(?P<")
		if !ok {
			return names
		}
		name, after, ok := strings.Cut(rest, ">")
		if !ok {
			return names
		}
		names, pattern = append(names, name), after
	}
}

// answers tells whether the port can be connected to and, with a pattern, sends what matches.
func (w *waiting) answers() (bool, error) {
	seconds, _ := w.integer("connect_timeout")
	fd, err := w.connect(min(time.Duration(seconds)*time.Second, max(time.Until(w.end), time.Second)))
	if err != nil {
		return false, nil
	}
	defer unix.Close(fd)
	if w.pattern == nil {
		return true, nil
	}
	var data []byte
	buf := make([]byte, 1024)
	for time.Now().Before(w.end) && w.context().Err() == nil {
		ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		if n, err := unix.Poll(ready, int(min(time.Until(w.end), time.Second)/time.Millisecond)+1); err == unix.EINTR || err == nil && n == 0 {
			continue
		}
		n, err := unix.Read(fd, buf)
		if err != nil || n == 0 {
			return false, nil
		}
		data = append(data, buf[:n]...)
		if ok, err := w.matches(string(data)); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// addresses are those of a host: the literal one, or what the system's resolver says.
func (c *Call) addresses(host string) []netip.Addr {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}
	}
	var out []netip.Addr
	_, text, _, err := c.command(nil, "getent", "ahosts", host)
	if err != nil {
		return nil
	}
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[1] != "STREAM" {
			continue
		}
		if ip, err := netip.ParseAddr(fields[0]); err == nil {
			out = append(out, ip)
		}
	}
	return out
}

// connect opens a TCP connection to the first address of the host that takes one.
func (w *waiting) connect(timeout time.Duration) (fd int, err error) {
	err = syscall.ENOENT
	for _, ip := range w.addresses(w.host) {
		if fd, err = dialTCP(ip, int(w.port), timeout); err == nil {
			return fd, nil
		}
	}
	return -1, err
}

func dialTCP(ip netip.Addr, port int, timeout time.Duration) (int, error) {
	family := unix.AF_INET
	var to unix.Sockaddr
	if ip.Unmap().Is4() {
		to = &unix.SockaddrInet4{Port: port, Addr: ip.Unmap().As4()}
	} else {
		family = unix.AF_INET6
		to = &unix.SockaddrInet6{Port: port, Addr: ip.As16()}
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	if err = unix.Connect(fd, to); err == unix.EINPROGRESS {
		ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		var n int
		for {
			if n, err = unix.Poll(ready, int(timeout/time.Millisecond)); err != unix.EINTR {
				break
			}
		}
		if err == nil && n == 0 {
			err = syscall.ETIMEDOUT
		}
		if err == nil {
			var code int
			if code, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR); err == nil && code != 0 {
				err = syscall.Errno(code)
			}
		}
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// drained tells whether no connection to the port is left.
func (w *waiting) drained() (bool, error) {
	hosts, excluded := w.kernelAddresses(w.host), map[string]bool{}
	for _, h := range w.texts("exclude_hosts") {
		for ip := range w.kernelAddresses(h) {
			excluded[ip] = true
		}
	}
	states := map[string]bool{}
	for _, name := range w.texts("active_connection_states") {
		states[connectionStates[name]] = true
	}
	port := strings.ToUpper(hex.EncodeToString([]byte{byte(w.port >> 8), byte(w.port)}))
	const mapped, zero = "0000000000000000FFFF0000", "00000000"
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(content), "\n") {
			fields := strings.Fields(line)
			if len(fields) < 4 || !states[fields[3]] {
				continue
			}
			local, localPort, _ := strings.Cut(fields[1], ":")
			remote, _, _ := strings.Cut(fields[2], ":")
			if localPort != port || excluded[remote] {
				continue
			}
			any4, any6 := hosts[zero], hosts[strings.Repeat("0", 32)]
			if hosts[local] || len(local) == 8 && any4 || len(local) == 32 && any6 || strings.HasPrefix(local, mapped) && hosts[mapped+zero] {
				return false, nil
			}
		}
	}
	return true, nil
}

// kernelAddresses are the addresses of a host as /proc/net/tcp writes them.
func (w *waiting) kernelAddresses(host string) map[string]bool {
	out := map[string]bool{}
	text := func(b []byte) string {
		var s string
		for i := 0; i+4 <= len(b); i += 4 {
			s += strings.ToUpper(hex.EncodeToString([]byte{b[i+3], b[i+2], b[i+1], b[i]}))
		}
		return s
	}
	for _, ip := range w.addresses(host) {
		out[text(ip.AsSlice())] = true
		if ip.Is4() {
			b := ip.As16()
			out[text(b[:])] = true
		}
	}
	return out
}
