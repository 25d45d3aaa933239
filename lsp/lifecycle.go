package lsp

import (
	"context"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// lifecycle lists initialize and shutdown, which change the phase on the reading goroutine, and exit.
func lifecycle() []method {
	return []method{
		{name: protocol.MethodInitialize, inline: true, call: func(ctx context.Context, s *Server, v *View, params []byte) (any, error) {
			if phase(s.phase.Load()) != waiting {
				return nil, jsonrpc2.NewError(jsonrpc2.InvalidRequest, "initialize came a second time")
			}
			var p protocol.InitializeParams
			if err := decode(protocol.MethodInitialize, params, &p); err != nil {
				return nil, err
			}
			return s.initialize(ctx, v, &p)
		}},
		{name: protocol.MethodShutdown, inline: true, call: func(_ context.Context, s *Server, _ *View, _ []byte) (any, error) {
			s.phase.Store(int32(stopped))
			return nil, nil
		}},
		{name: protocol.MethodExit, note: func(s *Server, _ []byte) error {
			code := 1
			if phase(s.phase.Load()) == stopped {
				code = 0
			}
			s.exit(code)
			return nil
		}},
	}
}

// watchParent ends the server when the client's process is gone: an editor that was killed says no goodbye, and some
// leave the pipe open in another child.
func (s *Server) watchParent(pid int) {
	alive, tick := s.opts.Alive, s.opts.Tick
	if alive == nil {
		alive = processAlive
	}
	if tick == nil {
		t := time.NewTicker(3 * time.Second)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick:
			if !alive(pid) {
				s.exit(1)
				return
			}
		}
	}
}
