package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func aptModule() *Module {
	no := value.Bool(false)
	return &Module{
		Name: "ansible.builtin.apt",
		Doc:  "Install, upgrade and remove Debian packages",
		Spec: &argspec.Spec{
			SupportsCheck: true, SupportsDiff: true,
			Options: []*argspec.Option{
				{Name: "state", Default: value.S("present"), Choices: argspec.Texts("absent", "build-dep", "fixed", "latest", "present"), Doc: "what the packages shall be"},
				{Name: "update_cache", Type: "bool", Aliases: []string{"update-cache"}, Doc: "fetch the package lists first"},
				{Name: "update_cache_retries", Type: "int", Default: value.Int(5), Doc: "how often to try to fetch the lists"},
				{Name: "update_cache_retry_max_delay", Type: "int", Default: value.Int(12), Doc: "longest wait between two tries, in seconds"},
				{Name: "cache_valid_time", Type: "int", Default: value.Int(0), Doc: "fetch the lists when they are older than so many seconds"},
				{Name: "purge", Type: "bool", Default: no, Doc: "remove configuration files, too"},
				{Name: "package", Type: "list", Elements: "str", Aliases: []string{"pkg", "name"}, Doc: "packages; with =version or >=version; * stands for all"},
				{Name: "deb", Type: "path", Doc: "file or address of a package to install"},
				{Name: "default_release", Aliases: []string{"default-release"}, Doc: "release to install from"},
				{Name: "install_recommends", Type: "bool", Aliases: []string{"install-recommends"}, Doc: "install recommended packages, too"},
				{Name: "force", Type: "bool", Default: no, Doc: "install even what is dangerous to the system"},
				{Name: "upgrade", Default: value.S("no"), Choices: argspec.Texts("dist", "full", "no", "safe", "yes"), Doc: "upgrade all packages"},
				{Name: "dpkg_options", Default: value.S("force-confdef,force-confold"), Doc: "options of dpkg, with commas"},
				{Name: "autoremove", Type: "bool", Default: no, Doc: "remove packages that nothing needs any more"},
				{Name: "autoclean", Type: "bool", Default: no, Doc: "remove package files that cannot be fetched any more"},
				{Name: "fail_on_autoremove", Type: "bool", Default: no, Doc: "fail where a package would have to be removed"},
				{Name: "policy_rc_d", Type: "int", Doc: "exit status of policy-rc.d meanwhile: 101 keeps services from starting"},
				{Name: "only_upgrade", Type: "bool", Default: no, Doc: "leave packages out that are not installed"},
				{Name: "force_apt_get", Type: "bool", Default: no, Doc: "use apt-get even where aptitude is installed"},
				{Name: "clean", Type: "bool", Default: no, Doc: "remove all fetched package files"},
				{Name: "allow_unauthenticated", Type: "bool", Default: no, Aliases: []string{"allow-unauthenticated"}, Doc: "install packages whose origin is not verified"},
				{Name: "allow_downgrade", Type: "bool", Default: no, Aliases: []string{"allow-downgrade", "allow_downgrades", "allow-downgrades"}, Doc: "allow to install an older version"},
				{Name: "allow_change_held_packages", Type: "bool", Default: no, Doc: "change packages that are held"},
				{Name: "lock_timeout", Type: "int", Default: value.Int(60), Doc: "seconds to wait for another package manager"},
				{Name: "auto_install_module_deps", Type: "bool", Default: value.Bool(true), Doc: "install python3-apt where the Python module needs it"},
			},
			Relations: argspec.Relations{
				MutuallyExclusive: [][]string{{"deb", "package", "upgrade"}},
				RequiredOneOf:     [][]string{{"autoremove", "deb", "package", "update_cache", "upgrade"}},
			},
		},
		Returns: []Return{{"cache_updated", "bool", "whether the package lists were fetched"}, {"cache_update_time", "int", "when they were fetched last, in seconds since 1970"},
			{"stdout", "str", "output of apt-get"}, {"stderr", "str", "error output of apt-get"}},
	}
}

func packageModule() *Module {
	return &Module{
		Name: "ansible.builtin.package",
		Doc:  "Install or remove packages with the host's own package manager",
		Spec: &argspec.Spec{
			SupportsCheck: true,
			Open:          true, // what the module of the package manager takes is its own business
			Options: []*argspec.Option{
				{Name: "name", Type: "raw", Required: true, Doc: "packages"},
				{Name: "state", Required: true, Doc: "what they shall be: present, absent, latest, ..."},
				{Name: "use", Default: value.S("auto"), Doc: "module of the package manager to use"},
			},
		},
	}
}
