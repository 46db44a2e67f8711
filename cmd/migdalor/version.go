package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

// Run prints what this program is made of.
func (versionCmd) Run(io std) error {
	fmt.Fprintf(io.out, "migdalor %s (commit %s)\n%s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, dep := range info.Deps {
		switch dep.Path {
		case "go.temporal.io/sdk":
			fmt.Fprintln(io.out, "Temporal SDK", dep.Version)
		case "go.temporal.io/server":
			fmt.Fprintln(io.out, "Temporal server", dep.Version)
		}
	}
	return nil
}
