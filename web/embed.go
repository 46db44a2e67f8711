package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var files embed.FS

// Dist returns the built console, rooted at its index.html. The second value
// is false when the binary was compiled before the console was built; the
// file system is then empty apart from its placeholder.
func Dist() (fs.FS, bool) {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		return files, false
	}
	info, err := fs.Stat(dist, "index.html")
	return dist, err == nil && !info.IsDir()
}
