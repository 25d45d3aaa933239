package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func wantsScript(r *reading, path string) bool {
	info, err := r.fs.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// run starts an inventory script and gives what it prints.
func (r *reading) run(path string, args ...string) (stdout, stderr []byte, err error) {
	ctx := r.o.Ctx
	if ctx == nil {
		ctx = context.Background()
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = r.o.Env
	cmd.Dir = r.o.Dir
	out, errs := source.Bounded{Limit: source.MaxOutput}, source.Bounded{Limit: source.MaxOutput}
	cmd.Stdout, cmd.Stderr = &out, &errs
	runErr := cmd.Run()
	for _, b := range []*source.Bounded{&out, &errs} {
		if err := b.Full(); err != nil {
			return nil, nil, fmt.Errorf("Failed to execute inventory script command '%s': %w", strings.Join(append([]string{path}, args...), " "), err)
		}
	}
	help := ""
	if text := strings.TrimSpace(errs.String()); text != "" {
		help = "\nStandard error from inventory script:\n" + text
	}
	var exit *exec.ExitError
	switch {
	case runErr == nil:
	case errors.As(runErr, &exit):
		return nil, nil, fmt.Errorf("Inventory script returned non-zero exit code %d.%s", exit.ExitCode(), help)
	default:
		return nil, nil, fmt.Errorf("Failed to execute inventory script command '%s': %w", strings.Join(append([]string{path}, args...), " "), runErr)
	}
	if !utf8.Valid(out.Bytes()) {
		return nil, nil, fmt.Errorf("Inventory script result contained characters that cannot be interpreted as UTF-8.%s", help)
	}
	return out.Bytes(), errs.Bytes(), nil
}

// checkProfile tells what is wrong with the frame of a script's output, and with the profile that it names.
func checkProfile(v value.Value) error {
	d, ok := v.(*value.Dict)
	if !ok {
		return fmt.Errorf("Value is '%s' instead of 'dict'.", v.TypeName())
	}
	meta, ok := d.Raw("_meta")
	if !ok {
		return nil
	}
	m, ok := meta.(*value.Dict)
	if !ok {
		return fmt.Errorf("Value contains '_meta' which is '%s' instead of 'dict'.", meta.TypeName())
	}
	profile, ok := m.Raw("profile")
	if !ok {
		return nil
	}
	name, ok := profile.(value.Str)
	switch {
	case !ok:
		return fmt.Errorf("Value contains '_meta.profile' which is '%s' instead of 'str'.", profile.TypeName())
	case !strings.HasPrefix(name.S, "inventory_"):
		return fmt.Errorf("Non-inventory profile '%s' is not allowed.", name.S)
	case name.S != "inventory_legacy":
		return fmt.Errorf("Unknown profile name '%s'.", name.S)
	}
	return nil
}

// checkLegacy finds a marker of the legacy profile without its text.
func checkLegacy(v value.Value) error {
	switch v := v.(type) {
	case *value.List:
		for _, x := range v.Items {
			if err := checkLegacy(x); err != nil {
				return err
			}
		}
	case *value.Dict:
		for k, x := range v.RawAll() {
			if name := value.ToStr(k); name == "__ansible_unsafe" || name == "__ansible_vault" {
				if _, ok := x.(value.Str); !ok {
					return fmt.Errorf("%s is <class '%s'> not <class 'str'>", name, x.TypeName())
				}
			}
			if err := checkLegacy(x); err != nil {
				return err
			}
		}
	}
	return nil
}

func parseScript(r *reading, path string) error {
	out, stderr, err := r.run(path, "--list")
	if err != nil {
		return err
	}
	help := ""
	if text := strings.TrimSpace(string(stderr)); text != "" {
		help = "\nStandard error from inventory script:\n" + text
	}
	v, err := value.FromJSON(out)
	if err != nil {
		return fmt.Errorf("Unable to get JSON decoder for inventory script result: Value could not be parsed as JSON: %w%s", err, help)
	}
	if err := checkProfile(v); err != nil {
		return fmt.Errorf("Unable to get JSON decoder for inventory script result: %w%s", err, help)
	}
	if err := checkLegacy(v); err != nil {
		return fmt.Errorf("Inventory script result could not be parsed as JSON: %w%s", err, help)
	}
	d := value.Legacy(v, value.InventoryTrust).(*value.Dict)
	if len(bytes.TrimSpace(stderr)) > 0 && !r.o.HideStderr {
		r.problems = append(r.problems, diag.Diagnostic{Rule: "inventory-script", Message: string(stderr)})
	}
	var meta *value.Dict
	var hosts []string
	for k, data := range d.RawAll() {
		name := value.ToStr(k)
		if name == "_meta" {
			vars, has := data.(*value.Dict).Raw("hostvars")
			if !has {
				vars = value.None{}
			}
			var ok bool
			if meta, ok = vars.(*value.Dict); !ok {
				return fmt.Errorf("Value contains '_meta.hostvars' which is '%s' instead of 'dict'.", vars.TypeName())
			}
			continue
		}
		if err := r.scriptGroup(path, name, data, &hosts); err != nil {
			return err
		}
	}
	if meta == nil {
		r.deprecated(path, "Inventory scripts should always provide 'meta.hostvars'. Host variables will be collected by running the inventory script with the '--host' option for each host.")
	}
	for _, h := range hosts {
		vars := &value.Dict{}
		if meta != nil {
			if v, ok := meta.Raw(h); ok {
				if vars, ok = v.(*value.Dict); !ok {
					return fmt.Errorf("Invalid data from file, expected dictionary and got:\n\n%s", value.ToStr(v))
				}
			}
		} else if vars, err = r.scriptHost(path, h); err != nil {
			return err
		}
		if err := r.populate([]string{h}, "", 0, vars, source.Location{}, nil); err != nil {
			return err
		}
	}
	return nil
}

// scriptHost asks an old script for one host's variables.
func (r *reading) scriptHost(path, host string) (*value.Dict, error) {
	out, _, err := r.run(path, "--host", host)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(out)) == 0 {
		return &value.Dict{}, nil
	}
	v, err := value.FromJSON(out)
	if err != nil {
		return nil, fmt.Errorf("Inventory script result for host '%s' could not be parsed as JSON: %w", host, err)
	}
	d, ok := value.Legacy(v, func([]string) bool { return true }).(*value.Dict)
	if !ok {
		return nil, fmt.Errorf("Invalid data from file, expected dictionary and got:\n\n%s", value.ToStr(v))
	}
	return d, nil
}

func (r *reading) deprecated(path, format string, args ...any) {
	r.inv.deprecate(Deprecation{
		Text: fmt.Sprintf(format, args...), When: "This feature will be removed from inventory plugin 'script' in ansible-core version 2.23.",
		At: named("<inventory script output from '" + path + "'>"),
	})
}

func (r *reading) scriptGroup(path, name string, data value.Value, hosts *[]string) error {
	g, err := r.inv.AddGroup(name)
	if err != nil {
		return err
	}
	name = g.Name
	d, ok := data.(*value.Dict)
	if !ok {
		r.deprecated(path, "Group '%s' was converted to 'dict' from '%s'.", name, data.TypeName())
		d = value.NewDict("hosts", data)
	} else {
		_, h := d.Raw("hosts")
		_, v := d.Raw("vars")
		_, c := d.Raw("children")
		if !h && !v && !c {
			r.deprecated(path, "Treating malformed group '%s' as the sole host of that group. Variables provided in this manner cannot be templated.", name)
			d = value.NewDict("hosts", value.NewList(value.S(name)), "vars", d)
		}
	}
	if v, ok := d.Raw("hosts"); ok {
		list, ok := v.(*value.List)
		if !ok {
			return fmt.Errorf("Value contains '%s.hosts' which is '%s' instead of 'list'.", name, v.TypeName())
		}
		for _, item := range list.Items {
			host := value.ToStr(item)
			if !slices.Contains(*hosts, host) {
				*hosts = append(*hosts, host)
			}
			if _, err := r.inv.AddHost(host, name, 0); err != nil {
				return err
			}
		}
	}
	if v, ok := d.Raw("vars"); ok {
		vars, ok := v.(*value.Dict)
		if !ok {
			return fmt.Errorf("Value contains '%s.vars' which is '%s' instead of 'dict'.", name, v.TypeName())
		}
		for k, v := range vars.RawAll() {
			if err := r.inv.SetVar(name, value.ToStr(k), v, source.Location{}); err != nil {
				return err
			}
		}
	}
	if v, ok := d.Raw("children"); ok {
		list, _ := v.(*value.List)
		if list == nil {
			return nil
		}
		for _, item := range list.Items {
			c, err := r.inv.AddGroup(value.ToStr(item))
			if err != nil {
				return err
			}
			if _, err := r.inv.AddChild(name, c.Name); err != nil {
				return err
			}
		}
	}
	return nil
}
