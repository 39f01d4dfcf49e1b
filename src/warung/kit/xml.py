"""XML of strangers, read without what makes it dangerous, and written as WeChat writes it.

A document type is refused before anything in it is read, so that there are no entities: neither a few lines that grow into
gigabytes nor one that opens a file or an address. What is read is a tree of names, without attributes.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.parsers import expat

from warung.kit.errors import BadRequest

BYTES, DEPTH, ELEMENTS = 256 * 1024, 12, 5_000
Value = str | dict[str, Any] | list[Any]
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class XmlRefused(BadRequest):
    """This is not XML that the server reads: {reason}"""


class _Reader:
    """Collects the elements of one document."""

    def __init__(self) -> None:
        self.root: Value = ""
        self.elements = 0
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []

    def begin(self, name: str, _attributes: Any) -> None:
        """An element begins."""
        self.elements += 1
        if len(self._open) >= DEPTH or self.elements > ELEMENTS:
            raise XmlRefused(reason="too large")
        self._open.append((name, {}, []))

    def end(self, name: str) -> None:
        """An element ends: a leaf is its text, several of one name are a list."""
        _, children, texts = self._open.pop()
        value: Value = children or "".join(texts)
        if not self._open:
            self.root = value
            return
        into = self._open[-1][1]
        if name not in into:
            into[name] = value
        elif isinstance(into[name], list):
            into[name].append(value)
        else:
            into[name] = [into[name], value]

    def text(self, piece: str) -> None:
        """Some text."""
        self._open[-1][2].append(piece)

    def refuse(self, *_: Any) -> None:
        """A document type, or an entity."""
        raise XmlRefused(reason="a document type is not read")


def read(text: str | bytes) -> dict[str, Any]:
    """Return what is in the root element. Raises `XmlRefused`, also for a document that is only text."""
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    raw = raw.lstrip(b"\xef\xbb\xbf \t\r\n")  # some libraries begin with an empty line
    if len(raw) > BYTES:
        raise XmlRefused(reason="too large")
    reader, parser = _Reader(), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reader.begin, reader.end, reader.text
    refuse: Any = reader.refuse  # four kinds of handlers, each with arguments of its own
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = parser.UnparsedEntityDeclHandler = refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as broken:
        raise XmlRefused(reason=expat.ErrorString(broken.code)) from None
    except (LookupError, ValueError):
        raise XmlRefused(reason="unknown encoding") from None
    if not isinstance(reader.root, dict):
        raise XmlRefused(reason="nothing in it")
    return reader.root


def write(fields: Mapping[str, Any], root: str = "xml") -> str:
    """Return a document: text in CDATA, numbers bare, a list as repeated elements."""
    return f"<{root}>{''.join(_element(name, value) for name, value in fields.items())}</{root}>"


def _element(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        inner = "".join(_element(each, part) for each, part in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_element(name, each) for each in value)
    elif isinstance(value, int | float):
        inner = str(value)
    else:
        inner = "<![CDATA[" + _UNWRITABLE.sub("", value).replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return f"<{name}>{inner}</{name}>"
