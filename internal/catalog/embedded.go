package catalog

import (
	"bytes"
	"compress/zlib"
	"embed"
	"encoding/json"
	"io"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// The facts are made by gen/facts.py from an installed Ansible: see there for what they hold. Each collection is one
// compressed file with a line of JSON for each module, unpacked when a module of it is asked for.
//
//go:embed data
var data embed.FS

// embeddedNames lists the modules of each embedded collection; the order is that of the lines of its file.
var embeddedNames = sync.OnceValue(func() map[string][]string {
	text, _ := data.ReadFile("data/names.txt")
	names := map[string][]string{}
	for _, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Fields(line)
		names[fields[0]] = fields[1:]
	}
	return names
})

// Embedded lists the collections whose facts are built in.
func Embedded() []string {
	var out []string
	for c := range embeddedNames() {
		out = append(out, c)
	}
	return out
}

// unpack reads a compressed embedded file.
func unpack(name string) []byte {
	packed, err := data.ReadFile("data/" + name)
	if err != nil {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil
	}
	return text
}

// facts is a line of a collection's file.
type facts struct {
	Name     string `json:"n"`
	FreeForm string `json:"ff"`
	Open     int    `json:"op"`
	Check    int    `json:"ck"`
	Diff     int    `json:"df"`
	Common   int    `json:"fc"`
	Action   int    `json:"ac"`
	Plugin   int    `json:"ap"`
	FromDocs int    `json:"doc"`

	Deprecated []string            `json:"dep"`
	Returns    []returnFacts       `json:"ret"`
	Options    []*optionFacts      `json:"o"`
	Exclusive  [][]string          `json:"me"`
	Together   [][]string          `json:"rt"`
	OneOf      [][]string          `json:"ro"`
	If         [][]json.RawMessage `json:"ri"`
	By         [][]json.RawMessage `json:"rb"`
}

type optionFacts struct {
	Name       string              `json:"n"`
	Type       string              `json:"t"`
	Elements   string              `json:"e"`
	Required   int                 `json:"r"`
	Default    json.RawMessage     `json:"d"`
	Choices    json.RawMessage     `json:"c"`
	Aliases    []string            `json:"a"`
	OldAliases [][]string          `json:"da"`
	NoLog      int                 `json:"nl"`
	Fallback   []string            `json:"f"`
	RemovedIn  string              `json:"rv"`
	RemovedAt  string              `json:"rd"`
	RemovedOf  string              `json:"rc"`
	Defaults   int                 `json:"ad"`
	Options    []*optionFacts      `json:"o"`
	Exclusive  [][]string          `json:"me"`
	Together   [][]string          `json:"rt"`
	OneOf      [][]string          `json:"ro"`
	If         [][]json.RawMessage `json:"ri"`
	By         [][]json.RawMessage `json:"rb"`
}

// returnFacts is [name, type] or [name, type, contained].
type returnFacts struct{ name, kind string }

// UnmarshalJSON takes the first two elements.
func (r *returnFacts) UnmarshalJSON(b []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	if len(parts) > 0 {
		json.Unmarshal(parts[0], &r.name)
	}
	if len(parts) > 1 {
		json.Unmarshal(parts[1], &r.kind)
	}
	return nil
}

var embeddedLines = struct {
	sync.Mutex
	of map[string][][]byte
}{of: map[string][][]byte{}}

// embeddedFacts reads the facts of one module; nil where there are none.
func embeddedFacts(collection, name string) *facts {
	at := -1
	for i, n := range embeddedNames()[collection] {
		if strings.TrimSuffix(n, "!") == name {
			at = i
			break
		}
	}
	if at < 0 {
		return nil
	}
	embeddedLines.Lock()
	lines, ok := embeddedLines.of[collection]
	if !ok {
		lines = bytes.Split(unpack(collection+".z"), []byte("\n"))
		embeddedLines.of[collection] = lines
	}
	embeddedLines.Unlock()
	if at >= len(lines) {
		return nil
	}
	f := &facts{}
	if err := json.Unmarshal(lines[at], f); err != nil {
		return nil
	}
	return f
}

// entry makes an entry of the facts.
func (f *facts) entry(collection string) *Entry {
	e := &Entry{FQCN: collection + "." + f.Name, Action: f.Action == 1, HasAction: f.Plugin == 1}
	e.Spec = &argspec.Spec{
		Options:   options(f.Options),
		Relations: relations(f.Exclusive, f.Together, f.OneOf, f.If, f.By),
		FreeForm:  f.FreeForm, Open: f.Open == 1,
		FileCommon: f.Common == 1, SupportsCheck: f.Check == 1, SupportsDiff: f.Diff == 1,
	}
	for _, r := range f.Returns {
		e.Returns = append(e.Returns, module.Return{Name: r.name, Type: r.kind})
	}
	if len(f.Deprecated) == 2 {
		e.Deprecated = &Notice{Version: f.Deprecated[0], Date: f.Deprecated[1], Collection: collection}
	}
	return e
}

func options(list []*optionFacts) []*argspec.Option {
	if list == nil {
		return nil
	}
	out := make([]*argspec.Option, len(list))
	for i, f := range list {
		o := &argspec.Option{
			Name: f.Name, Type: f.Type, Elements: f.Elements, Required: f.Required == 1, Aliases: f.Aliases,
			NoLog: f.NoLog == 1, Fallback: f.Fallback, RemovedIn: f.RemovedIn, RemovedAt: f.RemovedAt, RemovedFrom: f.RemovedOf,
			ApplyDefaults: f.Defaults == 1, Options: options(f.Options),
			Relations: relations(f.Exclusive, f.Together, f.OneOf, f.If, f.By),
		}
		if f.Default != nil {
			o.Default, _ = value.FromJSON(f.Default)
		}
		if f.Choices != nil {
			if v, err := value.FromJSON(f.Choices); err == nil {
				if l, ok := v.(*value.List); ok {
					o.Choices = l.Items
				}
			}
		}
		for _, d := range f.OldAliases {
			if len(d) == 4 {
				o.DeprecatedAliases = append(o.DeprecatedAliases, argspec.Deprecated{Name: d[0], Version: d[1], Date: d[2], Collection: d[3]})
			}
		}
		out[i] = o
	}
	return out
}

func relations(exclusive, together, oneOf [][]string, ifs, bys [][]json.RawMessage) argspec.Relations {
	r := argspec.Relations{MutuallyExclusive: exclusive, RequiredTogether: together, RequiredOneOf: oneOf}
	for _, rule := range ifs {
		var found argspec.RequiredIf
		if len(rule) != 4 || json.Unmarshal(rule[0], &found.Option) != nil || json.Unmarshal(rule[2], &found.Needs) != nil || json.Unmarshal(rule[3], &found.Any) != nil {
			continue
		}
		if v, err := value.FromJSON(rule[1]); err == nil {
			found.Value = v
			r.RequiredIf = append(r.RequiredIf, found)
		}
	}
	for _, rule := range bys {
		var found argspec.RequiredBy
		if len(rule) == 2 && json.Unmarshal(rule[0], &found.Option) == nil && json.Unmarshal(rule[1], &found.Needs) == nil {
			r.RequiredBy = append(r.RequiredBy, found)
		}
	}
	return r
}
