package transport

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rehearse-dev/rehearse/agent"
	"github.com/rehearse-dev/rehearse/internal/wire"
	"github.com/rehearse-dev/rehearse/runner/transport/agents"
)

// bootstrapScript starts the agent on any POSIX shell: dash, bash, busybox. It contains no single quote and no
// backslash, so that every login shell passes it on unharmed.
//
// What the controller reads begins with the marker, because login shells may print first: "@M ok" by the agent itself,
// before its frames; "@M need SYSTEM MACHINE gzip|raw DIR" asks for a file; "@M none REASONS" is the end. The answer to
// need is a line "NAME COUNT" and as many bytes, or the end of input. "@M run PATH" comes before an agent that was there
// already is started: if nothing follows it is broken, and a new one is sent.
//
// An agent that is there is started without exec, because a shell that fails to exec (a file system mounted noexec) ends.
const bootstrapScript = `exec 3>&-; m=@MARK@; e=; ` +
	`run() { "$1" @ARG@ $m; r=$?; case $r in 126|127) e="$e $1: cannot be executed (noexec?);";; *) exit $r;; esac; }; ` +
	`own() { [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; }; ` +
	`try() { for a in @NAMES@; do if [ -x "$1/$a" ] && own "$1"; then case $(ls -ld "$1") in drwx------*) echo "$m run $1/$a"; run "$1/$a";; esac; fi; done; }; ` +
	`put() { ( umask 077; mkdir -p "$1"; own "$1" && chmod 700 "$1" && echo "exit 0" >"$1/.try-$m" && chmod 700 "$1/.try-$m" ) 2>/dev/null || ` +
	`{ rm -f "$1/.try-$m" 2>/dev/null; rmdir "$1" 2>/dev/null; e="$e $1: cannot be written;"; return; }; ` +
	`"$1/.try-$m" 2>/dev/null; r=$?; rm -f "$1/.try-$m"; [ $r = 0 ] || { rmdir "$1" 2>/dev/null; e="$e $1: mounted noexec;"; return; }; ` +
	`z=raw; command -v gzip >/dev/null 2>&1 && z=gzip; echo "$m need $(uname -s) $(uname -m) $z $1"; ` +
	`read -r a n || exit 1; t="$1/.new-$m"; ` +
	`head -c $n | ( umask 077; if [ $z = gzip ]; then gzip -dc >"$t"; else cat >"$t"; fi || { cat >/dev/null; false; } ) && { [ $z = gzip ] || [ $(wc -c <"$t") -eq $n ]; } && chmod 700 "$t" && mv -f "$t" "$1/$a" && { run "$1/$a"; rm -f "$1/$a"; rmdir "$1" 2>/dev/null; return; }; ` +
	`rm -f "$t"; rmdir "$1" 2>/dev/null; e="$e $1: the agent could not be written;"; }; ` +
	`@DIRECT@` +
	`h=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/rehearse; @TRY@ "$h"; u=$(id -u); ` +
	`for d in @DIRS@ "/var/tmp/.rehearse-$u" "/tmp/.rehearse-$u" "/dev/shm/.rehearse-$u" "/run/user/$u/rehearse"; do @TRY@ "$d"; done; ` +
	`for d in "$h" @DIRS@ "/var/tmp/.rehearse-$u" "/tmp/.rehearse-$u" "/dev/shm/.rehearse-$u" "/run/user/$u/rehearse"; do put "$d"; done; ` +
	`echo "$m none$e"; exit 1`

// noiseLimit is how many bytes a login shell may print before the marker.
const noiseLimit = 1 << 20

// BootstrapError is an agent that could not be started, with the cause in words for people.
type BootstrapError struct {
	Message string
	Exit    *wire.Exit // how the shell ended, nil where it did not
	Silent  bool       // it said nothing in time
}

func (e *BootstrapError) Error() string { return e.Message }

// plan says how an agent is to be started.
type plan struct {
	shell   string        // "" is /bin/sh
	dirs    []string      // further places for the file, with a leading ~/ for the home directory
	direct  string        // a file that may be there already
	fresh   bool          // what is there is broken
	timeout time.Duration // for each step
	wrap    func(argv []string) *wire.Spawn
}

func (p *plan) script(marker string) string {
	var dirs []string
	for _, d := range p.dirs {
		if rest, ok := strings.CutPrefix(d, "~/"); ok {
			dirs = append(dirs, `"$HOME"/`+doubleQuote(rest))
		} else if strings.HasPrefix(d, "/") {
			dirs = append(dirs, doubleQuote(d))
		}
	}
	direct, try := "", "try"
	if p.fresh {
		try = ":"
	} else if p.direct != "" {
		direct = `if [ -x ` + doubleQuote(p.direct) + ` ]; then run ` + doubleQuote(p.direct) + `; fi; `
	}
	return strings.NewReplacer("@MARK@", marker, "@ARG@", agent.Arg, "@NAMES@", strings.Join(agents.Names(), " "),
		"@DIRS@", strings.Join(dirs, " "), "@DIRECT@", direct, "@TRY@", try).Replace(bootstrapScript)
}

// doubleQuote quotes a path for the script; characters that would need a backslash or a single quote make it unusable, and
// then it is left out.
func doubleQuote(s string) string {
	if strings.ContainsAny(s, "\"'\\$`!\n") {
		return `""`
	}
	return `"` + s + `"`
}

// boot starts an agent over the link and waits for its welcome. One that was there and ends without a word, as after a power
// failure that left half a file, is replaced.
func boot(ctx context.Context, l link, p *plan) (*client, error) {
	c, broken, err := bootOnce(ctx, l, p)
	if broken {
		again := *p
		again.fresh = true
		c, _, err = bootOnce(ctx, l, &again)
	}
	return c, err
}

func bootOnce(ctx context.Context, l link, p *plan) (_ *client, broken bool, err error) {
	marker := "rehearse-" + rand.Text()
	shell := p.shell
	if shell == "" {
		shell = "/bin/sh"
	}
	argv := []string{shell, "-c", p.script(marker)}
	s := &wire.Spawn{Argv: argv}
	if p.wrap != nil {
		s = p.wrap(argv)
	}
	proc, err := l.start(ctx, s)
	if err != nil {
		return nil, false, err
	}
	b := &booter{proc: proc, marker: marker, timeout: p.timeout, out: bufio.NewReaderSize(proc.out, 32<<10)}
	b.watch = time.AfterFunc(p.timeout, func() { b.stop(errSilent) })
	stop := context.AfterFunc(ctx, func() { b.stop(context.Cause(ctx)) })
	c, err := b.run()
	b.watch.Stop()
	stop()
	b.mu.Lock()
	b.finished = true
	reason := b.reason
	b.mu.Unlock()
	if reason != nil { // it was killed: what run says is only the consequence
		if err == nil {
			c.close()
		}
		err = reason
	}
	if err != nil {
		return nil, b.started && !p.fresh && errors.Is(err, errEnded), b.explain(err)
	}
	return c, false, nil
}

var (
	errSilent = errors.New("silent")
	errEnded  = errors.New("ended")
)

type booter struct {
	proc    *process
	marker  string
	timeout time.Duration
	watch   *time.Timer
	out     *bufio.Reader
	noise   []byte // the first of what came before the marker
	started bool   // an agent that was there already

	mu       sync.Mutex
	reason   error // why the process was killed
	finished bool
}

// run speaks with the script until the agent is there.
func (b *booter) run() (*client, error) {
	for {
		line, err := b.line()
		if err != nil {
			return nil, err
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch verb {
		case "ok":
			return newClient(b.proc, b.out, b.progress)
		case "run":
			b.started = true
		case "need":
			b.started = false
			if err := b.send(rest); err != nil {
				return nil, err
			}
		case "none":
			return nil, &BootstrapError{Message: "the agent cannot be placed on the host:" + strings.TrimSuffix(rest, ";")}
		default:
			return nil, fmt.Errorf("unexpected answer %q", line)
		}
	}
}

func (b *booter) progress() { b.watch.Reset(b.timeout) }

// line gives what follows the marker on the next line that has it.
func (b *booter) line() (string, error) {
	read := 0
	var line []byte
	for {
		part, err := b.out.ReadSlice('\n')
		line = append(line, part...)
		read += len(part)
		if err != bufio.ErrBufferFull {
			if i := bytes.Index(line, []byte(b.marker+" ")); i >= 0 && err == nil {
				b.progress()
				return strings.TrimRight(string(line[i+len(b.marker)+1:]), "\r\n"), nil
			}
			if room := 1024 - len(b.noise); room > 0 {
				b.noise = append(b.noise, line[:min(len(line), room)]...)
			}
			line = line[:0]
		}
		if err != nil && err != bufio.ErrBufferFull { // the end, or the process was killed
			return "", errEnded
		}
		if read > noiseLimit {
			return "", errors.New("the shell of the host prints without end")
		}
	}
}

// send gives the script the agent for its kind of machine.
func (b *booter) send(need string) error {
	fields := strings.SplitN(need, " ", 4)
	if len(fields) < 4 {
		return fmt.Errorf("unexpected answer %q", need)
	}
	b.watch.Stop() // the host does not answer for the time that this takes
	a, err := agents.For(fields[0], fields[1], fields[2] == "gzip")
	b.progress()
	if err != nil {
		b.proc.in.Close()
		return &BootstrapError{Message: err.Error()}
	}
	if _, err := fmt.Fprintf(b.proc.in, "%s %d\n", a.Name, len(a.Content)); err != nil {
		return errEnded
	}
	for content := a.Content; len(content) > 0; {
		n := min(len(content), 256<<10)
		if _, err := b.proc.in.Write(content[:n]); err != nil {
			return errEnded
		}
		content = content[n:]
		b.progress()
	}
	return nil
}

func (b *booter) stop(reason error) {
	b.mu.Lock()
	late := b.finished || b.reason != nil
	if !late {
		b.reason = reason
	}
	b.mu.Unlock()
	if !late {
		b.proc.kill()
	}
}

// explain turns the failure into words, with what the host had to say.
func (b *booter) explain(err error) error {
	b.proc.in.Close()
	said := strings.TrimSpace(b.proc.notes())
	if said == "" {
		said = strings.TrimSpace(string(b.noise))
	}
	with := func(msg string) string {
		if said == "" {
			return msg
		}
		return msg + ": " + said
	}
	var boot *BootstrapError
	switch {
	case errors.Is(err, errSilent):
		b.proc.kill()
		return &BootstrapError{Silent: true, Message: with(fmt.Sprintf("the host accepted the connection but its shell did not answer within %v", b.timeout))}
	case errors.Is(err, errEnded):
		e := b.proc.exit()
		if text := strings.TrimSpace(e.Stderr + e.Terminal); text != "" {
			said = text
		}
		if e.Error != "" {
			return &BootstrapError{Message: with("the shell of the host could not be started: " + e.Error), Exit: e}
		}
		return &BootstrapError{Message: with(fmt.Sprintf("the shell of the host ended with status %d before the agent was started", e.Code)), Exit: e}
	case errors.As(err, &boot):
		// The shell ends by itself now; what it printed says more about why.
		if text := strings.TrimSpace(b.proc.exit().Stderr); text != "" {
			boot.Message += ": " + text
		}
		return boot
	}
	b.proc.kill()
	return &BootstrapError{Message: with(err.Error())}
}
