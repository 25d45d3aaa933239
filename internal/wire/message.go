package wire

import (
	"fmt"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Welcome is the first message of an agent.
type Welcome struct {
	PID  int64
	UID  int64
	OS   string
	Arch string
	Home string
}

// Encode gives the CBOR form.
func (w *Welcome) Encode() []byte {
	b := appendHead(nil, majorArray, 5)
	b = appendInt(b, w.PID)
	b = appendInt(b, w.UID)
	b = appendText(b, w.OS)
	b = appendText(b, w.Arch)
	return appendText(b, w.Home)
}

// DecodeWelcome reads a Hello.
func DecodeWelcome(p []byte) (*Welcome, error) {
	c := &cursor{b: p}
	w := &Welcome{}
	if c.array(5) {
		w.PID, w.UID, w.OS, w.Arch, w.Home = c.int(), c.int(), c.text(), c.text(), c.text()
	}
	return w, c.end("hello")
}

// The kinds of requests.
const (
	KindCall  = 1 // Call
	KindSpawn = 2 // Spawn
	KindRead  = 3 // File: the content comes as data of the stream
	KindWrite = 4 // File: the content goes as data of the stream
)

// Kind tells which kind of request the payload holds, 0 where it holds none.
func Kind(p []byte) int {
	c := &cursor{b: p}
	c.count(majorArray, 1)
	return int(c.int())
}

// Call asks for a module.
type Call struct {
	Module    string
	Args      *value.Dict
	Check     bool
	Diff      bool
	NoLog     bool
	Verbosity int
	MaxDiff   int
	Env       map[string]string
	Cwd       string
	TmpDir    string
	// Interpreter is the Python of the host where the controller has a name for it.
	Interpreter string
	Timeout     time.Duration
	Blobs       map[string][]byte // small content by hexadecimal SHA-256; the rest is asked for with Want
	Async       *Async
}

// Async makes the call a background job.
type Async struct {
	JobID string
	Limit time.Duration
	Dir   string
}

// Encode gives the CBOR form; an argument that is not data is an error.
func (r *Call) Encode(b []byte) ([]byte, error) {
	b = appendHead(b, majorArray, 15)
	b = appendInt(b, KindCall)
	b = appendText(b, r.Module)
	b, err := AppendValue(b, r.Args)
	if err != nil {
		return nil, err
	}
	b = appendBool(b, r.Check)
	b = appendBool(b, r.Diff)
	b = appendBool(b, r.NoLog)
	b = appendInt(b, int64(r.Verbosity))
	b = appendInt(b, int64(r.MaxDiff))
	b = appendEnv(b, r.Env)
	b = appendText(b, r.Cwd)
	b = appendText(b, r.TmpDir)
	b = appendText(b, r.Interpreter)
	b = appendInt(b, int64(r.Timeout))
	b = appendHead(b, majorMap, uint64(len(r.Blobs)))
	for k, v := range r.Blobs {
		b = appendBytes(appendText(b, k), v)
	}
	if r.Async == nil {
		return append(b, cborNull), nil
	}
	b = appendHead(b, majorArray, 3)
	b = appendText(b, r.Async.JobID)
	b = appendInt(b, int64(r.Async.Limit))
	return appendText(b, r.Async.Dir), nil
}

// DecodeCall reads a request of KindCall.
func DecodeCall(p []byte) (*Call, error) {
	c := &cursor{b: p}
	r := &Call{}
	if !c.array(15) || c.int() != KindCall {
		c.fail("not a call")
		return nil, c.end("call")
	}
	r.Module = c.text()
	if c.peek()&0xe0 == majorMap {
		r.Args = c.dict(1)
	} else {
		c.fail("arguments are not a mapping")
	}
	r.Check, r.Diff, r.NoLog = c.bool(), c.bool(), c.bool()
	r.Verbosity, r.MaxDiff = int(c.int()), int(c.int())
	r.Env = c.env()
	r.Cwd, r.TmpDir, r.Interpreter = c.text(), c.text(), c.text()
	r.Timeout = time.Duration(c.int())
	if n := c.count(majorMap, 2); n > 0 {
		r.Blobs = make(map[string][]byte, n)
		for i := 0; i < n && c.err == nil; i++ {
			k := c.text()
			r.Blobs[k] = c.bytes()
		}
	}
	if c.peek() == cborNull {
		c.take(1)
	} else if c.array(3) {
		r.Async = &Async{c.text(), time.Duration(c.int()), c.text()}
	}
	return r, c.end("call")
}

// Spawn starts a process whose input and output are the data of the stream. Where it asks for a password with a prompt
// that holds one of Prompts, on the terminal or its error output, Password is typed, once.
type Spawn struct {
	Argv     []string
	Env      map[string]string
	TTY      bool // the process gets a terminal of its own to ask on; input and output stay pipes
	Prompts  []string
	Password string // secret
	Keep     int64  // how much of the error output the result has, 0 is a little
}

// Encode gives the CBOR form.
func (r *Spawn) Encode() []byte {
	b := appendHead(nil, majorArray, 7)
	b = appendInt(b, KindSpawn)
	b = appendTexts(b, r.Argv)
	b = appendEnv(b, r.Env)
	b = appendBool(b, r.TTY)
	b = appendTexts(b, r.Prompts)
	b = appendText(b, r.Password)
	return appendInt(b, r.Keep)
}

// DecodeSpawn reads a request of KindSpawn.
func DecodeSpawn(p []byte) (*Spawn, error) {
	c := &cursor{b: p}
	r := &Spawn{}
	if c.array(7) && c.int() == KindSpawn {
		r.Argv, r.Env, r.TTY, r.Prompts, r.Password, r.Keep = c.texts(), c.env(), c.bool(), c.texts(), c.text(), c.int()
	}
	return r, c.end("spawn")
}

// Exit is the result of a Spawn.
type Exit struct {
	Code     int64
	Stderr   string // its first part
	Terminal string // what it showed on the terminal, the first part
	Asked    int64  // how often the prompt came
	Error    string // why the process could not be started or followed
}

// Encode gives the CBOR form.
func (r *Exit) Encode() []byte {
	b := appendHead(nil, majorArray, 5)
	b = appendInt(b, r.Code)
	b = appendRaw(b, r.Stderr)
	b = appendRaw(b, r.Terminal)
	b = appendInt(b, r.Asked)
	return appendRaw(b, r.Error)
}

// DecodeExit reads the result of a Spawn.
func DecodeExit(p []byte) (*Exit, error) {
	c := &cursor{b: p}
	r := &Exit{}
	if c.array(5) {
		r.Code, r.Stderr, r.Terminal, r.Asked, r.Error = c.int(), c.raw(), c.raw(), c.int(), c.raw()
	}
	return r, c.end("exit")
}

// File names a file to read or write; a leading ~/ is the home directory.
type File struct {
	Kind int64
	Path string
	Mode int64 // permissions of a written file
}

// Encode gives the CBOR form.
func (r *File) Encode() []byte {
	b := appendHead(nil, majorArray, 3)
	b = appendInt(b, r.Kind)
	b = appendRaw(b, r.Path)
	return appendInt(b, r.Mode)
}

// DecodeFile reads a request of KindRead or KindWrite.
func DecodeFile(p []byte) (*File, error) {
	c := &cursor{b: p}
	r := &File{}
	if c.array(3) {
		r.Kind, r.Path, r.Mode = c.int(), c.raw(), c.int()
	}
	return r, c.end("file request")
}

// Answer is the result of every other request: a value, or the error that kept the agent from getting one.
type Answer struct {
	Value *value.Dict
	Error string
}

// Encode gives the CBOR form; a value that cannot be sent turns into the error that says so.
func (r *Answer) Encode() []byte {
	b := appendHead(nil, majorArray, 2)
	b = appendRaw(b, r.Error)
	if r.Value == nil {
		return append(b, cborNull)
	}
	out, err := AppendValue(b, r.Value)
	if err != nil {
		return (&Answer{Error: err.Error()}).Encode()
	}
	return out
}

// DecodeAnswer reads the result of a Call or File.
func DecodeAnswer(p []byte) (*Answer, error) {
	c := &cursor{b: p}
	r := &Answer{}
	if c.array(2) {
		r.Error = c.raw()
		if c.peek() == cborNull {
			c.take(1)
		} else {
			r.Value = c.dict(1)
		}
	}
	return r, c.end("answer")
}

// Blob asks for the content with a hexadecimal SHA-256; it comes as data of the stream that the Want names.
type Blob struct{ SHA256 string }

// Encode gives the CBOR form.
func (r *Blob) Encode() []byte { return appendText(nil, r.SHA256) }

// DecodeBlob reads a Want.
func DecodeBlob(p []byte) (*Blob, error) {
	c := &cursor{b: p}
	r := &Blob{c.text()}
	return r, c.end("want")
}

func (c *cursor) raw() string { return string(c.take(c.expect(majorBytes, "bytes"))) }

func appendRaw(b []byte, s string) []byte { return appendBytes(b, []byte(s)) }

func appendTexts(b []byte, list []string) []byte {
	b = appendHead(b, majorArray, uint64(len(list)))
	for _, s := range list {
		b = appendRaw(b, s)
	}
	return b
}

func appendEnv(b []byte, env map[string]string) []byte {
	b = appendHead(b, majorMap, uint64(len(env)))
	for k, v := range env {
		b = appendRaw(appendRaw(b, k), v)
	}
	return b
}

func (c *cursor) texts() []string {
	list := make([]string, c.count(majorArray, 1))
	for i := range list {
		list[i] = c.raw()
	}
	return list
}

func (c *cursor) env() map[string]string {
	n := c.count(majorMap, 2)
	if n == 0 {
		return nil
	}
	env := make(map[string]string, n)
	for i := 0; i < n && c.err == nil; i++ {
		k := c.raw()
		env[k] = c.raw()
	}
	return env
}

// array reads the head of an array of exactly n elements.
func (c *cursor) array(n int) bool {
	if got := c.count(majorArray, 1); got != n && c.err == nil {
		c.fail("an array of %d elements where %d were expected", got, n)
	}
	return c.err == nil
}

func (c *cursor) end(what string) error {
	if c.err == nil && len(c.b) > 0 {
		c.fail("%d bytes follow", len(c.b))
	}
	if c.err != nil {
		return fmt.Errorf("%s: %w", what, c.err)
	}
	return nil
}
