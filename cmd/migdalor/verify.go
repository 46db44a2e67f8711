package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

type verifyCmd struct {
	File string `arg:"" help:"The bundle, a zip file." type:"path"`
	Key  string `help:"File with the log's public key, got another way than with the bundle." type:"path"`
}

// errNotValid ends the command with exit code 1; what is wrong was printed before.
var errNotValid = errors.New("the bundle does not hold")

// Run checks the bundle with nothing but itself and the key.
func (c verifyCmd) Run(io std) error {
	var opts audit.VerifyOptions
	if c.Key != "" {
		text, err := os.ReadFile(c.Key)
		if err != nil {
			return unreadable(c.Key, err)
		}
		opts.Keys = string(text)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return unreadable(c.File, err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return unreadable(c.File, err)
	}
	report, err := audit.Verify(f, info.Size(), opts)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(io.out, report.Summary()); err != nil {
		return err
	}
	if !report.OK() {
		return errNotValid
	}
	return nil
}

func unreadable(path string, cause error) error {
	return fault.New(fault.Unavailable, "file_unreadable", "The file %s cannot be read.", path).Because(cause)
}
