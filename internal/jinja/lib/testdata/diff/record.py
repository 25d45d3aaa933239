"""Records what ansible-core 2.19 makes of templates.

    PYTHONHASHSEED=0 TZ=UTC DIFF_SET=set python record.py [OUT]      (with ansible-core 2.19 and the collections of ansible 12 installed)

The templates are those of cases.txt and combinations of filters, tests and values made below; the variables are in
vars.json. The answers go to OUT (answers.jsonl.gz): one JSON array for each template: [template, value], or
[template, null, error class, error text]. A value is plain JSON for texts, true, false, null, small integers and lists;
{"d": [[key, value], ...]} for a dict, {"f": repr} for a float, {"i": digits} for a large integer, {"x": [type, text]} for
the rest. The items of the sets that union, difference and symmetric_difference make have no order: such an answer is
[template, value, "unordered"]. Names of ansible-core's own classes for tagged and lazy values are replaced by those of the plain types.
"""
import gzip
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
os.chdir(HERE)
os.environ.setdefault("ANSIBLE_DEPRECATION_WARNINGS", "0")

from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.plugins.loader import init_plugin_loader  # noqa: E402
from ansible.template import Templar, trust_as_template  # noqa: E402
from ansible.utils.display import Display  # noqa: E402

for name in ("display", "warning", "deprecated", "error_as_warning", "error"):
    setattr(Display, name, lambda *a, **k: None)


def trust(v):
    if isinstance(v, str):
        return trust_as_template(v)
    if isinstance(v, list):
        return [trust(x) for x in v]
    if isinstance(v, dict):
        return {k: trust(x) for k, x in v.items()}
    return v


def plain(v):
    if v is None or isinstance(v, bool):
        return v
    if isinstance(v, str):
        return str(v)
    if isinstance(v, int):
        return int(v) if abs(v) < 2**53 else {"i": str(int(v))}
    if isinstance(v, float):
        return {"f": repr(float(v))}
    if isinstance(v, list):
        return [plain(x) for x in v]
    if isinstance(v, dict):
        return {"d": [[plain(k), plain(x)] for k, x in v.items()]}
    return {"x": [TYPES.get(type(v).__name__, type(v).__name__), str(v)]}


TYPES = {"_AnsibleLazyTemplateDict": "dict", "_AnsibleLazyTemplateList": "list", "_AnsibleLazyAccessTuple": "tuple", "_AnsibleTaggedStr": "str", "_AnsibleTaggedInt": "int",
         "_AnsibleTaggedFloat": "float", "_AnsibleTaggedList": "list", "_AnsibleTaggedDict": "dict", "_AnsibleTaggedTuple": "tuple", "_AnsibleTaggedDateTime": "datetime", "_AnsibleTaggedDate": "date", "_AnsibleTaggedSet": "set"}


def words(s):
    s = re.sub(r"<class '(?:ansible\.[\w.]*\.)(\w+)'>", r"<class '\1'>", s)
    s = s.replace("ansible.module_utils._internal._datatag.", "")
    for k, v in TYPES.items():
        s = s.replace(k, v)
    s = s.replace("ansible._internal._templating._lazy_containers.", "")
    s = re.sub(r" at 0x[0-9a-f]+", "", s)
    return s.replace(HERE, "/BASE")


def based(v):
    if isinstance(v, str):
        return v.replace(HERE, "/BASE")
    if isinstance(v, list):
        return [based(x) for x in v]
    if isinstance(v, dict):
        return {k: based(x) for k, x in v.items()}
    return v


def combinations():
    values = ["none", "true", "5", "-3", "2.5", "big", "''", "'abc'", "'42'", "su", "multi", "[]", "l", "ls", "lm", "ln", "users", "{}", "d", "dk", "(1, 'b')", "range(3)", "d.items()", "nope", "tmpl", "lt", "dt", "d.nope", "tmpl_bad", "tmpl_list", "('2024-01-02' | to_datetime('%Y-%m-%d'))"]
    filters = ["abs", "attr('x')", "batch(2)", "capitalize", "center(12)", "dictsort", "escape", "filesizeformat", "first", "float", "forceescape", "format", "groupby('name')", "indent", "int", "items", "join", "join('-')", "last", "length", "list", "lower", "map('string')", "map(attribute='name')",
               "max", "min", "pprint", "reject('none')", "rejectattr('name')", "replace('a', 'b')", "reverse", "round", "select", "selectattr('name', 'defined')", "slice(2)", "sort", "string", "striptags", "sum", "title", "tojson", "trim", "truncate(8)", "unique", "upper", "urlencode", "urlize", "wordcount", "wordwrap(5)", "xmlattr",
               "b64decode", "b64encode", "basename", "bool", "checksum", "combinations(2)", "combine({'z': 1})", "comment", "commonpath", "default('D')", "default('D', true)", "dict2items", "difference([1])", "dirname", "extract({'abc': 1})", "flatten", "from_json", "from_yaml", "hash", "human_readable", "human_to_bytes", "intersect([1])", "items2dict", "log", "mandatory", "md5", "normpath", "path_join",
               "permutations(1)", "pow(2)", "product([1])", "quote", "regex_escape", "regex_findall('a')", "regex_replace('a', 'b')", "regex_search('a')", "rekey_on_member('name')", "root", "shuffle(seed=1)", "split", "splitext", "subelements('groups')", "symmetric_difference([1])", "ternary(1, 0)", "to_json", "to_nice_json", "to_nice_yaml", "to_yaml", "to_uuid", "type_debug", "union([1])", "urldecode", "urlsplit", "win_basename", "zip([1])", "zip_longest([1])",
               "community.general.json_query('name')", "community.general.dict_kv('k')", "community.general.counter", "ansible.utils.ipaddr", "ansible.utils.ipwrap"]
    tests = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "callable", "true", "false", "odd", "even", "divisibleby(2)", "lower", "upper", "in([1, 'abc'])", "eq(5)", "ne(5)", "lt(3)", "ge('a')", "sameas(none)", "failed", "changed", "match('a')", "search('b')", "version('1.0', '>')", "any", "all", "truthy", "falsy", "subset([1])", "contains(1)", "nan", "file", "abs", "url", "vault_encrypted"]
    for f in filters:
        for v in values:
            yield "{{ %s | %s }}" % (v, f)
    for t in tests:
        for v in values:
            yield "{{ %s is %s }}" % (v, t)


def main():
    init_plugin_loader([])
    loader = DataLoader()
    loader.set_basedir(HERE)
    with open("vars.json", encoding="utf-8") as f:
        text = f.read()
    templates = []
    with open("cases.txt", encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            if not line.startswith("#") and line:
                templates.append(line.replace("⏎", "\n"))
    templates.extend(combinations())
    out = gzip.GzipFile(sys.argv[1] if len(sys.argv) > 1 else "answers.jsonl.gz", "w", mtime=0)
    seen = set()
    for t in templates:
        if t in seen:
            continue
        seen.add(t)
        templar = Templar(loader, variables=trust(json.loads(text)))
        try:
            v = templar.template(trust_as_template(t))
            if "OMIT" in type(v).__name__.upper():
                row = [t, None, "omit", ""]
            else:
                row = [t, based(plain(v))]
                if re.search(r"\| (union|difference|symmetric_difference|intersect)\(\[1\]\) }}$", t) and isinstance(v, list) and not all(isinstance(x, (int, float)) for x in v):
                    row.append("unordered")
        except Exception as e:
            row = [t, None, type(e).__name__, words(str(e))]
        out.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n")
    out.close()


if __name__ == "__main__":
    main()
