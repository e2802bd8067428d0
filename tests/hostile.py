"""Ways to make a valid file hostile: by its bytes, and by what it is made of."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import h5py
import numpy as np

CANARY = "/tmp/layerwise-canary/secret.txt"
"""A file nobody may read; what it holds, nobody may say."""

PATHS = (CANARY, "../../outside", "/etc/passwd", f"file://{CANARY}", "http://127.0.0.1:9/x")

OBJECTS = (
    {"module": "os", "class_name": "system", "config": {}, "registered_name": None},
    {"class_name": "Lambda", "config": {"function": "os.system"}},
    {"class_name": "__lambda__", "config": {"value": "4wEAAAA="}},
    {"class_name": "NoSuchThing", "config": {"name": "x"}},
    {"class_name": "StringLookup", "config": {"vocabulary": CANARY}},
    {"class_name": "TFSMLayer", "config": {"filepath": CANARY}},
    {"class_name": "Dense", "config": None},
    {"__array__": [1, 2], "dtype": "object"},
)

NUMBERS = (0, -1, 2**31, 2**63, 10**30, 1e308, 0.5, float("nan"), float("-inf"), True)

TEXTS = ("", "\x00", "\ud800", "🙂" * 50, "ü/\\:*?", "a" * 5000, "__class__", "None", "-1", "%n{0}")


def nested(depth: int) -> Any:
    """Lists in lists."""
    made: Any = 1
    for _ in range(depth):
        made = [made]
    return made


def value(chance: random.Random) -> Any:
    """Something that no argument expects."""
    kinds: tuple[Callable[[], Any], ...] = (
        lambda: chance.choice(NUMBERS),
        lambda: chance.choice(TEXTS),
        lambda: chance.choice(PATHS),
        lambda: copy.deepcopy(chance.choice(OBJECTS)),
        lambda: chance.choice((None, [], {}, [[]], {"": {}}, [None] * 3, [-1, 2**40])),
        lambda: nested(chance.choice((5, 60, 500))),
        lambda: [1] * chance.choice((100, 20_000)),
    )
    return chance.choice(kinds)()


def damage_bytes(chance: random.Random, data: bytes) -> bytes:
    """Bytes flipped, cut, put in, repeated or swapped."""
    made = bytearray(data) or bytearray(b"\0")
    at = chance.randrange(len(made))
    to = min(len(made), at + chance.choice((1, 2, 4, 16, 200, 5000)))
    match chance.randrange(8):
        case 0:
            made[at] ^= 1 << chance.randrange(8)
        case 1:
            del made[at:]
        case 2:
            made[at:at] = chance.randbytes(to - at)
        case 3:
            made[at:at] = made[at:to] * chance.choice((1, 3, 50))
        case 4:
            made[at:to] = bytes(to - at)
        case 5:
            made[at:to] = chance.choice((b"\xff", b"\x7f")) * (to - at)
        case 6:
            del made[at:to]
        case _:
            other = chance.randrange(len(made))
            piece = made[other : other + to - at]
            made[at : at + len(piece)] = piece
    return bytes(made)


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a JSON value with each of its keys."""
    waiting = [tree]
    while waiting:
        here = waiting.pop()
        keys = list(here) if isinstance(here, dict) else range(len(here))
        for key in keys:
            yield here, key
            if isinstance(here[key], dict | list) and here[key]:
                waiting.append(here[key])


def damage_tree(chance: random.Random, tree: Any) -> Any:
    """A value of a JSON tree replaced, removed, renamed, repeated, moved or put into another."""
    tree = copy.deepcopy(tree)
    places = list(_places(tree)) if isinstance(tree, dict | list) and tree else []
    if not places:
        return value(chance)
    here, key = chance.choice(places)
    match chance.randrange(8):
        case 0:
            del here[key]
        case 1 if isinstance(here, dict):
            here[str(chance.choice((*TEXTS, "class_name", "config", "name")))] = here.pop(key)
        case 2 if isinstance(here, list):
            here.insert(key, copy.deepcopy(here[key]))
        case 3:
            other, there = chance.choice(places)
            with contextlib.suppress(LookupError):
                here[key] = copy.deepcopy(other[there])
        case 4:
            here[key] = [here[key]]
        case 5 if isinstance(here, dict):
            here[str(chance.choice(TEXTS))] = value(chance)
        case 6 if isinstance(here, list):
            here[:] = here * chance.choice((2, 30))
        case _:
            here[key] = value(chance)
    return tree


def damage_json(chance: random.Random, data: bytes) -> bytes:
    """JSON with another value, or other bytes."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return damage_bytes(chance, data)
    if chance.random() < 0.1:
        return damage_bytes(chance, data)
    with contextlib.suppress(RecursionError):
        return json.dumps(damage_tree(chance, tree)).encode()
    return data


SNIPPETS = (
    f"open('{CANARY}').read()",
    "__import__('os').system('touch /tmp/layerwise-canary/done')",
    "10**10**10", "'a'*10**9", "[0]*10**9", "list(range(10**12))", "2.0**9999", "1//0", "-1<<70",
    "'%2000000000d' % 1", "f'{1:999999999}'", "'{:>999999999}'.format(1)", "float('nan')",
    "(lambda f: f(f))(lambda f: f(f))", "eval('1')", "x" * 3000, "not " * 300 + "x",
    "[[]]*9999", "np.zeros((10**9, 10**9))", "np.load('../x.npy', allow_pickle=True)",
    "'\\ud800'", "b'\\x00'", "...", "*[1]", "**{}", "{**{}}", "(yield)", "await x", "x := 1",
    "np.arange(1e300)", "np.ones(3).reshape(-1, -1)", "range(10**30)[-1]", "''.join",
    "int('9'*9999)",
    "()" * 500, "[" * 150 + "]" * 150, "True + 'a'", "{1: 2}[3]", "[1][9]", "None.x", "x[::0]",
)  # fmt: skip
"""What stands where code had a number, a text or a name."""

LINES = (
    "while True: pass", "for i in range(10**12): model.add(Dense(i))", "def f(): return f()",
    "import os; os.remove('/tmp/x')", "class A(A): pass", "global model", "del model",
    "model = None", "raise SystemExit", "import sys; sys.exit()", "exec('1')", "Dense = 5",
    "keras = None", "\tx = 1", "return 5", "break", "lambda: (yield)", "@model", "try: 1",
    "with open('x') as f: f.write('y')",
    "model.add(model)", "x_train = x_train[:0]", "model.layers.append(1)", "layers.Dense.units = 1",
    "for l in model.layers: model.add(l)", "a = []; a.append(a); model.add(a)", "\x0c",
    "match x:\n case 1: 2",
)  # fmt: skip


def damage_code(chance: random.Random, data: bytes) -> bytes:
    """Code with another literal or name, or with lines moved, repeated, left out, put in."""
    text = data.decode("utf-8", "replace")
    lines = text.splitlines()
    at = chance.randrange(len(lines) + 1)
    match chance.randrange(9):
        case 0 | 1 | 2:
            found = list(re.finditer(r"\d[\d.e]*|'[^'\n]*'|\"[^\"\n]*\"|\b[A-Za-z_]\w*\b", text))
            if found:
                token, other = chance.choice(found), chance.choice(found)
                new = other[0] if chance.random() < 0.4 else chance.choice(SNIPPETS)
                return (text[: token.start()] + new + text[token.end() :]).encode(
                    "utf-8", "replace"
                )
        case 3:
            lines.insert(at, chance.choice(LINES))
        case 4:
            lines[at:at] = lines[at : at + chance.choice((1, 5))] * chance.choice((1, 20))
        case 5:
            del lines[at : at + chance.choice((1, 3))]
        case 6:
            lines[at : at + 1] = ["    " + line for line in lines[at : at + 1]]
        case 7:
            chance.shuffle(lines)
        case _:
            return damage_bytes(chance, data)
    return "\n".join(lines).encode("utf-8", "replace")


CELLS = (
    *TEXTS, *PATHS, '"', '"open', ";;;;", ",,,,", "\t", "1e999", "NaN", "=1+1", "0x10", "1,5",
    "99999999-99-99", "0001-01-01", "31/12/9999", "1_000", "٣", "true", "-0", "\r", "9" * 400,
)  # fmt: skip


def damage_table(chance: random.Random, data: bytes) -> bytes:
    """A text of a table with other cells, lines, marks or letters."""
    text = data.decode("utf-8", "replace")
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(9):
        case 0 | 1:
            cells = lines[at].split(",")
            cells[chance.randrange(len(cells))] = chance.choice(CELLS)
            lines[at] = ",".join(cells)
        case 2:
            lines[at:at] = lines[at : at + 3] * chance.choice((1, 200))
        case 3:
            del lines[at : at + chance.choice((1, 30))]
        case 4:
            lines = [line.replace(",", chance.choice("; \t|,")) for line in lines]
        case 5:
            codec = chance.choice(("utf-16", "utf-32", "cp1252", "shift_jis", "utf-8-sig", "cp037"))
            return text.encode(codec, "replace")
        case 6:
            column = chance.randrange(lines[0].count(",") + 1)
            new = chance.choice(CELLS)
            rows = [line.split(",") for line in lines]
            lines = [",".join([*r[:column], new, *r[column + 1 :]]) for r in rows]
        case 7:
            lines[at] = lines[at] + chance.choice((",", '"', "\x00", "\r", "," * 3000, "\\"))
        case _:
            return damage_bytes(chance, data)
    return "\n".join(lines).encode("utf-8", "replace")


MEMBERS = (
    "../../outside",
    "/tmp/layerwise-canary/written",
    "config.json",
    "a" * 300,
    "",
    "x/y.npy",
)

Damage = Callable[[random.Random, bytes], bytes]


def damage_zip(chance: random.Random, data: bytes) -> bytes:
    """A ZIP with a member renamed, removed, twice, added, or damaged after its own kind."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(i.filename, archive.read(i)) for i in archive.infolist()]
    except Exception:
        return damage_bytes(chance, data)
    if not members or chance.random() < 0.15:
        return damage_bytes(chance, data)
    at = chance.randrange(len(members))
    name, content = members[at]
    match chance.randrange(10):
        case 0:
            members[at] = (chance.choice((*MEMBERS, name.upper())), content)
        case 1:
            del members[at]
        case 2:
            members.append((chance.choice((name, *MEMBERS)), content))
        case 3:
            members.append((chance.choice(MEMBERS), b"\0" * chance.choice((0, 10, 3_000_000))))
        case 4:
            other = chance.randrange(len(members))
            members[at] = (name, members[other][1])
        case _:
            members[at] = (name, damage_for(name)(chance, content))
    made = io.BytesIO()
    packing = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(made, "w", packing) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, packing)
    return made.getvalue()


def damage_npy(chance: random.Random, data: bytes) -> bytes:
    """An array of another type or shape, or another header."""
    kinds: tuple[Callable[[], Any], ...] = (
        lambda: np.array(float(chance.choice(NUMBERS))),
        lambda: np.zeros((0, 3)),
        lambda: np.full((12, 4), np.nan),
        lambda: np.array(["a", "\ud800"] * 6),
        lambda: np.array(["2020-01-01"] * 12, "datetime64[D]"),
        lambda: np.zeros(12, [("a", "i4"), ("b", "f8")]),
        lambda: np.zeros((12, 2, 2, 2, 2), "complex64"),
        lambda: np.asfortranarray(np.ones((12, 4), ">f2")),
        lambda: np.array([b"abc"] * 12),
        lambda: np.full(12, 2**63, "uint64"),
        lambda: np.array([-1, 5000] * 6),
    )
    if chance.random() < 0.4:
        made = io.BytesIO()
        np.save(made, chance.choice(kinds)(), allow_pickle=False)
        return made.getvalue()
    words = (b"(99999999999, 9)", b"(-1,)", b"()", b"'O'", b"'|V9999999'", b"__import__('os')")
    if chance.random() < 0.5 and (found := re.search(rb"\([^)]*\)|'[<>|][^']*'", data[:200])):
        return data[: found.start()] + chance.choice(words) + data[found.end() :]
    return damage_bytes(chance, data)


def damage_h5(chance: random.Random, data: bytes) -> bytes:
    """An HDF5 file with another attribute, dataset, link or byte."""
    if chance.random() < 0.25:
        return damage_bytes(chance, data)
    held = io.BytesIO(data)
    try:
        with h5py.File(held, "r+") as file:
            _damage_inside(chance, file)
    except Exception:  # damaged already
        return damage_bytes(chance, data)
    return held.getvalue()


def _damage_inside(chance: random.Random, file: Any) -> None:
    names: list[str] = []
    file.visit(names.append)
    target = file[chance.choice(names)] if names and chance.random() < 0.6 else file
    if target.attrs and chance.random() < 0.7:
        name = chance.choice(list(target.attrs))
        old = target.attrs[name]
        new: Any = chance.choice(NUMBERS[:7]) if chance.random() < 0.2 else "x"
        if isinstance(old, str | bytes):
            new = damage_json(chance, old.encode() if isinstance(old, str) else old).decode()
        del target.attrs[name]
        target.attrs[name] = float(new) if isinstance(new, int) else new
        return
    if not names:
        return
    name = chance.choice(names)
    del file[name]
    match chance.randrange(6):
        case 0:
            file[name] = h5py.ExternalLink(CANARY, "/x")
        case 1:
            file[name] = h5py.SoftLink(chance.choice((f"/{name}", "/", "/nowhere")))
        case 2:
            file.create_dataset(name, (2**40, 3), "f4", chunks=(1024, 3))
        case 3:
            file[name] = np.array([b"text"] * 3)
        case 4:
            file[name] = np.full((3, 1), np.nan)
        case _:
            pass


def damage_image(chance: random.Random, data: bytes) -> bytes:
    """Another byte; of a PNG also another number of its header, whose checksum then fits."""
    import zlib

    if data.startswith(b"\x89PNG") and len(data) > 33 and chance.random() < 0.5:
        made = bytearray(data)
        made[16 + chance.randrange(13)] = chance.choice((0, 1, 3, 16, 127, 255))
        made[29:33] = zlib.crc32(bytes(made[12:29])).to_bytes(4, "big")
        return bytes(made)
    return damage_bytes(chance, data)


def damage_xml(chance: random.Random, data: bytes) -> bytes:
    """A workbook's XML with another number, text or mark."""
    text = data.decode("utf-8", "replace")
    found = list(re.finditer(r'"[^"]*"|>[^<]*<|<[^>]*>', text))
    if not found or chance.random() < 0.2:
        return damage_bytes(chance, data)
    token = chance.choice(found)
    bomb = '<!DOCTYPE a [<!ENTITY b "cccccccccc"><!ENTITY d "&b;&b;&b;&b;">]>'
    news = ('"A1048576"', '"XFD1"', '"-1"', '""', ">9e999<", "><", '"s"', ">&d;<", bomb, "", '"d"')
    return (text[: token.start()] + chance.choice(news) + text[token.end() :]).encode()


def damage_for(name: str) -> Damage:
    """The way that fits a file of that name."""
    ending = name.rpartition(".")[2].lower()
    return _BY_ENDING.get(ending, damage_bytes)


_BY_ENDING: dict[str, Damage] = {
    "json": damage_json,
    "ipynb": damage_json,
    "py": damage_code,
    "csv": damage_table,
    "txt": damage_table,
    "npy": damage_npy,
    "h5": damage_h5,
    "xml": damage_xml,
    "rels": damage_xml,
    **dict.fromkeys(("zip", "npz", "keras", "xlsx"), damage_zip),
    **dict.fromkeys(("png", "jpg", "gif", "tif", "bmp", "webp"), damage_image),
}
