package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sealedByAnsible is "secret: grüße\n", encrypted by ansible-vault 2.19.14 with the id dev and the password pw1.
const sealedByAnsible = `$ANSIBLE_VAULT;1.2;AES256;dev
35366266336637653734323031623736353866356630333835663863393063616266616461373331
6164373539633534303733313238666131333633636334350a303035653236666236323635383631
33336565346435313263646566366164616636353336303661323661623934306439316132613665
6365666662623363360a363037643664333039373065636335363230343161366132383935373365
34346336323964333833393565656466376664643531373730346365353539616536
`

// vaultDir has two passwords, a file of ansible-vault's, a script and a client script.
func vaultDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"p1": "pw1\n", "p2": "pw2\n", "empty": "\n", "sealed.yml": sealedByAnsible, "plain.yml": "x: 1\n",
		"script": "#!/bin/sh\necho pw1\n", "broken": "#!/bin/sh\nexit 7\n",
		"my-client.sh": "#!/bin/sh\n[ \"$2\" = dev ] || { echo unknown >&2; exit 2; }\necho pw1\n",
		"editor":       "#!/bin/sh\nsed -i s/secret/edited/ \"$1\"\n",
		"noeditor":     "#!/bin/sh\nexit 0\n",
	} {
		mode := os.FileMode(0o644)
		if strings.HasPrefix(content, "#!") {
			mode = 0o755
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// runIn calls the program as a user would, in dir.
func runIn(t *testing.T, dir, stdin string, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Chdir(dir)
	var out, errs bytes.Buffer
	code = Main(append([]string{"rehearse"}, args...), &Env{Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs, Dir: dir,
		Getenv: func(name string) string {
			if v, ok := env[name]; ok {
				return v
			}
			return ""
		}})
	return code, out.String(), errs.String()
}

// The messages and exit statuses are those of ansible-vault 2.19.14.
func TestVaultAnswers(t *testing.T) {
	for _, c := range []struct {
		args, stdin string
		code        int
		out, err    string
	}{
		{args: "view sealed.yml --vault-id dev@p1", out: "secret: grüße\n"},
		{args: "view sealed.yml --vault-password-file script", out: "secret: grüße\n"},
		{args: "view sealed.yml --vault-id dev@my-client.sh", out: "secret: grüße\n"},
		{args: "view sealed.yml --vault-id prod@p2 --vault-id prod@p1", out: "secret: grüße\n"},
		{args: "decrypt - --vault-pass-file p1", stdin: sealedByAnsible, out: "secret: grüße\n"},
		{args: "view sealed.yml --vault-password-file p2", code: 1, err: "[ERROR]: Decryption failed (no vault secrets were found that could decrypt). for sealed.yml\n"},
		{args: "view p1 --vault-password-file p1", code: 1, err: "[ERROR]: Input is not vault encrypted data. for p1\n"},
		{args: "view sealed.yml --vault-password-file nope", code: 1, err: "[WARNING]: Error getting vault password file (default): The vault password file DIR/nope was not found\n[ERROR]: The vault password file DIR/nope was not found\n"},
		{args: "view sealed.yml --vault-password-file empty", code: 1, err: "[WARNING]: Error in vault password file loading (default): Invalid vault password was provided from file (DIR/empty)\n[ERROR]: Invalid vault password was provided from file (DIR/empty)\n"},
		{args: "view sealed.yml --vault-id x@my-client.sh", code: 1, err: "did not find a secret for vault-id=x: b'unknown\\n'\n"},
		{args: "view sealed.yml --vault-password-file broken", code: 1, err: "Vault password script DIR/broken returned non-zero (7): None\n"},
		{args: "encrypt sealed.yml --vault-password-file p1", code: 1, err: "[ERROR]: input is already encrypted\n"},
		{args: "decrypt nofile --vault-password-file p1", code: 1, err: "[ERROR]: Unable to read source file (DIR/nofile): [Errno 2] No such file or directory: 'DIR/nofile'\n"},
		{args: "encrypt_string --vault-id dev@p1 --vault-id b@p2 x", code: 5, err: "[ERROR]: The vault-ids dev,b are available to encrypt. Specify the vault-id to encrypt with --encrypt-vault-id\n"},
		{args: "encrypt_string --vault-id dev@p1 --encrypt-vault-id prod x", code: 1, err: "[ERROR]: Did not find a match for --encrypt-vault-id=prod in the known vault-ids ['dev']\n"},
		{args: "encrypt plain.yml p1 --output x --vault-password-file p1", code: 5, err: "[ERROR]: At most one input file may be used with the --output option\n"},
		{args: "create x.yml --vault-password-file p1", code: 5, err: "[ERROR]: not a tty, editor cannot be opened\n"},
		{args: "view --vault-id a;b@p1 sealed.yml", code: 5, err: "[ERROR]: 'a;b@p1' is not a valid vault id. The character ';' is not allowed in vault ids\n"},
		{args: "bogus", code: 2, err: "invalid choice: 'bogus' (choose from 'create', 'decrypt', 'edit', 'view', 'encrypt', 'encrypt_string', 'rekey')\n"},
	} {
		dir := vaultDir(t)
		code, out, stderr := runIn(t, dir, c.stdin, nil, append([]string{"vault"}, strings.Fields(c.args)...)...)
		want := strings.ReplaceAll(c.err, "DIR", dir)
		if code != c.code || out != c.out || !strings.HasSuffix(stderr, want) || c.err == "" && stderr != "" {
			t.Errorf("%s: status %d, want %d\n%s%s\nwant %s%s", c.args, code, c.code, out, stderr, c.out, want)
		}
	}
}

func TestVaultRoundTrip(t *testing.T) {
	dir := vaultDir(t)
	call := func(args string) string {
		t.Helper()
		code, out, stderr := runIn(t, dir, "", map[string]string{"EDITOR": filepath.Join(dir, "editor")}, append([]string{"vault"}, strings.Fields(args)...)...)
		if code != 0 {
			t.Fatalf("%s: status %d: %s", args, code, stderr)
		}
		return out
	}
	call("encrypt plain.yml --vault-id dev@p1")
	if info, err := os.Stat(filepath.Join(dir, "plain.yml")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the encrypted file: %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(filepath.Join(dir, "plain.yml"), 0o640); err != nil {
		t.Fatal(err)
	}
	call("rekey plain.yml --vault-id dev@p1 --new-vault-id prod@p2")
	if info, err := os.Stat(filepath.Join(dir, "plain.yml")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("rekey keeps the mode: %v, %v", info.Mode(), err)
	}
	if got := call("view plain.yml --vault-id prod@p2"); got != "x: 1\n" {
		t.Errorf("after rekey: %q", got)
	}
	text := call("encrypt_string --vault-id dev@p1 hello --name greeting")
	if !strings.HasPrefix(text, "greeting: !vault |\n          $ANSIBLE_VAULT;1.2;AES256;dev\n          ") || !strings.HasSuffix(text, "\n") {
		t.Errorf("encrypt_string: %q", text)
	}
	call("decrypt plain.yml --vault-id prod@p2 --output out.yml")
	if got, err := os.ReadFile(filepath.Join(dir, "out.yml")); err != nil || string(got) != "x: 1\n" {
		t.Errorf("decrypt: %q, %v", got, err)
	}
}

func TestVaultEditKeepsWhatIsNotChanged(t *testing.T) {
	dir := vaultDir(t)
	for editor, want := range map[string]string{"noeditor": "secret: grüße\n", "editor": "edited: grüße\n"} {
		if code, _, stderr := runIn(t, dir, "", map[string]string{"EDITOR": filepath.Join(dir, editor)}, "vault", "edit", "sealed.yml", "--vault-id", "x@p1"); code != 0 {
			t.Fatalf("%s: %s", editor, stderr)
		}
		content, err := os.ReadFile(filepath.Join(dir, "sealed.yml"))
		if err != nil {
			t.Fatal(err)
		}
		if same := string(content) == sealedByAnsible; same != (editor == "noeditor") || !strings.HasPrefix(string(content), "$ANSIBLE_VAULT;1.2;AES256;dev\n") {
			t.Errorf("%s left %s", editor, content)
		}
		if _, out, _ := runIn(t, dir, "", nil, "vault", "view", "sealed.yml", "--vault-id", "x@p1"); out != want {
			t.Errorf("%s: %q, want %q", editor, out, want)
		}
		if err := os.WriteFile(filepath.Join(dir, "sealed.yml"), []byte(sealedByAnsible), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A damaged or truncated file is refused and stays as it is; nothing is left beside it.
func TestVaultDamagedFilesStay(t *testing.T) {
	for name, damage := range map[string]func(string) string{
		"cut in the middle": func(s string) string { return s[:200] },
		"one digit changed": func(s string) string {
			i := len(s) - 20 // in the ciphertext: "36" becomes "37" or back
			return s[:i] + string(s[i]^1) + s[i+1:]
		},
		"no body":      func(s string) string { return s[:strings.Index(s, "\n")+1] },
		"header only":  func(string) string { return "$ANSIBLE_VAULT" },
		"other cipher": func(s string) string { return strings.Replace(s, "AES256", "ROT13", 1) },
	} {
		dir := vaultDir(t)
		path := filepath.Join(dir, "sealed.yml")
		bad := damage(sealedByAnsible)
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadDir(dir)
		for _, args := range [][]string{{"decrypt", "sealed.yml"}, {"rekey", "sealed.yml", "--new-vault-id", "n@p2"}, {"view", "sealed.yml"}} {
			code, out, stderr := runIn(t, dir, "", nil, append(append([]string{"vault"}, args...), "--vault-id", "dev@p1")...)
			if code != 1 || out != "" || !strings.HasPrefix(stderr, "[ERROR]: ") || !strings.Contains(stderr, "sealed.yml") {
				t.Errorf("%s: %v: status %d, %q, %q", name, args, code, out, stderr)
			}
			if strings.Contains(stderr, "pw1") {
				t.Errorf("the password is printed: %s", stderr)
			}
		}
		after, _ := os.ReadDir(dir)
		if content, err := os.ReadFile(path); err != nil || string(content) != bad || len(after) != len(before) {
			t.Errorf("%s: the folder has changed: %v, %d files", name, err, len(after))
		}
	}
}

func TestVaultPrompts(t *testing.T) {
	if tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
		tty.Close()
		t.Skip("there is a terminal: the prompts would go there")
	}
	dir := vaultDir(t)
	for _, c := range []struct {
		args, stdin string
		code        int
		err         string
	}{
		{"view sealed.yml -J", "pw1\n", 0, "Vault password: "},
		{"view sealed.yml --vault-id dev@prompt", "pw1\n", 0, "Vault password (dev): "},
		{"encrypt plain.yml --output - --vault-id dev@prompt", "new\nother\n", 1, "New vault password (dev): Confirm new vault password (dev): [WARNING]: Error in vault password prompt (dev): Passwords do not match\n[ERROR]: Passwords do not match\n"},
		{"encrypt plain.yml --output -", "", 1, "New Vault password: [WARNING]: Error in vault password prompt (default): EOFError (ctrl-d) on prompt for (default)\n[ERROR]: EOFError (ctrl-d) on prompt for (default)\n"},
		{"encrypt plain.yml --output - --ask-vault-pass", "new\nnew\n", 0, "New Vault password: Confirm New Vault password: "},
	} {
		code, _, stderr := runIn(t, dir, c.stdin, nil, append([]string{"vault"}, strings.Fields(c.args)...)...)
		if code != c.code || stderr != c.err {
			t.Errorf("%s: status %d\n%q\nwant %d\n%q", c.args, code, stderr, c.code, c.err)
		}
	}
}
