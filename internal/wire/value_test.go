package wire

import (
	"bytes"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func big1(text string) value.Value {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		panic(text)
	}
	return value.NewInt(n)
}

var samples = map[string]value.Value{
	"none": value.None{}, "true": value.Bool(true), "false": value.Bool(false),
	"zero": value.Int(0), "small": value.Int(23), "byte": value.Int(24), "word": value.Int(256), "long": value.Int(1 << 20), "quad": value.Int(1 << 40),
	"minus one": value.Int(-1), "least": value.Int(math.MinInt64), "most": value.Int(math.MaxInt64),
	"big": big1("123456789012345678901234567890"), "negative big": big1("-123456789012345678901234567890"),
	"just big": big1("9223372036854775808"), "just negative big": big1("-9223372036854775809"),
	"float": value.Float(1.5), "inf": value.Float(math.Inf(-1)),
	"text": value.S("grün"), "empty": value.S(""), "not UTF-8": value.S("a\xff\xfeb"), "NUL": value.S("a\x00b"),
	"bytes":      value.Bytes{1, 2, 3},
	"list":       value.NewList(value.Int(1), value.S("two"), value.NewList()),
	"tuple":      &value.Tuple{Items: []value.Value{value.Int(1), value.None{}}},
	"dict":       value.NewDict("z", value.Int(1), "a", value.NewDict("y", value.S("x"), "b", value.None{})),
	"date":       value.Date{T: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)},
	"time":       value.DateTime{T: time.Date(2026, 11, 21, 8, 9, 10, 11000, time.UTC)},
	"aware time": value.DateTime{T: time.Date(2026, 11, 21, 8, 9, 10, 0, time.UTC), Aware: true},
}

func TestValuesTravelUnchanged(t *testing.T) {
	for name, v := range samples {
		b, err := AppendValue(nil, v)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := DecodeValue(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if value.Repr(got) != value.Repr(v) || got.TypeName() != v.TypeName() {
			t.Errorf("%s: sent %s, got %s", name, value.Repr(v), value.Repr(got))
		}
		again, err := AppendValue(nil, got)
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: encoded again it differs: % x, % x", name, b, again)
		}
	}
}

// TestOthersReadOurCBOR holds the encoding against a library that is not ours.
func TestOthersReadOurCBOR(t *testing.T) {
	mode, err := cbor.DecOptions{MaxNestedLevels: 1000}.DecMode()
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range samples {
		b, err := AppendValue(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		if err := mode.Wellformed(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var got struct {
		Name string  `cbor:"name"`
		Size int64   `cbor:"size"`
		Huge big.Int `cbor:"huge"`
		Real float64 `cbor:"real"`
		List []any   `cbor:"list"`
	}
	b, err := AppendValue(nil, value.NewDict("name", value.S("x"), "size", value.Int(-5), "huge", samples["big"], "real", value.Float(0.25),
		"list", value.NewList(value.Bool(true), value.None{})))
	if err != nil {
		t.Fatal(err)
	}
	if err := mode.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if got.Name != "x" || got.Size != -5 || got.Huge.String() != "123456789012345678901234567890" || got.Real != 0.25 || len(got.List) != 2 || got.List[0] != true {
		t.Errorf("got %+v", got)
	}
}

func TestOrderOfKeysIsKept(t *testing.T) {
	var d value.Dict
	var want []string
	for i := 30; i > 0; i-- {
		k := strings.Repeat("k", i)
		d.Put(k, value.Int(i))
		want = append(want, k)
	}
	b, err := AppendValue(nil, &d)
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeValue(b)
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range got.(*value.Dict).Keys() {
		if k.(value.Str).S != want[i] {
			t.Fatalf("key %d is %v, want %s", i, k, want[i])
		}
	}
}

func TestWhatIsNotDataIsRefused(t *testing.T) {
	deep := value.Value(value.NewList())
	for range maxDepth + 2 {
		deep = value.NewList(deep)
	}
	for want, v := range map[string]value.Value{
		"'x' is undefined": &value.Undefined{Message: "'x' is undefined"},
		"type Omit":        value.NewList(value.Omit{}),
		"nested deeper":    deep,
	} {
		if _, err := AppendValue(nil, v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestTrustDoesNotTravel(t *testing.T) {
	b, err := AppendValue(nil, value.Authored("{{ x }}", nil))
	if err != nil {
		t.Fatal(err)
	}
	v, err := DecodeValue(b)
	if err != nil {
		t.Fatal(err)
	}
	if v.(value.Str).Trusted {
		t.Error("a text from the wire may be templated")
	}
}

func TestBrokenCBORIsAnError(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing": {}, "cut text": {0x65, 'a'}, "huge array": {0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"indefinite": {0x9f, 0xff}, "list as key": {0xa1, 0x80, 0x00}, "trailing": {0x00, 0x00}, "bad text": {0x61, 0xff},
		"unknown tag": {0xd8, 0x63, 0x00}, "bad date": {0xd9, 0x03, 0xec, 0x61, 'x'}, "deep": bytes.Repeat([]byte{0x81}, 5000),
	} {
		if v, err := DecodeValue(b); err == nil {
			t.Errorf("%s: got %v", name, v)
		}
	}
}

func FuzzValue(f *testing.F) {
	for _, v := range samples {
		b, err := AppendValue(nil, v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := DecodeValue(b)
		if err != nil {
			return
		}
		once, err := AppendValue(nil, v)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := DecodeValue(once)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		twice, err := AppendValue(nil, again)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("% x became % x", once, twice)
		}
	})
}

func BenchmarkCall(b *testing.B) {
	c := &Call{Module: "ansible.builtin.lineinfile", Args: value.NewDict("path", value.S("/tmp/bench/file-1"), "line", value.S("line 1"), "create", value.Bool(true))}
	var buf []byte
	for b.Loop() {
		var err error
		if buf, err = c.Encode(buf[:0]); err != nil {
			b.Fatal(err)
		}
		if _, err := DecodeCall(buf); err != nil {
			b.Fatal(err)
		}
	}
}
