package action

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pytext"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

var templateAction = &Action{Name: "ansible.builtin.template", Run: templateRun}

// templateOptions are the arguments that concern the engine and are not sent to the host.
var templateOptions = []string{"newline_sequence", "block_start_string", "block_end_string", "variable_start_string",
	"variable_end_string", "comment_start_string", "comment_end_string", "trim_blocks", "lstrip_blocks", "output_encoding"}

func templateRun(c *Context) (*value.Dict, error) {
	args := c.Args
	src, dest := text(args, "src"), text(args, "dest")
	switch {
	case has(args, "state"):
		return nil, fail("'state' cannot be specified on a template")
	case src == "" || dest == "":
		return nil, fail("src and dest are required")
	}
	o := jinja.Options{
		BlockStart: text(args, "block_start_string"), BlockEnd: text(args, "block_end_string"),
		VariableStart: text(args, "variable_start_string"), VariableEnd: text(args, "variable_end_string"),
		CommentStart: text(args, "comment_start_string"), CommentEnd: text(args, "comment_end_string"),
		NewlineSequence: "\n", TrimBlocks: true,
	}
	for _, b := range []struct {
		key string
		to  *bool
	}{{"trim_blocks", &o.TrimBlocks}, {"lstrip_blocks", &o.LstripBlocks}} {
		if v, ok := args.Raw(b.key); ok {
			x, err := argspec.Convert("bool", v)
			if err != nil {
				return nil, fail("%s", err)
			}
			*b.to = bool(x.(value.Bool))
		}
	}
	if has(args, "newline_sequence") {
		o.NewlineSequence = strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(text(args, "newline_sequence"))
		switch o.NewlineSequence {
		case "\n", "\r", "\r\n":
		default:
			return nil, fail("newline_sequence needs to be one of: \n, \r or \r\n")
		}
	}
	path, err := c.find("templates", src)
	if err != nil { // the action catches it and raises one of its own
		f := fault.New(source.Location{}, "%s", err)
		f.Handling, f.Result = true, value.NewDict("msg", value.S(f.Msg))
		return nil, f
	}
	rendered, err := Render(c, path, src, dest, &o)
	if err != nil {
		return nil, err
	}
	content, err := inEncoding(args, rendered)
	if err != nil {
		return nil, err
	}
	send := without(args, templateOptions...)
	if text(args, "mode") == "preserve" {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		send.Put("mode", value.S(fmt.Sprintf("0%03o", info.Mode().Perm())))
	}
	follow, err := flag(args, "follow", false)
	if err != nil {
		return nil, err
	}
	send.Put("follow", value.Bool(follow))
	d, err := copyFile(c, send, content, "", filepath.Base(path), dest, false)
	if err != nil {
		return nil, err
	}
	return oneFile(c, d, path, dest), nil
}

// inEncoding gives the bytes of a text in the task's output_encoding; an empty one means UTF-8.
func inEncoding(args *value.Dict, rendered string) ([]byte, error) {
	v, ok := args.Raw("output_encoding")
	if _, none := v.(value.None); !ok || none {
		return []byte(rendered), nil
	}
	name, ok := v.(value.Str)
	switch {
	case !ok:
		return nil, broken("encode() argument 'encoding' must be str, not %s", value.TypeName(v))
	case name.S == "":
		return []byte(rendered), nil
	}
	content, err := pytext.Encode(rendered, name.S)
	if err != nil {
		return nil, broken("%s", err)
	}
	return content, nil
}

// Render renders a template file with the variables that template files see.
func Render(c *Context, path, src, dest string, o *jinja.Options) (string, error) {
	data, err := readText(c, path)
	if err != nil {
		return "", err
	}
	file := source.NewFile(path, data)
	whole := &source.Location{File: file, Span: source.Span{Start: 0, End: len(data)}}
	local := jinja.Vars(templateVars(c, path, src, dest))
	t := c.Templar.Extend(local)
	t.Search = t.SearchPath()
	for _, dir := range []string{t.Engine().Config().Dir, filepath.Dir(path)} {
		t.Search = append(t.Search, filepath.Join(dir, "templates"), dir)
	}
	return t.Text(value.Authored(string(data), whole), o)
}

func readText(c *Context, path string) ([]byte, error) {
	data, err := source.OS{}.ReadFile(path)
	if err != nil {
		return nil, fail("%s", err)
	}
	if strings.HasPrefix(string(data), "$ANSIBLE_VAULT") {
		if c.Decrypt == nil {
			return nil, fail("Attempting to decrypt but no vault secrets found.")
		}
		return c.Decrypt(data)
	}
	return data, nil
}
