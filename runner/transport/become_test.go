package transport_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/transport"
	"github.com/rehearse-dev/rehearse/runner/transport/agents"
)

// sudoScript stands in for sudo where nobody may change sudoers: it asks on the terminal as sudo does, three times, with the
// prompt that it is given, and writes down its arguments and environment.
const sudoScript = `#!/bin/sh
echo "$@" >>%[1]s; env >>%[1]s
user= prompt= silent=
while [ $# -gt 0 ]; do case $1 in
-u) user=$2; shift 2;; -p) prompt=$2; shift 2;; -n) silent=1; shift;; -H|-S) shift;; *) break;; esac; done
if [ -n "$silent" ]; then echo "sudo: a password is required" >&2; exit 1; fi
exec 4<>/dev/tty
for try in 1 2 3; do
  printf '%%s' "$prompt" >&4
  stty -echo <&4; read -r word <&4; stty echo <&4; echo >&4
  if [ "$word" = "correct horse" ]; then exec 4>&-; BECAME=$user; export BECAME; exec "$@"; fi
  echo "Sorry, try again." >&4
done
echo "sudo: 3 incorrect password attempts" >&2; exit 1
`

func fakeSudo(t *testing.T) (exe, log string) {
	t.Helper()
	dir := t.TempDir()
	exe, log = filepath.Join(dir, "sudo"), filepath.Join(dir, "log")
	must(t, os.WriteFile(exe, fmt.Appendf(nil, sudoScript, log), 0o755))
	return exe, log
}

func stdout(t *testing.T, res transport.Result) string {
	t.Helper()
	must(t, res.Err)
	v, ok := res.Value.Get("stdout")
	if !ok {
		t.Fatalf("got %s", value.Repr(res.Value))
	}
	return v.(value.Str).S
}

func message(t *testing.T, res transport.Result) string {
	t.Helper()
	must(t, res.Err)
	if failed, _ := res.Value.Get("failed"); failed != value.Bool(true) {
		t.Errorf("did not fail: %s", value.Repr(res.Value))
	}
	v, _ := res.Value.Get("msg")
	return v.(value.Str).S
}

func TestBecomeWithAPassword(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		exe, log := fakeSudo(t)
		become := func(password transport.Secret) *transport.Request {
			r := shell(`echo "$BECAME"`)
			r.Become = &transport.Become{Method: "sudo", User: "deploy", Exe: exe, Password: password}
			return r
		}
		if got := message(t, c.Run(context.Background(), become(""))); got != "Missing sudo password" {
			t.Errorf("got %q", got)
		}
		if got := message(t, c.Run(context.Background(), become("wrong horse"))); got != "Incorrect sudo password" {
			t.Errorf("got %q", got)
		}
		for range 3 {
			if got := stdout(t, c.Run(context.Background(), become("correct horse"))); got != "deploy" {
				t.Errorf("got %q", got)
			}
		}
		if got := stdout(t, c.Run(context.Background(), shell(`echo "${BECAME:-nobody else}"`))); got != "nobody else" {
			t.Errorf("the login account is %q", got)
		}
		text, err := os.ReadFile(log)
		must(t, err)
		if strings.Contains(string(text), "horse") {
			t.Errorf("the password is in the arguments or the environment:\n%s", text)
		}
		if n := strings.Count(string(text), "-u deploy"); n != 3 {
			t.Errorf("sudo was started %d times, once for each of three passwords was expected", n)
		}
	})
}

// TestBecomeInALoop changes the account from item to item: the order stays.
func TestBecomeInALoop(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		exe, _ := fakeSudo(t)
		var got []string
		must(t, c.Stream(context.Background(), func(yield func(*transport.Request) bool) {
			for i := range 9 {
				r := shell(fmt.Sprintf(`echo "%d${BECAME}"`, i))
				if i%3 > 0 {
					r.Become = &transport.Become{User: fmt.Sprintf("u%d", i%3), Exe: exe, Password: "correct horse"}
				}
				if !yield(r) {
					return
				}
			}
		}, func(i int, r transport.Result) { got = append(got, stdout(t, r)) }))
		if want := "0 1u1 2u2 3 4u1 5u2 6 7u1 8u2"; strings.Join(got, " ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
}

func TestRawCommandWithBecome(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		exe, _ := fakeSudo(t)
		run := func(password transport.Secret) (*transport.Output, error) {
			return c.Exec(context.Background(), &transport.Command{Line: `echo "$BECAME"; exit 4`,
				Become: &transport.Become{User: "deploy", Exe: exe, Password: password}})
		}
		out, err := run("correct horse")
		must(t, err)
		if strings.TrimSpace(string(out.Stdout)) != "deploy" || out.Code != 4 {
			t.Errorf("got %q, %d", out.Stdout, out.Code)
		}
		if _, err = run("wrong horse"); err == nil || err.Error() != "Incorrect sudo password" {
			t.Errorf("got %v", err)
		}
		if _, err = run(""); err == nil || err.Error() != "Missing sudo password" {
			t.Errorf("got %v", err)
		}
	})
}

func TestUnknownBecomeMethod(t *testing.T) {
	c := transport.Local(nil)
	defer c.Close()
	r := ping("x")
	r.Become = &transport.Become{Method: "pfexec"}
	if got := message(t, c.Run(context.Background(), r)); got != "the become method pfexec is not supported; sudo and su are" {
		t.Errorf("got %q", got)
	}
}

// TestRealBecome goes from root to nobody, which takes no password, by the real programs.
func TestRealBecome(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("this test becomes another account, which takes root")
	}
	t.Cleanup(func() { // nobody has no home directory: its agent lies in /var/tmp
		for _, name := range agents.Names() {
			os.Remove("/var/tmp/.rehearse-65534/" + name)
		}
		os.Remove("/var/tmp/.rehearse-65534")
	})
	conns(t, func(t *testing.T, c transport.Conn) {
		for _, b := range []*transport.Become{{Method: "sudo", User: "nobody"}, {Method: "su", User: "nobody", Flags: "-s /bin/sh"}} {
			if _, err := os.Stat("/usr/bin/" + b.Method); err != nil {
				t.Logf("%s is not installed", b.Method)
				continue
			}
			r := shell("id -un")
			r.Become = b
			if got := stdout(t, c.Run(context.Background(), r)); got != "nobody" {
				t.Errorf("%s: got %q", b.Method, got)
			}
		}
		r := shell("id")
		r.Become = &transport.Become{User: "no-such-user"}
		if got := message(t, c.Run(context.Background(), r)); !strings.Contains(got, "no-such-user") {
			t.Errorf("got %q", got)
		}
	})
}

func TestSecretsDoNotPrint(t *testing.T) {
	b := &transport.Become{User: "u", Password: "correct horse"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if text := fmt.Sprintf(verb, b) + fmt.Sprintf(verb, *b) + fmt.Sprintf(verb, b.Password); strings.Contains(text, "horse") || strings.Contains(text, "636f7272") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

// TestAccountThatIsNotReached has a way to another account that says nothing: the host is lost, after the time that is set.
func TestAccountThatIsNotReached(t *testing.T) {
	exe := filepath.Join(t.TempDir(), "sudo")
	must(t, os.WriteFile(exe, []byte("#!/bin/sh\nexec sleep 1000.625\n"), 0o755))
	c := transport.Local(nil)
	defer c.Close()
	become := &transport.Become{Exe: exe, Timeout: 300 * time.Millisecond}
	r := ping("x")
	r.Become = become
	want := "Timed out waiting for become success or become password prompt"
	if res := c.Run(context.Background(), r); !transport.IsUnreachable(res.Err) || !strings.Contains(res.Err.Error(), want) {
		t.Errorf("got %+v", res)
	}
	if _, err := c.Exec(context.Background(), &transport.Command{Line: "true", Become: become}); !transport.IsUnreachable(err) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	gone(t, "1000.625")
}

// TestAccountThatIsLeft ends the child agent of an account before a request that removes the account.
func TestAccountThatIsLeft(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		exe, log := fakeSudo(t)
		as := func(line string) *transport.Request {
			r := shell(line)
			r.Become = &transport.Become{User: "deploy", Exe: exe, Password: "correct horse"}
			return r
		}
		first := stdout(t, c.Run(context.Background(), as("echo $PPID")))
		r := shell("kill -0 " + first + " 2>/dev/null && echo there || echo gone")
		r.Leave = "somebody else"
		if got := stdout(t, c.Run(context.Background(), r)); got != "there" {
			t.Errorf("the agent is %s", got)
		}
		r.Leave = "deploy"
		if got := stdout(t, c.Run(context.Background(), r)); got != "gone" {
			t.Errorf("the agent is %s", got)
		}
		if second := stdout(t, c.Run(context.Background(), as("echo $PPID"))); second == first {
			t.Error("the agent was not started anew")
		}
		text, err := os.ReadFile(log)
		must(t, err)
		if n := strings.Count(string(text), "-u deploy"); n != 2 {
			t.Errorf("sudo was started %d times", n)
		}
	})
}
