package agent

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// memoryLimit is the number of bytes of blobs that are kept in memory; the others go to files.
const memoryLimit = 8 << 20

// inlineLimit is the largest blob that is kept in memory.
const inlineLimit = 256 << 10

// blobs keeps content by the hexadecimal SHA-256 of it until the agent ends.
type blobs struct {
	mu     sync.Mutex
	memory map[string][]byte
	used   int
	files  map[string]string
	dir    string // made when first needed, "" until then
}

// add keeps content that came inside of a request. Content that does not match its name is an error.
func (s *blobs) add(sha string, content []byte) error {
	s.mu.Lock()
	_, known := s.memory[sha]
	s.mu.Unlock()
	if known {
		return nil
	}
	sum := sha256.Sum256(content)
	if hex.EncodeToString(sum[:]) != sha {
		return fmt.Errorf("content named %s has another hash", sha)
	}
	if len(content) > inlineLimit || !s.remember(sha, content) {
		return s.receive(sha, "", bytes.NewReader(content))
	}
	return nil
}

func (s *blobs) remember(sha string, content []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used+len(content) > memoryLimit {
		return false
	}
	if s.memory == nil {
		s.memory = map[string][]byte{}
	}
	s.memory[sha] = content
	s.used += len(content)
	return true
}

// open gives a known blob; nil where it is not known.
func (s *blobs) open(sha string) (io.ReadSeeker, error) {
	s.mu.Lock()
	content, inMemory := s.memory[sha]
	path, inFile := s.files[sha]
	s.mu.Unlock()
	if inMemory {
		return bytes.NewReader(content), nil
	}
	if inFile {
		return os.Open(path)
	}
	return nil, nil
}

// receive stores what r gives, which must have the hash that it is named by. tmp is where the file may go.
func (s *blobs) receive(sha, tmp string, r io.Reader) (err error) {
	hash := sha256.New()
	var head bytes.Buffer
	if _, err := io.CopyN(&head, io.TeeReader(r, hash), inlineLimit+1); err == io.EOF {
		if hex.EncodeToString(hash.Sum(nil)) != sha {
			return fmt.Errorf("content named %s changed while it was sent", sha)
		}
		if s.remember(sha, head.Bytes()) {
			return nil
		}
	} else if err != nil {
		return err
	}
	dir, err := s.tempDir(tmp)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "blob-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(head.Bytes()); err != nil {
		return err
	}
	if _, err := io.Copy(f, io.TeeReader(r, hash)); err != nil {
		return err
	}
	if hex.EncodeToString(hash.Sum(nil)) != sha {
		return fmt.Errorf("content named %s changed while it was sent", sha)
	}
	if err := f.Close(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files == nil {
		s.files = map[string]string{}
	}
	s.files[sha] = f.Name()
	return nil
}

// tempDir makes the directory for files, once: in tmp if that can be used, else in the system's.
func (s *blobs) tempDir(tmp string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir != "" {
		return s.dir, nil
	}
	var err error
	for _, parent := range []string{expandHome(tmp), os.TempDir(), "/var/tmp"} {
		if parent == "" {
			continue
		}
		if parent == expandHome(tmp) {
			os.MkdirAll(parent, 0o700)
		}
		var dir string
		if dir, err = os.MkdirTemp(parent, "rehearse-"); err == nil {
			s.dir, err = filepath.Abs(dir)
			return s.dir, err
		}
	}
	return "", err
}

// remove deletes every file.
func (s *blobs) remove() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir != "" {
		os.RemoveAll(s.dir)
		s.dir = ""
	}
	s.memory, s.files, s.used = nil, nil, 0
}
