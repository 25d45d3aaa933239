//go:build !agents

package agents

// carried is empty in a build without agents.
var carried []embedded
