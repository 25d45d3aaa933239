package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func env(pairs ...string) Env {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func load(t *testing.T, cfg string, pairs ...string) *Config {
	t.Helper()
	dir := t.TempDir()
	if cfg != "" {
		if err := os.WriteFile(filepath.Join(dir, "ansible.cfg"), []byte(cfg), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load(Options{Dir: dir, Env: env(append([]string{"HOME", dir + "/home"}, pairs...)...)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The table is sorted, so that Find can search it, and every setting's default fits its type.
func TestTable(t *testing.T) {
	c := load(t, "")
	last := ""
	for i := range Settings {
		s := &Settings[i]
		if s.Plugin == "" {
			if s.Name <= last {
				t.Errorf("%s stands behind %s", s.Name, last)
			}
			last = s.Name
			if Find(s.Name) != s {
				t.Errorf("%s is not found", s.Name)
			}
		}
		if v := c.resolve(s); v.Err != nil {
			t.Errorf("%s: %v", s.Name, v.Err)
		}
	}
}

// Values as ansible-core 2.19.14 gives them: ansible-config dump --only-changed with the same file and environment.
func TestValues(t *testing.T) {
	c := load(t, strings.Join([]string{
		"[defaults]",
		"forks = 7 ; a comment",
		"# another",
		"inventory = a.ini,",
		"   b.ini",
		"roles_path = roles:~/r",
		"Remote_User: 'bob'",
		"gathering = explicit",
		"[ssh_connection]",
		"ssh_args = -o A=b",
		"[privilege_escalation]",
		"become = yes",
	}, "\n"), "ANSIBLE_TIMEOUT", "33", "ANSIBLE_ROLES_PATH", "/x")
	dir := c.Dir
	for name, want := range map[string]string{
		"DEFAULT_FORKS":         "7 " + c.Path,
		"DEFAULT_HOST_LIST":     "['" + dir + "/a.ini', '" + dir + "/b.ini'] " + c.Path,
		"DEFAULT_ROLES_PATH":    "['/x'] env: ANSIBLE_ROLES_PATH",
		"DEFAULT_REMOTE_USER":   "bob " + c.Path,
		"DEFAULT_GATHERING":     "explicit " + c.Path,
		"DEFAULT_TIMEOUT":       "33 env: ANSIBLE_TIMEOUT",
		"DEFAULT_BECOME":        "True " + c.Path,
		"DEFAULT_POLL_INTERVAL": "15 default",
		"TAGS_RUN":              "[] default",
		"COLLECTIONS_PATHS":     "['" + dir + "/home/.ansible/collections', '/usr/share/ansible/collections'] default",
	} {
		v := c.Get(name)
		if v.Err != nil {
			t.Errorf("%s: %v", name, v.Err)
			continue
		}
		if got := value.ToStr(v.Value) + " " + v.Origin.String(); got != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
	if v := c.Plugin("connection/ssh", "ssh_args"); value.ToStr(v.Value) != "-o A=b" {
		t.Errorf("ssh_args = %v", v.Value)
	}
	if v := c.Plugin("connection/ssh", "timeout"); value.ToStr(v.Value) != "33" {
		t.Errorf("timeout of ssh = %v", v.Value)
	}
}

func TestBadValue(t *testing.T) {
	c := load(t, "[defaults]\nforks = many\ngathering = never\n")
	for name, want := range map[string]string{
		"DEFAULT_FORKS":     "Config 'DEFAULT_FORKS' from '" + c.Path + "' has an invalid value: Invalid value provided for 'int': 'many'",
		"DEFAULT_GATHERING": "Config 'DEFAULT_GATHERING' from '" + c.Path + "' has an invalid value: Invalid value 'never' for config 'DEFAULT_GATHERING'. Valid values are: implicit, explicit, smart",
	} {
		if v := c.Get(name); v.Err == nil || v.Err.Error() != want {
			t.Errorf("%s: %v\nwant %s", name, v.Err, want)
		}
	}
}

func TestFileErrors(t *testing.T) {
	for text, want := range map[string]string{
		"a = 1\n":                          "File contains no section headers",
		"[a]\nx=1\nx=2\n":                  "option 'x' in section 'a' already exists [line 3]",
		"[a]\n[a]\n":                       "section 'a' already exists [line 2]",
		"[a]\nwithout a sign\n":            "File contains parsing errors",
		"[defaults]\nforks=3\n[x\nbroken]": "File contains parsing errors",
	} {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, "ansible.cfg"), []byte(text), 0o644)
		_, err := Load(Options{Dir: dir, Env: env("HOME", dir)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// A directory that everybody may write to is no place for ansible.cfg, unless ANSIBLE_CONFIG names it.
func TestWorldWritable(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "ansible.cfg"), []byte("[defaults]\nforks=9\n"), 0o644)
	os.Chmod(dir, 0o777)
	c, err := Load(Options{Dir: dir, Env: env("HOME", "/nonexistent")})
	if err != nil || c.Path != "" || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "world writable directory ("+dir+")") {
		t.Errorf("path %q warnings %q err %v", c.Path, c.Warnings, err)
	}
	c, err = Load(Options{Dir: dir, Env: env("HOME", "/nonexistent", "ANSIBLE_CONFIG", dir)})
	if err != nil || c.Int("DEFAULT_FORKS") != 9 || len(c.Warnings) != 0 {
		t.Errorf("forks %d warnings %q err %v", c.Int("DEFAULT_FORKS"), c.Warnings, err)
	}
}

func TestUnknown(t *testing.T) {
	c := load(t, "[defaults]\nforkz = 3\nforks=2\n[mine]\nx=1\n")
	var got []string
	for _, o := range c.Unknown() {
		got = append(got, o.Name)
	}
	if !slices.Equal(got, []string{"[defaults] forkz"}) {
		t.Errorf("unknown: %q", got)
	}
}

func TestZeroConfig(t *testing.T) {
	var c Config
	if c.Int("DEFAULT_FORKS") != 5 || c.String("DEFAULT_STRATEGY") != "linear" {
		t.Error("the zero Config has no defaults")
	}
}
