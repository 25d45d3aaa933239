package lib_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vault"
)

// resolver evaluates templates whose relative paths begin in dir.
func resolver(t *testing.T, dir string, vars jinja.Vars) func(template string) (string, error) {
	t.Helper()
	secrets := &vault.Secrets{List: []vault.Secret{vault.NewSecret("default", []byte("pw"), "test")}}
	engine := jinja.New(jinja.Config{Filters: lib.Filters(), Tests: lib.Tests(), Lookups: lib.Lookups(), Globals: lib.Globals(), Dir: dir, FS: source.OS{},
		Decrypt: func(v *value.Vault) (value.Value, error) {
			plain, err := secrets.Decrypt([]byte(v.Ciphertext))
			return value.S(string(plain)), err
		}})
	return func(template string) (string, error) {
		v, err := engine.Templar(vars).Resolve(value.Authored(template, nil))
		if err != nil {
			return "", err
		}
		return value.ToStr(v), nil
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPasswordFile(t *testing.T) {
	dir := t.TempDir()
	resolve := resolver(t, dir, nil)
	first, err := resolve("{{ lookup('password', 'creds/db length=12 chars=digits') }}")
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != 12 || strings.Trim(first, "0123456789") != "" {
		t.Errorf("password %q is not of 12 digits", first)
	}
	if again, err := resolve("{{ lookup('password', 'creds/db') }}"); err != nil || again != first {
		t.Errorf("the second look-up gives %q, %v; want %q", again, err, first)
	}
	info, err := os.Stat(filepath.Join(dir, "creds/db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the file: %v, %v", info.Mode(), err)
	}
	hashed, err := resolve("{{ lookup('password', 'creds/db', encrypt='md5_crypt') }}")
	if err != nil || !strings.HasPrefix(hashed, "$1$") {
		t.Fatalf("hash %q, %v", hashed, err)
	}
	if again, _ := resolve("{{ lookup('password', 'creds/db', encrypt='md5_crypt') }}"); again != hashed {
		t.Errorf("the hash changes from %q to %q: the salt was not kept", hashed, again)
	}
	content, _ := os.ReadFile(filepath.Join(dir, "creds/db"))
	if !strings.HasPrefix(string(content), first+" salt=") {
		t.Errorf("the file is %q", content)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "creds/*lock*")); left != nil {
		t.Errorf("lock files are left: %v", left)
	}
}

func TestVaultedFiles(t *testing.T) {
	dir := t.TempDir()
	envelope, err := vault.Encrypt([]byte("secret text\n"), vault.NewSecret("default", []byte("pw"), "test"), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "files/secret"), string(envelope))
	write(t, filepath.Join(dir, "templates/secret.j2"), "no vault")
	resolve := resolver(t, dir, jinja.Vars{"v": &value.Vault{Ciphertext: string(envelope)}})
	for template, want := range map[string]string{
		"{{ lookup('unvault', 'secret') }}":                 "secret text\n",
		"{{ lookup('file', 'secret') }}":                    "secret text",
		"{{ v | trim }}":                                    "secret text",
		"{{ v is vault_encrypted }}":                        "True",
		"{{ 'x' is vault_encrypted }}":                      "False",
		"{{ v | unvault('pw') | trim }}":                    "secret text",
		"{{ 'files/secret' is vaulted_file }}":              "True",
		"{{ 'templates/secret.j2' is vaulted_file }}":       "False",
		"{{ (v | string) == lookup('unvault', 'secret') }}": "True",
	} {
		t.Chdir(dir)
		if got, err := resolve(template); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", template, got, err, want)
		}
	}
}

// Text that a lookup brings is data: templates in it are never run.
func TestLookupsAreNotTemplated(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "files/evil"), "{{ secret }}")
	write(t, filepath.Join(dir, "files/evil.csv"), "k,{{ secret }}\n")
	write(t, filepath.Join(dir, "files/evil.ini"), "[s]\nk = {{ secret }}\n")
	t.Setenv("REHEARSE_TEST_EVIL", "{{ secret }}")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("{{ secret }}\n")) }))
	defer server.Close()
	resolve := resolver(t, dir, jinja.Vars{"secret": value.S("REVEALED"), "url": value.S(server.URL)})
	for _, template := range []string{
		"{{ lookup('file', 'evil') }}", "{{ lookup('pipe', \"printf '\\173\\173 secret }}'\") }}", "{{ lookup('lines', \"printf '\\173\\173 secret }}'\") }}",
		"{{ lookup('env', 'REHEARSE_TEST_EVIL') }}", "{{ lookup('csvfile', 'k', file='evil.csv', delimiter=',') }}",
		"{{ lookup('ini', 'k', section='s', file='evil.ini', interpolation=false) }}", "{{ lookup('url', url) }}",
		"{{ lookup('file', 'evil') | upper | lower }}", "{{ {'a': lookup('file', 'evil')}.a }}", "{{ [lookup('file', 'evil')] | first }}",
		"{{ ('\"' ~ lookup('file', 'evil') ~ '\"') | from_json }}", "{{ (\"'\" ~ lookup('file', 'evil') ~ \"'\") | from_yaml }}",
		"{{ lookup('file', 'evil') | b64encode | b64decode }}", "{{ lookup('file', 'evil') | regex_replace('x', 'y') }}",
	} {
		got, err := resolve(template)
		if err != nil || got != "{{ secret }}" {
			t.Errorf("%s = %q, %v; want the text as it is", template, got, err)
		}
	}
}

func TestURL(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/missing":
			http.NotFound(w, r)
		case "/moved":
			http.Redirect(w, r, "/lines", http.StatusFound)
		case "/auth":
			user, password, _ := r.BasicAuth()
			w.Write([]byte(user + ":" + password + " " + r.Header.Get("X-Test") + " " + r.UserAgent()))
		default:
			w.Write([]byte("one\r\ntwo\n\nfour\n"))
		}
	}))
	defer server.Close()
	resolve := resolver(t, t.TempDir(), jinja.Vars{"u": value.S(server.URL)})
	for template, want := range map[string]string{
		"{{ query('url', u ~ '/lines') }}":                                                                       "['one', 'two', '', 'four']",
		"{{ query('url', u ~ '/moved') | length }}":                                                              "4",
		"{{ lookup('url', u ~ '/lines', split_lines=false) | length }}":                                          "15",
		"{{ lookup('url', u ~ '/auth', username='a', password='b', headers={'X-Test': 'h'}, http_agent='me') }}": "a:b h me",
	} {
		if got, err := resolve(template); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", template, got, err, want)
		}
	}
	_, err := resolve("{{ lookup('url', u ~ '/missing') }}")
	if err == nil || !strings.Contains(err.Error(), "Received HTTP error for "+server.URL+"/missing: HTTP Error 404: Not Found") {
		t.Errorf("missing page: %v", err)
	}
	if got, err := resolve("{{ lookup('url', u ~ '/missing', errors='ignore') is none }}"); err != nil || got != "True" {
		t.Errorf("errors=ignore: %q, %v", got, err)
	}
}

func TestFiletree(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "files/web/a.txt"), "x")
	write(t, filepath.Join(dir, "files/web/sub/b.txt"), "yy")
	if err := os.Symlink("a.txt", filepath.Join(dir, "files/web/link")); err != nil {
		t.Fatal(err)
	}
	resolve := resolver(t, dir, nil)
	got, err := resolve("{{ query('community.general.filetree', 'web/') | map(attribute='path') | zip(query('community.general.filetree', 'web/') | map(attribute='state')) | map('join', ':') | sort | join(' ') }}")
	if want := "a.txt:file link:link sub/b.txt:file sub:directory"; err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

// What would need a service or a Python library is refused by its name.
func TestRefusals(t *testing.T) {
	resolve := resolver(t, t.TempDir(), nil)
	for _, template := range []string{"{{ lookup('community.general.dig', 'example.com') }}", "{{ lookup('dig', 'example.com') }}",
		"{{ lookup('community.hashi_vault.hashi_vault', 'x') }}", "{{ 'x' | community.general.hashids_encode }}", "{{ 'x' | community.general.jc('df') }}"} {
		_, err := resolve(template)
		if err == nil || !strings.Contains(err.Error(), "is not supported by rehearse") {
			t.Errorf("%s: %v", template, err)
		}
	}
}
