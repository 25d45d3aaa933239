package lsp

import (
	"context"
	"sync"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// calls are the requests that are being answered, by id.
type calls struct {
	mu     sync.Mutex
	cancel map[jsonrpc2.ID]context.CancelFunc
}

// start gives a request its context; end must be called when it is answered.
func (c *calls) start(parent context.Context, id jsonrpc2.ID) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancel(parent)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel == nil {
		c.cancel = map[jsonrpc2.ID]context.CancelFunc{}
	}
	c.cancel[id] = cancel
	return ctx, func() {
		c.mu.Lock()
		delete(c.cancel, id)
		c.mu.Unlock()
		cancel()
	}
}

// cancelRequest stops a request; one that is not running any more has its answer already.
func (s *Server) cancelRequest(p *protocol.CancelParams) error {
	var id jsonrpc2.ID
	switch n := p.ID.(type) {
	case protocol.Integer:
		id = jsonrpc2.NewNumberID(int64(n))
	case protocol.String:
		id = jsonrpc2.NewStringID(string(n))
	default:
		return nil
	}
	s.running.mu.Lock()
	cancel := s.running.cancel[id]
	s.running.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	return nil
}
