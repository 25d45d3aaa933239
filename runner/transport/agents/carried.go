//go:build embedagents

package agents

import (
	_ "embed"
)

// The files are made by `make build`.
var (
	//go:embed linux-amd64.gz
	linuxAMD64 []byte
	//go:embed linux-amd64.sha256
	linuxAMD64Sum string
	//go:embed linux-arm64.gz
	linuxARM64 []byte
	//go:embed linux-arm64.sha256
	linuxARM64Sum string
)

var carried = []embedded{
	{"linux", "amd64", linuxAMD64Sum, linuxAMD64},
	{"linux", "arm64", linuxARM64Sum, linuxARM64},
}
