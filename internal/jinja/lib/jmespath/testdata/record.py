"""Records what the jmespath package 1.1 for Python gives: python record.py > cases.json"""
import json
import sys

import jmespath

DATA = {
    "a": {"b": {"c": [1, 2, 3]}, "z": None, "n": 5}, "list": [{"k": "x", "v": 3, "t": ["p", "q"]}, {"k": "y", "v": 1, "t": []}, {"k": "z", "v": 2}],
    "nums": [3, 1, 2.5], "strs": ["b", "a", "c"], "nested": [[1, [2]], [3], 4, []], "mixed": [1, "a", None, True, [], {}], "empty": [], "obj": {"y": 1, "x": {"deep": [0]}, "w": [5]},
    "f": False, "t": True, "s": "text", "zero": 0, "quoted key": {"in-ner": "v"}, "u": "h\u00e9", "neg": -3.7,
}
EXPRS = """a|a.b|a.b.c|a.b.c[0]|a.b.c[-1]|a.b.c[9]|a.b.c[1:]|a.b.c[::-1]|a.b.c[:2]|a.b.c[::2]|a.b.c[-2:]|nope|a.nope.x|a.z|a.z.q|list[*].k|list[].t[]|list[*].t[*]|list[*].t|list[?v > `1`].k|list[?v >= `2` && k != 'x'].k|list[?k == 'x' || v == `1`].v|list[?!(v == `3`)].k|list[?t].k|list[?t[0] == 'p'].k|list[?nope].k|list[].{k: k, n: v}|list[].[k, v]|list[0].{a: k, "b c": v}|list[*].k \\| [0]|list[?v > `1`] \\| [0].k|list[-1].k|*|*.b|a.*|obj.*|obj.*.deep|nested[]|nested[][]|nested[*][0]|nested[0][1][0]|mixed[]|mixed[*]|mixed[?@]|mixed[?@ == `1`]|mixed[?@ == `true`]|length(list)|length(s)|length(obj)|length(n)|keys(obj)|values(obj)|sort(strs)|sort(nums)|sort(mixed)|sort_by(list, &v)[*].k|sort_by(list, &k)[0].v|sort_by(list, &nope)|max(nums)|min(nums)|max(strs)|max(empty)|max_by(list, &v).k|min_by(list, &v).k|min_by(empty, &v)|sum(nums)|sum(empty)|sum(strs)|avg(nums)|avg(empty)|abs(neg)|ceil(neg)|floor(neg)|ceil(`1.2`)|contains(strs, 'a')|contains(s, 'ex')|contains(nums, `1`)|contains(nums, 'x')|starts_with(s, 'te')|ends_with(s, 'xt')|starts_with(nums, 'x')|join(', ', strs)|join('-', nums)|reverse(strs)|reverse(s)|map(&k, list)|map(&nope, list)|merge(a, obj)|merge(a, `{"n": 1}`)|not_null(nope, a.z, s)|not_null(nope)|to_array(s)|to_array(nums)|to_string(nums)|to_string(s)|to_string(obj)|to_string(`null`)|to_number('5')|to_number('5.5')|to_number('x')|to_number(nums)|to_number(`true`)|type(s)|type(nums)|type(obj)|type(t)|type(zero)|type(nope)|a && s|nope && s|nope \\|\\| s|f \\|\\| zero|zero && s|!f|!zero|!nope|!s|s == 'text'|s != 'text'|zero < `1`|s < 'z'|obj < list|nums == nums|a.n == `5`|"quoted key"."in-ner"|"quoted key"|u|'raw'|'it\\'s'|`"json"`|`[1, 2]`|`{"a": [1]}`|`5`|`text`|@|@.s|[s, t]|{x: s, y: t}|nope.{x: s}|nope.[s]|list[*].nope|list[*].{q: nope}|(a.b).c|((s))|list[?contains(t, 'p')].k|list[?length(k) == `1`] \\| length(@)|list[*].t \\| []|list[*].[k][]|obj.x.deep[0]|a.b.c[*]|s[0]|s[*]|obj[*]|obj[0]|nums[?@ > `2`]|strs[?@ == 'a'] \\| [0]|list[?k=='x'].t \\| [0][1]|sort_by(list[?v < `3`], &v)[].k|a.b.c.d|a..b|a.|.a|[|]|a[|a[]b|a[0|a[0:|a[::0]|a[1:2:3:4]|{|{a|{a:|{a:b|(a|a)|a b|a,b|foo(|foo(a)|length()|length(a, b)|length(@, @)|abs('x')|abs(a)|keys(list)|values(s)|merge(s)|merge()|join(s)|sort_by(list, k)|map(k, list)|max_by(list, &t)|"a"(b)|a = b|a == |== a|a ! b|a & b|&|`bad|'bad|"bad|`{`|a#|-|a[-|a[?|a[?b|a[?b]|a.[|a.{b}|a.'x'|[?a]|[*]|[]|[0]|*.|**|a**|a.*.*|*[0]|*[*]|a \\|\\| |a \\||not_null()|"\\u0041"|"\\q"|`"\\n"`|a\n.b|  s  |""|'' """.replace("\\|", "\0")
out = []
for e in EXPRS.split("|"):
    e = e.replace("\0", "|")
    try:
        out.append([e, jmespath.search(e, DATA)])
    except Exception as x:
        out.append([e, None, "JMESPathError" if isinstance(x, jmespath.exceptions.JMESPathError) else type(x).__name__, str(x)])
json.dump({"data": DATA, "cases": out}, sys.stdout, separators=(",", ":"))
