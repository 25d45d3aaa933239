package transport

import (
	"strings"
	"testing"
)

func TestSudoFlags(t *testing.T) {
	for _, test := range []struct {
		flags    string
		password bool
		want     string
	}{
		{"-H -S -n", false, "-H -S -n"},
		{"-H -S", false, "-H"},
		{"-H -S -n", true, "-H"},
		{"-HSn -E", true, "-H -E"},
		{"--set-home --stdin --non-interactive --foo", true, "--set-home --foo"},
		{"--stdin --non-interactive", false, "--stdin --non-interactive"},
	} {
		if got := strings.Join(sudoFlags(strings.Fields(test.flags), test.password), " "); got != test.want {
			t.Errorf("%s, %v: got %q, want %q", test.flags, test.password, got, test.want)
		}
	}
}

// TestWordsOfBecome looks at what is started; secrets are not among it.
func TestWordsOfBecome(t *testing.T) {
	for _, test := range []struct {
		become  Become
		want    string
		prompts int
	}{
		{Become{}, "sudo -H -S -n -u root sh -c it's", 1},
		{Become{Method: "sudo", User: "ann", Exe: "/opt/sudo", Flags: "-E 'two words'"}, "/opt/sudo -E two words -u ann sh -c it's", 1},
		{Become{Method: "sudo", Chdir: "/a b"}, `/bin/sh -c cd "$0" && exec "$@" /a b sudo -H -S -n -u root sh -c it's`, 1},
		{Become{Method: "su", User: "ann", Flags: "-l"}, `su -l ann -c unset LC_ALL; exec sh -c 'it'"'"'s'`, 1},
		{Become{Method: "su", Prompts: "Passwort\nMot de passe"}, `su root -c unset LC_ALL; exec sh -c 'it'"'"'s'`, 6},
	} {
		spawn, err := test.become.spawn()
		if err != nil {
			t.Fatal(err)
		}
		s := spawn([]string{"sh", "-c", "it's"})
		if got := strings.Join(s.Argv, " "); got != test.want || len(s.Prompts) != test.prompts {
			t.Errorf("got %s and %q\nwant %s and %d prompts", got, s.Prompts, test.want, test.prompts)
		}
	}
	spawn, err := (&Become{Password: "correct horse"}).spawn()
	if err != nil {
		t.Fatal(err)
	}
	if s := spawn([]string{"sh"}); strings.Contains(strings.Join(s.Argv, " "), "horse") || !strings.Contains(strings.Join(s.Argv, " "), "-p "+s.Prompts[0]) {
		t.Errorf("got %q", s.Argv)
	}
	if _, err := (&Become{Method: "runas"}).spawn(); err == nil {
		t.Error("an unknown method was taken")
	}
}
