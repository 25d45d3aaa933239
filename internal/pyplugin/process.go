package pyplugin

import (
	"bufio"
	"context"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

//go:embed py/*.py
var programs embed.FS

// maxFrame bounds one frame in bytes.
const maxFrame = 1 << 30

// bootstrap reads the programs from descriptor 3 and runs the host.
// The working directory is no place to import from, as it is none for ansible-playbook.
const bootstrap = `import sys
if '' in sys.path: sys.path.remove('')
import os,json
with os.fdopen(3,'rb') as f: sources = json.load(f)
exec(compile(sources['rehearse_host'], '<rehearse_host>', 'exec'), {'__name__': 'rehearse_boot', 'SOURCES': sources})`

// process is a running Python.
type process struct {
	host *Host
	cmd  *exec.Cmd
	o    *Options

	writeMu sync.Mutex // held over each frame that is written
	in      io.WriteCloser

	mu     sync.Mutex
	calls  map[int64]*call
	next   int64
	gone   error // set when the process has ended
	done   chan struct{}
	stderr tail
	once   sync.Once
}

// call is one call under way. Its frames wait in a queue for the goroutine that made it.
type call struct {
	mu    sync.Mutex
	queue []string
	wake  chan struct{}
}

func (c *call) push(frame string) {
	c.mu.Lock()
	c.queue = append(c.queue, frame)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *call) pop() (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		return "", false
	}
	f := c.queue[0]
	c.queue = c.queue[1:]
	return f, true
}

// start runs the interpreter. The programs, requests and answers go over descriptors 3, 4 and 5.
func start(h *Host, o *Options) (*process, error) {
	sources, err := bundle(o)
	if err != nil {
		return nil, err
	}
	var pipes [3][2]*os.File
	defer func() {
		for _, p := range pipes {
			if p[0] != nil {
				p[0].Close()
			}
			if p[1] != nil {
				p[1].Close()
			}
		}
	}()
	for i := range pipes {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, err
		}
		pipes[i] = [2]*os.File{r, w}
	}
	p := &process{host: h, o: o, calls: map[int64]*call{}, done: make(chan struct{})}
	cmd := exec.Command(o.Python, "-c", bootstrap)
	cmd.ExtraFiles = []*os.File{pipes[0][0], pipes[1][0], pipes[2][1]}
	cmd.Env, cmd.Dir = o.Env, o.Dir
	cmd.Stdout, cmd.Stderr = &p.stderr, &p.stderr
	cmd.WaitDelay = 2 * time.Second
	detach(cmd)
	p.cmd = cmd
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("the Python interpreter %s could not be started: %w", o.Python, err)
	}
	p.in = pipes[1][1]
	out := pipes[2][0]
	program := pipes[0][1]
	pipes[1][1], pipes[2][0], pipes[0][1] = nil, nil, nil
	go func() {
		_, _ = io.WriteString(program, sources) // a process that does not read it ends, and says so itself
		program.Close()
	}()
	go p.read(out)
	return p, nil
}

// bundle is what the process is told at its start: our programs and the setup.
func bundle(o *Options) (string, error) {
	all := &value.Dict{}
	names, err := programs.ReadDir("py")
	if err != nil {
		return "", err
	}
	for _, f := range names {
		text, err := programs.ReadFile(path.Join("py", f.Name()))
		if err != nil {
			return "", err
		}
		all.Put(strings.TrimSuffix(f.Name(), ".py"), value.S(string(text)))
	}
	setup := o.Setup
	if setup == nil {
		setup = &value.Dict{}
	}
	setup = setup.Copy()
	setup.Put("library", value.S(o.Library))
	all.Put("", setup)
	e := encoder{x: &crossing{}}
	err = e.value(all, 0)
	return string(e.buf), err
}

func (p *process) dead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gone != nil
}

// read gives each frame to its call until the process ends.
func (p *process) read(out io.ReadCloser) {
	defer out.Close()
	r := bufio.NewReaderSize(out, 1<<16)
	var err error
	for {
		var frame string
		var id int64
		if id, frame, err = readFrame(r); err != nil {
			break
		}
		p.mu.Lock()
		c := p.calls[id]
		p.mu.Unlock()
		if c != nil {
			c.push(frame)
		} else {
			go p.orphan(frame)
		}
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		killAll(p.cmd)
	}
	p.finish()
}

// readFrame reads eight bytes of the call's number, four of the length, and the JSON text.
func readFrame(r io.Reader) (id int64, frame string, err error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, "", err
	}
	n := binary.BigEndian.Uint32(head[8:])
	if n > maxFrame {
		return 0, "", errFrame
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return 0, "", err
	}
	return int64(binary.BigEndian.Uint64(head[:])), string(b), nil
}

// finish waits for the end of the process and tells all calls.
func (p *process) finish() {
	timer := time.AfterFunc(2*time.Second, func() { killAll(p.cmd) })
	err := p.cmd.Wait()
	timer.Stop()
	killAll(p.cmd) // what it left behind in its group
	why := "it ended"
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if why = how(exit); why != "" {
			why = "it was ended by " + why
		} else {
			why = fmt.Sprintf("it exited with status %d", exit.ExitCode())
		}
	}
	text := "the Python process of the plugins is gone: " + why
	if said := p.stderr.String(); said != "" {
		text += ": " + said
	}
	p.mu.Lock()
	p.gone = &Gone{text}
	p.mu.Unlock()
	p.in.Close()
	close(p.done)
}

// Gone says that the process ended in the middle of a call.
type Gone struct{ text string }

// Error says how the process ended and the last lines that it wrote.
func (g *Gone) Error() string { return g.text }

// orphan answers a frame that belongs to no call: of a thread that a plugin started, or of a call that was given up.
func (p *process) orphan(frame string) {
	x := &crossing{host: p.host, decrypt: p.o.Decrypt}
	_ = p.answer(context.Background(), 0, frame, x, nil)
}

// write sends one frame.
func (p *process) write(id int64, body []byte) error {
	var head [12]byte
	binary.BigEndian.PutUint64(head[:], uint64(id))
	binary.BigEndian.PutUint32(head[8:], uint32(len(body)))
	p.writeMu.Lock()
	defer p.writeMu.Unlock()
	if _, err := p.in.Write(append(head[:], body...)); err != nil {
		return err
	}
	return nil
}

func (p *process) call(ctx context.Context, method string, args value.Value, back Handler) (value.Value, error) {
	x := &crossing{host: p.host, decrypt: p.o.Decrypt}
	e := encoder{buf: make([]byte, 0, 512), x: x}
	e.raw(`{"m":`)
	e.text(method)
	e.raw(`,"a":`)
	if err := e.value(args, 0); err != nil {
		return nil, err
	}
	e.raw("}")
	c := &call{wake: make(chan struct{}, 1)}
	p.mu.Lock()
	if p.gone != nil {
		p.mu.Unlock()
		return nil, p.gone
	}
	p.next++
	id := p.next
	p.calls[id] = c
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.calls, id)
		p.mu.Unlock()
	}()
	// a process that does not read, because a plugin holds it, must not keep us from being stopped
	sent := make(chan error, 1)
	if len(e.buf) < 4096 {
		sent <- p.write(id, e.buf)
	} else {
		go func() { sent <- p.write(id, e.buf) }()
	}
	handler := Handlers(back, p.o.Handler)
	for {
		if frame, ok := c.pop(); ok {
			a := reply{}
			if a.read(frame, x) != nil {
				killAll(p.cmd)
				return nil, errFrame
			}
			if a.method == "" {
				return a.value, a.err
			}
			if err := p.respond(ctx, id, &a, x, handler); err != nil {
				return nil, err
			}
			continue
		}
		select {
		case <-c.wake:
		case err := <-sent:
			if err != nil {
				<-p.done
				return nil, p.gone
			}
			sent = nil
		case <-p.done:
			if frame, ok := c.pop(); ok { // it answered before it ended
				c.push(frame)
				continue
			}
			return nil, p.gone
		case <-ctx.Done():
			go func() { _ = p.write(id, []byte(`{"x":1}`)) }() // a process that is gone needs no interrupt
			return nil, context.Cause(ctx)
		}
	}
}

// reply is one frame from Python: the end of a call, or a question.
type reply struct {
	value  value.Value
	err    error
	method string
	number int64 // of the question; 0 for a note
}

func (a *reply) read(frame string, x *crossing) error {
	d := decoder{s: frame, x: x}
	v, err := d.value(0)
	if err != nil {
		return err
	}
	fields, ok := v.(*value.Dict)
	if !ok {
		return errFrame
	}
	if m, ok := fields.Get("m"); ok {
		a.method = value.ToStr(m)
		if n, ok := fields.Get("n"); ok {
			n, _ := n.(value.Int)
			a.number = int64(n)
		}
		a.value, _ = fields.Get("a")
		return nil
	}
	if e, ok := fields.Get("e"); ok {
		a.err = errorOf(e, x)
		return nil
	}
	a.value, ok = fields.Get("v")
	if !ok {
		return errFrame
	}
	return nil
}

func (p *process) answer(ctx context.Context, id int64, frame string, x *crossing, back Handler) error {
	a := reply{}
	if err := a.read(frame, x); err != nil || a.method == "" {
		return err
	}
	return p.respond(ctx, id, &a, x, Handlers(back, p.o.Handler))
}

// respond asks the handler and sends what it says.
func (p *process) respond(ctx context.Context, id int64, a *reply, x *crossing, handler Handler) error {
	var v value.Value
	var err error
	if a.method == "map_item" {
		v = x.item(a.value)
	} else {
		v, err = handler(ctx, a.method, a.value)
	}
	if a.number == 0 {
		return nil
	}
	e := encoder{x: x}
	if err == nil {
		e.raw(fmt.Sprintf(`{"n":%d,"v":`, a.number))
		err = e.value(v, 0)
	}
	if err != nil {
		e.buf = e.buf[:0]
		e.raw(fmt.Sprintf(`{"n":%d,"e":`, a.number))
		e.failure(err)
	}
	e.raw("}")
	if err := p.write(id, e.buf); err != nil {
		<-p.done
		return p.gone
	}
	return nil
}

// item is the value of a key of a dict that did not go over whole, in a list; an empty list where it has no such key.
func (x *crossing) item(args value.Value) value.Value {
	out := &value.List{}
	l, ok := args.(*value.List)
	if !ok || len(l.Items) != 2 {
		return out
	}
	if i, ok := l.Items[0].(value.Int); ok && int(i) < len(x.maps) && i >= 0 {
		if v, err := value.GetItem(x.maps[i], l.Items[1]); err == nil {
			out.Items = append(out.Items, v)
		}
	}
	return out
}

// end closes the process's input, which makes it exit at once, and kills what does not.
func (p *process) end() {
	p.once.Do(func() {
		p.writeMu.Lock()
		p.in.Close()
		p.writeMu.Unlock()
	})
	select {
	case <-p.done:
		return
	case <-time.After(300 * time.Millisecond):
	}
	killAll(p.cmd)
	<-p.done
}

// tail keeps the last of what a process writes.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 4096

// Write never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if len(t.buf) > tailSize {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-tailSize:]...)
	}
	return len(b), nil
}

// String gives the text without white space at its ends.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.buf))
}
