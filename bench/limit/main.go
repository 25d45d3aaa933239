// Command limit does the 402 operations of examples/bench/bench.yml with nothing around them: no playbook, no templates, no module
// arguments, no results. It is what a runner of playbooks is measured against.
//
//	limit local              in this process
//	limit ssh ADDR USER KEY KNOWN_HOSTS   the batch over one SSH connection, in one command there
//	limit serve              the other end: operations on standard input, one answer each
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
	"golang.org/x/sys/unix"
)

// loops is the number of items of each of the two loops.
const loops = 200

func main() {
	err := errors.New("usage: limit local | ssh ADDR USER KEY KNOWN_HOSTS | serve")
	switch {
	case len(os.Args) == 2 && os.Args[1] == "local":
		err = local()
	case len(os.Args) == 6 && os.Args[1] == "ssh":
		err = overSSH(os.Args[2], os.Args[3], os.Args[4], os.Args[5])
	case len(os.Args) == 2 && os.Args[1] == "serve":
		err = serve(os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "limit:", err)
		os.Exit(1)
	}
}

func local() error {
	dir, err := os.MkdirTemp("", "ansible.bench")
	if err != nil {
		return err
	}
	for i := range loops {
		if err := writeFile(name(dir, i), fmt.Appendf(nil, "file %d\n", i)); err != nil {
			return err
		}
	}
	for i := range loops {
		if err := addLine(name(dir, i), fmt.Sprintf("line %d", i)); err != nil {
			return err
		}
	}
	return os.RemoveAll(dir)
}

func name(dir string, i int) string { return filepath.Join(dir, fmt.Sprintf("file%d", i)) }

// writeFile is what copy does for a file that is not there: look, write beside it, set the mode, rename, look again.
func writeFile(path string, content []byte) error {
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err == nil {
		return fmt.Errorf("%s is there already", path)
	}
	return replace(path, content, 0o644)
}

// addLine is what lineinfile does for a line that is not there: look, read, write beside it, rename, look again.
func addLine(path, line string) error {
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err != nil {
		return err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for have := range bytes.Lines(content) {
		if string(bytes.TrimRight(have, "\n")) == line {
			return nil
		}
	}
	return replace(path, append(append(content, line...), '\n'), fs.FileMode(st.Mode&0o7777))
}

func replace(path string, content []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".limit-")
	if err != nil {
		return err
	}
	if _, err := f.Write(content); err != nil {
		return err
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	var st syscall.Stat_t
	return syscall.Lstat(path, &st)
}

// overSSH sends the whole batch before it reads an answer; the directory is made by the other end.
func overSSH(addr, user, key, known string) error {
	pem, err := os.ReadFile(key)
	if err != nil {
		return err
	}
	signer, err := ssh.ParsePrivateKey(pem)
	if err != nil {
		return err
	}
	check, err := knownhosts.New(known)
	if err != nil {
		return err
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	c, channels, requests, err := ssh.NewClientConn(quick{conn.(*net.TCPConn)}, addr, &ssh.ClientConfig{User: user,
		Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: check, HostKeyAlgorithms: []string{ssh.KeyAlgoED25519}})
	if err != nil {
		return err
	}
	client := ssh.NewClient(c, channels, requests)
	defer client.Close()
	ch, reqs, err := client.OpenChannel("session", nil)
	if err != nil {
		return err
	}
	go ssh.DiscardRequests(reqs)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if _, err := ch.SendRequest("exec", false, ssh.Marshal(struct{ Command string }{self + " serve"})); err != nil {
		return err
	}
	var batch bytes.Buffer
	operation(&batch, 'd', 0, "")
	for i := range loops {
		operation(&batch, 'w', i, fmt.Sprintf("file %d\n", i))
	}
	for i := range loops {
		operation(&batch, 'l', i, fmt.Sprintf("line %d", i))
	}
	operation(&batch, 'r', 0, "")
	if _, err := ch.Write(batch.Bytes()); err != nil {
		return err
	}
	if err := ch.CloseWrite(); err != nil {
		return err
	}
	answers, err := io.ReadAll(ch)
	if err != nil {
		return err
	}
	if want := 2*loops + 2; len(answers) != want || bytes.Count(answers, []byte{'.'}) != want {
		return fmt.Errorf("the other end answered %q", answers)
	}
	return nil
}

// quick acknowledges at once, as the runner does: without it the first session stalls for 40 ms.
type quick struct{ *net.TCPConn }

func (q quick) Read(p []byte) (int, error) {
	if raw, err := q.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1) })
	}
	return q.TCPConn.Read(p)
}

// operation is written as its kind, a number, the length of a text, and the text.
func operation(w *bytes.Buffer, kind byte, i int, text string) {
	w.WriteByte(kind)
	w.Write(binary.BigEndian.AppendUint32(nil, uint32(i)))
	w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(text))))
	w.WriteString(text)
}

func serve(in io.Reader, out io.Writer) error {
	r := bufio.NewReader(in)
	w := bufio.NewWriter(out)
	var dir string
	for {
		var head [9]byte
		if _, err := io.ReadFull(r, head[:]); errors.Is(err, io.EOF) {
			return w.Flush()
		} else if err != nil {
			return err
		}
		i := int(binary.BigEndian.Uint32(head[1:]))
		text := make([]byte, binary.BigEndian.Uint32(head[5:]))
		if _, err := io.ReadFull(r, text); err != nil {
			return err
		}
		var err error
		switch head[0] {
		case 'd':
			dir, err = os.MkdirTemp("", "ansible.bench")
		case 'w':
			err = writeFile(name(dir, i), text)
		case 'l':
			err = addLine(name(dir, i), string(text))
		case 'r':
			err = os.RemoveAll(dir)
		}
		answer := byte('.')
		if err != nil {
			answer = '!'
		}
		w.WriteByte(answer)
	}
}
