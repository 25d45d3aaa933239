// Command embedagents builds the agents and puts them, compressed, where a build with the tag embedagents finds them.
package main

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// dir is where the agents are embedded from; git ignores the files.
const dir = "runner/transport/agents"

func main() {
	for _, arch := range []string{"amd64", "arm64"} {
		if err := embed(arch); err != nil {
			fmt.Fprintf(os.Stderr, "embedagents: linux/%s: %v\n", arch, err)
			os.Exit(1)
		}
	}
}

func embed(arch string) error {
	program := filepath.Join("build", "rehearse-agent-linux-"+arch)
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", program, "./cmd/rehearse-agent")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	content, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	base := filepath.Join(dir, "linux-"+arch)
	if err := os.WriteFile(base+".sha256", []byte(hex.EncodeToString(sum[:])), 0o644); err != nil {
		return err
	}
	f, err := os.Create(base + ".gz")
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	fmt.Printf("agent for linux/%s: %.1f MB, %.1f MB compressed\n", arch, float64(len(content))/1e6, float64(info.Size())/1e6)
	return f.Close()
}
