"""Records how Black lays out generated lines of Python: python record.py > black.jsonl (Black 26.10.1)."""
import json
import random
import sys

import black

rng = random.Random(26)
NAMES = ["a", "item", "foo_bar", "x", "true", "None", "ansible_facts"]


def pad():
    return rng.choice(["", "", "", " ", " ", "  "])


def comma():
    return pad() + "," + pad()


def atom(depth):
    kinds = ["name", "name", "number", "text"]
    if depth > 0:
        kinds += ["paren", "list", "dict", "set", "tuple", "comp", "call", "attr", "index", "slice", "text2"]
    kind = rng.choice(kinds)
    e = lambda: expr(depth - 1)
    if kind == "name":
        return rng.choice(NAMES)
    if kind == "number":
        return rng.choice(["0", "17", "3.5", "1E5", "0XfF", "1_000", "2J", "0o17", ".5"])
    if kind == "text":
        return rng.choice(["'x'", '"y z"', "''", "r'\\d+'", "' padded '", "'''three'''", "u'u'", "f'{x}'"])
    if kind == "text2":
        return "'a'" + pad() + '"b"'
    if kind == "paren":
        return "(" + pad() + e() + pad() + ")"
    if kind == "list":
        return "[" + pad() + comma().join(e() for _ in range(rng.randint(0, 3))) + pad() + "]"
    if kind == "tuple":
        return "(" + comma().join(e() for _ in range(rng.randint(2, 3))) + pad() + ")"
    if kind == "dict":
        return "{" + pad() + comma().join(e() + pad() + ":" + pad() + e() for _ in range(rng.randint(0, 3))) + pad() + "}"
    if kind == "set":
        return "{" + comma().join(e() for _ in range(rng.randint(1, 2))) + "}"
    if kind == "comp":
        return "[" + e() + " for x in " + e() + rng.choice(["", " if " + e()]) + "]"
    base = rng.choice(NAMES)
    if kind == "call":
        args = []
        for _ in range(rng.randint(0, 3)):
            args.append(rng.choice(["", "", "key" + pad() + "=" + pad(), "*", "**"]) + e())
        return base + pad() + "(" + pad() + comma().join(args) + pad() + ")"
    if kind == "attr":
        return base + "." + rng.choice(NAMES[:4]) + rng.choice(["", "()", "[" + e() + "]"])
    if kind == "index":
        return base + pad() + "[" + pad() + e() + pad() + "]"
    bound = lambda: rng.choice(["", e()])
    return base + "[" + bound() + pad() + ":" + pad() + bound() + rng.choice(["", ":" + bound()]) + rng.choice(["", "," + e()]) + "]"


def expr(depth):
    a = lambda: atom(depth)
    kind = rng.choice(["atom"] * 5 + ["binary"] * 5 + ["compare", "bool", "ternary", "not", "sign", "power", "lambda", "test"])
    if kind == "atom" or depth < 0:
        return a()
    if kind == "binary":
        return a() + pad() + rng.choice(["|", "|", "+", "-", "*", "/", "//", "%", "&", "^", "<<"]) + pad() + a()
    if kind == "compare":
        return a() + pad() + rng.choice(["==", "!=", "<", ">=", " in ", " not in ", " is ", " is  not "]) + pad() + a()
    if kind == "bool":
        return a() + " " + rng.choice(["and", "or"]) + "  " + a()
    if kind == "ternary":
        return a() + " if " + a() + "  else " + a()
    if kind == "not":
        return "not " + a()
    if kind == "sign":
        return rng.choice(["-", "+", "- "]) + a()
    if kind == "power":
        return a() + pad() + "**" + pad() + rng.choice(["", "-"]) + a()
    if kind == "lambda":
        return "lambda " + rng.choice(["", "x", "x , y=1", "*a,**k"]) + " : " + a()
    return a() + " is " + rng.choice(["defined", "not defined", "version('1',  '>=')", "string"])


def line():
    kind = rng.choice(["expr"] * 12 + ["assign"] * 3 + ["tuple", "annotated", "comment", "two", "comma", "broken", "augmented"])
    e = expr(rng.randint(0, 2))
    if kind == "assign":
        return rng.choice(["a", "ns.x", "a , b"]) + pad() + "=" + pad() + e
    if kind == "tuple":
        return e + pad() + "," + pad() + expr(1) + rng.choice(["", ","])
    if kind == "annotated":
        return "a" + pad() + ":" + pad() + e
    if kind == "comment":
        return e + pad() + "#" + pad() + "why"
    if kind == "two":
        return "a;" + pad() + "b" + rng.choice(["", ";"])
    if kind == "comma":
        return "f" + rng.choice(["(1,2,)", "([1 ,2, ])", "[1,]", "((1,))", "({'a':1,})", "(a,[1,2,])", "(x)|g([1,[2,3,],])", "({1:{2:3,}})"])
    if kind == "broken":
        return e + rng.choice([" ~ x", ".0", " )", " b", " is", "|", " 'x' y", ".class"])
    if kind == "augmented":
        return "a" + pad() + "+=" + pad() + e
    return e


print(json.dumps({"command": "python record.py > black.jsonl", "black": black.__version__}))
seen = set()
while len(seen) < 2500:
    text = line()
    if text in seen or len(text) > 200:
        continue
    seen.add(text)
    try:
        laid = black.format_str(text, mode=black.FileMode(line_length=sys.maxsize, string_normalization=False)).rstrip("\n")
    except Exception:
        laid = None
    print(json.dumps([text, laid]))
