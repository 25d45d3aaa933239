package lib

import (
	"math/big"
	"sort"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func nthUsable(sign int64) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		n, ok := hostOrNet(c.Args[0])
		if !ok {
			return f, nil
		}
		if n.sized(1) > 0 && n.isNetwork() {
			n = n.cidr()
		}
		in, err := value.ToInt(c.Args[1])
		if err != nil {
			return nil, failf("Must pass in an integer")
		}
		offset, _ := value.Big(in)
		first, last, ok := n.usable()
		if !ok {
			return value.None{}, nil
		}
		v := new(big.Int).Mul(offset, big.NewInt(sign))
		v.Add(v, n.value)
		return when(between(v, first, last), text(safeText(v, n.version)))
	}
}

func networkInNetwork(usable bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		n, ok := hostOrNet(c.Args[0])
		w, okTest := hostOrNet(c.Args[1])
		if !ok || !okTest {
			return no, nil
		}
		n, w = n.cidr(), w.cidr()
		lo, hi := n.first(), n.last()
		if first, last, ok := n.usable(); ok && usable {
			lo, hi = first, last
		}
		return value.Bool(between(w.first(), lo, hi) && between(w.last(), lo, hi)), nil
	}
}

func reduceOnNetwork(c *jinja.Call) (value.Value, error) {
	all, err := items(c.Args[0])
	if err != nil {
		return nil, err
	}
	n, ok := hostOrNet(c.Args[1])
	out := []value.Value{}
	for _, v := range all {
		if a, okItem := hostOrNet(v); ok && okItem && between(a.cidr().first(), n.first(), n.last()) && between(a.cidr().last(), n.first(), n.last()) {
			out = append(out, v)
		}
	}
	return list(out), nil
}

func cidrMerge(c *jinja.Call) (value.Value, error) {
	all, err := items(c.Args[0])
	if err != nil {
		return nil, failf("cidr_merge: expected iterable, got %s", value.Repr(c.Args[0]))
	}
	action := queryText(c.Args[1])
	if action != "merge" && action != "span" {
		return nil, failf("cidr_merge: invalid action '%s'", action)
	}
	var nets []*ipNet
	for _, v := range all {
		n, ok := parseNet(value.ToStr(v))
		if !ok {
			return nil, failf("cidr_merge: error in netaddr:\ninvalid IPNetwork %s", value.ToStr(v))
		}
		nets = append(nets, n)
	}
	if action == "merge" {
		var out []string
		for _, n := range mergeNets(nets) {
			out = append(out, n.String())
		}
		return value.Strings(out), nil
	}
	switch len(nets) {
	case 0:
		return value.None{}, nil
	case 1:
		return text(nets[0].String()), nil
	}
	low, high := nets[0].first(), nets[0].last()
	for _, n := range nets[1:] {
		if n.version != nets[0].version {
			return nil, failf("cidr_merge: error in netaddr:\nIP sequence cannot contain both IPv4 and IPv6!")
		}
		if n.first().Cmp(low) < 0 {
			low = n.first()
		}
		if n.last().Cmp(high) > 0 {
			high = n.last()
		}
	}
	span := &ipNet{nets[0].version, low, ipWidth(nets[0].version)}
	for span.last().Cmp(high) < 0 {
		span.prefix--
	}
	return text(span.cidr().String()), nil
}

// mergeNets joins ranges that touch and cuts what remains into networks, in order.
func mergeNets(nets []*ipNet) []*ipNet {
	type span struct {
		version     int
		first, last *big.Int
	}
	var spans []span
	for _, n := range nets {
		spans = append(spans, span{n.version, n.first(), n.last()})
	}
	sort.SliceStable(spans, func(i, j int) bool {
		if spans[i].version != spans[j].version {
			return spans[i].version < spans[j].version
		}
		return spans[i].first.Cmp(spans[j].first) < 0
	})
	var joined []span
	for _, s := range spans {
		if k := len(joined) - 1; k >= 0 && joined[k].version == s.version && s.first.Cmp(new(big.Int).Add(joined[k].last, one())) <= 0 {
			if s.last.Cmp(joined[k].last) > 0 {
				joined[k].last = s.last
			}
			continue
		}
		joined = append(joined, s)
	}
	var out []*ipNet
	for _, s := range joined {
		for at := s.first; at.Cmp(s.last) <= 0; {
			n := &ipNet{s.version, at, ipWidth(s.version)}
			for n.prefix > 0 {
				wider := &ipNet{s.version, at, n.prefix - 1}
				if !wider.isNetwork() || wider.last().Cmp(s.last) > 0 {
					break
				}
				n = wider
			}
			out = append(out, n)
			at = new(big.Int).Add(n.last(), one())
		}
	}
	return out
}

func usableRange(c *jinja.Call) (value.Value, error) {
	s := queryText(c.Args[0])
	n, ok := parseNet(s)
	wrong := func(why string) error { return failf("Error while using plugin 'usable_range': %s", why) }
	if !ok {
		return nil, wrong(repr(s) + " does not appear to be an IPv4 or IPv6 network")
	}
	if !n.isNetwork() {
		return nil, wrong(s + " has host bits set")
	}
	if n.size().Cmp(big.NewInt(maxRows)) > 0 {
		return nil, tooMany()
	}
	var all []string
	for v := n.first(); v.Cmp(n.last()) <= 0; v = new(big.Int).Add(v, one()) {
		if n.version == 6 {
			all = append(all, pyCompressed(v))
		} else {
			all = append(all, n.text(v))
		}
	}
	return value.NewDict("usable_ips", value.Strings(all), "number_of_ips", value.NewInt(n.size())), nil
}
