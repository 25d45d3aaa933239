package lib

import (
	"slices"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Collections' functions are known by their full names only; the playbook's `collections` decide about short ones.

func collectionFilters() []*jinja.Function {
	return slices.Concat(generalFilters, ipFilters, utilsFilters, protomatterFilters)
}

func collectionTests() []*jinja.Function { return slices.Concat(utilsTests, protomatterTests) }

func collectionLookups() []*jinja.Function { return slices.Concat(generalLookups, refusedLookups()) }

// generalLookups are the lookups of community.general.
var generalLookups = []*jinja.Function{
	{Name: "cartesian", FQCN: "community.general.cartesian", Aliases: []string{"cartesian"}, Doc: "Every combination of the items of the lists.", Result: "list", Call: lookupCartesian, Params: params{terms}},
	{Name: "collection_version", FQCN: "community.general.collection_version", Doc: "Versions of installed collections.", Result: "list", Call: lookupCollectionVersion,
		Params: params{terms, {Name: "result_not_found", Default: value.None{}, Type: "str", Doc: "for a collection that is not there"}, {Name: "result_no_version", Default: value.Str{S: "*"}, Type: "str", Doc: "for one without a version"}}},
	{Name: "dependent", FQCN: "community.general.dependent", Doc: "Combinations of lists where a later list may depend on earlier items.", Result: "list", Call: lookupDependent, Params: params{terms}},
	{Name: "filetree", FQCN: "community.general.filetree", Aliases: []string{"filetree"}, Doc: "Files, links and directories below directories of the controller.", Result: "list", Call: lookupFiletree, Params: params{terms}},
	{Name: "flattened", FQCN: "community.general.flattened", Aliases: []string{"flattened"}, Doc: "Items of lists in lists, as one list.", Result: "list", Call: lookupFlattened, Params: params{terms}},
	{Name: "merge_variables", FQCN: "community.general.merge_variables", Doc: "Lists or dicts of the variables whose names match, merged.", Result: "list", Call: lookupMergeVariables,
		Params: params{terms, {Name: "pattern_type", Default: value.Str{S: "regex"}, Type: "str", Doc: "prefix, suffix or regex"}, {Name: "initial_value", Default: value.None{}, Type: "any", Doc: "what to begin with"}, {Name: "override", Default: value.Str{S: "error"}, Type: "str", Doc: "error, warn or ignore, where a key is there twice"}, {Name: "groups", Default: value.None{}, Type: "list", Doc: "groups whose hosts' variables count"}}},
	{Name: "random_string", FQCN: "community.general.random_string", Doc: "Text of characters by chance.", Result: "list", Call: lookupRandomString,
		Params: params{terms, {Name: "length", Default: value.Int(8), Type: "int", Doc: "number of characters"}, {Name: "upper", Default: yes, Type: "bool", Doc: "upper case letters"}, {Name: "lower", Default: yes, Type: "bool", Doc: "lower case letters"}, {Name: "numbers", Default: yes, Type: "bool", Doc: "digits"}, {Name: "special", Default: yes, Type: "bool", Doc: "punctuation"}, {Name: "min_numeric", Default: zero, Type: "int", Doc: "least number of digits"}, {Name: "min_upper", Default: zero, Type: "int", Doc: "least number of upper case letters"}, {Name: "min_lower", Default: zero, Type: "int", Doc: "least number of lower case letters"}, {Name: "min_special", Default: zero, Type: "int", Doc: "least number of punctuation characters"}, {Name: "override_special", Default: value.None{}, Type: "str", Doc: "other punctuation"}, {Name: "override_all", Default: value.None{}, Type: "str", Doc: "the characters, whatever else is said"}, {Name: "ignore_similar_chars", Default: no, Type: "bool", Doc: "without characters that look alike"}, {Name: "similar_chars", Default: value.Str{S: "il1LoO0"}, Type: "str", Doc: "characters that look alike"}, {Name: "base64", Default: no, Type: "bool", Doc: "as base64"}, {Name: "seed", Default: value.None{}, Type: "str", Doc: "makes the text repeatable"}}},
	{Name: "random_pet", FQCN: "community.general.random_pet", Doc: "Not supported: needs the petname library.", Result: "list", Refused: true, Call: refuse("community.general.random_pet", "the Python library petname"), Params: params{terms}},
	{Name: "get_path", FQCN: "ansible.utils.get_path", Doc: "Value at a path such as a.b[0].", Result: "list", Call: lookupFilter(getPath, 3), Params: params{terms}},
	{Name: "to_paths", FQCN: "ansible.utils.to_paths", Doc: "Dict of the path of every value in the data.", Result: "list", Call: lookupFilter(toPaths, 3), Params: params{terms}},
	{Name: "index_of", FQCN: "ansible.utils.index_of", Doc: "Places of the items for which a test is true.", Result: "list", Call: lookupFilter(indexOf, 6), Params: params{terms}},
}

// refusedLookups ask services or programs that this program does not talk to: they are refused by name, never empty.
func refusedLookups() []*jinja.Function {
	return []*jinja.Function{
		refusedLookup("community.general", "dig", "the Python library dnspython and a name server"),
		refusedLookup("community.general", "dnstxt", "the Python library dnspython and a name server"),
		refusedLookup("community.general", "bitwarden", "the program bw"),
		refusedLookup("community.general", "bitwarden_secrets_manager", "the program bws"),
		refusedLookup("community.general", "chef_databag", "the Python library pychef"),
		refusedLookup("community.general", "consul_kv", "a Consul server"),
		refusedLookup("community.general", "credstash", "the Python library credstash"),
		refusedLookup("community.general", "cyberarkpassword", "the CyberArk agent"),
		refusedLookup("community.general", "dsv", "Thycotic DevOps Secrets Vault"),
		refusedLookup("community.general", "etcd", "an etcd server"),
		refusedLookup("community.general", "etcd3", "an etcd server"),
		refusedLookup("community.general", "github_app_access_token", "GitHub"),
		refusedLookup("community.general", "hiera", "the program hiera"),
		refusedLookup("community.general", "keyring", "the Python library keyring"),
		refusedLookup("community.general", "lastpass", "the program lpass"),
		refusedLookup("community.general", "lmdb_kv", "the Python library lmdb"),
		refusedLookup("community.general", "onepassword", "the program op"),
		refusedLookup("community.general", "onepassword_doc", "the program op"),
		refusedLookup("community.general", "onepassword_raw", "the program op"),
		refusedLookup("community.general", "onepassword_ssh_key", "the program op"),
		refusedLookup("community.general", "passwordstore", "the program pass"),
		refusedLookup("community.general", "random_words", "the Python library xkcdpass"),
		refusedLookup("community.general", "redis", "a Redis server"),
		refusedLookup("community.general", "revbitspss", "a RevBits server"),
		refusedLookup("community.general", "shelvefile", "Python's shelve files"),
		refusedLookup("community.general", "tss", "Thycotic Secret Server"),
		refusedLookup("community.general", "binary_file", "its Python plugin"),
		refusedLookup("community.hashi_vault", "hashi_vault", "a HashiCorp Vault server"),
		refusedLookup("community.hashi_vault", "vault_kv2_get", "a HashiCorp Vault server"),
		refusedLookup("community.hashi_vault", "vault_kv1_get", "a HashiCorp Vault server"),
		refusedLookup("community.hashi_vault", "vault_read", "a HashiCorp Vault server"),
		refusedLookup("ansible.utils", "validate", "the Python library jsonschema"),
		refusedLookup("kubernetes.core", "k8s", "the Python library kubernetes"),
		refusedLookup("kubernetes.core", "kustomize", "the program kustomize"),
		refusedLookup("awx.awx", "controller_api", "an AWX server"),
		refusedLookup("amazon.aws", "aws_ssm", "the Python library boto3"),
		refusedLookup("amazon.aws", "ssm_parameter", "the Python library boto3"),
		refusedLookup("amazon.aws", "secretsmanager_secret", "the Python library boto3"),
		refusedLookup("amazon.aws", "aws_secret", "the Python library boto3"),
		refusedLookup("vmware.vmware_rest", "cluster_moid", "a vCenter server"),
		refusedLookup("vmware.vmware_rest", "datastore_moid", "a vCenter server"),
	}
}

func refusedLookup(collection, name, lack string) *jinja.Function {
	full := collection + "." + name
	var short []string
	switch name { // names that ansible-core itself redirects
	case "chef_databag", "consul_kv", "credstash", "cyberarkpassword", "dig", "dnstxt", "etcd", "hiera", "keyring", "lastpass", "lmdb_kv",
		"onepassword", "onepassword_raw", "passwordstore", "redis", "shelvefile", "hashi_vault", "k8s", "aws_secret", "aws_ssm":
		short = []string{name}
	}
	return &jinja.Function{Name: name, FQCN: full, Aliases: short, Doc: "Not supported: needs " + lack + ".", Result: "list", Refused: true, Call: refuse(full, lack), Params: params{terms}}
}

// lookupFilter makes a lookup of a filter that takes so many arguments; the terms and options are its arguments by position.
func lookupFilter(f func(*jinja.Call) (value.Value, error), n int) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		inner := *c
		inner.Args = make([]value.Value, n)
		for i := range inner.Args {
			inner.Args[i] = value.None{}
			if i < len(c.Args) {
				inner.Args[i] = c.Args[i]
			}
		}
		v, err := f(&inner)
		if err != nil {
			return nil, err
		}
		return list([]value.Value{v}), nil
	}
}
