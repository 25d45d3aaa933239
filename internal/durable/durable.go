// Package durable writes files that are there whole or not at all: a temporary file in the same folder, which takes the
// place of the old one when it is complete. A full disk or a kill in the middle loses neither. It imports nothing of ours.
package durable

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// File is new content for a path. Until Commit the path is as it was.
type File struct {
	// Quick leaves out waiting for the disk: for content that can be had again, which a power failure may take.
	Quick bool

	path  string // without links
	shown string // as the caller named it
	file  *os.File
	old   fs.FileInfo // nil where there is no file yet
	place bool        // file is the one at path itself
}

// Create begins new content for the file at path, which may be a link. A file that is there keeps its mode and owner; a new
// one has the mode perm, less the umask. A device or pipe is written to as it is, and so is a file in whose folder nothing
// can be made or whose owner cannot be kept: there is no other way.
func Create(path string, perm fs.FileMode) (*File, error) {
	f := &File{path: path, shown: path}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		f.path = real
	}
	old, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, f.named(err)
	case old.IsDir(), !old.Mode().IsRegular():
		return f.inPlace(perm)
	default:
		f.old = old
		if err := writable(f.path); err != nil { // renaming would replace a file that is protected
			return nil, f.named(err)
		}
	}
	if f.old == nil {
		if _, err := os.Lstat(f.path); err == nil { // a link that leads to no file yet
			return f.inPlace(perm)
		}
	}
	if err := f.open(perm); err != nil {
		if f.old != nil && (errors.Is(err, fs.ErrPermission) || readOnly(err)) {
			return f.inPlace(perm)
		}
		return nil, f.named(err)
	}
	if f.old != nil {
		if err := f.adopt(); err != nil {
			f.Discard()
			return f.inPlace(perm)
		}
	}
	return f, nil
}

// writable tells why the file at path cannot be written to.
func writable(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

func (f *File) inPlace(perm fs.FileMode) (*File, error) {
	file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, perm)
	if err != nil {
		return nil, f.named(err)
	}
	f.file, f.place = file, true
	return f, nil
}

func (f *File) open(perm fs.FileMode) error {
	dir, base := filepath.Split(f.path)
	if len(base) > 150 {
		base = base[:150]
	}
	if f.old != nil {
		perm = 0o600
	}
	for {
		file, err := os.OpenFile(dir+"."+base+"."+rand.Text()[:10]+".new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		if !errors.Is(err, fs.ErrExist) {
			f.file = file
			return err
		}
	}
}

// adopt takes over owner and mode of the old file.
func (f *File) adopt() error {
	if err := keepOwner(f.file, f.old); err != nil {
		return err
	}
	return f.file.Chmod(f.old.Mode().Perm() | f.old.Mode()&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky))
}

// Write adds to the content.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	return n, f.named(err)
}

// Commit puts the content in place. After an error the path is as it was.
func (f *File) Commit() error {
	if f.file == nil {
		return f.named(fs.ErrClosed)
	}
	var err error
	if f.old != nil && !f.place && !f.Quick {
		err = f.file.Sync()
	}
	if e := f.file.Close(); err == nil {
		err = e
	}
	if err == nil && !f.place {
		err = os.Rename(f.file.Name(), f.path)
	}
	if err != nil && !f.place {
		os.Remove(f.file.Name())
	}
	f.file = nil
	return f.named(err)
}

// Discard gives the new content up; after Commit it does nothing.
func (f *File) Discard() {
	if f.file == nil {
		return
	}
	f.file.Close()
	if !f.place {
		os.Remove(f.file.Name())
	}
	f.file = nil
}

// named makes an error name the path that the caller knows.
func (f *File) named(err error) error {
	if err == nil {
		return nil
	}
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		err = p.Err
	case errors.As(err, &l):
		err = l.Err
	}
	return &fs.PathError{Op: "write", Path: f.shown, Err: err}
}

// Write makes content the whole content of the file at path; see Create.
func Write(path string, content []byte, perm fs.FileMode) error {
	f, err := Create(path, perm)
	if err != nil {
		return err
	}
	return f.write(content)
}

// WriteQuick is Write without waiting for the disk; see File.Quick.
func WriteQuick(path string, content []byte, perm fs.FileMode) error {
	f, err := Create(path, perm)
	if err != nil {
		return err
	}
	f.Quick = true
	return f.write(content)
}

func (f *File) write(content []byte) error {
	defer f.Discard()
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.Commit()
}
