package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gofrs/flock"

	"github.com/migdalor/migdalor/internal/fault"
)

// lockName is the file whose lock says that a process owns the folder.
const lockName = ".lock"

// FolderLock is one process's claim on a folder. The kernel drops it when the
// process dies, so no stale lock survives a kill.
type FolderLock struct{ file *flock.Flock }

// LockFolder makes dir (mode 0700) when it is missing and claims it. It fails
// with fault "data_in_use" when another process, or another part of this one,
// has it, and "data_not_writable" when it cannot be written.
func LockFolder(dir string) (*FolderLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, notWritable(dir, err)
	}
	file := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	got, err := file.TryLock()
	if err != nil {
		return nil, notWritable(dir, err)
	}
	if !got {
		return nil, fault.New(fault.Conflict, "data_in_use",
			"The folder %s is in use by another running Migdalor: stop that one first, or choose another folder with --data.", dir)
	}
	return &FolderLock{file: file}, nil
}

// Release gives the folder back.
func (l *FolderLock) Release() error { return l.file.Unlock() }

func notWritable(dir string, cause error) error {
	why := "check that the folder exists and that this user may write to it"
	switch {
	case errors.Is(cause, syscall.ENOSPC):
		why = "the disk is full"
	case errors.Is(cause, syscall.EROFS):
		why = "the disk is mounted read-only"
	case errors.Is(cause, fs.ErrPermission):
		why = "this user may not write there"
	case errors.Is(cause, syscall.ENOTDIR), errors.Is(cause, fs.ErrExist):
		why = "a file of that name is in the way"
	}
	return fault.New(fault.Unavailable, "data_not_writable",
		"The folder %s cannot be written: %s.", dir, why).Because(cause)
}
