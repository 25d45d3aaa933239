package module

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// umask is the process's, which modules never change.
var umask = sync.OnceValue(func() uint32 {
	if content, err := os.ReadFile("/proc/self/status"); err == nil {
		if _, rest, ok := strings.Cut(string(content), "\nUmask:"); ok {
			line, _, _ := strings.Cut(rest, "\n")
			if n, err := strconv.ParseUint(strings.TrimSpace(line), 8, 32); err == nil {
				return uint32(n)
			}
		}
	}
	old := syscall.Umask(0o022)
	syscall.Umask(old)
	return uint32(old)
})

const permBits = 0o7777

var errMode = errors.New("Invalid mode supplied, only permission info is allowed")

// wantedMode reads a mode argument: a number, an octal text or a symbolic text ("u+rwX,g-w"), against the current one.
func wantedMode(mode value.Value, current uint32) (uint32, error) {
	switch mode := mode.(type) {
	case value.Int:
		return uint32(mode), nil
	case value.Str:
		if n, err := strconv.ParseInt(octalDigits(mode.S), 8, 64); err == nil {
			return uint32(n), nil
		}
		n, err := symbolicMode(mode.S, current)
		if err == nil && n != n&permBits {
			err = errMode
		}
		return n, err
	}
	return 0, fmt.Errorf("bad symbolic permission for mode: %s", value.ToStr(mode))
}

// octalDigits strips what Python's int(s, 8) allows around the digits.
func octalDigits(s string) string {
	s = strings.TrimSpace(s)
	for _, prefix := range []string{"0o", "0O"} {
		s = strings.TrimPrefix(s, prefix)
	}
	return strings.ReplaceAll(s, "_", "")
}

// symbolicMode applies a symbolic mode to the current mode; st_mode bits beyond permissions tell a directory.
func symbolicMode(text string, current uint32) (uint32, error) {
	mode := current & permBits
	for _, clause := range strings.Split(text, ",") {
		at := strings.IndexAny(clause, "+=-")
		users := clause
		rest := ""
		if at >= 0 {
			users, rest = clause[:at], clause[at:]
		}
		useUmask := users == ""
		if users == "a" || users == "" {
			users = "ugo"
		}
		if strings.Trim(users, "ugo") != "" {
			return 0, errors.New("bad symbolic permission for mode: " + clause)
		}
		for rest != "" {
			op := rest[0]
			perms := rest[1:]
			rest = ""
			if i := strings.IndexAny(perms, "+=-"); i >= 0 {
				perms, rest = perms[:i], perms[i:]
			}
			if strings.Trim(perms, "rwxXstugo") != "" {
				return 0, errors.New("bad symbolic permission for mode: " + clause)
			}
			for _, user := range users {
				bits := symbolicBits(byte(user), perms, current, mode, useUmask)
				switch op {
				case '=':
					mode = mode&^userMask(byte(user)) | bits
				case '+':
					mode |= bits
				case '-':
					mode &^= bits
				}
			}
		}
	}
	return mode, nil
}

func userMask(user byte) uint32 {
	switch user {
	case 'u':
		return 0o4700
	case 'g':
		return 0o2070
	}
	return 0o1007
}

func symbolicBits(user byte, perms string, stMode, mode uint32, useUmask bool) uint32 {
	shift := map[byte]uint32{'u': 6, 'g': 3, 'o': 0}[user]
	var allowed uint32 = permBits
	if useUmask {
		allowed &^= umask()
	}
	var bits uint32
	for _, p := range perms {
		switch p {
		case 'r':
			bits |= 4 << shift & allowed
		case 'w':
			bits |= 2 << shift & allowed
		case 'x':
			bits |= 1 << shift & allowed
		case 'X':
			if stMode&syscall.S_IFMT == syscall.S_IFDIR || mode&0o111 != 0 {
				bits |= 1 << shift
			}
		case 's':
			switch user {
			case 'u':
				bits |= 0o4000
			case 'g':
				bits |= 0o2000
			}
		case 't':
			if user == 'o' {
				bits |= 0o1000
			}
		case 'u':
			bits |= mode >> 6 & 7 << shift
		case 'g':
			bits |= mode >> 3 & 7 << shift
		case 'o':
			bits |= mode & 7 << shift
		}
	}
	return bits
}

// modeText is Ansible's way to print permissions: "0644", "01777".
func modeText(mode uint32) string { return fmt.Sprintf("0%03o", mode&permBits) }
