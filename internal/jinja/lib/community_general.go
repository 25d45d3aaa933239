package lib

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

var (
	listsParams = params{{Name: "lists", Star: true, Type: "list", Doc: "the lists"}, {Name: "flatten", Default: no, Type: "bool", KwOnly: true, Doc: "arguments may be lists of lists"}}
	timeParams  = params{{Name: "human_time", Type: "str"}, {Name: "kwargs", StarStar: true, Type: "float", Doc: "year and month: days in each"}}
	keysParams  = params{{Name: "data", Type: "list"}, {Name: "target", Default: value.None{}, Type: "list", Doc: "the keys"}, {Name: "matching_parameter", Default: value.Str{S: "equal"}, Type: "str", Doc: "equal, starts_with, ends_with or regex"}}
)

// generalFilters are the filters of community.general.
var generalFilters = []*jinja.Function{
	{Name: "accumulate", FQCN: "community.general.accumulate", Doc: "Sums of the items so far.", Result: "list", Call: accumulate, Params: params{{Name: "sequence", Type: "list"}}},
	{Name: "counter", FQCN: "community.general.counter", Doc: "How often each item is there.", Result: "dict", Call: counter, Params: params{{Name: "sequence", Type: "list"}}},
	{Name: "crc32", FQCN: "community.general.crc32", Doc: "CRC-32 checksum as hexadecimal digits.", Result: "str", Call: crc32Filter, Params: params{{Name: "value", Type: "str"}}},
	{Name: "dict", FQCN: "community.general.dict", Doc: "Dict of pairs.", Result: "dict", Call: dictFilter, Params: params{{Name: "sequence", Type: "list"}}},
	{Name: "dict_kv", FQCN: "community.general.dict_kv", Doc: "Dict with the value under that key.", Result: "dict", Call: dictKV,
		Params: params{{Name: "value", Type: "any"}, {Name: "key", Type: "str", Doc: "the key"}}},
	{Name: "from_csv", FQCN: "community.general.from_csv", Doc: "Dicts of the rows of a CSV text.", Result: "list", Call: fromCSV,
		Params: params{{Name: "data", Type: "str"}, {Name: "dialect", Default: value.Str{S: "excel"}, Type: "str", Doc: "excel, excel-tab or unix"}, {Name: "fieldnames", Default: value.None{}, Type: "list", Doc: "names of the columns; the first row unless given"}, {Name: "delimiter", Default: value.None{}, Type: "str", Doc: "what stands between the cells"}, {Name: "skipinitialspace", Default: value.None{}, Type: "bool", Doc: "drop white space behind the delimiter"}, {Name: "strict", Default: value.None{}, Type: "bool", Doc: "an error on bad input"}}},
	{Name: "from_ini", FQCN: "community.general.from_ini", Doc: "Dict of sections of an INI text.", Result: "dict", Call: fromINI, Params: params{{Name: "obj", Type: "str"}}},
	{Name: "groupby_as_dict", FQCN: "community.general.groupby_as_dict", Doc: "Dict of dicts by an attribute that differs in each.", Result: "dict", Call: groupbyAsDict,
		Params: params{{Name: "sequence", Type: "list"}, {Name: "attribute", Type: "str", Doc: "the attribute"}}},
	{Name: "hashids_encode", FQCN: "community.general.hashids_encode", Doc: "Not supported: needs the hashids library.", Result: "str", Refused: true, Call: refuse("community.general.hashids_encode", "the hashids algorithm"), Params: params{{Name: "nums", Type: "list"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "hashids_decode", FQCN: "community.general.hashids_decode", Doc: "Not supported: needs the hashids library.", Result: "list", Refused: true, Call: refuse("community.general.hashids_decode", "the hashids algorithm"), Params: params{{Name: "hashid", Type: "str"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "jc", FQCN: "community.general.jc", Doc: "Not supported: needs the jc library.", Result: "any", Refused: true, Call: refuse("community.general.jc", "the Python library jc"), Params: params{{Name: "data", Type: "str"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "json_diff", FQCN: "community.general.json_diff", Doc: "Not supported: needs the jsonpatch library.", Result: "list", Refused: true, Call: refuse("community.general.json_diff", "the Python library jsonpatch"), Params: params{{Name: "inp", Type: "any"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "json_patch", FQCN: "community.general.json_patch", Doc: "Not supported: needs the jsonpatch library.", Result: "any", Refused: true, Call: refuse("community.general.json_patch", "the Python library jsonpatch"), Params: params{{Name: "inp", Type: "any"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "json_patch_recipe", FQCN: "community.general.json_patch_recipe", Doc: "Not supported: needs the jsonpatch library.", Result: "any", Refused: true, Call: refuse("community.general.json_patch_recipe", "the Python library jsonpatch"), Params: params{{Name: "inp", Type: "any"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "json_query", FQCN: "community.general.json_query", Aliases: []string{"json_query"}, Doc: "What a JMESPath expression finds in the data.", Result: "any", Call: jsonQuery,
		Params: params{{Name: "data", Type: "any"}, {Name: "expr", Type: "str", Doc: "the expression"}}},
	{Name: "keep_keys", FQCN: "community.general.keep_keys", Doc: "Dicts of a list with those keys alone.", Result: "list", Call: sieveKeys(true), Params: keysParams},
	{Name: "remove_keys", FQCN: "community.general.remove_keys", Doc: "Dicts of a list without those keys.", Result: "list", Call: sieveKeys(false), Params: keysParams},
	{Name: "replace_keys", FQCN: "community.general.replace_keys", Doc: "Dicts of a list with keys renamed.", Result: "list", Call: renameKeys,
		Params: params{{Name: "data", Type: "list"}, {Name: "target", Default: value.None{}, Type: "list", Doc: "dicts with before and after"}, {Name: "matching_parameter", Default: value.Str{S: "equal"}, Type: "str", Doc: "equal, starts_with, ends_with or regex"}}},
	{Name: "lists_difference", FQCN: "community.general.lists_difference", Doc: "Items of the first list that no other has, in order.", Result: "list", Call: listsFilter("difference"), Params: listsParams},
	{Name: "lists_intersect", FQCN: "community.general.lists_intersect", Doc: "Items that all lists have, in order.", Result: "list", Call: listsFilter("intersect"), Params: listsParams},
	{Name: "lists_symmetric_difference", FQCN: "community.general.lists_symmetric_difference", Doc: "Items that only one of two lists has, in order.", Result: "list", Call: listsFilter("symmetric_difference"), Params: listsParams},
	{Name: "lists_union", FQCN: "community.general.lists_union", Doc: "Items of all lists, each once, in order.", Result: "list", Call: listsFilter("union"), Params: listsParams},
	{Name: "lists_mergeby", FQCN: "community.general.lists_mergeby", Doc: "Dicts of several lists merged by an attribute.", Result: "list", Call: listsMergeby,
		Params: params{{Name: "terms", Star: true, Type: "any", Doc: "the lists, then the attribute"}, {Name: "kwargs", StarStar: true, Type: "any", Doc: "recursive and list_merge as in combine"}}},
	{Name: "random_mac", FQCN: "community.general.random_mac", Aliases: []string{"random_mac"}, Doc: "Hardware address with a given beginning, the rest by chance.", Result: "str", Call: randomMAC,
		Params: params{{Name: "value", Type: "str"}, {Name: "seed", Default: value.None{}, Type: "str", Doc: "makes the choice repeatable"}}},
	{Name: "reveal_ansible_type", FQCN: "community.general.reveal_ansible_type", Doc: "Type of a value with those of its items.", Result: "str", Call: revealType,
		Params: params{{Name: "data", Type: "any"}, {Name: "alias", Default: value.None{}, Type: "dict", Doc: "other names for types"}}},
	{Name: "to_ini", FQCN: "community.general.to_ini", Doc: "INI text of a dict of sections.", Result: "str", Call: toINI, Params: params{{Name: "obj", Type: "dict"}}},
	{Name: "to_prettytable", FQCN: "community.general.to_prettytable", Doc: "Not supported: needs the prettytable library.", Result: "str", Refused: true, Call: refuse("community.general.to_prettytable", "the Python library prettytable"), Params: params{{Name: "data", Type: "list"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "to_time_unit", FQCN: "community.general.to_time_unit", Doc: "Number of time units that a text such as 1h 30m means.", Result: "float", Call: toTimeUnit,
		Params: params{{Name: "human_time", Type: "str"}, {Name: "unit", Default: value.Str{S: "ms"}, Type: "str", Doc: "the unit"}, {Name: "kwargs", StarStar: true, Type: "float", Doc: "year and month: days in each"}}},
	{Name: "to_milliseconds", FQCN: "community.general.to_milliseconds", Doc: "Milliseconds that a text such as 1h 30m means.", Result: "float", Call: toUnit("ms"), Params: timeParams},
	{Name: "to_seconds", FQCN: "community.general.to_seconds", Doc: "Seconds that a text such as 1h 30m means.", Result: "float", Call: toUnit("s"), Params: timeParams},
	{Name: "to_minutes", FQCN: "community.general.to_minutes", Doc: "Minutes that a text such as 1h 30m means.", Result: "float", Call: toUnit("m"), Params: timeParams},
	{Name: "to_hours", FQCN: "community.general.to_hours", Doc: "Hours that a text such as 1d 30m means.", Result: "float", Call: toUnit("h"), Params: timeParams},
	{Name: "to_days", FQCN: "community.general.to_days", Doc: "Days that a text such as 1w 12h means.", Result: "float", Call: toUnit("d"), Params: timeParams},
	{Name: "to_weeks", FQCN: "community.general.to_weeks", Doc: "Weeks that a text such as 1mo 2d means.", Result: "float", Call: toUnit("w"), Params: timeParams},
	{Name: "to_months", FQCN: "community.general.to_months", Doc: "Months that a text such as 1y 2w means.", Result: "float", Call: toUnit("mo"), Params: timeParams},
	{Name: "to_years", FQCN: "community.general.to_years", Doc: "Years that a text such as 18mo means.", Result: "float", Call: toUnit("y"), Params: timeParams},
	{Name: "to_yaml", FQCN: "community.general.to_yaml", Doc: "YAML text of a value, innermost lists and dicts on one line.", Result: "str", Call: generalToYAML(false),
		Params: params{{Name: "value", Type: "any"}, {Name: "redact_sensitive_values", Default: no, Type: "bool", KwOnly: true, Doc: "hide what is vaulted"}, {Name: "default_flow_style", Default: value.None{}, Type: "bool", KwOnly: true, Doc: "all lists and dicts on one line, or none"}, yamlOptions}},
	{Name: "to_nice_yaml", FQCN: "community.general.to_nice_yaml", Doc: "YAML text of a value, indented.", Result: "str", Call: generalToYAML(true),
		Params: params{{Name: "value", Type: "any"}, {Name: "redact_sensitive_values", Default: no, Type: "bool", KwOnly: true, Doc: "hide what is vaulted"}, {Name: "default_flow_style", Default: no, Type: "bool", KwOnly: true, Doc: "lists and dicts on one line"}, yamlOptions}},
	{Name: "unicode_normalize", FQCN: "community.general.unicode_normalize", Doc: "Text in one of Unicode's normal forms.", Result: "str", Call: unicodeNormalize,
		Params: params{{Name: "data", Type: "str"}, {Name: "form", Default: value.Str{S: "NFC"}, Type: "str", Doc: "NFC, NFD, NFKC or NFKD"}}},
	{Name: "version_sort", FQCN: "community.general.version_sort", Doc: "Versions in order.", Result: "list", Call: versionSort,
		Params: params{{Name: "value", Type: "list"}, {Name: "reverse", Default: no, Type: "bool", Doc: "newest first"}}},
	{Name: "json_query", FQCN: "ovirt.ovirt.json_query", Doc: "What a JMESPath expression finds in the data.", Result: "any", Call: jsonQuery,
		Params: params{{Name: "data", Type: "any"}, {Name: "expr", Type: "str", Doc: "the expression"}}},
}

// refuse makes a filter or lookup that says by name what it lacks, instead of a result that would be wrong.
func refuse(name, lack string) func(*jinja.Call) (value.Value, error) {
	return func(*jinja.Call) (value.Value, error) {
		return nil, value.Errorf("AnsibleError", "%s is not supported by rehearse: it needs %s. Run the playbook with --fallback where it is needed.", name, lack)
	}
}
