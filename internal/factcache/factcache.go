// Package factcache keeps the facts of hosts between runs in the files of ansible-core 2.19's cache plugin jsonfile, under
// the same names and in the same form, so that both programs share one cache, or in a cache plugin that is written in
// Python. It knows nothing of runs; it imports value, source, config and pyplugin.
package factcache

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Cache keeps facts by host. A host that it does not know, or whose facts are too old, gives nil without an error.
type Cache interface {
	Get(host string) (*value.Dict, error)
	Set(host string, facts *value.Dict) error
	Delete(host string)
}

// schema begins the key of each host: ansible-core's number for the form of the content.
const schema = "s1_"

// payload is the key under which the content lies, as JSON in a JSON text.
const payload = "__payload__"

func short(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, "ansible.builtin."), "ansible.legacy.")
}

// Open gives the cache that the settings name: nil for memory, which keeps nothing beyond a run. An error says why the
// cache cannot be used; ansible-core warns then and goes on with memory. warn is told what is wrong with files later.
// plugins runs a cache plugin that is written in Python; nil where none can be run.
func Open(c *config.Config, fsys source.FS, plugins *pyplugin.Host, warn func(string)) (Cache, error) {
	switch name := c.String("CACHE_PLUGIN"); short(name) {
	case "", "memory":
		return nil, nil
	case "jsonfile":
		return openJSON(c, fsys, name, warn)
	default:
		return openPython(plugins, name, warn)
	}
}

// JSONFile is the plugin jsonfile: one file for each host.
type JSONFile struct {
	Dir     string
	Prefix  string
	Timeout time.Duration // 0: never too old
	FS      source.FS     // gives the files that facts say they come from
	Warn    func(string)

	name string // as the settings have it
}

func openJSON(c *config.Config, fsys source.FS, name string, warn func(string)) (Cache, error) {
	text := func(option string) string {
		v := c.Plugin("cache/jsonfile", option).Value
		if _, null := v.(value.None); v == nil || null {
			return ""
		}
		return value.ToStr(v)
	}
	dir := text("_uri")
	if dir == "" {
		return nil, fmt.Errorf("Required config '_uri' for '%s' cache plugin not provided.", name)
	}
	j := &JSONFile{Dir: dir, Prefix: text("_prefix"), FS: fsys, Warn: warn, name: name}
	if n, ok := c.Plugin("cache/jsonfile", "_timeout").Value.(value.Int); ok {
		j.Timeout = time.Duration(n) * time.Second
	}
	if _, err := os.Stat(dir); err != nil {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, fmt.Errorf("Error in '%s' cache plugin while trying to create cache dir '%s': %w", name, dir, pythonic(err))
		}
	} else if !accessible(dir) {
		return nil, fmt.Errorf("error in '%s' cache, configured path (%s) does not have necessary permissions (rwx), disabling plugin", name, dir)
	}
	return j, nil
}

func (j *JSONFile) path(host string) string { return filepath.Join(j.Dir, j.Prefix+schema+host) }

// Get reads the facts of a host. A file that is not JSON is removed; the error says so.
func (j *JSONFile) Get(host string) (*value.Dict, error) {
	path := j.path(host)
	if j.Timeout > 0 {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > j.Timeout {
			return nil, nil
		}
	}
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("Error while accessing the cache file '%s': %w", path, pythonic(err))
	}
	v, err := value.FromJSON(data)
	if err != nil {
		j.Warn(fmt.Sprintf("error in '%s' cache plugin while trying to read %s : b%s. Most likely a corrupt file, so erasing and failing.",
			j.name, path, value.Repr(value.S(strings.TrimPrefix(err.Error(), "JSONDecodeError: ")))))
		j.Delete(host)
		return nil, fmt.Errorf("The cache file %s was corrupt, or did not otherwise contain valid data. It has been removed, so you can re-run your command now.", path)
	}
	outer, _ := v.(*value.Dict)
	content, ok := outer.Raw(payload)
	if !ok {
		return nil, nil
	}
	facts, err := Decode(value.ToStr(content), j.FS)
	if err != nil {
		return nil, fmt.Errorf("the cache file %s: %w", path, err)
	}
	return facts, nil
}

// Decode reads the content of a cache entry. fsys gives the files that values say they come from.
func Decode(text string, fsys source.FS) (*value.Dict, error) {
	v, err := value.FromJSON([]byte(text))
	if err != nil {
		return nil, err
	}
	u := value.Untagger{Open: func(path string) *source.File {
		content, err := fsys.ReadFile(path)
		if err != nil {
			return nil
		}
		return source.NewFile(path, content)
	}}
	if v, err = u.Value(v); err != nil {
		return nil, err
	}
	d, ok := v.(*value.Dict)
	if !ok {
		return nil, fmt.Errorf("facts must be a mapping, not '%s'", v.TypeName())
	}
	return d, nil
}

// Encode is the content of a cache entry.
func Encode(facts *value.Dict) (string, error) {
	tagged, ok := value.Tagged(facts)
	if !ok {
		return "", fmt.Errorf("a fact has a value that the cache cannot hold")
	}
	b, err := value.ToJSON(tagged, value.JSONOptions{})
	return string(b), err
}

// Set replaces the facts of a host.
func (j *JSONFile) Set(host string, facts *value.Dict) error {
	content, err := Encode(facts)
	if err != nil {
		return err
	}
	data, err := value.ToJSON(value.NewDict(payload, value.S(content)), value.JSONOptions{})
	if err != nil {
		return err
	}
	path := j.path(host)
	f, err := os.CreateTemp(j.Dir, ".tmp")
	if err != nil {
		return j.unwritten(path, err)
	}
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return j.unwritten(path, err)
	}
	return nil
}

func (j *JSONFile) unwritten(path string, err error) error {
	return fmt.Errorf("Error in '%s' cache plugin while trying to write to '%s': %w", j.name, path, pythonic(err))
}

// Delete forgets a host.
func (j *JSONFile) Delete(host string) { os.Remove(j.path(host)) }
