//go:build !unix

// Package pyhost runs Ansible modules that are written in Python; here it cannot.
package pyhost

import (
	"context"
	"errors"
	"io"
)

// Request, Reply and Pool are empty of use on this system: every call fails.
type (
	Request struct {
		Interpreter, FQN, Params, Profile, Base, Payload, Cwd string
		Env                                                   map[string]string
		Files                                                 int64
	}
	Reply struct {
		Stdout, Stderr []byte
		RC             int
	}
	Pool struct{}
)

var errSystem = errors.New("Python modules run on hosts with a Unix system only")

// Run fails.
func (*Pool) Run(context.Context, *Request) (*Reply, error) { return nil, errSystem }

// Close does nothing.
func (*Pool) Close() error { return nil }

// Cached finds nothing.
func Cached(string, string) (string, error) { return "", nil }

// Archive fails.
func Archive(string, string, io.Reader) (string, error) { return "", errSystem }
