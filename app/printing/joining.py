"""Several documents of our typesetter into one, tags and outline included.

A thousand sheets set at once take two gigabytes; set in parts they take what a part takes. The typesetter writes every
object in plain sight with a classic table of places, so that joining is renumbering: pages, tags (with the keys and
names by which pages and tables find them) and outline get new roots, everything else stays as it is to the byte.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

CATALOG, PAGES, TAGS, OUTLINE, INFO, METADATA, DOCUMENT = 1, 2, 3, 4, 5, 6, 7
FIRST_FREE = 8

ROOTS = ((b"Pages", PAGES), (b"StructTreeRoot", DOCUMENT), (b"Outlines", OUTLINE), (b"Metadata", METADATA))
"""What a catalogue points at, and what takes its place; tags of a part become children of one element of the whole."""

REFERENCE = re.compile(rb"\((?:\\.|[^\\()])*\)|\b(\d+) 0 R\b", re.DOTALL)
"""A text, in which nothing is a reference, or a reference."""
NAME_OF_CELL = re.compile(rb"\((U\d+x\d+y\d+)\)")
KEY_OF_PAGE = re.compile(rb"/(StructParents?) (\d+)")


class NotOurs(ValueError):
    """A document that our typesetter did not write, or not as we know it."""


@dataclass
class _Part:
    """One document: its objects by number, each with its head and its stream, and where its roots are."""

    objects: dict[int, tuple[bytes, bytes]]
    catalog: int
    roots: dict[int, int] = field(default_factory=dict)

    def head(self, number: int) -> bytes:
        return self.objects[number][0]


def joined(documents: Sequence[bytes]) -> bytes:
    """One document with the pages of all, in order. The same documents give the same bytes.

    Raises:
        NotOurs: one of them is not as our typesetter writes them.
    """
    if len(documents) == 1:
        return documents[0]
    writer = _Writer()
    first = _read(documents[0])
    for number, document in enumerate(documents):
        # One part at a time: as objects they take several times what they take as bytes.
        writer.add(_read(document) if number else first, number)
    return writer.finished(first)


def _read(document: bytes) -> _Part:
    start = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", document)
    root = re.search(rb"trailer\s*<<.*?/Root (\d+) 0 R/Info (\d+) 0 R", document[-600:], re.DOTALL)
    if start is None or root is None:
        raise NotOurs("the table of places is missing")
    table = document[int(start[1]) :]
    places = [int(one) for one in re.findall(rb"(\d{10}) \d{5} n", table)]
    bounds = sorted([*places, int(start[1])])
    objects = {}
    for begin, end in pairwise(bounds):
        found = re.match(rb"(\d+) 0 obj\s(.*?)\s*endobj\s*$", document[begin:end], re.DOTALL)
        if found is None:
            raise NotOurs("an object is cut")
        head, mark, stream = found[2].partition(b"\nstream\n")
        objects[int(found[1])] = (head, mark + stream)
    part = _Part(objects=objects, catalog=int(root[1]))
    part.roots = {part.catalog: CATALOG, int(root[2]): INFO}
    for word, shared in ROOTS:
        reference = re.search(rb"/" + word + rb" (\d+) 0 R", part.head(part.catalog))
        if reference is not None:
            part.roots[int(reference[1])] = shared
    return part


class _Writer:
    """Gathers renumbered objects and what the new roots hold."""

    def __init__(self) -> None:
        self._objects: dict[int, bytes] = {}
        self._next, self._key = FIRST_FREE, 0
        self._kids: list[bytes] = []
        self._pages = 0
        self._tags: list[bytes] = []
        self._parents: list[bytes] = []
        self._names: list[tuple[bytes, bytes]] = []
        self._roles = b""
        self._outline: list[tuple[int, int]] = []
        self._outline_count = 0

    def add(self, part: _Part, number: int) -> None:
        own = {old: self._next + place for place, old in enumerate(sorted(part.objects))}
        numbers = own | part.roots
        self._next += len(own)

        def renumbered(found: re.Match[bytes]) -> bytes:
            return found[0] if found[1] is None else b"%d 0 R" % numbers[int(found[1])]

        def changed(head: bytes) -> bytes:
            head = NAME_OF_CELL.sub(lambda found: b"(P%04d%s)" % (number, found[1]), head)
            head = KEY_OF_PAGE.sub(lambda found: b"/%s %d" % (found[1], int(found[2]) + self._key), head)
            return REFERENCE.sub(renumbered, head)

        for old, (head, stream) in part.objects.items():
            if old not in part.roots:
                self._objects[own[old]] = changed(head) + stream
            elif number == 0 and part.roots[old] in (INFO, METADATA):
                self._objects[part.roots[old]] = changed(head) + stream
        roots = {shared: changed(part.head(old)) for old, shared in part.roots.items()}
        self._add_pages(roots[PAGES])
        self._add_tags(roots[DOCUMENT])
        if OUTLINE in roots:
            self._add_outline(roots[OUTLINE])

    def _add_pages(self, root: bytes) -> None:
        self._pages += int(_within(root, rb"/Count (\d+)"))
        self._kids.append(_within(root, rb"/Kids\[([^\]]*)\]"))

    def _add_tags(self, root: bytes) -> None:
        """The key of a page is a number: those of later parts come after those of earlier ones."""
        for reference in _within(root, rb"/K\[([^\]]*)\]").split(b" 0 R")[:-1]:
            number = int(reference)
            self._objects[number] = self._objects[number].replace(b"/S/Document", b"/S/Part", 1)
            self._tags.append(b"%d 0 R" % number)
        self._roles = self._roles or _within(root, rb"/RoleMap(<<.*?>>)", default=b"<<>>")
        keys = re.findall(rb"(\d+) (\d+ 0 R)", _within(root, rb"/ParentTree<</Nums\[([^\]]*)\]"))
        self._parents += [b"%d %s" % (int(key) + self._key, reference) for key, reference in keys]
        self._names += re.findall(rb"\(([^)]*)\)(\d+ 0 R)", _within(root, rb"/IDTree<</Names\[([^\]]*)\]", default=b""))
        self._key += int(_within(root, rb"/ParentTreeNextKey (\d+)"))

    def _add_outline(self, root: bytes) -> None:
        first, last = int(_within(root, rb"/First (\d+) 0 R")), int(_within(root, rb"/Last (\d+) 0 R"))
        if self._outline:
            before = self._outline[-1][1]
            self._objects[before] = _with(self._objects[before], b"/Next %d 0 R" % first)
            self._objects[first] = _with(self._objects[first], b"/Prev %d 0 R" % before)
        self._outline.append((first, last))
        self._outline_count += int(_within(root, rb"/Count (\d+)"))

    def finished(self, first: _Part) -> bytes:
        """The whole, under the catalogue of the first part."""
        own = {old: b"%d 0 R" % (TAGS if new == DOCUMENT else new) for old, new in first.roots.items()}
        rename: Callable[[re.Match[bytes]], bytes] = lambda found: own[int(found[1])] if found[1] else found[0]  # noqa: E731
        self._objects[CATALOG] = REFERENCE.sub(rename, first.head(first.catalog))
        self._objects[PAGES] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (self._pages, b" ".join(self._kids))
        names = b"".join(b"(%s)%s" % pair for pair in sorted(self._names))
        self._objects[TAGS] = b"".join(
            (
                b"<</Type/StructTreeRoot/RoleMap%s/K[%d 0 R]" % (self._roles, DOCUMENT),
                b"/ParentTree<</Nums[%s]>>" % b" ".join(self._parents),
                b"/IDTree<</Names[%s]>>/ParentTreeNextKey %d>>" % (names, self._key),
            )
        )
        tags = (TAGS, b" ".join(self._tags))
        self._objects[DOCUMENT] = b"<</Type/StructElem/S/Document/P %d 0 R/K[%s]>>" % tags
        if self._outline:
            ends = (self._outline[0][0], self._outline[-1][1], self._outline_count)
            self._objects[OUTLINE] = b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % ends
        return _written(self._objects)


def _within(head: bytes, pattern: bytes, *, default: bytes | None = None) -> bytes:
    found = re.search(pattern, head, re.DOTALL)
    if found is None and default is None:
        raise NotOurs(f"{pattern!r} is missing")
    return found[1] if found is not None else default or b""


def _with(head: bytes, more: bytes) -> bytes:
    """A dictionary with one entry more."""
    return head[: head.rindex(b">>")] + more + b">>"


def _written(objects: dict[int, bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n%\x80\x80\x80\x80\n\n"), dict[int, int]()
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n\n" % (number, objects[number])
    size, start = max(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f\r\n" % size
    for number in range(1, size):
        out += b"%010d 00000 n\r\n" % places[number] if number in places else b"0000000000 65535 f\r\n"
    mark = hashlib.sha256(out).hexdigest()[:32].encode()
    out += b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\n" % (size, CATALOG, INFO, mark, mark)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)
