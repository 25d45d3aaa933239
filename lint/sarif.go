package lint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
)

// sarifText is SARIF's message object.
type sarifText struct {
	Text string `json:"text"`
}

type sarifRule struct {
	ID                   string     `json:"id"`
	Name                 string     `json:"name"`
	ShortDescription     sarifText  `json:"shortDescription"`
	DefaultConfiguration sarifLevel `json:"defaultConfiguration"`
	Help                 sarifText  `json:"help"`
	HelpURI              string     `json:"helpUri"`
	Properties           sarifTags  `json:"properties"`
}

type sarifLevel struct {
	Level string `json:"level"`
}

type sarifTags struct {
	Tags []string `json:"tags"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI       string `json:"uri"`
			URIBaseID string `json:"uriBaseId"`
		} `json:"artifactLocation"`
		Region sarifRegion `json:"region"`
	} `json:"physicalLocation"`
}

// sarifRegion is a range; columns count UTF-16 units from 1, the end is exclusive.
type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
	EndLine     int `json:"endLine,omitempty"`
	EndColumn   int `json:"endColumn,omitempty"`
}

// WriteSARIF prints findings as SARIF 2.1.0, for code scanning of GitHub and others. dir is the project's folder. Unlike
// the other formats it gives the exact range of each finding.
func WriteSARIF(w io.Writer, dir, version string, fs []Finding) error {
	rules, results := []sarifRule{}, []sarifResult{}
	seen := map[string]bool{}
	for i := range fs {
		f := &fs[i]
		if !seen[f.Rule] {
			seen[f.Rule] = true
			rules = append(rules, sarifRule{f.Rule, f.Rule, sarifText{f.Message}, sarifLevel{sarifSeverity(f.RuleInfo.Severity)},
				sarifText{f.RuleInfo.Doc.Problem}, docURL + f.RuleInfo.ID + "/", sarifTags{f.RuleInfo.Tags}})
		}
		r := sarifResult{RuleID: f.Rule, Level: string(f.Level), Message: sarifText{f.Message}}
		var at sarifLocation
		at.Physical.Artifact.URI, at.Physical.Artifact.URIBaseID = (&url.URL{Path: f.File.Name}).String(), "SRCROOT"
		at.Physical.Region = sarifRegion{StartLine: f.Line, StartColumn: f.Column}
		if s := f.At.Span; s.Len() > 0 {
			line, char := f.File.Source.UTF16(s.Start)
			endLine, endChar := f.File.Source.UTF16(s.End)
			at.Physical.Region = sarifRegion{int(line) + 1, int(char) + 1, int(endLine) + 1, int(endChar) + 1}
		}
		r.Locations = []sarifLocation{at}
		results = append(results, r)
	}
	root := (&url.URL{Scheme: "file", Path: filepath.ToSlash(dir) + "/"}).String()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(map[string]any{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json",
		"version": "2.1.0",
		"runs": []any{map[string]any{
			"tool": map[string]any{"driver": map[string]any{"name": "rehearse", "version": version,
				"informationUri": "https://github.com/rehearse-dev/rehearse", "rules": rules}},
			"columnKind":         "utf16CodeUnits",
			"results":            results,
			"originalUriBaseIds": map[string]any{"SRCROOT": map[string]any{"uri": root}},
		}},
	})
	if err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// sarifSeverity maps a rule's severity to SARIF's levels.
func sarifSeverity(s string) string {
	switch s {
	case "VERY_HIGH", "HIGH":
		return "error"
	case "MEDIUM", "LOW", "VERY_LOW":
		return "warning"
	}
	return "note"
}
