"""Records the names of filters, tests and lookups and of their arguments: python names.py > names.json

From the documentation of ansible-core 2.19 and of the collections whose plugins this package has; the filters and tests
of Jinja2 itself are listed by their Python signatures.
"""
import inspect
import json
import subprocess
import sys

from jinja2.defaults import DEFAULT_FILTERS, DEFAULT_TESTS

out = {}
for kind in ("filter", "test", "lookup"):
    listed = json.loads(subprocess.run([sys.executable.rsplit("/", 1)[0] + "/ansible-doc", "-t", kind, "-l", "-j"], capture_output=True, text=True, check=True).stdout)
    names = sorted(n for n in listed if n.rsplit(".", 1)[0] in ("ansible.builtin", "ansible.utils", "community.general"))
    docs = json.loads(subprocess.run([sys.executable.rsplit("/", 1)[0] + "/ansible-doc", "-t", kind, "-j", *names], capture_output=True, text=True, check=True).stdout)
    out[kind] = {n: sorted(docs[n]["doc"].get("options") or {}) if n in docs and "doc" in docs[n] else None for n in names}
out["jinja"] = {"filter": sorted(DEFAULT_FILTERS), "test": sorted(DEFAULT_TESTS)}
out["signature"] = {n: list(inspect.signature(f).parameters) for n, f in DEFAULT_FILTERS.items() if inspect.isfunction(f) and not n.startswith("_")}
json.dump(out, sys.stdout, indent=0, sort_keys=True)
