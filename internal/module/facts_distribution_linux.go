package module

import (
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// distribution is what is being found out; empty texts are not known.
type distribution struct {
	f                                    *factRun
	name, version, major, minor, release string
	path, variety, search                string
	parsed, hasMinor, hasSearch, hasPath bool
}

// releaseFile is a file that tells the distribution, and how it is read.
type releaseFile struct {
	path, name string
	emptyToo   bool
	read       func(d *distribution, data, path string) bool
}

// releaseFiles are asked in ansible-core's order; the first that is understood decides.
var releaseFiles = sync.OnceValue(func() []releaseFile {
	return []releaseFile{
		{"/etc/altlinux-release", "Altlinux", false, named("ALT")},
		{"/etc/oracle-release", "OracleLinux", false, named("Oracle Linux")},
		{"/etc/slackware-version", "Slackware", false, readSlackware},
		{"/etc/centos-release", "CentOS", false, readCentOS},
		{"/etc/redhat-release", "RedHat", false, named("Red Hat")},
		{"/etc/vmware-release", "VMwareESX", true, nil},
		{"/etc/openwrt_release", "OpenWrt", false, readQuoted("OpenWrt", "OpenWrt")},
		{"/etc/os-release", "Amazon", false, readAmazon},
		{"/etc/system-release", "Amazon", false, readAmazon},
		{"/etc/alpine-release", "Alpine", false, func(d *distribution, data, _ string) bool {
			d.name, d.version = "Alpine", data
			return true
		}},
		{"/etc/arch-release", "Archlinux", true, nil},
		{"/etc/os-release", "Archlinux", false, func(d *distribution, data, _ string) bool { return strings.Contains(data, "Arch Linux") }},
		{"/etc/os-release", "SUSE", false, readSUSE},
		{"/etc/SuSE-release", "SUSE", false, readSUSE},
		{"/etc/gentoo-release", "Gentoo", false, nil},
		{"/etc/os-release", "Debian", false, readDebian},
		{"/etc/lsb-release", "Debian", false, readDebian},
		{"/etc/lsb-release", "Mandriva", false, readQuoted("Mandriva", "Mandriva")},
		{"/etc/sourcemage-release", "SMGL", false, named("Source Mage GNU/Linux")},
		{"/usr/lib/os-release", "ClearLinux", false, readClear},
		{"/etc/coreos/update.conf", "Coreos", false, readCoreos},
		{"/etc/os-release", "Flatcar", false, readFlatcar},
		{"/etc/os-release", "NA", false, readOther},
	}
})

// families maps distributions to their families; others are their own.
var families = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for family, names := range map[string]string{
		"RedHat": "RedHat,RHEL,Fedora,CentOS,Scientific,SLC,Ascendos,CloudLinux,PSBM,OracleLinux,OVS,OEL,Amazon,Amzn,Virtuozzo,XenServer,Alibaba," +
			"EulerOS,openEuler,AlmaLinux,Rocky,TencentOS,EuroLinux,Kylin Linux Advanced Server,MIRACLE",
		"Debian": "Debian,Ubuntu,Raspbian,Neon,KDE neon,Linux Mint,SteamOS,Devuan,Kali,Cumulus Linux,Pop!_OS,Parrot,Pardus GNU/Linux,Uos,Deepin,OSMC," +
			"Linux Mint Debian Edition",
		"Suse":      "SuSE,SLES,SLED,openSUSE,openSUSE Tumbleweed,SLES_SAP,SUSE_LINUX,openSUSE Leap,ALP-Dolomite,SL-Micro,openSUSE MicroOS",
		"Archlinux": "Archlinux,Antergos,Manjaro", "Mandrake": "Mandrake,Mandriva", "Slackware": "Slackware", "Altlinux": "Altlinux",
		"SMGL": "SMGL", "Gentoo": "Gentoo,Funtoo", "Alpine": "Alpine", "ClearLinux": "Clear Linux OS,Clear Linux Mix",
	} {
		for _, n := range strings.Split(names, ",") {
			m[n] = family
		}
	}
	return m
})

func (f *factRun) distributionFacts() *value.Dict {
	d := &distribution{f: f}
	d.guess()
	for _, file := range releaseFiles() {
		st, err := os.Stat(file.path)
		if err != nil || !st.Mode().IsRegular() || st.Size() == 0 && !file.emptyToo {
			continue
		}
		if file.emptyToo {
			d.name, d.path, d.variety, d.hasPath = file.name, file.path, file.name, true
			break
		}
		data, ok := fileText(file.path)
		if !ok || file.read == nil {
			continue
		}
		data = strings.Trim(data, `'"\`)
		try := *d
		try.name = file.name
		if file.read(&try, data, file.path) {
			*d = try
			d.path, d.variety, d.hasPath, d.parsed = file.path, file.name, true, true
			break
		}
	}
	family := families()[d.name]
	if family == "" {
		family = d.name
	}
	out := value.NewDict("distribution", value.S(d.name), "distribution_release", value.S(d.release),
		"distribution_version", value.S(d.version), "distribution_major_version", value.S(d.major), "os_family", value.S(family))
	if d.hasPath {
		out.Put("distribution_file_path", value.S(d.path))
		out.Put("distribution_file_variety", value.S(d.variety))
	}
	if d.parsed {
		out.Put("distribution_file_parsed", value.Bool(true))
	}
	if d.hasSearch {
		out.Put("distribution_file_search_string", value.S(d.search))
	}
	if d.hasMinor {
		out.Put("distribution_minor_version", value.S(d.minor))
	}
	return out
}

// guess is what os-release and lsb_release say, before the files of single distributions are read.
func (d *distribution) guess() {
	release := osRelease()
	id := strings.ReplaceAll(strings.ToLower(release["id"]), " ", "_")
	switch id {
	case "ol":
		id = "oracle"
	case "opensuse-leap":
		id = "opensuse"
	}
	if id == "" {
		lsb := d.f.lsb()
		v, _ := lsb.Get("id")
		if v != nil {
			id = strings.ReplaceAll(strings.ToLower(value.ToStr(v)), " ", "_")
		}
	}
	switch id {
	case "amzn":
		d.name = "Amazon"
	case "rhel":
		d.name = "Redhat"
	case "":
		d.name = "OtherLinux"
	default:
		d.name = strings.ToUpper(id[:1]) + id[1:]
	}
	d.version = distroVersion(id, release)
	if d.version == "" {
		d.version = "NA"
	}
	d.major, _, _ = strings.Cut(d.version, ".")
	code, ok := release["version_codename"]
	if !ok {
		code, ok = release["ubuntu_codename"]
	}
	if !ok {
		code = release["codename"]
		if code == "" {
			if v, found := d.f.lsb().Get("codename"); found {
				code = value.ToStr(v)
			}
		}
		if code == "" {
			code = "NA"
		}
	}
	d.release = code
}

// distroVersion is the version; Debian and CentOS have their most precise one, which is in other files.
func distroVersion(id string, release map[string]string) string {
	version := release["version_id"]
	switch id {
	case "debian":
		candidates := []string{version}
		if m := regexp.MustCompile(`(\d[\d.]*)`).FindString(release["pretty_name"]); m != "" {
			candidates = append(candidates, m)
		}
		text, _ := fileText("/etc/debian_version")
		candidates = append(candidates, text)
		best := ""
		for _, v := range candidates {
			if strings.Count(v, ".") > strings.Count(best, ".") || best == "" {
				best = v
			}
		}
		return best
	case "centos":
		best := version
		text, _ := fileText("/etc/centos-release")
		if m := regexp.MustCompile(`release (\d[\d.]*)`).FindStringSubmatch(text); m != nil && strings.Count(m[1], ".") > strings.Count(best, ".") {
			best = m[1]
		}
		parts := strings.Split(best, ".")
		return strings.Join(parts[:min(2, len(parts))], ".")
	}
	if version == "" {
		for _, path := range []string{"/etc/centos-release", "/etc/redhat-release", "/etc/system-release", "/etc/alpine-release"} {
			text, _ := fileText(path)
			if m := regexp.MustCompile(`(\d[\d.]*)`).FindString(text); m != "" {
				return m
			}
		}
	}
	return version
}

// osRelease reads os-release; the keys are in lower case.
func osRelease() map[string]string {
	props := map[string]string{}
	content, err := os.ReadFile("/etc/os-release")
	if err != nil {
		if content, err = os.ReadFile("/usr/lib/os-release"); err != nil {
			return props
		}
	}
	for _, line := range strings.Split(string(content), "\n") {
		line, _, _ = strings.Cut(line, " #")
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		words, err := shellWords(line)
		if err != nil {
			continue
		}
		for _, w := range words {
			if k, v, ok := strings.Cut(w, "="); ok {
				props[strings.ToLower(k)] = v
			}
		}
	}
	if m := regexp.MustCompile(`\((\D+)\)|,\s*(\D+)`).FindStringSubmatch(props["version"]); m != nil {
		props["codename"] = m[1] + m[2]
	}
	if code, ok := props["version_codename"]; ok {
		props["codename"] = code
	} else if code, ok := props["ubuntu_codename"]; ok {
		props["codename"] = code
	}
	return props
}

// group1 is the first group of a pattern in a text.
func group1(pattern, text string) (string, bool) {
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// named reads a file whose text holds the distribution's name, or starts with the name of a derivative.
func named(text string) func(*distribution, string, string) bool {
	return func(d *distribution, data, _ string) bool {
		if strings.Contains(data, text) {
			d.search, d.hasSearch = text, true
		} else if fields := strings.Fields(data); len(fields) > 0 {
			d.name = fields[0]
		}
		return true
	}
}

func readSlackware(d *distribution, data, _ string) bool {
	if !strings.Contains(data, "Slackware") {
		return false
	}
	if v := regexp.MustCompile(`\w+[.]\w+\+?`).FindString(data); v != "" {
		d.version = v
	}
	return true
}

func readCentOS(d *distribution, data, _ string) bool {
	switch {
	case strings.Contains(data, "CentOS Stream"):
		d.release = "Stream"
	case strings.Contains(data, "TencentOS Server"):
		d.name = "TencentOS"
	default:
		return false
	}
	return true
}

func readQuoted(text, name string) func(*distribution, string, string) bool {
	return func(d *distribution, data, _ string) bool {
		if !strings.Contains(data, text) {
			return false
		}
		d.name = name
		if v, ok := group1(`DISTRIB_RELEASE="(.*)"`, data); ok {
			d.version = v
		}
		if v, ok := group1(`DISTRIB_CODENAME="(.*)"`, data); ok {
			d.release = v
		}
		return true
	}
}

func readAmazon(d *distribution, data, path string) bool {
	if !strings.Contains(data, "Amazon") {
		return false
	}
	if path == "/etc/os-release" {
		if v, ok := group1(`VERSION_ID="(.*)"`, data); ok {
			d.version = v
			major, minor, found := strings.Cut(v, ".")
			if !found {
				minor = "NA"
			}
			d.major, d.minor, d.hasMinor = major, minor, true
		}
		return true
	}
	d.version = "NA"
	for _, w := range strings.Fields(data) {
		if strings.Trim(w, "0123456789") == "" {
			d.version = w
			break
		}
	}
	return true
}

func readSUSE(d *distribution, data, path string) bool {
	lower := strings.ToLower(data)
	if !strings.Contains(lower, "suse") {
		return false
	}
	if path == "/etc/os-release" {
		for _, line := range strings.Split(data, "\n") {
			if v, ok := group1(`^NAME=(.*)`, line); ok {
				d.name = strings.Trim(v, `"`)
			}
			if v, ok := group1(`^VERSION_ID="?([0-9]+\.?[0-9]*)"?`, line); ok {
				d.version = v
				d.major, _, _ = strings.Cut(v, ".")
			}
			minor, ok := group1(`^VERSION_ID="?[0-9]+\.?([0-9]*)"?`, line)
			switch {
			case strings.Contains(lower, "open"):
				if ok {
					d.release = minor
				}
			case strings.Contains(lower, "enterprise") && strings.Contains(line, "VERSION_ID") && ok:
				if minor == "" {
					minor = "0"
				}
				d.release = minor
			}
		}
	} else {
		d.readOldSUSE(data, lower)
	}
	if variant, ok := group1(`(?m)^VARIANT_ID="?([^"\n]*)"?`, data); ok {
		switch variant {
		case "server-sap", "sles-sap":
			d.name = "SLES_SAP"
		case "transactional":
			d.name = "SL-Micro"
		}
	} else if isLink("/etc/products.d/baseproduct") {
		switch target := realpath("/etc/products.d/baseproduct"); {
		case strings.HasSuffix(target, "SLES_SAP.prod"):
			d.name = "SLES_SAP"
		case strings.HasSuffix(target, "SL-Micro.prod"):
			d.name = "SL-Micro"
		}
	}
	return true
}

func (d *distribution) readOldSUSE(data, lower string) {
	lines := strings.Split(data, "\n")
	first := strings.Fields(lines[0])
	switch {
	case strings.Contains(lower, "open"):
		if len(first) > 0 {
			d.name = first[0]
		}
		if v, ok := group1(`CODENAME *= *([^\n]+)`, data); ok {
			d.release = strings.TrimSpace(v)
		}
	case strings.Contains(lower, "enterprise"):
		if strings.Contains(data, "Server") {
			d.name = "SLES"
		} else if strings.Contains(data, "Desktop") {
			d.name = "SLED"
		}
		if v, ok := group1(`PATCHLEVEL = ([0-9]+)`, data); ok {
			d.release = v
			d.version += "." + v
		}
	}
}

func readDebian(d *distribution, data, path string) bool {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(data, w) {
				return true
			}
		}
		return false
	}
	set := func(target *string, pattern string) {
		if v, ok := group1(pattern, data); ok {
			*target = v
		}
	}
	versionAndMajor := func() {
		set(&d.version, `VERSION_ID="(.*)"`)
		d.major, _, _ = strings.Cut(d.version, ".")
	}
	switch {
	case has("Debian", "Raspbian"):
		guessed := d.release
		d.name = "Debian"
		set(&d.release, `PRETTY_NAME=[^(]+ \(?([^)]+?)\)`)
		if guessed == "NA" && has("Debian") {
			if out, ok := d.f.output("dpkg", "--status", "tzdata"); ok {
				if v, ok := group1(`Provides: [^-\n]*-([^-\n]*)`, out); ok {
					d.release = v
				}
			}
		}
		for _, line := range fileLines("/etc/debian_version") {
			if m := regexp.MustCompile(`(\d+)\.(\d+)`).FindStringSubmatch(line); m != nil {
				d.minor, d.hasMinor = m[2], true
			}
		}
	case has("Ubuntu"):
		d.name = "Ubuntu"
	case has("SteamOS"):
		d.name = "SteamOS"
	case (path == "/etc/lsb-release" || path == "/etc/os-release") && has("Kali", "Parrot"):
		d.name = "Parrot"
		if has("Kali") {
			d.name = "Kali"
		}
		set(&d.release, `DISTRIB_RELEASE=(.*)`)
	case has("Devuan"):
		d.name = "Devuan"
		set(&d.release, `PRETTY_NAME="?[^("]+ \(?([^) "]+)\)?`)
		if v, ok := group1(`VERSION_ID="(.*)"`, data); ok {
			d.version, d.major = v, v
		}
	case has("Cumulus"):
		d.name = "Cumulus Linux"
		if v, ok := group1(`VERSION_ID=(.*)`, data); ok {
			d.version = v
			d.major, _, _ = strings.Cut(v, ".")
		}
		set(&d.release, `VERSION="(.*)"`)
	case has("Mint"):
		d.name = "Linux Mint"
		versionAndMajor()
	case has("UOS", "Uos", "uos"):
		d.name = "Uos"
		set(&d.release, `VERSION_CODENAME="?([^"]+)"?`)
		versionAndMajor()
	case has("Deepin", "deepin"):
		d.name = "Deepin"
		set(&d.release, `VERSION_CODENAME="?([^"]+)"?`)
		versionAndMajor()
	case has("LMDE"):
		d.name = "Linux Mint Debian Edition"
	default:
		return false
	}
	return true
}

func readClear(d *distribution, data, _ string) bool {
	if v, ok := group1(`NAME="(.*)"`, data); ok {
		if !strings.Contains(v, "Clear Linux") {
			return false
		}
		d.name = v
	}
	if v, ok := group1(`VERSION_ID=(.*)`, data); ok {
		d.version, d.major = v, v
	}
	if v, ok := group1(`ID=(.*)`, data); ok {
		d.release = v
	}
	return true
}

func readCoreos(d *distribution, data, _ string) bool {
	if !strings.EqualFold(osRelease()["id"], "coreos") {
		return false
	}
	if v, ok := group1(`^GROUP=(.*)`, data); ok {
		d.release = strings.Trim(v, `"`)
	}
	return true
}

func readFlatcar(d *distribution, data, _ string) bool {
	if !strings.EqualFold(osRelease()["id"], "flatcar") {
		return false
	}
	if v, ok := group1(`VERSION=(.*)`, data); ok {
		d.version = strings.Trim(v, `"`)
		d.major, _, _ = strings.Cut(d.version, ".")
	}
	return true
}

func readOther(d *distribution, data, _ string) bool {
	for _, line := range strings.Split(data, "\n") {
		if v, ok := strings.CutPrefix(line, "NAME="); ok {
			d.name = strings.Trim(v, `"`)
		}
		if v, ok := strings.CutPrefix(line, "VERSION="); ok && d.version == "NA" {
			d.version = strings.Trim(v, `"`)
		}
	}
	return true
}

// lsbFacts are what lsb_release says, else /etc/lsb-release.
func (f *factRun) lsbFacts() *value.Dict {
	d := &value.Dict{}
	if out, ok := f.output("lsb_release", "-a"); ok {
		for _, line := range strings.Split(out, "\n") {
			key, v, found := strings.Cut(line, ":")
			if !found {
				continue
			}
			v = strings.TrimSpace(v)
			switch {
			case strings.Contains(key, "LSB Version"), strings.Contains(key, "Release"):
				d.Put("release", value.S(v))
			case strings.Contains(key, "Distributor ID"):
				d.Put("id", value.S(v))
			case strings.Contains(key, "Description"):
				d.Put("description", value.S(v))
			case strings.Contains(key, "Codename"):
				d.Put("codename", value.S(v))
			}
		}
	}
	if d.Len() == 0 {
		for _, line := range fileLines("/etc/lsb-release") {
			key, v, _ := strings.Cut(line, "=")
			v = strings.TrimSpace(v)
			for _, k := range [][2]string{{"DISTRIB_ID", "id"}, {"DISTRIB_RELEASE", "release"}, {"DISTRIB_DESCRIPTION", "description"}, {"DISTRIB_CODENAME", "codename"}} {
				if strings.Contains(key, k[0]) {
					d.Put(k[1], value.S(v))
					break
				}
			}
		}
	}
	if v, ok := d.Get("release"); ok {
		major, _, _ := strings.Cut(value.ToStr(v), ".")
		d.Put("major_release", value.S(major))
	}
	for _, k := range d.Keys() {
		v, _ := d.GetValue(k)
		d.Set(k, value.S(strings.Trim(value.ToStr(v), `'"\`)))
	}
	return d
}
