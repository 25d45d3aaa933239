package module

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
)

// mimeServer is a file program that answers one name after the other: each start of it costs milliseconds, because it
// reads its magic first. It ends when its standard input is closed, at the latest with this process.
type mimeServer struct {
	mu      sync.Mutex
	program string
	in      *os.File
	out     *bufio.Reader
	command *exec.Cmd
}

var mime mimeServer

// ask gives what file prints of a path behind its name; ok is false where the server cannot be asked.
func (s *mimeServer) ask(program, path string) (answer string, ok bool) {
	if strings.ContainsAny(path, "\n") || path != strings.TrimSpace(path) || path == "-" {
		return "", false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.program != program {
		s.stop()
		if !s.start(program) {
			return "", false
		}
	}
	if _, err := s.in.WriteString(path + "\n"); err != nil {
		s.stop()
		return "", false
	}
	line, err := s.out.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, path+":") {
		s.stop()
		return "", false
	}
	return line[len(path):], true
}

func (s *mimeServer) start(program string) bool {
	inR, inW, err := os.Pipe()
	if err != nil {
		return false
	}
	defer inR.Close()
	cmd := exec.Command(program, "-n", "--mime-type", "--mime-encoding", "-f", "-")
	cmd.Stdin = inR
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: 0}
	out, err := cmd.StdoutPipe()
	if err != nil {
		inW.Close()
		return false
	}
	if err := cmd.Start(); err != nil {
		inW.Close()
		return false
	}
	s.program, s.in, s.out, s.command = program, inW, bufio.NewReader(out), cmd
	return true
}

func (s *mimeServer) stop() {
	if s.command == nil {
		return
	}
	s.in.Close()
	s.command.Process.Kill()
	s.command.Wait()
	s.program, s.command = "", nil
}
