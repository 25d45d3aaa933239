package catalog

import (
	"testing"
)

// BenchmarkRouting is what the first name costs that only runtime.yml knows.
func BenchmarkRouting(b *testing.B) {
	for range b.N {
		readRuntime("ansible.builtin")
	}
}

// BenchmarkFacts is what the first module of ansible.builtin costs that does not run natively.
func BenchmarkFacts(b *testing.B) {
	for range b.N {
		embeddedLines.Lock()
		clear(embeddedLines.of)
		embeddedLines.Unlock()
		if embeddedFacts("ansible.builtin", "apt") == nil {
			b.Fatal("apt has no facts")
		}
	}
}

// BenchmarkNative is what a module costs that runs natively.
func BenchmarkNative(b *testing.B) {
	for range b.N {
		if _, err := New(Options{}).Module("copy", nil); err != nil {
			b.Fatal(err)
		}
	}
}
