package lsp

import (
	"context"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// definition answers where the thing at a position comes from.
func definition(_ context.Context, v *View, p *protocol.DefinitionParams) (protocol.DefinitionResult, error) {
	in, off, err := v.at(p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	targets, origin := feature.Definition(in, off)
	if len(targets) == 0 {
		return nil, nil
	}
	if v.client.links {
		from := v.enc.rangeOf(in.Source, origin)
		links := protocol.DefinitionLinkSlice{}
		for _, t := range targets {
			l := v.target(t)
			links = append(links, protocol.DefinitionLink{
				OriginSelectionRange: &from, TargetURI: l.URI, TargetRange: l.Range, TargetSelectionRange: l.Range,
			})
		}
		return links, nil
	}
	list := protocol.LocationSlice{}
	for _, t := range targets {
		list = append(list, v.target(t))
	}
	return list, nil
}

// target converts a place that may be just the start of a file.
func (v *View) target(t feature.Target) protocol.Location {
	if t.At.Known() {
		return v.location(t.At)
	}
	if d := v.docs[t.Path]; d != nil {
		return protocol.Location{URI: d.URI}
	}
	return protocol.Location{URI: uri.File(t.Path)}
}
