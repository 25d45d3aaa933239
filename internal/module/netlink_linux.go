package module

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// address is one address of an interface as the kernel lists it.
type address struct {
	index     int
	ip        netip.Addr
	peer      netip.Addr // the other end, where it is another one
	prefix    int
	broadcast netip.Addr
	label     string
	scope     string
	secondary bool
}

// kernelAddresses lists the addresses of all interfaces in the kernel's order.
func kernelAddresses() ([]address, error) {
	var out []address
	for _, family := range []int{unix.AF_INET, unix.AF_INET6} {
		messages, err := netlinkDump(unix.RTM_GETADDR, family)
		if err != nil {
			return nil, err
		}
		for i := range messages {
			m := &messages[i]
			if m.Header.Type != unix.RTM_NEWADDR || len(m.Data) < unix.SizeofIfAddrmsg {
				continue
			}
			a := address{prefix: int(m.Data[1]), scope: scopeName(m.Data[3]), index: int(binary.NativeEndian.Uint32(m.Data[4:8]))}
			flags := uint32(m.Data[2])
			attributes, err := syscall.ParseNetlinkRouteAttr(m)
			if err != nil {
				continue
			}
			var local, remote netip.Addr
			for _, at := range attributes {
				switch at.Attr.Type {
				case unix.IFA_LOCAL:
					local, _ = netip.AddrFromSlice(at.Value)
				case unix.IFA_ADDRESS:
					remote, _ = netip.AddrFromSlice(at.Value)
				case unix.IFA_BROADCAST:
					a.broadcast, _ = netip.AddrFromSlice(at.Value)
				case unix.IFA_LABEL:
					a.label = unix.ByteSliceToString(at.Value)
				case unix.IFA_FLAGS:
					if len(at.Value) >= 4 {
						flags = binary.NativeEndian.Uint32(at.Value)
					}
				}
			}
			a.ip = local
			if !local.IsValid() {
				a.ip = remote
			} else if remote.IsValid() && remote != local {
				a.peer = remote
			}
			a.secondary = flags&unix.IFA_F_SECONDARY != 0
			out = append(out, a)
		}
	}
	return out, nil
}

func netlinkDump(request, family int) ([]syscall.NetlinkMessage, error) {
	raw, err := syscall.NetlinkRIB(request, family)
	if err != nil {
		return nil, err
	}
	return syscall.ParseNetlinkMessage(raw)
}

func scopeName(scope byte) string {
	switch scope {
	case 0:
		return "global"
	case 200:
		return "site"
	case 253:
		return "link"
	case 254:
		return "host"
	case 255:
		return "nowhere"
	}
	return strconv.Itoa(int(scope))
}

// localRoutes lists the addresses and networks that the host itself answers for, as `ip route show table local` does.
func localRoutes(family int) []string {
	messages, err := netlinkDump(unix.RTM_GETROUTE, family)
	if err != nil {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for i := range messages {
		m := &messages[i]
		if m.Header.Type != unix.RTM_NEWROUTE || len(m.Data) < unix.SizeofRtMsg || m.Data[7] != unix.RTN_LOCAL {
			continue
		}
		table := uint32(m.Data[4])
		attributes, err := syscall.ParseNetlinkRouteAttr(m)
		if err != nil {
			continue
		}
		text := "default"
		for _, at := range attributes {
			switch at.Attr.Type {
			case unix.RTA_TABLE:
				table = binary.NativeEndian.Uint32(at.Value)
			case unix.RTA_DST:
				if ip, ok := netip.AddrFromSlice(at.Value); ok {
					text = ip.String()
					if bits := int(m.Data[1]); bits != ip.BitLen() {
						text += "/" + strconv.Itoa(bits)
					}
				}
			}
		}
		if table == unix.RT_TABLE_LOCAL && !seen[text] {
			seen[text] = true
			out = append(out, text)
		}
	}
	return out
}

// way is how packets to an address leave the host.
type way struct {
	index           int
	source, gateway netip.Addr
}

// routeTo asks the kernel for the way to an address; ok is false where there is none.
func routeTo(to netip.Addr) (w way, ok bool) {
	family, length := unix.AF_INET, 4
	if to.Is6() {
		family, length = unix.AF_INET6, 16
	}
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return w, false
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 2}); err != nil {
		return w, false
	}
	size := unix.SizeofNlMsghdr + unix.SizeofRtMsg + unix.SizeofRtAttr + length
	b := make([]byte, size)
	order := binary.NativeEndian
	order.PutUint32(b[0:], uint32(size))
	order.PutUint16(b[4:], unix.RTM_GETROUTE)
	order.PutUint16(b[6:], unix.NLM_F_REQUEST)
	b[16], b[17] = byte(family), byte(length*8)
	at := unix.SizeofNlMsghdr + unix.SizeofRtMsg
	order.PutUint16(b[at:], uint16(unix.SizeofRtAttr+length))
	order.PutUint16(b[at+2:], unix.RTA_DST)
	copy(b[at+4:], to.AsSlice())
	if err := unix.Sendto(fd, b, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return w, false
	}
	answer := make([]byte, 8192)
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil {
		return w, false
	}
	messages, err := syscall.ParseNetlinkMessage(answer[:n])
	if err != nil {
		return w, false
	}
	for i := range messages {
		m := &messages[i]
		if m.Header.Type != unix.RTM_NEWROUTE {
			continue
		}
		attributes, err := syscall.ParseNetlinkRouteAttr(m)
		if err != nil {
			return w, false
		}
		for _, a := range attributes {
			switch a.Attr.Type {
			case unix.RTA_OIF:
				w.index = int(order.Uint32(a.Value))
			case unix.RTA_PREFSRC:
				w.source, _ = netip.AddrFromSlice(a.Value)
			case unix.RTA_GATEWAY:
				w.gateway, _ = netip.AddrFromSlice(a.Value)
			}
		}
		return w, true
	}
	return w, false
}
