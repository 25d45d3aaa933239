package transport

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// quickConn acknowledges at once what it reads: OpenSSH's server sends the first messages of a session in small pieces,
// and waits 40 ms for the acknowledgement of each one. The kernel forgets the setting, so it is made with every
// read until the session stands.
type quickConn struct {
	*net.TCPConn
	raw   syscall.RawConn
	reads int
}

// quickReads is the number of reads after which a session surely stands.
const quickReads = 64

func quick(c net.Conn) net.Conn {
	t, ok := c.(*net.TCPConn)
	if !ok {
		return c
	}
	raw, err := t.SyscallConn()
	if err != nil {
		return c
	}
	return &quickConn{TCPConn: t, raw: raw}
}

// Read is called by one goroutine, that of the SSH transport.
func (c *quickConn) Read(p []byte) (int, error) {
	if c.reads < quickReads {
		c.reads++
		c.raw.Control(func(fd uintptr) { unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1) })
	}
	return c.TCPConn.Read(p)
}
