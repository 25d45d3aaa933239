package factcache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func open(t *testing.T) *JSONFile {
	t.Helper()
	return &JSONFile{Dir: t.TempDir(), FS: source.OS{}, Warn: func(s string) { t.Error("warned: " + s) }, name: "jsonfile"}
}

// The file testdata/site_s1_web1 is what ansible-core 2.19.14 keeps after a play with set_fact and cacheable:
//
//	ANSIBLE_CACHE_PLUGIN=jsonfile ANSIBLE_CACHE_PLUGIN_CONNECTION=c ANSIBLE_CACHE_PLUGIN_PREFIX=site_ ansible-playbook -i web1, site.yml
func TestReadsAnsiblesFile(t *testing.T) {
	j := &JSONFile{Dir: "testdata", Prefix: "site_", FS: source.OS{}}
	facts, err := j.Get("web1")
	if err != nil {
		t.Fatal(err)
	}
	want := `{'kept': '{{ left_alone }}', 'list': [1, 'a', {'z': 'é\u2028'}], 'nothing': None, 'number': 5, 'ready': True, 'share': 1.5, 'site': 'blue'}`
	if got := value.Repr(facts); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for name, trusted := range map[string]bool{"site": true, "kept": false} {
		v, _ := facts.Raw(name)
		s := v.(value.Str)
		if s.Trusted != trusted {
			t.Errorf("%s: trusted is %v", name, s.Trusted)
		}
		if s.At == nil || s.At.File.Path != "/srv/example/site.yml" {
			t.Errorf("%s: the place is lost: %v", name, s.At)
		}
	}
	if facts, err := j.Get("web2"); facts != nil || err != nil {
		t.Errorf("an unknown host gives %v, %v", facts, err)
	}
}

func TestWritesAnsiblesForm(t *testing.T) {
	j := open(t)
	file := source.NewFile("/srv/example/site.yml", []byte("- a\n- b: text\n"))
	at := &source.Location{File: file, Span: source.Span{Start: 9, End: 13}}
	facts := value.NewDict("b", value.Str{S: "text", At: at, Trusted: true}, "c", value.S("é"), "d", &value.Tuple{Items: []value.Value{value.Int(1)}},
		"e", &value.Vault{Ciphertext: "$ANSIBLE_VAULT;1.1;AES256\n61\n"})
	if err := j.Set("web1", facts); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(j.Dir, "s1_web1")
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"__payload__": "{\"b\": {\"value\": \"text\", \"tags\": [{\"path\": \"/srv/example/site.yml\", \"line_num\": 2, \"col_num\": 6, \"__ansible_type\": \"Origin\"}, ` +
		`{\"__ansible_type\": \"TrustedAsTemplate\"}], \"__ansible_type\": \"_AnsibleTaggedStr\"}, \"c\": \"\\u00e9\", \"d\": [1], ` +
		`\"e\": {\"value\": \"$ANSIBLE_VAULT;1.1;AES256\\n61\\n\", \"tags\": [], \"__ansible_type\": \"EncryptedString\"}}"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o644 {
		t.Errorf("mode is %v", info.Mode())
	}
	back, err := j.Get("web1")
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := back.Raw("e"); value.VaultOf(v) == nil {
		t.Errorf("the vaulted text came back as %v", v)
	}
	j.Delete("web1")
	if back, _ := j.Get("web1"); back != nil {
		t.Errorf("after Delete there is still %v", back)
	}
}

func TestTooOldFactsDoNotCount(t *testing.T) {
	j := open(t)
	j.Timeout = time.Hour
	if err := j.Set("web1", value.NewDict("a", value.Int(1))); err != nil {
		t.Fatal(err)
	}
	if d, _ := j.Get("web1"); d == nil {
		t.Fatal("fresh facts are not found")
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(filepath.Join(j.Dir, "s1_web1"), old, old); err != nil {
		t.Fatal(err)
	}
	if d, err := j.Get("web1"); d != nil || err != nil {
		t.Errorf("old facts give %v, %v", d, err)
	}
}

func TestACorruptFileIsRemoved(t *testing.T) {
	j := open(t)
	said := ""
	j.Warn = func(s string) { said = s }
	path := filepath.Join(j.Dir, "s1_web1")
	if err := os.WriteFile(path, []byte("{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := j.Get("web1")
	if err == nil || !strings.Contains(err.Error(), "was corrupt, or did not otherwise contain valid data") {
		t.Errorf("got %v", err)
	}
	if want := "b'Expecting property name enclosed in double quotes: line 2 column 1 (char 2)'"; !strings.Contains(said, want) {
		t.Errorf("warned %q", said)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("the file is still there")
	}
}
