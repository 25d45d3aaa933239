package runner

import "strings"

// What a run needs of the files that a process may have open: some for itself, some for each host that is worked on (the pipes
// of a command, the files of a login), one or more for each connection, which lasts as long as the run.
const (
	ownFiles  = 30
	hostFiles = 12
)

// fewFiles makes a run with forks and connections without end fit into the limit: ansible-core has a process for each fork and for
// each connection. It gives how many forks and how many connections there may be; 0 connections is no limit.
func fewFiles(limit, forks int) (width, conns int) {
	if limit == 0 {
		return forks, 0
	}
	free := limit - ownFiles
	width = max(1, min(forks, free/hostFiles))
	return width, max(1, (free-width*hostFiles/2)*3/4)
}

// holding are the connections that a job uses.
type holding struct{ list []*conn }

// hold keeps a connection open until the job ends. The lock of the connections must be held.
func (o *one) hold(c *conn) {
	r := o.run_()
	r.connTick++
	c.used, c.open = r.connTick, true
	if o.held == nil {
		c.users++ // for ever
		return
	}
	for _, h := range o.held.list {
		if h == c {
			return
		}
	}
	o.held.list = append(o.held.list, c)
	c.users++
}

// release ends the job's use of connections.
func (j *job) release() {
	j.connMu.Lock()
	defer j.connMu.Unlock()
	for _, c := range j.held.list {
		c.users--
	}
	j.held.list = nil
}

// makeRoom closes connections that no job uses, the least recently used first, where there are as many as there may be. They are opened
// anew when they are needed.
func (r *run) makeRoom() {
	if r.maxConns == 0 {
		return
	}
	for {
		r.connMu.Lock()
		open := 0
		var idle *conn
		for key, c := range r.conns {
			if !c.open || c.closing != nil || strings.HasPrefix(key, "local\x00") {
				continue
			}
			open++
			if c.users == 0 && (idle == nil || c.used < idle.used) {
				idle = c
			}
		}
		if open < r.maxConns || idle == nil {
			r.connMu.Unlock()
			return
		}
		closed := make(chan struct{})
		idle.open, idle.closing = false, closed
		r.connMu.Unlock()
		idle.c.Reset()
		r.connMu.Lock()
		idle.closing = nil
		r.connMu.Unlock()
		close(closed)
	}
}
