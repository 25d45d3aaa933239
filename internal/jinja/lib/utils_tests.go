package lib

import (
	"math/big"
	"net"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/value"
)

var (
	ipParam   = params{{Name: "ip", Type: "str"}}
	netParams = params{{Name: "network_a", Type: "str"}, {Name: "network_b", Type: "str", Doc: "the other network"}}
)

// utilsTests are the tests of ansible.utils; what is no address is false, not an error.
var utilsTests = []*jinja.Function{
	{Name: "in_any_network", FQCN: "ansible.utils.in_any_network", Doc: "The address lies in one of the networks.", Result: "bool", Call: inNetworks(1, 1<<30),
		Params: params{{Name: "ip", Type: "str"}, {Name: "networks", Type: "list", Doc: "the networks"}}},
	{Name: "in_one_network", FQCN: "ansible.utils.in_one_network", Doc: "The address lies in exactly one of the networks.", Result: "bool", Call: inNetworks(1, 1),
		Params: params{{Name: "ip", Type: "str"}, {Name: "networks", Type: "list", Doc: "the networks"}}},
	{Name: "in_network", FQCN: "ansible.utils.in_network", Doc: "The address lies in the network.", Result: "bool", Call: subnetOf(false),
		Params: params{{Name: "ip", Type: "str"}, {Name: "network", Type: "str", Doc: "the network"}}},
	{Name: "ip", FQCN: "ansible.utils.ip", Doc: "The text is an address or network.", Result: "bool", Params: ipParam, Call: netTest(func(*ipNet) bool { return true })},
	{Name: "ip_address", FQCN: "ansible.utils.ip_address", Doc: "The text is an address.", Result: "bool", Params: ipParam, Call: addressTest(func(*ipNet) bool { return true })},
	{Name: "ipv4", FQCN: "ansible.utils.ipv4", Doc: "The text is an IPv4 address or network.", Result: "bool", Params: ipParam, Call: netTest(func(n *ipNet) bool { return n.version == 4 })},
	{Name: "ipv4_address", FQCN: "ansible.utils.ipv4_address", Doc: "The text is an IPv4 address.", Result: "bool", Params: ipParam, Call: addressTest(func(n *ipNet) bool { return n.version == 4 })},
	{Name: "ipv4_hostmask", FQCN: "ansible.utils.ipv4_hostmask", Doc: "The text is an IPv4 hostmask.", Result: "bool", Params: ipParam, Call: maskTest(false)},
	{Name: "ipv4_netmask", FQCN: "ansible.utils.ipv4_netmask", Doc: "The text is an IPv4 netmask.", Result: "bool", Params: params{{Name: "mask", Type: "str"}}, Call: maskTest(true)},
	{Name: "ipv6", FQCN: "ansible.utils.ipv6", Doc: "The text is an IPv6 address or network.", Result: "bool", Params: ipParam, Call: netTest(func(n *ipNet) bool { return n.version == 6 })},
	{Name: "ipv6_address", FQCN: "ansible.utils.ipv6_address", Doc: "The text is an IPv6 address.", Result: "bool", Params: ipParam, Call: addressTest(func(n *ipNet) bool { return n.version == 6 })},
	{Name: "ipv6_ipv4_mapped", FQCN: "ansible.utils.ipv6_ipv4_mapped", Doc: "The text is an IPv6 address for an IPv4 one.", Result: "bool", Params: ipParam, Call: addressTest(inside("::ffff:0:0/96"))},
	{Name: "ipv6_sixtofour", FQCN: "ansible.utils.ipv6_sixtofour", Doc: "The text is a 6to4 address.", Result: "bool", Params: ipParam, Call: addressTest(inside("2002::/16"))},
	{Name: "ipv6_teredo", FQCN: "ansible.utils.ipv6_teredo", Doc: "The text is a Teredo address.", Result: "bool", Params: ipParam, Call: addressTest(inside("2001::/32"))},
	{Name: "loopback", FQCN: "ansible.utils.loopback", Doc: "The text is a loopback address.", Result: "bool", Params: ipParam, Call: addressTest(inside("127.0.0.0/8", "::1/128"))},
	{Name: "mac", FQCN: "ansible.utils.mac", Doc: "The text is a hardware address.", Result: "bool", Params: params{{Name: "mac", Type: "str"}}, Call: macTest},
	{Name: "multicast", FQCN: "ansible.utils.multicast", Doc: "The text is a multicast address.", Result: "bool", Params: ipParam, Call: addressTest(inside("224.0.0.0/4", "ff00::/8"))},
	{Name: "private", FQCN: "ansible.utils.private", Doc: "The text is a private address.", Result: "bool", Params: ipParam, Call: addressTest(isPrivate)},
	{Name: "public", FQCN: "ansible.utils.public", Doc: "The text is a public address.", Result: "bool", Params: ipParam, Call: addressTest(func(n *ipNet) bool {
		return !inside("100.64.0.0/10")(n) && !isPrivate(n)
	})},
	{Name: "reserved", FQCN: "ansible.utils.reserved", Doc: "The text is a reserved address.", Result: "bool", Params: ipParam, Call: addressTest(inside("240.0.0.0/4", "::/8", "100::/8", "200::/7", "400::/6", "800::/5", "1000::/4", "4000::/3", "6000::/3", "8000::/3", "a000::/3", "c000::/3", "e000::/4", "f000::/5", "f800::/6", "fe00::/9"))},
	{Name: "resolvable", FQCN: "ansible.utils.resolvable", Doc: "The name or address can be resolved.", Result: "bool", Params: params{{Name: "host", Type: "str"}}, Call: resolvable},
	{Name: "subnet_of", FQCN: "ansible.utils.subnet_of", Doc: "The network lies in the other one.", Result: "bool", Params: netParams, Call: subnetOf(false)},
	{Name: "supernet_of", FQCN: "ansible.utils.supernet_of", Doc: "The other network lies in this one.", Result: "bool", Params: netParams, Call: subnetOf(true)},
	{Name: "unspecified", FQCN: "ansible.utils.unspecified", Doc: "The text is the unspecified address.", Result: "bool", Params: ipParam, Call: addressTest(func(n *ipNet) bool { return n.value.Sign() == 0 })},
	{Name: "validate", FQCN: "ansible.utils.validate", Doc: "Not supported: needs the jsonschema library.", Result: "bool", Refused: true, Call: refuse("ansible.utils.validate", "the Python library jsonschema"), Params: params{{Name: "data", Type: "any"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "a_module", FQCN: "community.general.a_module", Doc: "Not supported.", Result: "bool", Refused: true, Call: refuse("community.general.a_module", "Python's plugin loader"), Params: params{{Name: "term", Type: "str"}}},
	{Name: "ansible_type", FQCN: "community.general.ansible_type", Doc: "The value has that type, or one of them.", Result: "bool", Call: ansibleType,
		Params: params{{Name: "data", Type: "any"}, {Name: "dtype", Type: "any", Doc: "the type or types"}, {Name: "alias", Default: value.None{}, Type: "dict", Doc: "other names for types"}}},
	{Name: "fqdn_valid", FQCN: "community.general.fqdn_valid", Doc: "Not supported: needs the fqdn library.", Result: "bool", Refused: true, Call: refuse("community.general.fqdn_valid", "the Python library fqdn"), Params: params{{Name: "name", Type: "str"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
}

// strictNet reads a network as Python's ipaddress does: no host bits.
func strictNet(v value.Value) (*ipNet, bool) {
	s, ok := str(v)
	if !ok {
		return nil, false
	}
	n, ok := parseNet(s)
	return n, ok && n.isNetwork()
}

func netTest(f func(*ipNet) bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		n, ok := strictNet(c.Args[0])
		return value.Bool(ok && f(n)), nil
	}
}

func addressTest(f func(*ipNet) bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		s, _ := str(c.Args[0])
		v, version := parseIP(s)
		if version == 0 {
			return no, nil
		}
		return value.Bool(f(&ipNet{version, v, ipWidth(version)})), nil
	}
}

func inside(nets ...string) func(*ipNet) bool {
	return func(n *ipNet) bool { return inAny(n.value, n.version, nets...) }
}

// isPrivate is is_private of Python 3.11's ipaddress.
func isPrivate(n *ipNet) bool {
	if n.version == 6 && inAny(n.value, 6, "::ffff:0:0/96") {
		return isPrivate(&ipNet{4, new(big.Int).And(n.value, maxIP(4)), 32})
	}
	return inside("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/29", "192.0.0.170/31",
		"192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32",
		"::1/128", "::/128", "100::/64", "2001::/23", "2001:2::/48", "2001:db8::/32", "2001:10::/28", "fc00::/7", "fe80::/10")(n)
}

func maskTest(netmask bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		s, _ := str(c.Args[0])
		n, ok := parseNet("10.0.0.0/" + s)
		if !ok || !n.isNetwork() {
			return no, nil
		}
		if netmask {
			return value.Bool(n.text(n.netBits()) == s), nil
		}
		return value.Bool(n.text(n.hostBits()) == s), nil
	}
}

func inNetworks(least, most int) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		all, err := items(c.Args[1])
		if err != nil {
			return nil, err
		}
		n, ok := strictNet(c.Args[0])
		count := 0
		for _, v := range all {
			if other, okNet := strictNet(v); ok && okNet && n.in(other) {
				count++
			}
		}
		return value.Bool(count >= least && count <= most), nil
	}
}

func subnetOf(swap bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		a, okA := strictNet(c.Args[0])
		b, okB := strictNet(c.Args[1])
		if swap {
			a, b = b, a
		}
		return value.Bool(okA && okB && a.in(b)), nil
	}
}

func macTest(c *jinja.Call) (value.Value, error) {
	s, _ := str(c.Args[0])
	m, err := mustCompile(`^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$|^([0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})$|^[0-9a-f]{12}$`, pyre.IgnoreCase).Match(s)
	return value.Bool(m != nil), err
}

func resolvable(c *jinja.Call) (value.Value, error) {
	s, _ := str(c.Args[0])
	var err error
	if _, version := parseIP(s); version != 0 {
		_, err = net.LookupAddr(s)
	} else {
		_, err = net.LookupHost(strings.TrimSpace(s))
	}
	return value.Bool(err == nil), nil
}

func ansibleType(c *jinja.Call) (value.Value, error) {
	inner := *c
	inner.Args = []value.Value{c.Args[0], c.Args[2]}
	t, err := revealType(&inner)
	if err != nil {
		return nil, err
	}
	if s, ok := str(c.Args[1]); ok {
		return value.Bool(value.ToStr(t) == s), nil
	}
	in, err := value.Contains(c.Args[1], t)
	return value.Bool(in), err
}
