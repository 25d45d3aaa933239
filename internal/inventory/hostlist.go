package inventory

import "strings"

// parseHostList reads "host1,host2:port,".
func parseHostList(r *reading, list string) error {
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		host, port, err := ParseAddress(entry, false)
		if err != nil {
			host, port = entry, 0
		}
		if r.inv.byHost[host] == nil {
			if _, err := r.inv.AddHost(host, "ungrouped", port); err != nil {
				return err
			}
		}
	}
	return nil
}

// parseAdvancedHostList is parseHostList with ranges.
func parseAdvancedHostList(r *reading, list string) error {
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		hosts, port, err := expandPattern(entry)
		if err != nil {
			hosts, port = []string{entry}, 0
		}
		for _, host := range hosts {
			if r.inv.byHost[host] == nil {
				if _, err := r.inv.AddHost(host, "ungrouped", port); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
