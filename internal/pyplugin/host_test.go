package pyplugin

import (
	"context"
	"errors"
	"math"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// host starts a Python host for a project with one file of filters; ansible-core is used where the interpreter has it.
func host(t testing.TB, filters string) *Functions {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 on PATH")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "filter_plugins"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "filter_plugins", "x.py"), []byte(filters), 0o644); err != nil {
		t.Fatal(err)
	}
	x := NewIndex(source.OS{}, nil, nil)
	x.AddBase(dir)
	h := New(func() (Options, error) {
		return Options{Python: python, Env: append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1"), Dir: dir,
			Setup: value.NewDict("directories", value.Strings([]string{dir}), "basedir", value.S(dir))}, nil
	})
	t.Cleanup(func() { h.Close() })
	return NewFunctions(x, h)
}

// run calls a filter.
func run(ctx context.Context, f *Functions, name string, args ...value.Value) (value.Value, error) {
	p, _ := f.Index.Find("filter", name, false)
	return f.Host.Call(ctx, "jinja_plugins.run", value.NewDict("kind", value.S("filter"), "name", value.S(name), "path", value.S(p.Path),
		"args", &value.List{Items: args}, "kwargs", &value.Dict{}), nil)
}

const same = "def same(v): return v\nclass FilterModule:\n    def filters(self): return {'same': same}\n"

func TestValuesCrossBothWays(t *testing.T) {
	f := host(t, same)
	big := &value.BigInt{V: new(big.Int).Exp(big.NewInt(10), big.NewInt(5000), nil)}
	odd := &value.Dict{}
	odd.Set(value.Int(1), value.S("one"))
	odd.Set(&value.Tuple{Items: []value.Value{value.S("a"), value.Int(2)}}, value.None{})
	marked := value.NewDict("\x00", value.S("s"), "v", value.Int(1))
	set := &value.Set{}
	set.Add(value.Int(3))
	for _, v := range []value.Value{
		value.None{}, value.Bool(true), value.Int(math.MinInt64), big, value.Float(0.1), value.Float(3), value.Float(1e300),
		value.Float(math.Inf(-1)), value.S(""), value.S("a\"\\\n\x00\x7f é \U0001f600"), value.S("\xff\x80 bytes"), value.S("\xed\xa0\x80"),
		value.Bytes("\x00\xff"), value.NewList(value.Int(1), value.NewList()), &value.Tuple{Items: []value.Value{value.Int(1)}},
		value.NewDict("z", value.Int(1), "a", value.Int(2)), odd, marked, set,
		value.Date{T: time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)}, value.DateTime{T: time.Date(2020, 1, 2, 3, 4, 5, 6000, time.UTC)},
		value.DateTime{T: time.Date(2020, 1, 2, 3, 4, 5, 0, time.FixedZone("", -5400)), Aware: true}, value.Delta(-1),
	} {
		got, err := run(context.Background(), f, "same", v)
		if err != nil {
			t.Errorf("%s: %v", v.TypeName(), err)
			continue
		}
		if got.TypeName() != v.TypeName() || value.Repr(got) != value.Repr(v) {
			t.Errorf("%s %.60s came back as %s %.60s", v.TypeName(), value.Repr(v), got.TypeName(), value.Repr(got))
		}
	}
	u := &value.Undefined{Name: "nope", Message: "'nope' is undefined"}
	if got, err := run(context.Background(), f, "same", value.NewList(u)); err == nil {
		if l, ok := got.(*value.List); !ok || l.Items[0] != value.Value(u) {
			t.Errorf("an undefined value came back as %v", got)
		}
	}
}

func TestOrderOfMembersIsKept(t *testing.T) {
	f := host(t, "def turn(v): return {k: v[k] for k in reversed(list(v))}\nclass FilterModule:\n    def filters(self): return {'turn': turn}\n")
	got, err := run(context.Background(), f, "turn", value.NewDict("b", value.Int(1), "a", value.Int(2), "c", value.Int(3)))
	if err != nil || value.Repr(got) != "{'c': 3, 'a': 2, 'b': 1}" {
		t.Errorf("got %v, %v", got, err)
	}
}

const bad = `import os, time
def leave(v): os._exit(7)
def kill(v): os.kill(os.getpid(), 9)
def wait(v): time.sleep(1000)
def spin(v):
    while True: pass
def loud(v):
    print('to stdout'); os.write(1, b'to descriptor 1')
    return v
def fail(v):
    try:
        {}['k']
    except KeyError as e:
        raise ValueError('outer') from e
def same(v): return v
class FilterModule:
    def filters(self): return dict(leave=leave, kill=kill, wait=wait, spin=spin, loud=loud, fail=fail, same=same)
`

func TestADeadProcessIsAnErrorAndIsReplaced(t *testing.T) {
	f := host(t, bad)
	for name, want := range map[string]string{"leave": "it exited with status 7", "kill": "it was ended by signal killed"} {
		_, err := run(context.Background(), f, name, value.Int(1))
		var gone *Gone
		if !errors.As(err, &gone) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
		if v, err := run(context.Background(), f, "same", value.Int(5)); err != nil || v != value.Value(value.Int(5)) {
			t.Errorf("after %s: %v, %v", name, v, err)
		}
	}
}

func TestACallCanBeGivenUp(t *testing.T) {
	f := host(t, bad)
	for _, name := range []string{"wait", "spin"} {
		if _, err := run(context.Background(), f, "same", value.Int(1)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() {
			_, err := run(ctx, f, name, value.Int(1))
			done <- err
		}()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		if v, err := run(context.Background(), f, "same", value.Int(2)); err != nil || v != value.Value(value.Int(2)) {
			t.Errorf("beside %s: %v, %v", name, v, err)
		}
	}
}

func TestWhatPluginsPrintIsNoFrame(t *testing.T) {
	f := host(t, bad)
	var printed string
	f.Host.options = wrap(f.Host.options, func(_ context.Context, method string, args value.Value) (value.Value, error) {
		if method == "printed" {
			text, _ := args.(*value.Dict).Get("text")
			printed = value.ToStr(text)
		}
		return value.None{}, nil
	})
	if v, err := run(context.Background(), f, "loud", value.Int(1)); err != nil || v != value.Value(value.Int(1)) {
		t.Errorf("%v, %v", v, err)
	}
	if printed != "to stdout\n" {
		t.Errorf("printed %q", printed)
	}
}

func wrap(options func() (Options, error), h Handler) func() (Options, error) {
	return func() (Options, error) {
		o, err := options()
		o.Handler = h
		return o, err
	}
}

func TestAnExceptionKeepsItsCause(t *testing.T) {
	f := host(t, bad)
	_, err := run(context.Background(), f, "fail", value.Int(1))
	var e *Error
	if !errors.As(err, &e) || e.Class != "ValueError" || e.Error() != "outer: 'k'" {
		t.Fatalf("%v", err)
	}
	var cause *Error
	if !errors.As(e.Cause, &cause) || !cause.IsA("LookupError") {
		t.Errorf("cause %v", e.Cause)
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	f := host(t, same)
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			for j := range 20 {
				want := value.S(strings.Repeat("x", i*997+j))
				if v, err := run(context.Background(), f, "same", want); err != nil || v != value.Value(want) {
					t.Errorf("%d/%d: %v", i, j, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestNothingIsStartedForNames(t *testing.T) {
	f := host(t, same)
	if fn, err := f.Find("filter", "same"); fn == nil || err != nil {
		t.Fatalf("%v, %v", fn, err)
	}
	if fn, err := f.Find("filter", "other"); fn != nil || err != nil {
		t.Errorf("a filter that is not there: %v, %v", fn, err)
	}
	if f.Host.Started() {
		t.Error("Python was started to look for names")
	}
}

func TestClosedHost(t *testing.T) {
	f := host(t, same)
	if _, err := run(context.Background(), f, "same", value.Int(1)); err != nil {
		t.Fatal(err)
	}
	p := f.Host.process
	f.Host.Close()
	if p.cmd.ProcessState == nil {
		t.Error("the process is still there")
	}
	if _, err := run(context.Background(), f, "same", value.Int(1)); err == nil {
		t.Error("a call after the end succeeded")
	}
}

// BenchmarkFilter is one call of a filter.
func BenchmarkFilter(b *testing.B) {
	f := host(b, same)
	if _, err := run(context.Background(), f, "same", value.Int(1)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := run(context.Background(), f, "same", value.S("x")); err != nil {
			b.Fatal(err)
		}
	}
}
