//go:build !unix

package runner

func openFileLimit() int { return 0 }
