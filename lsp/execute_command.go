package lsp

import (
	"context"
	"encoding/json"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// taskCommand answers with the command line that runs the task at a position: its argument is
// {"uri": ..., "position": ...}, its result {"dir", "args", "name", "playbooks"}.
const taskCommand = "rehearse.taskCommand"

// executeCommand serves clients that draw no code lenses.
func executeCommand(_ context.Context, v *View, p *protocol.ExecuteCommandParams) (*feature.Run, error) {
	if p.Command != taskCommand {
		return nil, jsonrpc2.NewError(jsonrpc2.InvalidParams, fmt.Sprintf("there is no command %q", p.Command))
	}
	var at struct {
		URI      string            `json:"uri"`
		Position protocol.Position `json:"position"`
	}
	if len(p.Arguments) != 1 || json.Unmarshal(p.Arguments[0], &at) != nil || at.URI == "" {
		return nil, jsonrpc2.NewError(jsonrpc2.InvalidParams, taskCommand+" takes one argument: {\"uri\": ..., \"position\": {\"line\": ..., \"character\": ...}}")
	}
	in, off, err := v.at(uri.URI(at.URI), at.Position)
	if err != nil {
		return nil, err
	}
	r, ok := feature.RunAt(in, off, v.settings.Inventory)
	if !ok {
		return nil, fmt.Errorf("no play or task that a playbook of this project reaches is at line %d", at.Position.Line+1)
	}
	return &r, nil
}
