package lsp

import "go.lsp.dev/protocol"

// didChangeConfiguration takes new settings; ones that cannot be used leave the old ones.
func (s *Server) didChangeConfiguration(p *protocol.DidChangeConfigurationParams) error {
	settings, err := parseSettings(p.Settings)
	if err != nil {
		return err
	}
	v := *s.view.Load()
	v.settings = settings
	s.view.Store(&v)
	s.checks.everything()
	return nil
}
