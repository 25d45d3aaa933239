"""Record what Python does with values, for TestPython: python3 record.py > python.jsonl (Python 3.11).

Every line is a JSON object: "op" names the operation, "a" its arguments as Python literals, "r" the repr of the result,
or "c" and "m" the class and text of the exception.
"""
import json
import random

R = random.Random(20261121)

INTS = [0, 1, -1, 2, 7, -7, 10, 255, 2**31, -2**31, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -2**63, 10**19, 10**25, -10**30, 12345]
FLOATS = [0.0, -0.0, 0.1, 0.5, -0.5, 1.0, 1.5, 2.5, 2.675, 1e15, 1e16, 1e17, 1e22, 1e23, 1e-4, 1e-5, 1.5e-7, 123456.789, 1e100, 5e-324, 1.7976931348623157e308, -3.7, 1 / 3]
TEXTS = ["", "a", "abc", "Hello World", "it's", 'a"b', "'\"", "\n\t\r\\", "\x00\x1f\x7f", "äöüß", "日本語", "🎉x", "\u200b\xa0", "a,b,,c", "  pad  ", "AbC dEf", "1234",
         "-42", "ǅ", "ΑΣ", "ﬁ", "İ", "line1\nline2\r\nline3", "tab\tx", "%s", "{}", "x" * 30]
OTHER = [None, True, False, [], [1, "a", None], {}, {"a": 1, 2: [3]}, (), (1,), (1, 2), b"", b"ab\xff'", [[1], {"k": (1, 2)}], {1: {2: 3}}]
VALUES = INTS + FLOATS + TEXTS + OTHER


def emit(op, f, *args):
    line = {"op": op, "a": [repr(a) for a in args]}
    try:
        line["r"] = repr(f(*args))
        if len(line["r"]) > 400:
            return
    except Exception as e:
        line["c"], line["m"] = type(e).__name__, str(e)
    print(json.dumps(line))


def pairs(n):
    return [(R.choice(VALUES), R.choice(VALUES)) for _ in range(n)]


for v in VALUES:
    emit("repr", repr, v)
    emit("str", str, v)
    emit("bool", bool, v)
    emit("len", len, v)
for _ in range(300):
    x = R.choice([R.uniform(-10, 10), R.uniform(-1, 1) * 10 ** R.randint(-30, 30), R.randint(-10**18, 10**18) / 10 ** R.randint(0, 20)])
    emit("repr", repr, x)
import operator
OPS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv, "%": operator.mod}
for name, f in OPS.items():
    for a, b in pairs(120):
        if name == "*" and (isinstance(a, int) and abs(a) > 1000 or isinstance(b, int) and abs(b) > 1000) and not (isinstance(a, (int, float)) and isinstance(b, (int, float))):
            continue
        emit(name, f, a, b)
    for _ in range(60):
        emit(name, f, R.choice(INTS + FLOATS), R.choice(INTS + FLOATS))
for a in [2, 3, -2, 10, 0.5, 2.5, 0, 1, -1, 1.1, 7.0]:
    for b in [0, 1, 2, 5, 64, -1, -3, 0.5, 100, 2.5]:
        if isinstance((a if a else 1) ** (b if not (a == 0) else 1), complex):
            continue
        emit("**", operator.pow, a, b)
CMP = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
for name, f in CMP.items():
    for a, b in pairs(60):
        emit(name, f, a, b)
    for _ in range(40):
        emit(name, f, R.choice(INTS + FLOATS), R.choice(INTS + FLOATS))
for a, b in pairs(150):
    emit("in", lambda x, y: x in y, a, b)
for v in ["Hello", [1, 2, 3, 4], (1, 2, 3), "日本語", b"abc", {"a": 1}, 5]:
    for k in [0, 1, -1, 2, -3, 99, "a", None, 1.5, True]:
        emit("item", operator.getitem, v, k)
    for s in [(None, None, None), (1, None, None), (None, -1, None), (None, None, 2), (None, None, -1), (3, 0, -1), (-2, None, None), (0, 99, 3), (5, 1, -2), (None, None, 0)]:
        emit("slice", lambda x, i, j, k: x[i:j:k], v, *s)
SPECS = ["", "d", "5", "<5", ">8", "^9", "05d", "+d", " d", ",", "_", ",d", "x", "#x", "#X", "o", "#o", "b", "#b", "c", "e", ".2e", "f", ".0f", ".3f", "g", ".3g", "%", ".1%", "010.2f", "*^12",
         "+.1f", "=8", "_x", "012,", "#.3g", "s", ".2s", "5.1s", "q", ".", "G", "E", "n", "z.1f", "<", "<<5", "020,.2f", "_b", "0=+8", "-10", ".5"]
for spec in SPECS:
    for v in [0, 5, -5, 1234567, 10**20, 0.0, 1.5, -2.675, 1e10, 1e-5, 123456.789, "abc", "日本", True, float("inf"), float("nan"), None]:
        if v != v or v in (float("inf"),):
            line = {"op": "format", "a": ["nan" if v != v else "inf", repr(spec)]}
            try:
                line["r"] = repr(format(v, spec))
            except Exception as e:
                line["c"], line["m"] = type(e).__name__, str(e)
            print(json.dumps(line))
            continue
        emit("format", format, v, spec)
PERCENT = ["%s", "%r", "%d", "%i", "%5d|", "%-5d|", "%05d", "%+d", "% d", "%x", "%#x", "%X", "%o", "%e", "%.2e", "%f", "%.1f", "%g", "%G", "%c", "%%", "%5.1f|", "%s %s", "%.2s", "%-8s|", "%8s|", "%a",
           "%(a)s", "%(b)05d", "%*d", "%q", "%", "abc", "%-+8.2f|", "%#o", "%.0f", "%#.3g", "%05s", "%.3d"]
for f in PERCENT:
    for v in [5, -5, 2.5, "x", (1, 2), (), {"a": 1, "b": 2}, None, [1], True, 10**20, ("a", 5), 300, 1e20, "日"]:
        emit("%", operator.mod, f, v)
for s in ["12", " 12 ", "-5", "+7", "1_000", "0x1f", "0b11", "0o17", "", "abc", "1.5", "10" * 15, "z", "1__0", "_1", "٣", "1e3", "0_7", "007", "- 5"]:
    for b in [10, 0, 2, 8, 16, 36]:
        emit("int", int, s, b)
    emit("float", float, s)
for s in ["1.5", "1e3", ".5", "5.", "inf", "-Infinity", "1_0.5", "1e400", "1e-400", "--1", "1.5.2", "infinit", "0x10"]:
    emit("float", float, s)
for s in TEXTS + ["a b  c\td", "x--y--z", "Mixed CASE text", "ǳ ǆ", "ŉ", "Ⅷ", "ß straße"]:
    for m in ["upper", "lower", "title", "capitalize", "swapcase", "casefold", "split", "splitlines", "strip", "isdigit"]:
        if m == "isdigit":
            continue
        emit("str." + m, getattr(str, m), s)
    for sep, n in [(",", -1), (" ", 1), ("--", -1), ("l", 2)]:
        emit("str.split", str.split, s, sep, n)
        emit("str.rsplit", str.rsplit, s, sep, n)
    emit("str.rsplit", str.rsplit, s, None, 1)
    emit("str.split", str.split, s, None, 1)
    emit("str.zfill", str.zfill, s, 8)
    emit("str.center", str.center, s, 9, "*")
    emit("str.center", str.center, s, 10, "*")
    emit("str.expandtabs", str.expandtabs, s, 4)
    emit("str.splitlines", str.splitlines, s, True)
for f, args in [("{}", (1,)), ("{} {}", (1, "a")), ("{0}{1}{0}", (1, 2)), ("{:>5}|", (3,)), ("{!r}", ("a",)), ("{0[1]}", ([1, 2],)), ("{0[k]}", ({"k": 5},)), ("{{}}", ()), ("{", ()), ("}", ()), ("{}", ()),
                ("{1}", (1,)), ("{} {0}", (1,)), ("{:{}}", (1, 5)), ("{!x}", (1,)), ("{:d}", ("a",)), ("{0.x}", (1,)), ("{!s:>6}|", (1.5,)), ("{:,}", (1234567,)), ("{a}", (1,)), ("{!a}", ("ä",))]:
    emit("str.format", str.format, f, *args)
for v in VALUES:
    if isinstance(v, float) and v != v:
        continue
    for name, kw in [("json", {}), ("json.indent", {"indent": 2}), ("json.sort", {"sort_keys": True}), ("json.utf8", {"ensure_ascii": False}), ("json.compact", {"separators": (",", ":")})]:
        emit(name, lambda x, kw=kw: json.dumps(x, **kw), v)
for s in ['{"a": [1, 2.5, null, true]}', "[]", "1", '"x\\u00e9\\n"', "{", "[1,]", "nul", "", "[1 2]", '{"a" 1}', '{a: 1}', '"abc', "1 2", "-", "01", "1.", "NaN", "-Infinity", '"\\x"', '"\t"', '{"a": 1, "a": 2}',
          '"\\ud83c\\udf89"', "1e5", "123456789012345678901234567890", " [ 1 , 2 ] ", '{"a":1,}', "\ufeff1"]:
    emit("json.loads", json.loads, s)
import ast
for s in ["1", "-1", "'a' 'b'", "[1, (2, 3), {'a': None}]", "{1, 2}", "b'x'", "1_000", "0x1f", "01", "True", "(1,)", "()", "1 +", "a", "{'a': 1, **{}}", "'\\n\\x41\\u00e9'", "r'\\n'", "'''a\nb'''", "1.5e3", " 1", "1\n", "[1,\n2]", "[", "''", "{}", "set()", "not 1", "1 if 2 else 3", "f'x'", "-'a'"]:
    try:
        line = {"op": "literal", "a": [repr(s)], "r": repr(ast.literal_eval(ast.parse(s, mode="eval")))}
    except Exception:
        line = {"op": "literal", "a": [repr(s)], "c": "any"}
    print(json.dumps(line))
