package yaml

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// corpus lists the YAML files below the folders of a path list.
func corpus(t *testing.T, dirs string) (files []string) {
	for _, dir := range filepath.SplitList(dirs) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && (strings.HasSuffix(path, ".yml") || strings.HasSuffix(path, ".yaml")) {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) == 0 {
		t.Fatalf("no YAML file below %s", dirs)
	}
	return files
}
