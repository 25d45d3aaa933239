package lint

import (
	"slices"
	"strings"
)

// deprecatedModules is ansible-lint's list of modules that are gone or going.
var deprecatedModules = strings.Fields(`accelerate aos_asn_pool aos_blueprint aos_blueprint_param aos_blueprint_virtnet aos_device aos_external_router
	aos_ip_pool aos_logical_device aos_logical_device_map aos_login aos_rack_type aos_template azure cl_bond cl_bridge cl_img_install cl_interface
	cl_interface_policy cl_license cl_ports cs_nic docker ec2_ami_find ec2_ami_search ec2_remote_facts ec2_vpc kubernetes netscaler nxos_ip_interface
	nxos_mtu nxos_portchannel nxos_switchport oc panos_nat_policy panos_security_policy vsphere_guest win_msi include`)

func deprecatedModuleRule() *Rule {
	return &Rule{
		ID: "deprecated-module", Severity: "HIGH", Tags: []string{"deprecations"},
		Subs: []Sub{{"deprecated-module", "Deprecated module."}},
		Doc: Doc{
			Summary: "A module that is going should not be used any more.",
			Problem: "It is gone from the next version of its collection, or already from this one.",
			Examples: []Example{
				{Title: "An old module", Want: []string{"deprecated-module"}, Text: playOf("- name: Install the program\n  win_msi:\n    path: C:\\x.msi\n")},
				{Title: "Right", Text: playOf("- name: Install the program\n  ansible.windows.win_package:\n    path: C:\\x.msi\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if slices.Contains(deprecatedModules, t.Short) {
				p.onTask("deprecated-module", "Deprecated module. "+t.Short, t.NameSpan())
			}
		},
	}
}
