package lib

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

var (
	addressParam = jinja.Param{Name: "value", Type: "any", Doc: "address, network or list of them"}
	networkParam = jinja.Param{Name: "value", Type: "str", Doc: "address or network"}
	queryParam   = jinja.Param{Name: "query", Default: value.Str{}, Type: "str", Doc: "what to ask: net, host, prefix, netmask, a network to be in, a number, ..."}
)

// ipFilters are the filters of ansible.utils on addresses; ansible.netcommon has them under its own name too.
var ipFilters = []*jinja.Function{
	{Name: "ipaddr", FQCN: "ansible.utils.ipaddr", Aliases: []string{"ansible.netcommon.ipaddr", "ipaddr"}, Doc: "Address or network that fits a query, in the form that it asks for; else false.", Result: "any", Call: filterIPaddr,
		Params: params{addressParam, queryParam, {Name: "version", Default: value.None{}, Type: "int", Doc: "4 or 6"}, {Name: "alias", Default: value.Str{S: "ipaddr"}, Type: "str", Doc: "name for errors"}}},
	{Name: "ipv4", FQCN: "ansible.utils.ipv4", Aliases: []string{"ansible.netcommon.ipv4", "ipv4"}, Doc: "IPv4 addresses that fit a query.", Result: "any", Call: versionFilter(4), Params: params{addressParam, queryParam}},
	{Name: "ipv6", FQCN: "ansible.utils.ipv6", Aliases: []string{"ansible.netcommon.ipv6", "ipv6"}, Doc: "IPv6 addresses that fit a query.", Result: "any", Call: versionFilter(6), Params: params{addressParam, queryParam}},
	{Name: "ipwrap", FQCN: "ansible.utils.ipwrap", Aliases: []string{"ansible.netcommon.ipwrap", "ipwrap"}, Doc: "IPv6 addresses in brackets, all else as it is.", Result: "any", Call: ipwrap, Params: params{addressParam, queryParam}},
	{Name: "ipsubnet", FQCN: "ansible.utils.ipsubnet", Aliases: []string{"ansible.netcommon.ipsubnet", "ipsubnet"}, Doc: "Subnet of a network, or how many there are.", Result: "str", Call: ipsubnet,
		Params: params{networkParam, {Name: "query", Default: value.Str{}, Type: "str", Doc: "prefix of the subnets, or a network"}, {Name: "index", Default: value.None{}, Type: "str", Doc: "which subnet"}}},
	{Name: "ipmath", FQCN: "ansible.utils.ipmath", Aliases: []string{"ansible.netcommon.ipmath", "ipmath"}, Doc: "Address plus a number.", Result: "str", Call: ipmath,
		Params: params{networkParam, {Name: "amount", Type: "int", Doc: "what to add"}}},
	{Name: "nthhost", FQCN: "ansible.utils.nthhost", Aliases: []string{"ansible.netcommon.nthhost", "nthhost"}, Doc: "Address at that place of a network.", Result: "str", Call: nthhost,
		Params: params{networkParam, {Name: "query", Default: value.Str{}, Type: "str", Doc: "the place"}}},
	{Name: "next_nth_usable", FQCN: "ansible.utils.next_nth_usable", Aliases: []string{"ansible.netcommon.next_nth_usable", "next_nth_usable"}, Doc: "Usable address so many further on.", Result: "str", Call: nthUsable(1),
		Params: params{networkParam, {Name: "offset", Type: "int", Doc: "how many"}}},
	{Name: "previous_nth_usable", FQCN: "ansible.utils.previous_nth_usable", Aliases: []string{"ansible.netcommon.previous_nth_usable", "previous_nth_usable"}, Doc: "Usable address so many before.", Result: "str", Call: nthUsable(-1),
		Params: params{networkParam, {Name: "offset", Type: "int", Doc: "how many"}}},
	{Name: "network_in_network", FQCN: "ansible.utils.network_in_network", Aliases: []string{"ansible.netcommon.network_in_network", "network_in_network"}, Doc: "The other network lies in this one.", Result: "bool", Call: networkInNetwork(false),
		Params: params{networkParam, {Name: "test", Type: "str", Doc: "the other network"}}},
	{Name: "network_in_usable", FQCN: "ansible.utils.network_in_usable", Aliases: []string{"ansible.netcommon.network_in_usable", "network_in_usable"}, Doc: "The other network lies in the usable range of this one.", Result: "bool", Call: networkInNetwork(true),
		Params: params{networkParam, {Name: "test", Type: "str", Doc: "the other network"}}},
	{Name: "reduce_on_network", FQCN: "ansible.utils.reduce_on_network", Aliases: []string{"ansible.netcommon.reduce_on_network", "reduce_on_network"}, Doc: "Addresses that lie in a network.", Result: "list", Call: reduceOnNetwork,
		Params: params{{Name: "value", Type: "list", Doc: "the addresses"}, {Name: "network", Type: "str", Doc: "the network"}}},
	{Name: "cidr_merge", FQCN: "ansible.utils.cidr_merge", Aliases: []string{"ansible.netcommon.cidr_merge", "cidr_merge"}, Doc: "Fewest networks that hold the same addresses, or the one that spans them.", Result: "list", Call: cidrMerge,
		Params: params{{Name: "value", Type: "list", Doc: "the networks"}, {Name: "action", Default: value.Str{S: "merge"}, Type: "str", Doc: "merge or span"}}},
	{Name: "ip4_hex", FQCN: "ansible.utils.ip4_hex", Aliases: []string{"ansible.netcommon.ip4_hex", "ip4_hex"}, Doc: "IPv4 address as hexadecimal digits.", Result: "str", Call: ip4Hex,
		Params: params{{Name: "arg", Type: "str"}, {Name: "delimiter", Default: value.Str{}, Type: "str", Doc: "what stands between the bytes"}}},
	{Name: "ipcut", FQCN: "ansible.utils.ipcut", Doc: "First or last bits of an address.", Result: "str", Call: ipcut,
		Params: params{networkParam, {Name: "amount", Type: "int", Doc: "how many bits; negative from the end"}}},
	{Name: "ipv6form", FQCN: "ansible.utils.ipv6form", Doc: "IPv6 address written short, in full, or as certificates have it.", Result: "str", Call: ipv6form,
		Params: params{networkParam, {Name: "format", Type: "str", Doc: "compress, expand or x509"}}},
	{Name: "usable_range", FQCN: "ansible.utils.usable_range", Doc: "All addresses of a network, and their number.", Result: "dict", Call: usableRange, Params: params{{Name: "ip", Type: "str", Doc: "the network"}}},
	{Name: "slaac", FQCN: "ansible.utils.slaac", Aliases: []string{"ansible.netcommon.slaac", "slaac"}, Doc: "IPv6 address that a hardware address gets in a network.", Result: "str", Call: slaac,
		Params: params{networkParam, {Name: "query", Default: value.Str{}, Type: "str", Doc: "the hardware address"}}},
	{Name: "hwaddr", FQCN: "ansible.utils.hwaddr", Aliases: []string{"ansible.netcommon.hwaddr", "hwaddr"}, Doc: "Hardware address in the form that is asked for; none where it is not one.", Result: "any", Call: hwaddrFilter,
		Params: params{{Name: "value", Type: "str"}, {Name: "query", Default: value.Str{}, Type: "str", Doc: "bare, bool, int, cisco, eui48, linux, pgsql, unix or win"}, {Name: "alias", Default: value.Str{S: "hwaddr"}, Type: "str", Doc: "name for errors"}}},
	{Name: "macaddr", FQCN: "ansible.utils.macaddr", Aliases: []string{"ansible.netcommon.macaddr", "macaddr"}, Doc: "Hardware address in the form that is asked for; none where it is not one.", Result: "any", Call: macaddrFilter,
		Params: params{{Name: "value", Type: "str"}, {Name: "query", Default: value.Str{}, Type: "str", Doc: "bare, bool, int, cisco, eui48, linux, pgsql, unix or win"}}},
}

// ipInput checks the type that ipaddr, ipv4 and ipv6 take.
func ipInput(v value.Value, name string) error {
	switch v.(type) {
	case value.Str, *value.List, value.Int, value.Bool, *value.BigInt:
		return nil
	}
	return failf("Unrecognized type <%s> for %s filter <value>", pyClass(v), name)
}

func queryText(v value.Value) string {
	if isNone(v) {
		return ""
	}
	return value.ToStr(v)
}

func filterIPaddr(c *jinja.Call) (value.Value, error) {
	if err := ipInput(c.Args[0], "ipaddr"); err != nil {
		return nil, err
	}
	version := 0
	if on(c.Args[2]) {
		n, err := value.ToInt(c.Args[2])
		if err != nil {
			return nil, err
		}
		if version, err = intArg(n); err != nil {
			return nil, err
		}
	}
	return ipaddr(c, c.Args[0], queryText(c.Args[1]), version, queryText(c.Args[3]))
}

func versionFilter(version int) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		name := "ipv" + strconv.Itoa(version)
		if err := ipInput(c.Args[0], name); err != nil {
			return nil, err
		}
		return ipaddr(c, c.Args[0], queryText(c.Args[1]), version, name)
	}
}

func ipwrap(c *jinja.Call) (value.Value, error) {
	switch c.Args[0].(type) {
	case value.Str, *value.List, value.Bool:
	default:
		return nil, failf("Unrecognized type <%s> for ipwrap filter <value>", pyClass(c.Args[0]))
	}
	query := queryText(c.Args[1])
	wrap := func(v value.Value) value.Value {
		r, err := ipaddr(c, v, query, 0, "ipwrap")
		if err != nil || !on(r) {
			return v
		}
		w, err := ipaddr(c, r, "wrap", 0, "ipaddr")
		if err != nil {
			return v
		}
		return w
	}
	if l, ok := c.Args[0].(*value.List); ok {
		all, err := items(l)
		if err != nil {
			return nil, err
		}
		out := make([]value.Value, len(all))
		for i, v := range all {
			r, err := ipaddr(c, v, query, 0, "ipwrap")
			if err == nil && on(r) {
				if out[i], err = ipaddr(c, v, "wrap", 0, "ipaddr"); err == nil {
					continue
				}
			}
			out[i] = v
		}
		return list(out), nil
	}
	return wrap(c.Args[0]), nil
}

// hostOrNet reads an address as cidr, a network without its host bits: what most of these filters begin with.
func hostOrNet(v value.Value) (*ipNet, bool) {
	if !on(v) || v == value.Bool(true) {
		return nil, false
	}
	a, ok := parseAddress(v, 0)
	if !ok {
		return nil, false
	}
	return a.ipNet, true
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func ipsubnet(c *jinja.Call) (value.Value, error) {
	n, ok := hostOrNet(c.Args[0])
	if !ok {
		return f, nil
	}
	isNet := n.sized(1) > 0
	n = n.cidr()
	query := queryText(c.Args[1])
	if query == "" {
		return text(n.String()), nil
	}
	width := ipWidth(n.version)
	if !isDigits(query) {
		q, ok := hostOrNet(value.S(query))
		if !ok {
			return nil, failf("You must pass a valid subnet or IP address; %s is invalid", query)
		}
		shift := uint(width - q.prefix)
		if new(big.Int).Rsh(n.value, shift).Cmp(new(big.Int).Rsh(q.value, shift)) != 0 || n.prefix < q.prefix {
			return nil, failf("%s is not in the subnet %s", n.cidr(), q.cidr())
		}
		low := uint(width - n.prefix)
		rank := new(big.Int).Lsh(one(), uint(n.prefix-q.prefix))
		rank.Sub(rank, one()).Lsh(rank, low)
		rank.And(rank, n.value).Rsh(rank, low)
		return text(rank.Add(rank, one()).String()), nil
	}
	prefix, err := strconv.Atoi(query)
	if err != nil || prefix > width {
		return f, nil
	}
	supernets := func(i int) (value.Value, error) {
		// From the one asked for down to the network itself: the list that netaddr gives.
		count := n.prefix - prefix
		if i < 0 {
			i += count
		}
		if prefix > n.prefix {
			return nil, valueError("CIDR prefix /%d invalid for IPv%d!", prefix, n.version)
		}
		if i < 0 || i >= count {
			return nil, value.Errorf("IndexError", "list index out of range")
		}
		return text((&ipNet{n.version, n.value, prefix + i}).cidr().String()), nil
	}
	if isNone(c.Args[2]) {
		if !isNet {
			return supernets(0)
		}
		if prefix < n.prefix {
			return nil, failf("Requested subnet size of %d is invalid", prefix)
		}
		return text(new(big.Int).Lsh(one(), uint(prefix-n.prefix)).String()), nil
	}
	in, err := value.ToInt(c.Args[2])
	if err != nil {
		return nil, err
	}
	if !isNet {
		i, err := intArg(in)
		if err != nil {
			return nil, err
		}
		if i > width+1-i || i < prefix-width {
			return f, nil
		}
		return supernets(i)
	}
	index, _ := value.Big(in)
	index = new(big.Int).Set(index)
	if prefix < n.prefix {
		return f, nil
	}
	count := new(big.Int).Lsh(one(), uint(prefix-n.prefix))
	if index.Sign() < 0 {
		index.Add(index, count)
	}
	if index.Sign() < 0 || index.Cmp(count) >= 0 {
		return f, nil
	}
	at := index.Lsh(index, uint(width-prefix))
	return text((&ipNet{n.version, at.Add(at, n.first()), prefix}).String()), nil
}

func ipmath(c *jinja.Call) (value.Value, error) {
	s, _ := soft(c.Args[0])
	bad := failf("You must pass a valid IP address; %s is invalid", s)
	n, ok := parseNet(s)
	if !ok {
		return nil, bad
	}
	amount, ok := value.Big(c.Args[1])
	if !ok {
		in, err := value.ToInt(c.Args[1])
		if err != nil {
			return nil, failf("You must pass an integer for arithmetic; %s is not a valid integer", value.ToStr(c.Args[1]))
		}
		amount, _ = value.Big(in)
	}
	v := new(big.Int).Add(n.value, amount)
	if v.Sign() < 0 || v.Cmp(maxIP(n.version)) > 0 {
		return nil, value.Errorf("IndexError", "result outside valid IP address boundary!")
	}
	return text(n.text(v)), nil
}

func nthhost(c *jinja.Call) (value.Value, error) {
	n, ok := hostOrNet(c.Args[0])
	query := queryText(c.Args[1])
	if !ok || query == "" {
		return f, nil
	}
	i, err := value.ParseInt(query, 10)
	if err != nil {
		return f, nil
	}
	nth, _ := value.Big(i)
	if n.size().Cmp(nth) <= 0 {
		return f, nil
	}
	at, ok := n.nth(nth)
	if !ok {
		return nil, value.Errorf("IndexError", "index out range for address range size!")
	}
	return text(n.text(at)), nil
}

func ip4Hex(c *jinja.Call) (value.Value, error) {
	s := queryText(c.Args[0])
	v, version := parseIP(s)
	if version == 0 {
		return nil, failf("You must pass a valid IP address; %s is invalid", s)
	}
	if version != 4 {
		return nil, valueError("invalid literal for int() with base 10: %s", repr(s))
	}
	hex := fmt.Sprintf("%08x", v)
	return text(strings.Join([]string{hex[:2], hex[2:4], hex[4:6], hex[6:]}, queryText(c.Args[1]))), nil
}

func ipcut(c *jinja.Call) (value.Value, error) {
	s := queryText(c.Args[0])
	v, version := parseIP(s)
	if version == 0 {
		return nil, failf("You must pass a valid IP address; %s is invalid", s)
	}
	in, err := value.ToInt(c.Args[1])
	if err != nil {
		return nil, failf("You must pass an integer for arithmetic; %s is not a valid integer", value.ToStr(c.Args[1]))
	}
	amount, err := intArg(in)
	if err != nil {
		return nil, err
	}
	width := ipWidth(version)
	bits := fmt.Sprintf("%0*b", width, v)
	if amount < 0 {
		bits = bits[max(0, width+amount):]
	} else {
		bits = bits[:min(amount, width)]
	}
	chunk, base, sep := 8, 10, "."
	if version == 6 {
		chunk, base, sep = 16, 16, ":"
	}
	var parts []string
	for i := 0; i < len(bits); i += chunk {
		n, _ := strconv.ParseUint(bits[i:min(i+chunk, len(bits))], 2, 64)
		parts = append(parts, strconv.FormatUint(n, base))
	}
	return text(strings.Join(parts, sep)), nil
}

func ipv6form(c *jinja.Call) (value.Value, error) {
	s := queryText(c.Args[0])
	v, version := parseIP(s)
	if version == 0 {
		return nil, failf("You must pass a valid IP address; %s is invalid", s)
	}
	form := queryText(c.Args[1])
	if version == 4 {
		return when(form == "expand" || form == "compress" || form == "x509", text(s))
	}
	hex := fmt.Sprintf("%032x", v)
	var groups []string
	for i := 0; i < 32; i += 4 {
		groups = append(groups, hex[i:i+4])
	}
	switch form {
	case "expand":
		return text(strings.Join(groups, ":")), nil
	case "compress":
		return text(pyCompressed(v)), nil
	case "x509":
		for i, g := range groups {
			if groups[i] = strings.TrimLeft(g, "0"); groups[i] == "" {
				groups[i] = "0"
			}
		}
		return text(strings.Join(groups, ":")), nil
	}
	return value.None{}, nil
}

// pyCompressed is the short form of Python's ipaddress, which never has dots.
func pyCompressed(v *big.Int) string {
	hex := fmt.Sprintf("%032x", v)
	var groups []string
	for i := 0; i < 32; i += 4 {
		g := strings.TrimLeft(hex[i:i+4], "0")
		if g == "" {
			g = "0"
		}
		groups = append(groups, g)
	}
	start, size := -1, 1
	for i := 0; i < 8; i++ {
		j := i
		for j < 8 && groups[j] == "0" {
			j++
		}
		if j-i > size {
			start, size = i, j-i
		}
		if j > i {
			i = j
		}
	}
	if start < 0 {
		return strings.Join(groups, ":")
	}
	return strings.Join(groups[:start], ":") + "::" + strings.Join(groups[start+size:], ":")
}
