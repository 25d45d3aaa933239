package module

import (
	"io"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// guardAfter is how long a command runs before the guard is told of it: most end sooner and cost nothing.
const guardAfter = 100 * time.Millisecond

// stopGrace is how long a command that is cancelled may take to end by itself.
const stopGrace = 2 * time.Second

// guard is a shell that outlives this process to end the commands which it leaves behind when it is killed: it reads which
// process groups run and which have ended, and at the end of its input kills those that are left.
var guard struct {
	sync.Mutex
	in io.WriteCloser
}

const guardScript = `g=" "; while read -r what n; do case $what in +) g="$g$n ";; -) g="${g%%" $n "*} ${g#*" $n "}";; esac; done; for n in $g; do kill -9 -$n 2>/dev/null; done`

// watch tells the guard of a process group for as long as it runs. The function that it gives is called when it has ended.
func watch(group int) (ended func()) {
	var mu sync.Mutex
	told, over := false, false
	t := time.AfterFunc(guardAfter, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			told = tell("+ " + strconv.Itoa(group))
		}
	})
	return func() {
		t.Stop()
		mu.Lock()
		defer mu.Unlock()
		over = true
		if told {
			tell("- " + strconv.Itoa(group))
		}
	}
}

// tell writes a line to the guard, which it starts where there is none. A guard that cannot be had is done without: it is
// needed only where this process is killed without warning.
func tell(line string) bool {
	guard.Lock()
	defer guard.Unlock()
	for range 2 {
		if guard.in == nil {
			cmd := exec.Command("/bin/sh", "-c", guardScript)
			cmd.Dir = "/"
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			in, err := cmd.StdinPipe()
			if err != nil || cmd.Start() != nil {
				return false
			}
			go cmd.Wait()
			guard.in = in
		}
		if _, err := io.WriteString(guard.in, line+"\n"); err == nil {
			return true
		}
		guard.in.Close()
		guard.in = nil
	}
	return false
}

// stopGroup asks the processes of a group to end and kills those that have not in time.
func stopGroup(group int) {
	syscall.Kill(-group, syscall.SIGTERM)
	for end := time.Now().Add(stopGrace); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if syscall.Kill(-group, 0) != nil {
			return
		}
	}
	syscall.Kill(-group, syscall.SIGKILL)
}
