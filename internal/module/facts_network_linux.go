package module

import (
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// networkRun gathers what the kernel tells of interfaces, addresses and routes. ansible-core asks the ip program for it.
type networkRun struct {
	*factRun
	interfaces *value.Dict
	byIndex    map[int]string
	default4   *value.Dict
	default6   *value.Dict
	all4, all6 *value.List
	mac        string // of the interface that is looked at
}

func networkFacts(f *factRun) *value.Dict {
	n := &networkRun{factRun: f, interfaces: &value.Dict{}, byIndex: map[int]string{}, all4: emptyList(), all6: emptyList()}
	devices := glob("/sys/class/net/*")
	for _, path := range devices {
		if text, ok := fileText(path + "/ifindex"); ok {
			if i, err := strconv.Atoi(text); err == nil {
				n.byIndex[i] = filepath.Base(path)
			}
		}
	}
	n.default4 = n.defaultWay("8.8.8.8")
	n.default6 = n.defaultWay("2404:6800:400a:800::1012")
	addresses, err := kernelAddresses()
	if err != nil {
		f.warn("the addresses of the host could not be read: " + err.Error())
	}
	for _, path := range devices {
		if isDir(path) {
			n.device(path, addresses)
		}
	}
	out := &value.Dict{}
	names := emptyList()
	for k, v := range n.interfaces.RawAll() {
		name := strings.ReplaceAll(value.ToStr(k), ":", "_")
		names.Items = append(names.Items, value.S(name))
		out.Put(name, v)
	}
	out.Put("interfaces", names)
	out.Put("default_ipv4", n.default4)
	out.Put("default_ipv6", n.default6)
	out.Put("all_ipv4_addresses", n.all4)
	out.Put("all_ipv6_addresses", n.all6)
	out.Put("locally_reachable_ips", value.NewDict("ipv4", value.Strings(localRoutes(unix.AF_INET)), "ipv6", value.Strings(localRoutes(unix.AF_INET6))))
	return out
}

// defaultWay tells interface, own address and gateway on the way to a public address.
func (n *networkRun) defaultWay(to string) *value.Dict {
	d := &value.Dict{}
	w, ok := routeTo(netip.MustParseAddr(to))
	if !ok {
		return d
	}
	if w.gateway.IsValid() {
		d.Put("gateway", value.S(w.gateway.String()))
	}
	if name := n.byIndex[w.index]; name != "" {
		d.Put("interface", value.S(name))
	}
	if w.source.IsValid() {
		d.Put("address", value.S(w.source.String()))
	}
	return d
}

// interfaceTypes are the numbers of the kernel (ARPHRD_*) that have names.
var interfaceTypes = map[string]string{"1": "ether", "32": "infiniband", "512": "ppp", "772": "loopback", "65534": "tunnel"}

func (n *networkRun) device(path string, addresses []address) {
	name := filepath.Base(path)
	d := value.NewDict("device", value.S(name))
	n.interfaces.Put(name, d)
	n.mac = ""
	if mac, ok := fileText(path + "/address"); ok {
		n.mac = mac
		if mac != "00:00:00:00:00:00" {
			d.Put("macaddress", value.S(mac))
		}
	}
	if text, ok := fileText(path + "/mtu"); ok {
		if mtu, err := strconv.Atoi(text); err == nil {
			d.Put("mtu", value.Int(mtu))
		}
	}
	if exists(path + "/operstate") {
		state, _ := fileText(path + "/operstate")
		d.Put("active", value.Bool(state != "down"))
	}
	if driver := path + "/device/driver/module"; exists(driver) {
		d.Put("module", value.S(filepath.Base(realpath(driver))))
	}
	if kind, ok := fileText(path + "/type"); ok {
		word := interfaceTypes[kind]
		if word == "" {
			word = "unknown"
		}
		d.Put("type", value.S(word))
	}
	bridge(d, path)
	bonding(d, path)
	if exists(path + "/device") {
		target, _ := os.Readlink(path + "/device")
		d.Put("pciid", value.S(filepath.Base(target)))
	}
	if text, ok := fileText(path + "/speed"); ok {
		if speed, err := strconv.Atoi(text); err == nil {
			d.Put("speed", value.Int(speed))
		}
	}
	if text, ok := fileText(path + "/flags"); ok {
		bits, _ := strconv.ParseUint(strings.TrimPrefix(text, "0x"), 16, 32)
		d.Put("promisc", value.Bool(bits&0x100 != 0))
	}
	for _, secondary := range []bool{false, true} {
		for _, a := range addresses {
			if n.byIndex[a.index] != name || a.secondary != secondary {
				continue
			}
			if a.ip.Is4() {
				n.addIPv4(name, d, a)
			} else {
				n.addIPv6(d, a)
			}
		}
	}
	n.ethtool(name, d)
}

func bridge(d *value.Dict, path string) {
	if !exists(path + "/bridge") {
		return
	}
	d.Put("type", value.S("bridge"))
	members := emptyList()
	for _, m := range glob(path + "/brif/*") {
		members.Items = append(members.Items, value.S(filepath.Base(m)))
	}
	d.Put("interfaces", members)
	if exists(path + "/bridge/bridge_id") {
		id, _ := fileText(path + "/bridge/bridge_id")
		d.Put("id", value.S(id))
	}
	if exists(path + "/bridge/stp_state") {
		state, _ := fileText(path + "/bridge/stp_state")
		d.Put("stp", value.Bool(state == "1"))
	}
}

func bonding(d *value.Dict, path string) {
	if exists(path + "/bonding") {
		first := func(name string) value.Value {
			text, _ := fileText(path + "/bonding/" + name)
			word, _, _ := strings.Cut(text, " ")
			return value.S(word)
		}
		slaves, _ := fileText(path + "/bonding/slaves")
		d.Put("type", value.S("bonding"))
		d.Put("slaves", value.Strings(strings.Fields(slaves)))
		d.Put("mode", first("mode"))
		d.Put("miimon", first("miimon"))
		d.Put("lacp_rate", first("lacp_rate"))
		if primary, ok := fileText(path + "/bonding/primary"); ok {
			d.Put("primary", value.S(primary))
			if text, ok := fileText(path + "/bonding/all_slaves_active"); ok {
				d.Put("all_slaves_active", value.Bool(text == "1"))
			}
		}
	}
	if exists(path + "/bonding_slave") {
		mac, _ := fileText(path + "/bonding_slave/perm_hwaddr")
		d.Put("perm_macaddress", value.S(mac))
	}
}

// addIPv4 notes an address at its interface, or at the alias that its label names.
func (n *networkRun) addIPv4(device string, d *value.Dict, a address) {
	bits, broadcast := a.prefix, ""
	if a.peer.IsValid() {
		bits = 32
	} else if a.broadcast.IsValid() {
		broadcast = a.broadcast.String()
	}
	network := netip.PrefixFrom(a.ip, bits).Masked().Addr()
	mask := netip.AddrFrom4([4]byte{255, 255, 255, 255})
	mask = netip.PrefixFrom(mask, bits).Masked().Addr()
	entry := func() *value.Dict {
		return value.NewDict("address", value.S(a.ip.String()), "broadcast", value.S(broadcast), "netmask", value.S(mask.String()),
			"network", value.S(network.String()), "prefix", value.S(strconv.Itoa(bits)))
	}
	label, target := a.label, d
	if label == "" {
		label = device
	}
	if label != device {
		target = &value.Dict{}
		n.interfaces.Put(label, target)
	}
	if _, ok := target.Get("ipv4"); !ok && !a.secondary {
		target.Put("ipv4", entry())
	} else {
		appendTo(target, "ipv4_secondaries", entry())
	}
	if a.secondary && label != device {
		appendTo(d, "ipv4_secondaries", entry())
	}
	if own, _ := n.default4.Get("address"); own != nil && value.ToStr(own) == a.ip.String() {
		for k, v := range entry().RawAll() {
			if value.ToStr(k) != "address" {
				n.default4.Set(k, v)
			}
		}
		n.describeDefault(n.default4, d)
		n.default4.Put("alias", value.S(label))
	}
	if !strings.HasPrefix(a.ip.String(), "127.") {
		n.all4.Items = append(n.all4.Items, value.S(a.ip.String()))
	}
}

func (n *networkRun) describeDefault(to, device *value.Dict) {
	to.Put("macaddress", value.S(n.mac))
	if mtu, ok := device.Get("mtu"); ok {
		to.Put("mtu", mtu)
	}
	kind, ok := device.Get("type")
	if !ok {
		kind = value.S("unknown")
	}
	to.Put("type", kind)
}

func appendTo(d *value.Dict, key string, v value.Value) {
	old, _ := d.Get(key)
	l, ok := old.(*value.List)
	if !ok {
		l = emptyList()
		d.Put(key, l)
	}
	l.Items = append(l.Items, v)
}

func (n *networkRun) addIPv6(d *value.Dict, a address) {
	text, prefix := a.ip.String(), strconv.Itoa(a.prefix)
	appendTo(d, "ipv6", value.NewDict("address", value.S(text), "prefix", value.S(prefix), "scope", value.S(a.scope)))
	if own, _ := n.default6.Get("address"); own != nil && value.ToStr(own) == text {
		n.default6.Put("prefix", value.S(prefix))
		n.default6.Put("scope", value.S(a.scope))
		n.describeDefault(n.default6, d)
	}
	if text != "::1" {
		n.all6.Items = append(n.all6.Items, value.S(text))
	}
}

// ethtool adds the features of the driver, where ethtool is installed.
func (n *networkRun) ethtool(device string, d *value.Dict) {
	if n.findProgram("ethtool") == "" {
		return
	}
	if out, ok := n.output("ethtool", "-k", device); ok {
		features := &value.Dict{}
		for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
			key, v, ok := strings.Cut(line, ": ")
			if ok && v != "" && !strings.HasSuffix(line, ":") {
				features.Put(strings.ReplaceAll(strings.TrimSpace(key), "-", "_"), value.S(strings.TrimSpace(v)))
			}
		}
		d.Put("features", features)
	}
	out, ok := n.output("ethtool", "-T", device)
	if !ok {
		return
	}
	names := func(pattern string) *value.List {
		l := emptyList()
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(out, -1) {
			l.Items = append(l.Items, value.S(strings.ToLower(m[1])))
		}
		return l
	}
	d.Put("timestamping", names(`SOF_TIMESTAMPING_(\w+)`))
	d.Put("hw_timestamp_filters", names(`HWTSTAMP_FILTER_(\w+)`))
	if text, ok := group1(`PTP Hardware Clock: (\d+)`, out); ok {
		if i, err := strconv.Atoi(text); err == nil {
			d.Put("phc_index", value.Int(i))
		}
	}
}
