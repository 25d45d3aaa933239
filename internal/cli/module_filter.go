package cli

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// systemFilters is the file of rejected modules where the setting names none.
const systemFilters = "/etc/ansible/plugin_filters.yml"

// rejectedModules reads the file of the setting plugin_filters_cfg: short names of modules and actions that are not to be
// found. A file that says nothing of use is warned of, as by ansible-core 2.19; one that rejects stat is an error.
func (w *workspace) rejectedModules(fsys source.FS) (map[string]bool, error) {
	path := w.config.String("PLUGIN_FILTERS_CFG")
	given := path != ""
	if !given {
		path = systemFilters
	}
	warn := func(why string) (map[string]bool, error) {
		w.warn(fmt.Sprintf("The plugin filter file, %s %s", path, why))
		return nil, nil
	}
	data, err := fsys.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if given {
			return warn("does not exist. Skipping.")
		}
		return nil, nil
	}
	if err != nil {
		return nil, &ExitError{Code: 1, Message: fmt.Sprintf("[ERROR]: the plugin filter file %s cannot be read: %s\n", path, err)}
	}
	file := source.NewFile(path, data)
	tree := yaml.Parse(file)
	if tree.Failure() != nil {
		return warn("was not parsable. Skipping: " + tree.Failure().Message)
	}
	v, _ := tree.Root().Value(file, yaml.Options{})
	d, ok := v.(*value.Dict)
	version, has := value.Value(nil), false
	if ok {
		version, has = d.Get("filter_version")
	}
	switch {
	case !has:
		return warn("was invalid. Skipping.")
	case value.Strip(value.ToStr(version), "") != "1.0":
		return warn("was a version not recognized by this version of Ansible. Skipping.")
	}
	names, _ := d.Get("module_rejectlist")
	list, ok := names.(*value.List)
	if !ok {
		w.warn(fmt.Sprintf("Unable to parse the plugin filter file %s as module_rejectlist is not a list. Skipping.", path))
		return nil, nil
	}
	rejected := map[string]bool{}
	for _, n := range list.Items {
		rejected[value.ToStr(n)] = true
	}
	if rejected["stat"] {
		return nil, &ExitError{Code: 1, Message: fmt.Sprintf("[ERROR]: The stat module was specified in the module reject list file, %s, but Ansible will not function without the stat module.  Please remove stat from the reject list.\n", path)}
	}
	return rejected, nil
}
