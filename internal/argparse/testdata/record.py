"""Records what Python 3.11's argparse makes of command lines: python3.11 record.py > cases.json"""
import argparse, json, sys


class Stop(Exception):
    pass


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Stop(self.prog + ": error: " + message)


def parser(nargs):
    p = Parser(prog="demo", add_help=False)
    p.add_argument("-v", "--verbose", action="count", default=0)
    p.add_argument("-i", "--inventory", "--inventory-file", action="append", default=[])
    p.add_argument("-b", "--become", action="store_true")
    p.add_argument("--become-user")
    p.add_argument("-f", "--forks", type=int)
    p.add_argument("-t", "--type", choices=["one", "two words"])
    x = p.add_mutually_exclusive_group()
    x.add_argument("-k", "--ask", action="store_true")
    x.add_argument("--file")
    p.add_argument("args", nargs=nargs)
    return p


lines = [
    [], ["a"], ["a", "b"], ["-v", "a"], ["a", "-v"], ["a", "-vvv"], ["-vvi", "x", "a"], ["-vvix", "a"], ["-vi=x", "a"], ["-i=x", "a"], ["--inventory=", "a"],
    ["-i", "", "a"], ["-bK", "a"], ["-bk", "a"], ["-kb", "--file", "x", "a"], ["--file=x", "-k", "a"], ["--file", "x", "--file", "y", "a"], ["--inv", "x", "a"],
    ["--inventory-", "x", "a"], ["--become-u", "x", "a"], ["--be", "a"], ["--become", "a"], ["--bec=3", "a"], ["-f3", "a"], ["-f", "-3", "a"], ["-f=-3", "a"],
    ["-f-3", "a"], ["-f", " 1_000 ", "a"], ["-f", "1__0", "a"], ["-f", "+-1", "a"], ["-f", "0x10", "a"], ["-f", "", "a"], ["-f", "007", "a"], ["-t", "one", "a"],
    ["-tone", "a"], ["-t", "two words", "a"], ["-t", "three", "a"], ["--type=", "a"], ["--", "a"], ["--", "-a"], ["a", "--", "b"], ["a", "--", "-v"], ["-v", "--", "-v"],
    ["-i", "--", "a"], ["-i", "-", "a"], ["-", "-v"], ["-1"], ["-1.5", "-v"], ["-.5"], ["-5."], ["-a b"], ["--a b"], ["-é"], ["é", "-v"], ["--nope", "a"], ["-q", "a"],
    ["a", "-v", "b"], ["-v", "a", "-q", "b"], ["a", "-q=3", "--zip", "b"], ["-vq", "a"], ["-v=3", "a"], ["-b=", "a"], ["-v\n", "a"], ["--=x", "a"], ["-ié", "a"],
    ["-fé", "a"], ["--forks", "a"], ["a", "--forks"], ["a", "-i", "-v"], ["--", "--", "a"], ["--", "a", "--", "b"],
]
cases = []
for nargs in ["", "?", "*", "+"]:
    for line in lines:
        case = {"nargs": nargs, "line": line}
        try:
            n = parser(nargs or None).parse_args(line)
            given = {k: v for k, v in vars(n).items() if v not in (None, False, 0, []) and k != "args"}
            args = n.args if isinstance(n.args, list) else [] if n.args is None else [n.args]
            case.update(given=given, args=args)
        except Stop as e:
            case["error"] = str(e)
        cases.append(case)
json.dump(cases, sys.stdout, indent=None, separators=(",", ":"), ensure_ascii=False)
sys.stdout.write("\n")
