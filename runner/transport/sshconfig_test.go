package transport

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// configured resolves a target with a configuration file of the given text.
func configured(t *testing.T, text string, target Target) *settings {
	t.Helper()
	if target.ConfigFile == "" {
		target.ConfigFile = filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(target.ConfigFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := resolve(&target)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const config = `
Host web*.example.org
    HostName %h.internal
    User deploy
    Port 2222
    IdentityFile ~/.ssh/web
    ConnectTimeout 7
    ServerAliveInterval 5
    ServerAliveCountMax 2
    ProxyJump bastion
Host *
    User everybody
    IdentityFile ~/.ssh/common
    SendEnv LANG LC_*
    HashKnownHosts yes
`

func TestConfigurationFile(t *testing.T) {
	s := configured(t, config, Target{Host: "web1.example.org"})
	if s.host != "web1.example.org.internal" || s.user != "deploy" || s.port != 2222 || s.connect != 7*time.Second || s.keepAlive != 10*time.Second ||
		s.get("ProxyJump") != "bastion" || s.system != "" {
		t.Errorf("got %+v", s)
	}
	if got := s.all("IdentityFile"); !slices.Equal(got, []string{"~/.ssh/web", "~/.ssh/common"}) {
		t.Errorf("keys: %v", got)
	}
	s = configured(t, config, Target{Host: "db.example.org"})
	if s.host != "db.example.org" || s.user != "everybody" || s.port != 22 || s.get("ProxyJump") != "" {
		t.Errorf("got %+v", s)
	}
}

func TestVariablesBeatArgumentsBeatTheFile(t *testing.T) {
	s := configured(t, config, Target{Host: "web1.example.org", Args: strings.Fields("-C -o ControlMaster=auto -oUser=root -p 2200 -i key -J other")})
	if s.user != "root" || s.port != 2200 || s.get("ProxyJump") != "other" || s.all("IdentityFile")[0] != "key" || s.system != "" {
		t.Errorf("got %+v", s)
	}
	s = configured(t, config, Target{Host: "web1.example.org", User: "ann", Port: 22, ConnectTimeout: time.Second, Args: strings.Fields("-o User=root -p 2200")})
	if s.user != "ann" || s.port != 22 || s.connect != time.Second {
		t.Errorf("got %+v", s)
	}
}

// TestWhatOnlyTheSystemsSSHCan names the reason, or nothing where connections made in this process do.
func TestWhatOnlyTheSystemsSSHCan(t *testing.T) {
	for _, test := range []struct{ args, config, want string }{
		{"-o GSSAPIAuthentication=yes", "", "gssapiauthentication"},
		{"-o GSSAPIAuthentication=no", "", ""},
		{"-K", "", "GSSAPI"},
		{"-L 80:localhost:80", "", "option -L"},
		{"-o PKCS11Provider=/lib/x.so", "", "pkcs11provider"},
		{"-o PKCS11Provider=none", "", ""},
		{"-o SomethingNew=yes", "", "somethingnew"},
		{"", "Match exec \"true\"\n  User x\n", "Match"},
		{"", "Host h\n  GSSAPIAuthentication yes\n", "gssapiauthentication"},
		{"", "Host other\n  GSSAPIAuthentication yes\n", ""},
		{"-q -4 -A -o ControlPath=/x -o LogLevel=ERROR -o PreferredAuthentications=publickey", config, ""},
	} {
		s := configured(t, test.config, Target{Host: "h", Args: strings.Fields(test.args)})
		if (test.want == "") != (s.system == "") || !strings.Contains(s.system, test.want) {
			t.Errorf("%q, %q: got %q, want %q", test.args, test.config, s.system, test.want)
		}
	}
}

// TestTheSystemsFileAsksForNothing holds that the file of a distribution (Debian's sets GSSAPIAuthentication) does not
// send everybody to the system's ssh.
func TestTheSystemsFileAsksForNothing(t *testing.T) {
	if _, err := os.Stat(systemConfig); err != nil {
		t.Skipf("there is no %s", systemConfig)
	}
	t.Setenv("HOME", t.TempDir())
	s, err := resolve(&Target{Host: "h"})
	if err != nil {
		t.Fatal(err)
	}
	if s.system != "" && strings.Contains(s.system, "gssapi") {
		t.Errorf("got %q", s.system)
	}
}

func TestWrongArguments(t *testing.T) {
	for want, args := range map[string]string{
		"is not an option of ssh": "host",
		"ssh has no option -Z":    "-Z",
		"option -p needs a value": "-p",
		"-o User has no value":    "-o User",
		"\"x\" is no number":      "-o Port=x",
		"\"soon\" is no time":     "-o ConnectTimeout=soon",
		"70000 is no port":        "-p 70000",
	} {
		_, err := resolve(&Target{Host: "h", ConfigFile: "none", Args: strings.Split(args, " ")})
		if want == "-o User has no value" {
			_, err = resolve(&Target{Host: "h", ConfigFile: "none", Args: []string{"-o", "User"}})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", args, err, want)
		}
	}
}

func TestJumpHosts(t *testing.T) {
	for hop, want := range map[string]Target{
		"bastion":               {Host: "bastion"},
		"ann@bastion:2222":      {Host: "bastion", User: "ann", Port: 2222},
		"ssh://ann@[::1]:2222/": {Host: "::1", User: "ann", Port: 2222},
		"user@domain@bastion":   {Host: "bastion", User: "user@domain"},
	} {
		got, err := jumpTarget(&Target{}, hop)
		if err != nil || got.Host != want.Host || got.User != want.User || got.Port != want.Port {
			t.Errorf("%s: got %+v, %v", hop, got, err)
		}
	}
	if _, err := jumpTarget(&Target{}, "@"); err == nil {
		t.Error("a hop without a name is taken")
	}
}
