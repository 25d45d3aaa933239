package pylayout

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

// TestBlack replays what Black made of generated lines: see testdata/record.py.
func TestBlack(t *testing.T) {
	f, err := os.Open("testdata/black.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := bufio.NewScanner(f)
	rows.Scan() // the command
	n := 0
	for ; rows.Scan(); n++ {
		var row [2]*string
		if err := json.Unmarshal(rows.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		got, err := format(*row[0], true)
		switch {
		case row[1] == nil && err == nil:
			t.Errorf("%q\n got %q\nwant a refusal", *row[0], got)
		case row[1] != nil && err != nil:
			t.Errorf("%q\n got %v\nwant %q", *row[0], err, *row[1])
		case row[1] != nil && got != *row[1]:
			t.Errorf("%q\n got %q\nwant %q", *row[0], got, *row[1])
		}
	}
	if n < 2000 {
		t.Errorf("only %d rows", n)
	}
}

func TestALoneTextIsLeftAlone(t *testing.T) {
	for _, s := range []string{"' x '", "''", `"a\\"`} {
		if got, err := Format(s + " "); err != nil || got != s {
			t.Errorf("%s became %s %v", s, got, err)
		}
	}
}

// FuzzFormat holds that a layout is laid out already.
func FuzzFormat(f *testing.F) {
	for _, s := range []string{"a|b", "f(x =1)", "x[a :b]", "-2**8", "{'a':1,}", "' x '", "a;b#c", "(((a)))"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, err := Format(s)
		if err != nil {
			return
		}
		for i := range once {
			if once[i] == '\n' {
				return // Format takes one line
			}
		}
		twice, err := Format(once)
		if err != nil || twice != once {
			t.Errorf("%q became %q, then %q %v", s, once, twice, err)
		}
	})
}
