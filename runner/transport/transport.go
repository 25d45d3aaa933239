// Package transport carries tasks to hosts: in this process, or through an agent that it starts over SSH, sudo or su.
//
// A Conn belongs to one host and is used by one goroutine at a time. Nothing inside one host runs in parallel or out of
// order; Stream only saves the waiting between requests. The package knows modules by name and arguments as values; it
// knows nothing of tasks, variables or templates.
package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Request is one call of a module on a host. It must not be changed once it is handed over.
type Request struct {
	Module string      // the full name, "ansible.builtin.copy"
	Args   *value.Dict // templated, not yet validated
	Check  bool
	Diff   bool
	Env    map[string]string // added to the environment of the module
	Become *Become           // nil runs as the login user
	// Blobs is the content that the arguments name by hexadecimal SHA-256: small ones travel with the request, others are sent
	// when the host asks for them.
	Blobs     map[string]Blob
	Timeout   time.Duration // 0 is none; a module that takes longer is cancelled and fails
	NoLog     bool
	Verbosity int
	MaxDiff   int    // size in bytes above which content is not shown as a difference; 0 is ansible's default
	Cwd       string // working directory, "" is the login directory (Local: that of this process)
	TmpDir    string // remote_tmp; "" is the system's
	// Interpreter is the Python of the host where the settings name one; what is asked for it is native setup.
	Interpreter string
	Leave       string // an account whose child agent ends first: the module removes the account
	Async       *Async
}

// Blob is content on the controller: Data, or the file at Path where Data is nil. Size is in bytes.
type Blob struct {
	Data []byte
	Path string
	Size int64
}

// Async asks the host to run the module in the background; the result is then that of a started job.
type Async struct {
	JobID string        // as ansible makes it: "j123456.789"
	Limit time.Duration // the job is killed afterwards
	Dir   string        // where the job's status file is kept, "~/.ansible_async"
}

// Secret is a text that never reaches argv, the environment, a log or %v.
type Secret string

func (Secret) String() string   { return "********" }
func (Secret) GoString() string { return "********" }

// Format keeps every verb of fmt from printing the secret.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, "********") }

// Become names another account and the way to it. Two Becomes with equal fields share one child agent.
type Become struct {
	Method   string // "sudo" or "su"
	User     string // "" is root
	Exe      string // "" is the method's name
	Flags    string // become_flags, split as a shell splits words; "" is the method's default
	Password Secret
	Chdir    string        // sudo_chdir: the directory in which sudo starts
	Prompts  string        // su's prompts without their colons, one a line; "" is "Password"
	Timeout  time.Duration // for the account to be reached; 0 is the connection's
}

// Result is the answer to one Request. Err is set when there is no answer, because the host is lost or was never
// reached (Unreachable) or because the call was cancelled; a failed module is a Value with failed = true.
type Result struct {
	Value *value.Dict
	Err   error
}

// Command is a shell command that is run without an agent, as the raw and script actions do.
type Command struct {
	Line   string // for the account's shell
	Exe    string // executable: the shell to run it with; "" leaves it to the login shell, as raw does
	Stdin  io.Reader
	TTY    bool // the command gets a terminal: stdout and stderr are one and lines end with CR LF
	Become *Become
	Env    map[string]string
	Cwd    string // honoured by Local only: over SSH it is the login directory
	NoLog  bool   // the line is kept out of the trace
}

// Output is what a Command left behind. Code is the exit status, 128+n after signal n.
type Output struct {
	Stdout, Stderr []byte
	Code           int
}

// Conn is a way to one host.
type Conn interface {
	// Run calls one module: one round trip.
	Run(ctx context.Context, r *Request) Result
	// Stream calls the modules one after the other without waiting for a result before the next request is sent. out gets
	// every result, in order, on the calling goroutine, which also pulls the requests. The first lost or cancelled
	// request ends the stream: out gets its error and Stream returns it.
	Stream(ctx context.Context, rs iter.Seq[*Request], out func(i int, r Result)) error
	// Exec runs a shell command without needing an agent.
	Exec(ctx context.Context, c *Command) (*Output, error)
	// Put writes a file on the host, by temporary file and rename; mode 0 means 0600. A leading ~/ is the home directory.
	Put(ctx context.Context, dest string, mode uint32, b Blob, become *Become) error
	// Fetch copies a file of the host to w. A missing or unreadable file is a *FileError.
	Fetch(ctx context.Context, src string, w io.Writer, become *Become) error
	// Reset ends agents and connection; the next call starts them anew (meta: reset_connection).
	Reset() error
	// Close ends agents and connection and waits for them.
	Close() error
}

// FileError says why a file of the host could not be read or written.
type FileError struct {
	Path    string
	Message string
}

func (e *FileError) Error() string { return e.Path + ": " + e.Message }

// Unreachable is the error of a host that cannot be reached or is lost: the host leaves the play.
type Unreachable struct {
	Host    string
	Message string // what ansible prints as msg
	Cause   error
}

func (e *Unreachable) Error() string { return e.Message }

// Unwrap gives the cause.
func (e *Unreachable) Unwrap() error { return e.Cause }

// IsUnreachable tells whether the error means that the host is lost.
func IsUnreachable(err error) bool {
	var u *Unreachable
	return errors.As(err, &u)
}
