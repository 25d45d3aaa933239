//go:build !embedagents

package agents

// carried is empty in a build without agents.
var carried []embedded
