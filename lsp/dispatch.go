package lsp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// codeNotInitialized answers requests that come before initialize.
const codeNotInitialized jsonrpc2.Code = -32002

// method is one row of the table of what the server understands. Exactly one of call and note is set. inline keeps a
// request on the reading goroutine: only initialize and shutdown, which change the phase.
type method struct {
	name   string
	inline bool
	call   func(ctx context.Context, s *Server, v *View, params []byte) (any, error)
	note   func(s *Server, params []byte) error
}

// request describes a call whose handler answers from a view.
func request[P, R any](name string, f func(context.Context, *View, *P) (R, error)) method {
	return method{name: name, call: func(ctx context.Context, s *Server, v *View, params []byte) (any, error) {
		var p P
		if err := decode(name, params, &p); err != nil {
			return nil, err
		}
		return f(ctx, v, &p)
	}}
}

// notification describes a message without an answer, handled in the order of the wire.
func notification[P any](name string, f func(*Server, *P) error) method {
	return method{name: name, note: func(s *Server, params []byte) error {
		var p P
		if err := decode(name, params, &p); err != nil {
			return err
		}
		return f(s, &p)
	}}
}

// decode reads parameters; null and missing ones are the zero value, as several clients send them.
func decode(name string, params []byte, p any) error {
	if params = bytes.TrimSpace(params); len(params) == 0 || string(params) == "null" {
		return nil
	}
	if err := protocol.Unmarshal(params, p); err != nil {
		return jsonrpc2.NewError(jsonrpc2.InvalidParams, fmt.Sprintf("%s: the parameters cannot be read: %v", name, err))
	}
	return nil
}

// handler is the chain for every message. jsonrpc2 ends the connection when a notification's handler returns an error
// or any handler panics, so neither ever leaves serve.
func (s *Server) handler() jsonrpc2.Handler {
	table := map[string]*method{}
	for _, m := range append(methods(), s.opts.extra...) {
		table[m.name] = &m
	}
	return func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		return s.serve(ctx, table[req.Method()], req)
	}
}

func (s *Server) serve(ctx context.Context, m *method, req *jsonrpc2.Request) (result any, err error) {
	name, isCall := string([]byte(req.Method())), req.IsCall() // a copy: the transport takes its memory back
	defer func() {
		if p := recover(); p != nil {
			result, err = nil, jsonrpc2.NewError(jsonrpc2.InternalError, fmt.Sprintf("%s failed: %v", name, p))
			s.log(protocol.MessageTypeError, "%s failed: %v\n%s", name, p, debug.Stack())
		}
		if err != nil && !isCall {
			s.log(protocol.MessageTypeError, "%v", err)
			err = nil
		}
	}()
	ph := phase(s.phase.Load())
	if !isCall {
		if m == nil || m.note == nil || ph != serving && name != protocol.MethodExit {
			return nil, nil // unknown notifications may be ignored, says the protocol
		}
		return nil, m.note(s, req.Params())
	}
	switch {
	case m == nil || m.call == nil:
		return nil, jsonrpc2.NewError(jsonrpc2.MethodNotFound, fmt.Sprintf("method %q is not known to this server", name))
	case ph == waiting && name != protocol.MethodInitialize:
		return nil, jsonrpc2.NewError(codeNotInitialized, fmt.Sprintf("%s came before initialize", name))
	case ph == stopped:
		return nil, jsonrpc2.NewError(jsonrpc2.InvalidRequest, fmt.Sprintf("%s came after shutdown", name))
	}
	view := s.view.Load() // before the next message is read: what the client saw when it asked
	run := s.ctx
	if !m.inline {
		// The context of the transport dies with its request while contexts made of it still look at it, so requests
		// get theirs from the server.
		var end func()
		run, end = s.running.start(s.ctx, req.ID())
		defer end()
		jsonrpc2.Async(ctx)
	}
	result, err = m.call(run, s, view, req.Params())
	switch {
	case run.Err() != nil, errors.Is(err, context.Canceled):
		return nil, protocol.ErrRequestCancelled
	case err != nil:
		return nil, err
	case isNil(result):
		return jsonrpc2.RawMessage("null"), nil
	}
	return result, nil
}

func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return r.IsNil()
	}
	return false
}
