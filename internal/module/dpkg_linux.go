package module

import (
	"os"
	"strings"
	"sync"
	"syscall"
)

// debPackage is what dpkg knows of a package.
type debPackage struct {
	version   string
	installed bool
}

// dpkgStatus caches /var/lib/dpkg/status until it changes.
var dpkgStatus struct {
	sync.Mutex
	stamp    [3]int64
	packages map[string]debPackage
}

const dpkgFile = "/var/lib/dpkg/status"

// debPackages lists the packages that dpkg knows, by name and, for those of other architectures, by name:arch.
func debPackages() (map[string]debPackage, error) {
	dpkgStatus.Lock()
	defer dpkgStatus.Unlock()
	st, err := stat(dpkgFile)
	if err != nil {
		return nil, err
	}
	stamp := [3]int64{st.Mtim.Nano(), st.Size, int64(st.Ino)}
	if stamp == dpkgStatus.stamp {
		return dpkgStatus.packages, nil
	}
	content, err := os.ReadFile(dpkgFile)
	if err != nil {
		return nil, err
	}
	packages := map[string]debPackage{}
	for _, paragraph := range strings.Split(string(content), "\n\n") {
		var name, arch string
		var p debPackage
		for _, line := range strings.Split(paragraph, "\n") {
			key, v, _ := strings.Cut(line, ": ")
			switch key {
			case "Package":
				name = v
			case "Status":
				p.installed = strings.HasSuffix(v, " installed")
			case "Version":
				p.version = v
			case "Architecture":
				arch = v
			}
		}
		if name == "" {
			continue
		}
		if old, ok := packages[name]; !ok || !old.installed {
			packages[name] = p
		}
		packages[name+":"+arch] = p
	}
	dpkgStatus.stamp, dpkgStatus.packages = stamp, packages
	return packages, nil
}

// automatic lists those of the packages that were installed only because others need them.
func automatic(names []string) []string {
	content, err := os.ReadFile("/var/lib/apt/extended_states")
	if err != nil {
		return nil
	}
	auto := map[string]bool{}
	for _, paragraph := range strings.Split(string(content), "\n\n") {
		name := ""
		for _, line := range strings.Split(paragraph, "\n") {
			key, v, _ := strings.Cut(line, ": ")
			switch {
			case key == "Package":
				name = v
			case key == "Auto-Installed" && v == "1":
				auto[name] = true
			}
		}
	}
	var out []string
	for _, n := range names {
		base, _, _ := strings.Cut(n, ":")
		if auto[base] {
			out = append(out, n)
		}
	}
	return out
}

// hasFiles tells whether dpkg has a list of files of a package, installed or not.
func hasFiles(name string) bool {
	for _, path := range append(glob("/var/lib/dpkg/info/"+name+":*.list"), "/var/lib/dpkg/info/"+name+".list") {
		if st, err := stat(path); err == nil && st.Size > 0 && st.Mode&syscall.S_IFMT == syscall.S_IFREG {
			return true
		}
	}
	return false
}
