//go:build !unix

package cli

func surviveFileLimit() {}

func surviveClosedPipe() (end func()) { return func() {} }
