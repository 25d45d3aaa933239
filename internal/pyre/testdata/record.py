"""Records what CPython's re does with the patterns below: python3.11 record.py | gzip -9n > cases.json.gz"""
import json
import re
import sys
import warnings

warnings.simplefilter("ignore")

TEXTS = [
    "", "a", "\n", "abc", "aaa", "abab", "foo bar", "foo\nbar\n", "a\n", "ab12cd", "key = value", "key=value\n",
    "Hello World", "HELLO", "10.0.0.1", "2001:db8::1", "v1.2.3-rc1", "/etc/nginx/nginx.conf", "user@example.com",
    "#PermitRootLogin yes\nPermitRootLogin no\n", "root:x:0:0:root:/root:/bin/bash", "straße", "naïve café", "Ünïcode Ω",
    "tab\tsep", "a.b*c?", "line1\nline2\nline3", "\n\nx\n", "foo_bar-baz", "[section]\nkey=1\n", "\u0663\u0664", "日本語 text",
    "a\u00a0b", "  lead", "trail  ", "aXbXc", "<a><b></b></a>", "\"quoted\" 'text'", "k", "\u212a", "x=1;y=2;z=3", "(a(b)c)",
]
PATTERNS = [
    r"", r"a", r"a*", r"a+", r"a?", r"a??", r"a*?", r"a+?", r"(a)", r"(a)(b)?", r"(a)|b", r"(?:a|b)+", r"(a|b)*", r"(a*)*", r"(a*)+", r"(a?)*?b",
    r"^", r"$", r"^$", r"\Z", r"\A", r"^a", r"a$", r"r$", r"bar$", r"value$", r".*", r".+", r"^.*$", r"(?m)^", r"(?m)$", r"(?m)^.*$", r"(?s).*", r"(?s)foo.bar", r"(?m)^key",
    r"(?i)hello", r"(?i)[a-z]+", r"(?i)K", r"(?i)[^a-z]", r"(?i)stra\u00dfe", r"(?i:H)ello", r"(?-i:h)ello", r"(?x) a b  # comment\n c", r"(?x) [ #] ", r"(?im)^perm.*yes$",
    r"\d+", r"\D+", r"\w+", r"\W+", r"\s+", r"\S+", r"\b", r"\B", r"\bfoo\b", r"\b\w", r"\w\b", r"(?a)\w+", r"(?a)\b\w", r"(?a)\s", r"[\w]+", r"[^\w]+", r"[\W]", r"[^\W]+", r"[^\W\d]+", r"[\W\d]+", r"[\S\n]", r"[\d-]", r"[^\s]+$", r"\w*", r"\b|\w+",
    r"(?P<k>\w+)\s*=\s*(?P<v>.*)", r"(?P<q>['\"]).*?(?P=q)", r"(\w)\1", r"(a)(?(1)b|c)", r"(?P<x>a)?(?(x)b|c)", r"(<)?(\w+)(?(1)>)", r"(?(1)a|b)(x)?",
    r"foo(?= bar)", r"foo(?!bar)", r"(?<=foo )bar", r"(?<!foo )bar", r"(?<=\n)bar", r"^(?!#)", r"(?m)^(?!#).*$", r"(?<=a)b*", r"(?=(\w+))", r"(?!a)\w",
    r"a++b", r"a*+", r"(?>a+)b", r"(?>a|ab)c", r"\w++\d", r"a?+a", r"a{1,2}+a", r"a{2}", r"a{2,}", r"a{,2}", r"a{1,2}?", r"a{0}", r"a{,}", r"x{2", r"{", r"a{}", r"a{1,b}", r"}", r"]", r"a{2}{3}",
    r"[abc]", r"[^abc]", r"[]a]", r"[^]a]", r"[a-]", r"[-a]", r"[a\-z]", r"[\]]", r"[.*?]", r"[\n\t]", r"[\x41-\x5a]+", r"[\101]", r"\101", r"\x41", r"\u0041", r"\0", r"\t", r"[\b]", r"[$]", r"[a^]", r"[[]", r"[a[b]", r"[&&]", r"[0-9a-fA-F:]+", r"[à-ü]+",
    r"\.", r"\/", r"\-", r"\ ", r"\#", r"\"", r"\_", r"\@", r"[\.]", r"\{", r"\[section\]",
    r"(\d+)\.(\d+)\.(\d+)(?:-(\w+))?", r"^v?(\d+)", r"(.*)/([^/]*)$", r"^(.*?)\s*=\s*(.*?)$", r"\.conf$", r"^/etc", r"([^:]+):", r"^root:", r"@(.+)$", r"\s*;\s*", r",", r"=", r"(=)", r"(;)|(=)", r"\s", r"X", r"(X)", r"(?:)", r"(?#comment)a", r"(?:a|)", r"(|a)b", r"(a|ab)(c|bcd)?", r"(?:(a)|b)*", r"(?:(a)|(b))+", r"((a)|b)+?$", r"(a)?b", r"(?:a?){3}", r"(?:(a?)b?)*", r"(?:|a)*", r"(?:a|)+", r"(?:a??)*", r"(^|,)\w*", r"(?:^|\s)\S", r"$|a", r"\Z|\n",
    # wrong ones
    r"(", r")", r"(?", r"(?P", r"(?P<", r"(?P<>a)", r"(?P<1a>a)", r"(?P<a", r"(?P<a>x)(?P<a>y)", r"(?P=foo)", r"(?P=", r"(?Px)", r"(?<a>b)", r"(?<", r"[", r"[a", r"[^", r"[]", r"[z-a]", r"[\d-z]", r"[a-\d]", r"*", r"+a", r"?", r"a**", r"a+*", r"a???", r"a{2,1}", r"(*a)", r"|*", r"^*", r"\b+", r"$?", r"(?:^)*", "\\", "a\\", r"\1", r"(a)\2", r"(a\1)", r"\8", r"\q", r"\c", r"\p{L}", r"\x4", r"\u12", r"\U00110000", r"\400", r"[\q]", r"[\8]", r"[\x1]", r"\z", r"\Q", r"(?z)", r"(?i", r"(?i-", r"(?i-:a)", r"(?-i)", r"(?-a:b)", r"(?iz:a)", r"(?i1)", r"(?L)a", r"(?au)a", r"(?au:a)", r"(?i-i:a)", r"a(?i)", r"(a(?i)b)", r"(?=a", r"(?<=a*)b", r"(?<=a|bc)d", r"(?<=ab|cd)e", r"(?<!a+)", r"(?<=(a))\1", r"(?<=(a)\1)b", r"(a)(?<=\1)b", r"(?#", r"(?(", r"(?(1", r"(?(a)b)", r"(?(0)b)", r"(?(-1)b)", r"(?(2)a|b)(x)", r"(a)(?(1)b|c|d)", r"(a)(?(1)b", r"a|b)", r"((a)", "a\n(", "\n\n  [", r"(?:a", r"(?>a", r"a{99999999999}", r"\N", r"\N{", r"\N{nosuch name}", r"(?P<a b>c)", r"(?P<é>c)\w", r"(?a-i:b)", r"(?!)", r"(?=)", r"x(?:)*",
]
REPLS = ["", "-", r"[\g<0>]", r"\1", r"<\1>", r"\g<1>x", r"\g<k>:\g<v>", r"\n", r"\\", r"\t\x", r"\2\1", r"\g<2>", r"\g<", r"\g<>", r"\g<a b>", r"\g", r"\g<-1>", r"\08", r"\101", r"\400", r"\q", r"\.", r"\-", "é", r"\g<99>", r"\10", "\\", r"\b", r"$1"]


def span(m):
    return None if m is None else [list(m.span(i)) for i in range(m.re.groups + 1)]


def attempt(f):
    try:
        return f()
    except Exception as e:
        return {"error": type(e).__name__, "message": str(e)}


compiles, runs, subs = [], [], []
for p in PATTERNS:
    try:
        rx = re.compile(p)
    except Exception as e:
        compiles.append([p, type(e).__name__, str(e)])
        continue
    compiles.append([p, None, None])
    for ti, t in enumerate(TEXTS):
        runs.append([p, ti, span(rx.search(t)), span(rx.match(t)), span(rx.fullmatch(t)), [list(m.span()) for m in rx.finditer(t)],
                     rx.findall(t), rx.split(t), rx.split(t, 1), rx.sub("<>", t), rx.sub("-", t, count=1)])
flagged = []
for p in ["^a.c$", "hello", "^bar", "foo.bar", r"\w+", "r$", "[a-z]+", r"a b"]:
    for name, f in [("I", re.I), ("M", re.M), ("S", re.S), ("X", re.X), ("A", re.A), ("IM", re.I | re.M), ("IMS", re.I | re.M | re.S)]:
        for ti, t in enumerate(TEXTS):
            flagged.append([p, name, ti, re.findall(p, t, f)])
for p, t in [(r"(\w+)", "foo bar"), (r"(?P<k>\w+)=(?P<v>\w+)", "key=value\n"), (r"(a)(b)?", "aab"), ("a", "banana"), (r"(.)(.)(.)", "abcdef"), (r"x*", "abxd"), ("(a)|b", "ab")]:
    for r in REPLS:
        subs.append([p, t, r, attempt(lambda: list(re.subn(p, r, t))), attempt(lambda: (lambda m: m and m.expand(r))(re.search(p, t)))])
escapes = [[t, re.escape(t)] for t in TEXTS + ["".join(map(chr, range(128)))]]
json.dump({"python": sys.version.split()[0], "texts": TEXTS, "compile": compiles, "run": runs, "flags": flagged, "sub": subs, "escape": escapes}, sys.stdout, separators=(",", ":"), ensure_ascii=True)
