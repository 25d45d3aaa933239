package lib

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

const f = value.Bool(false)

// address is what the ipaddr filter makes of its input: the network, whether the text named a prefix, and the text.
type address struct {
	*ipNet
	network bool // written with a prefix
	shown   value.Value
}

// parseAddress reads a text or number as ipaddr does.
func parseAddress(v value.Value, version int) (*address, bool) {
	text := value.ToStr(v)
	if text != "" && strings.Trim(text, "0123456789") == "" {
		n, _ := new(big.Int).SetString(text, 10)
		net, ok := newNet(4, n, 32)
		if version == 6 || !ok {
			net, ok = newNet(6, n, 128)
		}
		if !ok {
			return nil, false
		}
		return &address{net, false, value.S(net.String())}, true
	}
	if _, ok := str(v); !ok {
		return nil, false
	}
	if net, ok := parseNet(text); ok {
		return &address{net, strings.Count(text, "/") == 1, v}, true
	}
	a, p, ok := strings.Cut(text, "/")
	n, isNumber := new(big.Int).SetString(a, 10)
	prefix, err := strconv.Atoi(p)
	if !ok || !isNumber || err != nil {
		return nil, false
	}
	net, ok := newNet(4, n, prefix)
	if !ok {
		net, ok = newNet(6, n, prefix)
	}
	if !ok {
		return nil, false
	}
	return &address{net, true, value.S(net.String())}, true
}

// ipaddr is the filter: false where the value is no address or the query does not hold for it.
func ipaddr(c *jinja.Call, v value.Value, query string, version int, alias string) (value.Value, error) {
	switch v.(type) {
	case *value.List, *value.Tuple, *value.Iterator:
		all, err := c.List(v)
		if err != nil {
			return nil, err
		}
		out := []value.Value{}
		for _, item := range all {
			r, err := ipaddr(c, item, query, version, "ipaddr")
			if err != nil {
				return nil, err
			}
			if on(r) {
				out = append(out, r)
			}
		}
		return list(out), nil
	}
	if !on(v) || v == value.Bool(true) {
		c.Warn("The value '" + value.ToStr(v) + "' is not a valid IP address or network, passing this value to ipaddr filter might result in breaking change in future.")
		return f, nil
	}
	a, ok := parseAddress(v, version)
	if !ok {
		return f, nil
	}
	answer, known := ipQueries(query)
	var within *ipNet
	if !known && query != "" && strings.Trim(query, "0123456789") != "" {
		if q, ok := parseAddress(value.S(query), 0); ok {
			within = q.ipNet
		}
	}
	if version != 0 && a.version != version {
		return f, nil
	}
	switch {
	case within != nil:
		if a.in(within) {
			return a.shown, nil
		}
		return value.None{}, nil
	case query == "cidr_lookup":
		return f, nil
	case known:
		return answer(c, a)
	}
	if _, err := value.ParseFloat(query); err != nil {
		return nil, failf("%s: unknown filter type: %s", alias, query)
	}
	if a.sized(1) == 0 {
		if a.network {
			return value.S(a.String()), nil
		}
		return value.S(a.ip()), nil
	}
	n, err := value.ParseInt(query, 10)
	if err != nil {
		return f, nil
	}
	i, _ := value.Big(n)
	if at, ok := a.nth(i); ok {
		return value.S(a.text(at) + "/" + strconv.Itoa(a.prefix)), nil
	}
	return f, nil
}

// nth is the address at an index, negative ones counted from the end.
func (n *ipNet) nth(i *big.Int) (*big.Int, bool) {
	size := n.size()
	at := new(big.Int).Set(i)
	if at.Sign() < 0 {
		at.Add(at, size)
	}
	if at.Sign() < 0 || at.Cmp(size) >= 0 {
		return nil, false
	}
	return at.Add(at, n.first()), true
}

type ipQuery = func(c *jinja.Call, a *address) (value.Value, error)

func when(cond bool, v value.Value) (value.Value, error) {
	if cond {
		return v, nil
	}
	return value.None{}, nil
}

func text(s string) value.Value { return value.S(s) }

var errNotNetwork = value.Errorf("AnsibleFilterError", "Not a network address")

// ipQueries finds what a query asks; known is false for a name that is none.
func ipQueries(query string) (answer ipQuery, known bool) {
	switch query {
	case "":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			if a.network {
				return text(a.String()), nil
			}
			return text(a.ip()), nil
		}, true
	case "6to4":
		return sixToFour, true
	case "address", "ip":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(a.sized(1) == 0 || !a.isNetwork() || !a.hasBroadcast() || a.version == 6, text(a.ip()))
		}, true
	case "address/prefix", "gateway", "gw", "host/prefix", "hostnet", "router":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			if a.sized(2) > 0 && (a.isNetwork() || a.value.Cmp(a.last()) == 0) {
				return f, nil
			}
			return text(a.String()), nil
		}, true
	case "bool":
		return func(*jinja.Call, *address) (value.Value, error) { return yes, nil }, true
	case "broadcast":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(a.sized(2) > 0, text(a.text(a.last())))
		}, true
	case "cidr":
		return func(_ *jinja.Call, a *address) (value.Value, error) { return text(a.String()), nil }, true
	case "first_usable", "last_usable", "range_usable", "next_usable", "previous_usable":
		return usableQuery(query), true
	case "host":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(a.sized(1) == 0 || !a.isNetwork() || !a.hasBroadcast(), text(a.String()))
		}, true
	case "hostmask", "wildcard":
		return func(_ *jinja.Call, a *address) (value.Value, error) { return text(a.text(a.hostBits())), nil }, true
	case "int":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			if a.network {
				return text(a.value.String() + "/" + strconv.Itoa(a.prefix)), nil
			}
			return value.NewInt(a.value), nil
		}, true
	case "ip/prefix":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(a.sized(2) == 0 || a.sized(1) > 0 && !a.isNetwork(), text(a.String()))
		}, true
	case "ip_netmask":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(a.sized(2) == 0 || a.sized(1) > 0 && !a.isNetwork(), text(a.ip()+" "+a.text(a.netBits())))
		}, true
	case "ipv4", "v4":
		return toIPv4, true
	case "ipv6", "v6":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			if a.version == 6 {
				return a.shown, nil
			}
			mapped := new(big.Int).Add(a.value, big.NewInt(0xffff00000000))
			return text((&ipNet{6, mapped, a.prefix + 96}).String()), nil
		}, true
	case "link-local":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(inAny(a.value, a.version, "169.254.0.0/16", "fe80::/10"), a.shown)
		}, true
	case "lo", "loopback":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(isLoopback(a.value, a.version), a.shown)
		}, true
	case "multicast":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(isMulticast(a.first(), a.version) && isMulticast(a.last(), a.version), a.shown)
		}, true
	case "unicast":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(!isMulticast(a.first(), a.version) || !isMulticast(a.last(), a.version), a.shown)
		}, true
	case "net":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(a.sized(1) > 0 && a.isNetwork(), text(a.String()))
		}, true
	case "netmask":
		return func(_ *jinja.Call, a *address) (value.Value, error) { return text(a.text(a.netBits())), nil }, true
	case "network", "network_id":
		return func(_ *jinja.Call, a *address) (value.Value, error) { return text(a.text(a.first())), nil }, true
	case "network/prefix", "subnet":
		return func(_ *jinja.Call, a *address) (value.Value, error) { return text(a.cidr().String()), nil }, true
	case "network_netmask":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return text(a.text(a.first()) + " " + a.text(a.netBits())), nil
		}, true
	case "network_wildcard":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return text(a.text(a.first()) + " " + a.text(a.hostBits())), nil
		}, true
	case "peer":
		return peer, true
	case "prefix":
		return func(_ *jinja.Call, a *address) (value.Value, error) { return value.Int(a.prefix), nil }, true
	case "private":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(!isGlobal(a.value, a.version), a.shown)
		}, true
	case "public":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			return when(isPublic(a.value, a.version), a.shown)
		}, true
	case "revdns":
		return func(_ *jinja.Call, a *address) (value.Value, error) { return text(reverseDNS(a.value, a.version)), nil }, true
	case "size":
		return func(_ *jinja.Call, a *address) (value.Value, error) { return value.NewInt(a.size()), nil }, true
	case "size_usable":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			switch {
			case a.sized(1) == 0:
				return value.Int(0), nil
			case a.sized(2) == 0:
				return value.Int(2), nil
			}
			return value.NewInt(a.size().Sub(a.size(), big.NewInt(2))), nil
		}, true
	case "type":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			if a.sized(1) > 0 && a.isNetwork() {
				return text("network"), nil
			}
			return text("address"), nil
		}, true
	case "version":
		return func(_ *jinja.Call, a *address) (value.Value, error) { return value.Int(a.version), nil }, true
	case "wrap":
		return func(_ *jinja.Call, a *address) (value.Value, error) {
			switch {
			case a.version == 4:
				return a.shown, nil
			case a.network:
				return text("[" + a.ip() + "]/" + strconv.Itoa(a.prefix)), nil
			}
			return text("[" + a.ip() + "]"), nil
		}, true
	case "cidr_lookup":
		return nil, false
	}
	return nil, false
}

func isPublic(v *big.Int, version int) bool {
	return !isMulticast(v, version) && isGlobal(v, version) && !isLoopback(v, version) && !isMask(v, version)
}

func sixToFour(_ *jinja.Call, a *address) (value.Value, error) {
	if a.version == 6 {
		if inAny(a.value, 6, "2002::/16") && (!a.network || !a.isNetwork()) {
			return a.shown, nil
		}
		return f, nil
	}
	if a.sized(1) > 0 && a.isNetwork() {
		return f, nil
	}
	if isPublic(a.value, 4) || !isGlobal(a.value, 4) {
		hex := fmt.Sprintf("%08x", a.value)
		return text("2002:" + hex[:4] + ":" + hex[4:] + "::1/48"), nil
	}
	return f, nil
}

func toIPv4(_ *jinja.Call, a *address) (value.Value, error) {
	if a.version == 4 {
		return a.shown, nil
	}
	v := new(big.Int).Set(a.value)
	if v.Cmp(maxIP(4)) > 0 {
		v.Sub(v, big.NewInt(0xffff00000000))
	}
	n, ok := newNet(4, v, a.prefix-96)
	if !ok {
		return f, nil
	}
	return text(n.String()), nil
}

func usableQuery(query string) ipQuery {
	return func(_ *jinja.Call, a *address) (value.Value, error) {
		if !a.network {
			return nil, errNotNetwork
		}
		first, last, ok := a.usable()
		if !ok {
			return value.None{}, nil
		}
		switch query {
		case "first_usable":
			return text(a.text(first)), nil
		case "last_usable":
			return text(a.text(last)), nil
		case "range_usable":
			return text(a.text(first) + "-" + a.text(last)), nil
		case "next_usable":
			next := new(big.Int).Add(a.value, one())
			return when(between(next, first, last), text(safeText(next, a.version)))
		}
		previous := new(big.Int).Sub(a.value, one())
		return when(between(previous, first, last), text(safeText(previous, a.version)))
	}
}

func safeText(v *big.Int, version int) string {
	if v.Sign() < 0 || v.Cmp(maxIP(version)) > 0 {
		return ""
	}
	return ipText(v, version)
}

func peer(_ *jinja.Call, a *address) (value.Value, error) {
	if !a.network {
		return nil, errNotNetwork
	}
	switch {
	case a.sized(2) == 0:
		return text(a.text(new(big.Int).Xor(a.value, one()))), nil
	case a.sized(4) == 0:
		switch new(big.Int).And(a.value, big.NewInt(3)).Int64() {
		case 0:
			return nil, failf("Network address of /30 has no peer")
		case 3:
			return nil, failf("Broadcast address of /30 has no peer")
		}
		return text(a.text(new(big.Int).Xor(a.value, big.NewInt(3)))), nil
	}
	return nil, failf("Not a point-to-point network")
}
