package inventory

import (
	"errors"
	"fmt"
	"strings"
)

// parseHostList reads "host1,host2:port,".
func parseHostList(r *reading, list string) error {
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		host, port, err := ParseAddress(entry, false)
		if err != nil {
			r.verbose(3, "Unable to parse address from hostname, leaving unchanged: %s", err)
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
		var bad valueError
		if errors.As(err, &bad) {
			return fmt.Errorf("Invalid data from string, could not parse: %w", err)
		}
		if err != nil {
			r.verbose(3, "Unable to parse address from hostname, leaving unchanged: %s", err)
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
