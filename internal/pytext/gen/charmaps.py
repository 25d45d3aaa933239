"""Writes charmaps.txt: every encoding of Python that has one byte per character, with its other names and the characters
of its 256 bytes as \\u escapes (- where a byte stands for nothing).

    python3 gen/charmaps.py > charmaps.txt
"""
import codecs
import encodings
import encodings.aliases
import importlib.util
import pkgutil
import sys

print("# python", sys.version.split()[0] + ":", "python3 gen/charmaps.py > charmaps.txt")
names = {}
for alias, name in encodings.aliases.aliases.items():
    names.setdefault(name, []).append(alias)
for module in sorted(m.name for m in pkgutil.iter_modules(encodings.__path__)):
    try:
        text = []
        for b in range(256):
            try:
                text.append(bytes([b]).decode(module))
            except UnicodeDecodeError:
                text.append(None)
        info = codecs.lookup(module)
    except (LookupError, AttributeError, UnicodeError, AssertionError):
        continue
    source = open(importlib.util.find_spec("encodings." + module).origin).read()
    if "charmap_encode" not in source or module == "charmap" or not info._is_text_encoding:
        continue
    for b, c in enumerate(text):
        if c is not None and (len(c) != 1 or c.encode(module) != bytes([b])):
            if len(c) != 1:
                sys.exit(f"{module}: byte {b} is {c!r}")
            text[b] = ("decode", c)  # another byte is what the character is written as
    def show(c):
        if c is None:
            return "-"
        if isinstance(c, tuple):
            return "<%x" % ord(c[1])
        return "%x" % ord(c)
    print(module, ",".join(sorted(names.get(module, []))) or "-", " ".join(show(c) for c in text))
