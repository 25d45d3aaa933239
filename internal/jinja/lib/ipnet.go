package lib

import (
	"fmt"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
)

// ipNet is an address with a prefix, as netaddr's IPNetwork: host bits are kept.
type ipNet struct {
	version int
	value   *big.Int
	prefix  int
}

func ipWidth(version int) int {
	if version == 4 {
		return 32
	}
	return 128
}

func one() *big.Int { return big.NewInt(1) }

// parseIP reads an address; version 0 where it is none.
func parseIP(s string) (value *big.Int, version int) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return nil, 0
	}
	if a.Is4() {
		b := a.As4()
		return new(big.Int).SetBytes(b[:]), 4
	}
	b := a.As16()
	return new(big.Int).SetBytes(b[:]), 6
}

// parseNet reads ADDRESS or ADDRESS/PREFIX, where the prefix may be a netmask or hostmask.
func parseNet(s string) (*ipNet, bool) {
	addr, mask, has := strings.Cut(s, "/")
	v, version := parseIP(addr)
	if version == 0 {
		return nil, false
	}
	n := &ipNet{version, v, ipWidth(version)}
	if !has {
		return n, true
	}
	if p, err := strconv.Atoi(mask); err == nil {
		if p < 0 || p > ipWidth(version) {
			return nil, false
		}
		n.prefix = p
		return n, true
	}
	m, mv := parseIP(mask)
	if mv != version {
		return nil, false
	}
	p, ok := maskPrefix(m, version)
	n.prefix = p
	return n, ok
}

// maskPrefix gives the length of a netmask, or of a hostmask.
func maskPrefix(m *big.Int, version int) (int, bool) {
	width := ipWidth(version)
	host := new(big.Int).Xor(m, maxIP(version))
	if t := new(big.Int).Add(host, one()); new(big.Int).And(host, t).Sign() == 0 {
		return width - host.BitLen(), true
	}
	if t := new(big.Int).Add(m, one()); new(big.Int).And(m, t).Sign() == 0 {
		return width - m.BitLen(), true
	}
	return 0, false
}

func maxIP(version int) *big.Int {
	m := new(big.Int).Lsh(one(), uint(ipWidth(version)))
	return m.Sub(m, one())
}

// newNet makes a network of numbers; ok is false where they are out of range.
func newNet(version int, value *big.Int, prefix int) (*ipNet, bool) {
	if value.Sign() < 0 || value.Cmp(maxIP(version)) > 0 || prefix < 0 || prefix > ipWidth(version) {
		return nil, false
	}
	return &ipNet{version, value, prefix}, true
}

func (n *ipNet) hostBits() *big.Int {
	m := new(big.Int).Lsh(one(), uint(ipWidth(n.version)-n.prefix))
	return m.Sub(m, one())
}

func (n *ipNet) netBits() *big.Int { return new(big.Int).Xor(n.hostBits(), maxIP(n.version)) }

func (n *ipNet) first() *big.Int { return new(big.Int).AndNot(n.value, n.hostBits()) }

func (n *ipNet) last() *big.Int { return new(big.Int).Or(n.value, n.hostBits()) }

func (n *ipNet) size() *big.Int { return new(big.Int).Add(n.hostBits(), one()) }

// sized compares the number of addresses with a small number.
func (n *ipNet) sized(with int64) int { return n.size().Cmp(big.NewInt(with)) }

// isNetwork tells whether no host bit is set.
func (n *ipNet) isNetwork() bool { return n.value.Cmp(n.first()) == 0 }

// hasBroadcast is false for IPv4 networks of one and two addresses.
func (n *ipNet) hasBroadcast() bool { return n.version == 6 || n.prefix < 31 }

func (n *ipNet) ip() string { return ipText(n.value, n.version) }

func (n *ipNet) String() string { return n.ip() + "/" + strconv.Itoa(n.prefix) }

// cidr is the network without host bits.
func (n *ipNet) cidr() *ipNet { return &ipNet{n.version, n.first(), n.prefix} }

func (n *ipNet) text(v *big.Int) string { return ipText(v, n.version) }

// in tells whether n lies in the other network.
func (n *ipNet) in(other *ipNet) bool {
	return n.version == other.version && n.first().Cmp(other.first()) >= 0 && n.last().Cmp(other.last()) <= 0
}

// ipText writes an address as inet_ntop does.
func ipText(v *big.Int, version int) string {
	var b [16]byte
	v.FillBytes(b[:])
	if version == 4 {
		return netip.AddrFrom4([4]byte(b[12:])).String()
	}
	if v.BitLen() <= 32 && v.BitLen() > 16 { // ::1.2.3.4, which netip writes in hexadecimal
		return "::" + netip.AddrFrom4([4]byte(b[12:])).String()
	}
	return netip.AddrFrom16(b).String()
}

// inAny tells whether an address lies in one of the networks.
func inAny(v *big.Int, version int, nets ...string) bool {
	host := &ipNet{version, v, ipWidth(version)}
	for _, s := range nets {
		if n, ok := parseNet(s); ok && host.in(n) {
			return true
		}
	}
	return false
}

// isGlobal follows IANA's special-purpose registries.
func isGlobal(v *big.Int, version int) bool {
	if version == 4 {
		return !inAny(v, 4, "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
			"192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4") ||
			inAny(v, 4, "192.0.0.9/32", "192.0.0.10/32")
	}
	return !inAny(v, 6, "::1/128", "::/128", "::ffff:0:0/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10") ||
		inAny(v, 6, "2001:1::1/128", "2001:1::2/128", "2001:3::/32", "2001:4:112::/48", "2001:20::/28", "2001:30::/28")
}

func isMulticast(v *big.Int, version int) bool { return inAny(v, version, "224.0.0.0/4", "ff00::/8") }
func isLoopback(v *big.Int, version int) bool  { return inAny(v, version, "127.0.0.0/8", "::1/128") }

// isMask tells whether the address could be a netmask or hostmask.
func isMask(v *big.Int, version int) bool {
	_, ok := maskPrefix(v, version)
	return ok
}

// reverseDNS is the name for a reverse look-up.
func reverseDNS(v *big.Int, version int) string {
	if version == 4 {
		p := strings.Split(ipText(v, 4), ".")
		return p[3] + "." + p[2] + "." + p[1] + "." + p[0] + ".in-addr.arpa."
	}
	digits := fmt.Sprintf("%032x", v)
	var b strings.Builder
	for i := len(digits) - 1; i >= 0; i-- {
		b.WriteByte(digits[i])
		b.WriteByte('.')
	}
	return b.String() + "ip6.arpa."
}

// usable gives the first and last host of a network; ok is false for a single address.
func (n *ipNet) usable() (first, last *big.Int, ok bool) {
	switch c := n.sized(2); {
	case c == 0:
		return n.first(), n.last(), true
	case c > 0:
		return n.first().Add(n.first(), one()), n.last().Sub(n.last(), one()), true
	}
	return nil, nil, false
}

func between(v, lo, hi *big.Int) bool { return v.Cmp(lo) >= 0 && v.Cmp(hi) <= 0 }
