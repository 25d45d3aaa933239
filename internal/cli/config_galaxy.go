package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// galaxyKeys are the options of a galaxy server and their defaults, nil for None.
var galaxyKeys = []struct {
	name  string
	value value.Value
}{
	{"url", nil}, {"username", nil}, {"password", nil}, {"token", nil}, {"auth_url", nil}, {"api_version", nil},
	{"validate_certs", nil}, {"client_id", nil}, {"client_secret", nil}, {"timeout", value.Int(60)},
}

// galaxyServers shows the servers that the setting GALAXY_SERVER_LIST names. rehearse itself talks to none of them.
func (c *configRun) galaxyServers(out *strings.Builder, list *value.List) {
	all := &value.Dict{}
	fmt.Fprint(out, "\nGALAXY_SERVERS:\n")
	for _, server := range c.config.Strings("GALAXY_SERVER_LIST") {
		if server == "" {
			continue
		}
		set := map[string]value.Value{}
		origin := map[string]string{}
		for _, e := range c.config.Entries() {
			if e.Section == "galaxy_server."+server {
				set[e.Key], origin[e.Key] = value.S(e.Text), c.config.Path
			}
		}
		for _, k := range galaxyKeys {
			name := "ANSIBLE_GALAXY_SERVER_" + strings.ToUpper(server+"_"+k.name)
			if v := c.env.Getenv(name); v != "" {
				set[k.name], origin[k.name] = value.S(v), "env: "+name
			}
		}
		items := &value.List{}
		var lines []string
		for _, k := range galaxyKeys {
			v, from := set[k.name], origin[k.name]
			if v == nil {
				v, from = k.value, "default"
			}
			if v == nil {
				v = value.None{}
			}
			if c.changed && from == "default" {
				if c.format == "display" {
					continue
				}
			}
			lines = append(lines, fmt.Sprintf("%s(%s) = %s", k.name, from, value.ToStr(v)))
			items.Items = append(items.Items, value.NewDict("name", value.S(k.name), "origin", value.S(from), "type", value.None{}, "value", v))
		}
		slices.Sort(lines)
		fmt.Fprintf(out, "\n\n%s\n%s\n%s\n", server, strings.Repeat("=", len(server)), strings.Join(lines, "\n"))
		all.Put(server, items)
	}
	list.Items = append(list.Items, value.NewDict("GALAXY_SERVERS", all))
}

// galaxyOptions are the places that set the options of a galaxy server.
func galaxyOptions(server string) *value.Dict {
	d := &value.Dict{}
	for _, k := range galaxyKeys {
		one := value.NewDict(
			"env", value.NewList(value.NewDict("name", value.S("ANSIBLE_GALAXY_SERVER_"+strings.ToUpper(server+"_"+k.name)))),
			"ini", value.NewList(value.NewDict("section", value.S("galaxy_server."+server), "key", value.S(k.name))))
		if k.value != nil {
			one.Put("default", k.value)
		}
		d.Put(k.name, one)
	}
	return d
}
