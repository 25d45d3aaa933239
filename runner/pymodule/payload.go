package pymodule

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Archive is a zip of Python files and its hash; equal inputs give equal bytes.
type Archive struct {
	Hash  string // SHA-256 in hex
	Bytes []byte

	names map[string]bool
}

// Module is one Python module, ready to travel.
type Module struct {
	FQN     string // dotted name under which Python runs it
	Base    *Archive
	Payload *Archive
}

// Source says where a module is and where its imports may come from.
type Source struct {
	Path        string   // of the module's file
	Name        string   // "user", or "ns.collection.name" for a collection's module
	ModuleUtils []string // folders that are searched for ansible.module_utils before ansible-core's own
	Collections []string // folders that hold ansible_collections/
}

// baseModules are what the Python host on the target imports before the first call.
var baseModules = []string{
	"ansible.module_utils.basic", "ansible.module_utils._internal._ansiballz._loader",
	"ansible.module_utils._internal._json._profiles._module_legacy_c2m", "ansible.module_utils._internal._json._profiles._module_legacy_m2c",
	"ansible.module_utils._internal._json._profiles._module_modern_c2m", "ansible.module_utils._internal._json._profiles._module_modern_m2c",
	"ansible.module_utils._internal._json._profiles._fallback_to_str",
}

// newStyle matches the imports by which ansible-core 2.19 tells a Python module that uses its support code.
var newStyle = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)(?:from +\.{2,} *module_utils.* +import |from +ansible_collections\.[^.]+\.[^.]+\.plugins\.module_utils.* +import |` +
		`import +ansible_collections\.[^.]+\.[^.]+\.plugins\.module_utils.*|from +ansible\.module_utils.* +import |import +ansible\.module_utils\.)`)
})

// Build packs a module. It fails when the module cannot be read or is not of the kind Python.
func (in *Installation) Build(s Source) (*Module, error) {
	text, err := os.ReadFile(s.Path)
	if err != nil {
		return nil, fmt.Errorf("read module: %w", err)
	}
	if KindOf(text) != Python {
		return nil, fmt.Errorf("%s is not a Python module that imports ansible.module_utils", s.Path)
	}
	text = bytes.ReplaceAll(text, commonMark, []byte("from ansible.module_utils.basic import *"))
	base, err := in.baseArchive()
	if err != nil {
		return nil, err
	}
	fqn := "ansible.modules." + strings.ReplaceAll(s.Name, ".", "_")
	if parts := strings.SplitN(s.Name, ".", 3); len(parts) == 3 && strings.Contains(s.Path, "ansible_collections") {
		fqn = "ansible_collections." + parts[0] + "." + parts[1] + ".plugins.modules." + parts[2]
	}
	p := &packer{in: in, source: s, files: map[string][]byte{}, skip: base.names}
	p.add(fqn, false, text)
	p.close()
	payload, err := p.zip()
	if err != nil {
		return nil, err
	}
	return &Module{FQN: fqn, Base: base, Payload: payload}, nil
}

func (in *Installation) baseArchive() (*Archive, error) {
	in.mu.Lock()
	base := in.base
	in.mu.Unlock()
	if base != nil {
		return base, nil
	}
	p := &packer{in: in, files: map[string][]byte{}}
	p.files["ansible/__init__.py"] = []byte("__version__ = " + pyString(in.Version) + "\n__author__ = 'Ansible, Inc.'\n")
	p.pending = slices.Clone(baseModules)
	p.close()
	if p.files["ansible/module_utils/basic.py"] == nil {
		return nil, fmt.Errorf("%s has no module_utils/basic.py", in)
	}
	base, err := p.zip()
	if err == nil {
		in.mu.Lock()
		in.base = base
		in.mu.Unlock()
	}
	return base, err
}

func pyString(s string) string { return "'" + strings.ReplaceAll(s, "'", "") + "'" }

// packer collects the files of one archive by following imports.
type packer struct {
	in      *Installation
	source  Source
	files   map[string][]byte
	skip    map[string]bool // what the base archive has
	pending []string
	seen    map[string]bool
}

// close follows imports until nothing new turns up.
func (p *packer) close() {
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	for len(p.pending) > 0 {
		name := p.pending[len(p.pending)-1]
		p.pending = p.pending[:len(p.pending)-1]
		if p.seen[name] {
			continue
		}
		p.seen[name] = true
		if !strings.HasPrefix(name, "ansible.module_utils") && !strings.HasPrefix(name, "ansible_collections.") {
			continue
		}
		if text, pkg, ok := p.find(name); ok {
			p.add(name, pkg, text)
		}
	}
}

// find reads a dotted name as a module or a package.
func (p *packer) find(name string) (text []byte, pkg, ok bool) {
	for _, root := range p.roots(name) {
		if text, ok = p.in.read(root + "/__init__.py"); ok {
			return text, true, true
		}
		if text, ok = p.in.read(root + ".py"); ok {
			return text, false, true
		}
	}
	return nil, false, false
}

// roots are the paths, without an ending, where a dotted name may be.
func (p *packer) roots(name string) (roots []string) {
	if rest, ok := strings.CutPrefix(name, "ansible.module_utils"); ok {
		rel := strings.ReplaceAll(rest, ".", "/")
		if rel != "" {
			for _, dir := range p.source.ModuleUtils {
				roots = append(roots, dir+rel)
			}
		}
		return append(roots, filepath.Join(p.in.Dir, "module_utils")+rel)
	}
	rel := strings.ReplaceAll(name, ".", "/")
	for _, dir := range p.source.Collections {
		roots = append(roots, filepath.Join(dir, rel))
	}
	return roots
}

// add puts a file and the packages above it into the archive and queues what it imports.
func (p *packer) add(fqn string, pkg bool, text []byte) {
	path := strings.ReplaceAll(fqn, ".", "/")
	if pkg {
		path += "/__init__"
	}
	path += ".py"
	if _, there := p.files[path]; there || p.skip[path] {
		return
	}
	p.files[path] = text
	parts := strings.Split(fqn, ".")
	for i := 1; i < len(parts); i++ {
		parent := strings.Join(parts[:i], ".")
		init := strings.Join(parts[:i], "/") + "/__init__.py"
		if _, there := p.files[init]; there || p.skip[init] {
			continue
		}
		if text, pkg, ok := p.find(parent); ok && pkg && parent != "ansible" {
			p.add(parent, true, text)
		} else {
			p.files[init] = nil
		}
	}
	p.pending = append(p.pending, imports(string(text), fqn, pkg)...)
}

// zip writes the files in order of their names, with one fixed date.
func (p *packer) zip() (*Archive, error) {
	names := make([]string, 0, len(p.files))
	for name := range p.files {
		names = append(names, name)
	}
	slices.Sort(names)
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	has := map[string]bool{}
	for _, name := range names {
		has[name] = true
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(p.files[name]); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(buf.Bytes())
	return &Archive{Hash: hex.EncodeToString(sum[:]), Bytes: buf.Bytes(), names: has}, nil
}
