package lsp

import (
	"testing"

	"go.lsp.dev/uri"
)

func TestPathOfURI(t *testing.T) {
	for _, tt := range []struct {
		platform uri.Platform
		in, path string
		out      string // the URI of the path; "" where it has none
	}{
		{uri.PlatformPOSIX, "file:///srv/site.yml", "/srv/site.yml", "file:///srv/site.yml"},
		{uri.PlatformPOSIX, "file:///srv/a%20b/%C3%A9%23.yml", "/srv/a b/é#.yml", "file:///srv/a%20b/%C3%A9%23.yml"},
		{uri.PlatformPOSIX, "untitled:Untitled-1", "untitled:Untitled-1", ""},
		{uri.PlatformWindows, "file:///c%3A/Users/me/site.yml", `c:\Users\me\site.yml`, "file:///c%3A/Users/me/site.yml"},
		{uri.PlatformWindows, "file:///C:/Users/me/site.yml", `c:\Users\me\site.yml`, "file:///c%3A/Users/me/site.yml"},
		{uri.PlatformWindows, "file:///C%3A/a%20b/x%25.yml", `c:\a b\x%.yml`, "file:///c%3A/a%20b/x%25.yml"},
		{uri.PlatformWindows, "file://server/share/site.yml", `\\server\share\site.yml`, "file://server/share/site.yml"},
		{uri.PlatformWindows, "untitled:Untitled-1", "untitled:Untitled-1", ""},
	} {
		got := pathOn(uri.URI(tt.in), tt.platform)
		if got != tt.path {
			t.Errorf("%s: got %s, want %s", tt.in, got, tt.path)
		}
		if tt.out == "" {
			continue
		}
		if back := uri.FileFor(tt.platform, got); string(back) != tt.out {
			t.Errorf("%s: got %s, want %s", got, back, tt.out)
		}
	}
}
