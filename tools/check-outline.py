"""Compares what hublint reads from Python files with what CPython reads: logical lines, strings and comments with
`tokenize`, statements and expressions with `ast`.

    cargo build --profile quick --example outline_dump
    python3 tools/check-outline.py target/quick/examples/outline_dump FOLDER...

Needs Python 3.12 or later (strings nested in f-strings). Files that this Python itself cannot read are left out and
counted. Exits with 1 when there is a difference.
"""

import ast
import io
import json
import os
import subprocess
import sys
import threading
import tokenize
import warnings

sys.setrecursionlimit(100_000)
warnings.simplefilter("ignore")

OPERATORS = {
    ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply", ast.Div: "Divide", ast.FloorDiv: "FloorDivide",
    ast.Mod: "Modulo", ast.Pow: "Power", ast.MatMult: "MatrixMultiply", ast.LShift: "ShiftLeft",
    ast.RShift: "ShiftRight", ast.BitOr: "BitOr", ast.BitAnd: "BitAnd", ast.BitXor: "BitXor", ast.And: "And",
    ast.Or: "Or", ast.Not: "Not", ast.USub: "Negate", ast.UAdd: "Plus", ast.Invert: "Invert",
}
COMPARISONS = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}


class Text:
    """A text and where its physical lines begin, in bytes."""

    def __init__(self, raw):
        self.raw = raw
        self.skip = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
        self.lines = cut(raw)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def offset(self, row, column):
        """The byte offset of a row from 1 and a column in bytes."""
        extra = self.skip if row == 1 else 0
        return self.starts[row - 1] + column + extra

    def character_offset(self, row, column):
        """The byte offset of a row from 1 and a column in characters."""
        if row > len(self.lines):
            return self.starts[-1]
        line = self.lines[row - 1][self.skip if row == 1 else 0:]
        if line.isascii():
            return self.offset(row, min(column, len(line)))
        return self.offset(row, len(line.decode()[:column].encode()))


def cut(raw):
    """The physical lines of a text. Lone carriage returns are left to the unit tests: `tokenize` does not know them."""
    lines = raw.split(b"\n")
    last = lines.pop()
    result = [line + b"\n" for line in lines]
    if last:
        result.append(last)
    return result


def tokens_of(text):
    """Logical lines, strings and comments as CPython's tokenizer says."""
    lines, strings, comments, open_strings = [], [], [], []
    start = end = None
    readline = io.BytesIO(text.raw).readline
    for token in tokenize.tokenize(readline):
        kind = token.type
        if kind in (tokenize.ENCODING, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
            continue
        if kind == tokenize.NEWLINE:
            if start is not None:
                lines.append([start, end])
            start = None
            continue
        begin = text.character_offset(*token.start)
        stop = text.character_offset(*token.end)
        if kind == tokenize.COMMENT:
            comments.append([begin, begin + len(token.string.encode())])
            continue
        if start is None:
            start = begin
        end = stop
        if kind == tokenize.STRING:
            strings.append([begin, stop])
        elif kind == tokenize.FSTRING_START:
            open_strings.append(begin)
        elif kind == tokenize.FSTRING_END:
            strings.append([open_strings.pop(), stop])
    return lines, sorted(strings), comments


class Shower:
    """Writes CPython's tree as the dump of hublint does."""

    def __init__(self, text):
        self.text = text
        self.in_string = 0

    def span(self, node):
        return [
            self.text.offset(node.lineno, node.col_offset),
            self.text.offset(node.end_lineno, node.end_col_offset),
        ]

    def option(self, node):
        return None if node is None else self.show(node)

    def all(self, nodes):
        return [self.show(node) for node in nodes]

    def show(self, node):
        return [*self.span(node), self.kind(node)]

    def constant(self, node):
        value = node.value
        if isinstance(value, bool) or value is None:
            return ["constant", repr(value)]
        if value is Ellipsis:
            return ["constant", "Ellipsis"]
        if isinstance(value, str):
            return ["str", value]
        if isinstance(value, bytes):
            return ["bytes", list(value)]
        if isinstance(value, int) and value < 2**63:
            return ["int", str(value)]
        return ["number", value]

    def joined(self, node):
        parts = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                parts.append(part.value)
                continue
            plain = part.conversion == -1 and part.format_spec is None
            parts.append([self.show(part.value), plain])
            if part.format_spec is not None:
                parts.extend(self.nested(part.format_spec))
        return ["joined", parts]

    def nested(self, spec):
        parts = []
        for inner in spec.values:
            if isinstance(inner, ast.FormattedValue):
                parts.append([self.show(inner.value), False])
                if inner.format_spec is not None:
                    parts.extend(self.nested(inner.format_spec))
        return parts

    def arguments(self, args, keywords):
        found = []
        for arg in args:
            if isinstance(arg, ast.Starred):
                found.append((self.span(arg)[0], ["*", self.show(arg.value)]))
            else:
                found.append((self.span(arg)[0], ["", self.show(arg)]))
        for keyword in keywords:
            found.append((self.span(keyword)[0], [keyword.arg or "**", self.show(keyword.value)]))
        return [argument for _, argument in sorted(found, key=lambda pair: pair[0])]

    def parameters(self, args):
        found = []
        positional = [(arg, "PositionalOnly") for arg in args.posonlyargs] + [(arg, "Normal") for arg in args.args]
        defaults = [None] * (len(positional) - len(args.defaults)) + args.defaults
        for (arg, kind), default in zip(positional, defaults):
            found.append([arg.arg, kind, self.option(arg.annotation), self.option(default)])
        if args.vararg:
            found.append([args.vararg.arg, "Star", self.option(args.vararg.annotation), None])
        for arg, default in zip(args.kwonlyargs, args.kw_defaults):
            found.append([arg.arg, "KeywordOnly", self.option(arg.annotation), self.option(default)])
        if args.kwarg:
            found.append([args.kwarg.arg, "DoubleStar", self.option(args.kwarg.annotation), None])
        return found

    def clauses(self, generators):
        found = []
        for generator in generators:
            found.append(["for", self.show(generator.target), self.show(generator.iter)])
            found.extend(["if", self.show(condition)] for condition in generator.ifs)
        return found

    def kind(self, node):
        match node:
            case ast.Name():
                return ["name", node.id]
            case ast.Attribute():
                return ["attribute", self.show(node.value), node.attr]
            case ast.Call():
                return ["call", self.show(node.func), self.arguments(node.args, node.keywords)]
            case ast.Subscript():
                return ["subscript", self.show(node.value), self.show(node.slice)]
            case ast.Slice():
                return ["slice", self.option(node.lower), self.option(node.upper), self.option(node.step)]
            case ast.Constant():
                return self.constant(node)
            case ast.JoinedStr():
                return self.joined(node)
            case ast.List():
                return ["list", self.all(node.elts)]
            case ast.Tuple():
                return ["tuple", self.all(node.elts)]
            case ast.Set():
                return ["set", self.all(node.elts)]
            case ast.Dict():
                return ["dict", [[self.option(key), self.show(value)] for key, value in zip(node.keys, node.values)]]
            case ast.Starred():
                return ["starred", self.show(node.value)]
            case ast.UnaryOp():
                return ["unary", OPERATORS[type(node.op)], self.show(node.operand)]
            case ast.BinOp():
                return ["binary", OPERATORS[type(node.op)], self.show(node.left), self.show(node.right)]
            case ast.BoolOp():
                # Chains are left-nested in hublint.
                result = self.show(node.values[0])
                for value in node.values[1:]:
                    right = self.show(value)
                    result = [result[0], right[1], ["binary", OPERATORS[type(node.op)], result, right]]
                return result[2]
            case ast.Compare():
                operators = [COMPARISONS[type(operator)] for operator in node.ops]
                return ["compare", self.all([node.left, *node.comparators]), operators]
            case ast.IfExp():
                return ["conditional", self.show(node.test), self.show(node.body), self.show(node.orelse)]
            case ast.Lambda():
                return ["lambda", self.parameters(node.args), self.show(node.body)]
            case ast.ListComp():
                return ["comprehension", "List", self.show(node.elt), None, self.clauses(node.generators)]
            case ast.SetComp():
                return ["comprehension", "Set", self.show(node.elt), None, self.clauses(node.generators)]
            case ast.GeneratorExp():
                return ["comprehension", "Generator", self.show(node.elt), None, self.clauses(node.generators)]
            case ast.DictComp():
                return ["comprehension", "Dict", self.show(node.key), self.show(node.value),
                        self.clauses(node.generators)]
            case ast.Await():
                return ["await", self.show(node.value)]
            case ast.Yield():
                return ["yield", self.option(node.value)]
            case ast.YieldFrom():
                return ["yield", self.show(node.value)]
            case ast.NamedExpr():
                return ["named", node.target.id, self.show(node.value)]
        raise ValueError(ast.dump(node))

    def statement(self, node):
        match node:
            case ast.Expr():
                return ["expr", self.show(node.value)]
            case ast.Assign():
                return ["assign", self.all(node.targets), self.show(node.value)]
            case ast.AnnAssign():
                return ["annotated", self.show(node.target), self.show(node.annotation), self.option(node.value)]
            case ast.AugAssign():
                return ["augmented", self.show(node.target), OPERATORS[type(node.op)], self.show(node.value)]
            case ast.Import():
                return ["import", [[name.name, name.asname] for name in node.names]]
            case ast.ImportFrom():
                return ["from", node.module or "", node.level, [[name.name, name.asname] for name in node.names]]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return ["def", node.name, self.parameters(node.args), self.option(node.returns)]
            case ast.ClassDef():
                return ["class", node.name, self.arguments(node.bases, node.keywords)]
            case ast.Return():
                return ["return", self.option(node.value)]
            case ast.If():
                return ["if", self.show(node.test)]
            case ast.While():
                return ["while", self.show(node.test)]
            case ast.For() | ast.AsyncFor():
                return ["for", self.show(node.target), self.show(node.iter)]
            case ast.With() | ast.AsyncWith():
                return ["with", [[self.show(item.context_expr), self.option(item.optional_vars)]
                                 for item in node.items]]
            case ast.Try() | ast.TryStar():
                return ["try"]
            case ast.ExceptHandler():
                return ["except", self.option(node.type), node.name]
            case ast.Match():
                return ["match", self.show(node.subject)]
            case ast.Global():
                return ["global", node.names]
            case ast.Nonlocal():
                return ["nonlocal", node.names]
            case ast.Delete():
                return ["delete", self.all(node.targets)]
            case ast.Raise():
                return ["raise", self.all([value for value in (node.exc, node.cause) if value is not None])]
            case ast.Assert():
                return ["assert", self.all([value for value in (node.test, node.msg) if value is not None])]
        return None

    def statements(self, tree):
        found = []
        for node in ast.walk(tree):
            if isinstance(node, (ast.stmt, ast.ExceptHandler)):
                shown = self.statement(node)
                if shown is not None:
                    found.append([self.span(node)[0], shown])
                for decorator in getattr(node, "decorator_list", []):
                    start = self.span(decorator)[0]
                    found.append([self.text.raw.rindex(b"@", 0, start), ["decorator", self.show(decorator)]])
        return sorted(found, key=lambda pair: pair[0])


def equal(ours, theirs):
    """True when two values are equal; spans of strings inside f-strings and of tuples may be drawn otherwise."""
    if isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) == 3 and len(theirs) == 3 and isinstance(ours[2], list) and isinstance(theirs[2], list) \
                and isinstance(ours[0], int) and isinstance(theirs[0], int):
            return (ours[:2] == theirs[:2] or drawn_otherwise(ours[2])) and equal(ours[2], theirs[2])
        if ours and theirs and ours[0] == "number" and isinstance(theirs[-1], (int, float, complex)):
            try:
                return eval(ours[1].lower().rstrip("l")) == theirs[1]  # A number literal, as CPython would read it.
            except SyntaxError:
                return False
        if ours and theirs and ours[0] == "joined" and theirs[0] in ("joined", "str"):
            return joined_equal(ours[1], theirs[1] if theirs[0] == "joined" else [theirs[1]])
        if ours and theirs and ours[0] == "str" and theirs[0] == "joined":
            return joined_equal([ours[1]], theirs[1])
        return len(ours) == len(theirs) and all(map(equal, ours, theirs))
    return ours == theirs


def drawn_otherwise(kind):
    """Tuples and generators have or lack their parentheses; CPython has no span for a part of `a and b and c`."""
    return kind[0] in ("tuple", "comprehension") or kind[:2] in (["binary", "And"], ["binary", "Or"])


def narrow(ours, theirs):
    """The innermost pair that differs."""
    while isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = [(our, their) for our, their in zip(ours, theirs) if not equal(our, their)]
        if len(pairs) != 1 or not isinstance(pairs[0][0], list) or not isinstance(pairs[0][1], list):
            break
        ours, theirs = pairs[0]
    return ours, theirs


def joined_equal(ours, theirs):
    """f-strings: unknown characters of ours (`\\N{..}`) stand for any text; `{x=}` adds text to theirs."""
    fields = [part for part in ours if isinstance(part, list) and part[0][2] != ["other", []]]
    their_fields = [part for part in theirs if isinstance(part, list)]
    if len(fields) != len(their_fields):
        return False
    for our, their in zip(fields, their_fields):
        if not equal(our[0][2], their[0][2]) or (our[1] and not their[1]):
            return False
    exact = len(fields) == sum(isinstance(part, list) for part in ours) and \
        all(our[1] == their[1] for our, their in zip(fields, their_fields))
    if exact and all(part[1] for part in fields):
        text = [part for part in ours if isinstance(part, str) and part]
        return text == [part for part in theirs if isinstance(part, str) and part]
    return True


def check(found):
    """The differences of one file; `None` when CPython cannot read it."""
    path = found["path"]
    with open(path, "rb") as file:
        raw = file.read()
    text = Text(raw)
    try:
        tree = ast.parse(raw)
        lines, strings, comments = tokens_of(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return None
    differences = []
    ours = {
        "lines": [line[:2] for line in found["lines"]],
        "strings": found["strings"],
        "comments": found["comments"],
    }
    theirs = {"lines": lines, "strings": strings, "comments": comments}
    for name, mine in ours.items():
        for our, their in zip(mine, theirs[name]):
            if our != their:
                differences.append(f"{name}: {our} {raw[slice(*our)][:80]!r} CPython {their} {raw[slice(*their)][:80]!r}")
                break
        else:
            if len(mine) != len(theirs[name]):
                differences.append(f"{name}: {len(mine)} CPython {len(theirs[name])}")
    if found["problems"]:
        differences.append(f"problems: {found['problems']}")
    elif found["fell_back"]:
        differences.append("fell back")
    statements = Shower(text).statements(tree)
    for our, their in zip(found["statements"], statements):
        if our[0] != their[0] or not equal(our[1], their[1]):
            theirs_start = their[0]
            our, their = narrow(our, their)
            differences.append(f"statement: {str(our)[:400]} CPython {str(their)[:400]}"
                               f" in {raw[theirs_start:theirs_start + 100]!r}")
            break
    else:
        if len(found["statements"]) != len(statements):
            differences.append(f"{len(found['statements'])} statements, CPython {len(statements)}")
    return differences


def main():
    dump, *folders = sys.argv[1:]
    paths = []
    for folder in folders:
        for where, names, files in os.walk(folder):
            names.sort()
            paths.extend(os.path.join(where, name) for name in sorted(files) if name.endswith(".py"))
    with subprocess.Popen([dump], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        def feed():
            for path in paths:
                if not os.path.islink(path):
                    process.stdin.write(os.fsencode(path) + b"\n")
            process.stdin.close()

        threading.Thread(target=feed, daemon=True).start()
        counts = {"equal": 0, "different": 0, "not read by CPython": 0}
        for row in process.stdout:
            found = json.loads(row)
            differences = check(found)
            if differences is None:
                counts["not read by CPython"] += 1
            elif differences:
                counts["different"] += 1
                for difference in differences:
                    print(f"{found['path']}: {difference}")
            else:
                counts["equal"] += 1
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    return 1 if counts["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
