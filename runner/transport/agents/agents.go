// Package agents holds the agents that travel to hosts: those embedded by `make build`, or else, for a host of the same
// kind as this machine, the running program itself.
package agents

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
)

// Agent is a program that is ready to be sent. Name is "agent-" and the start of the SHA-256 of the program; Content is
// compressed where that was asked for.
type Agent struct {
	Name    string
	Content []byte
}

// embedded is one agent of this build.
type embedded struct {
	os, arch string // as Go names them
	sha256   string // of the program, hexadecimal
	gzip     []byte
}

// Names lists the files that this program accepts as its agent.
func Names() []string {
	if len(carried) == 0 {
		name, err := selfName()
		if err != nil {
			return nil
		}
		return []string{name}
	}
	var names []string
	for _, a := range carried {
		names = append(names, fileName(a.sha256))
	}
	return names
}

func fileName(sha string) string { return "agent-" + sha[:32] }

// machines maps what uname -m prints to Go's names.
var machines = map[string]string{"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}

// For gives the agent for a host on which uname -s and uname -m print system and machine.
func For(system, machine string, compressed bool) (*Agent, error) {
	goos, arch := strings.ToLower(system), machines[machine]
	for _, a := range carried {
		if a.os == goos && a.arch == arch {
			if compressed {
				return &Agent{fileName(a.sha256), a.gzip}, nil
			}
			r, err := gzip.NewReader(bytes.NewReader(a.gzip))
			if err != nil {
				return nil, err
			}
			content, err := io.ReadAll(r)
			return &Agent{fileName(a.sha256), content}, err
		}
	}
	if len(carried) > 0 {
		return nil, fmt.Errorf("there is no agent for %s on %s; there is one for linux on amd64 and arm64", system, machine)
	}
	if goos != runtime.GOOS || arch != runtime.GOARCH {
		return nil, fmt.Errorf("this build of rehearse carries no agents, and cannot send itself to a host that runs %s on %s: "+
			"build it with `make build`, which embeds agents for linux on amd64 and arm64", system, machine)
	}
	if compressed {
		name, err := selfName()
		if err != nil {
			return nil, err
		}
		packed, err := selfPacked()
		return &Agent{name, packed}, err
	}
	name, content, err := self()
	return &Agent{name, content}, err
}

// self is the running program, which can be an agent, too.
func self() (name string, content []byte, err error) {
	if name, err = selfName(); err != nil {
		return "", nil, fmt.Errorf("read the own program: %w", err)
	}
	path, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	content, err = os.ReadFile(path)
	return name, content, err
}

var selfName = sync.OnceValues(func() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return fileName(hex.EncodeToString(hash.Sum(nil))), nil
})

var selfPacked = sync.OnceValues(func() ([]byte, error) {
	_, content, err := self()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
})
