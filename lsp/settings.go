package lsp

import (
	"encoding/json"
	"fmt"
)

// Settings are what the user may choose, under "rehearse" in the client's configuration or as initializationOptions.
type Settings struct {
	// Inventory is given to runs and used for the values that hover shows; empty means what ansible.cfg says.
	Inventory []string `json:"inventory"`
	// Lint tells whether the linter's findings are shown besides the parser's.
	Lint bool `json:"lint"`
	// Scope of diagnostics: "open" for the open files only, "workspace" for every file of the project.
	Scope string `json:"diagnostics"`
	// CodeLens tells whether plays and tasks carry a "run" lens.
	CodeLens bool `json:"codeLens"`
}

func defaultSettings() Settings { return Settings{Lint: true, Scope: "open", CodeLens: true} }

// parseSettings reads settings, wrapped in {"rehearse": ...} or bare; what is not given keeps its default.
func parseSettings(raw []byte) (Settings, error) {
	s := defaultSettings()
	if len(raw) == 0 || string(raw) == "null" {
		return s, nil
	}
	var wrapped struct {
		Rehearse json.RawMessage `json:"rehearse"`
	}
	if err := json.Unmarshal(raw, &wrapped); err != nil {
		return s, fmt.Errorf("the settings are not an object: %w", err)
	}
	if len(wrapped.Rehearse) > 0 && string(wrapped.Rehearse) != "null" {
		raw = wrapped.Rehearse
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return defaultSettings(), fmt.Errorf("the settings cannot be used: %w", err)
	}
	if s.Scope != "open" && s.Scope != "workspace" {
		err := fmt.Errorf("the setting diagnostics is %q; it takes \"open\" or \"workspace\"", s.Scope)
		s.Scope = "open"
		return s, err
	}
	return s, nil
}
