"""A PDF of lines in one typeface that every reader brings along: enough for a statement, and nothing that could be more than text."""

from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 595, 842, 48  # A4, in points
SIZE, LEADING = 9, 12
ENCODING = "cp1252"  # which PDF calls WinAnsi
PER_PAGE = (HEIGHT - 2 * MARGIN) // LEADING


def document(lines: Sequence[str], *, title: str) -> bytes:
    """Return a PDF of these lines, in Courier, as many pages as they take. What its typeface does not have becomes a question mark."""
    pages = [lines[at : at + PER_PAGE] for at in range(0, len(lines), PER_PAGE)] or [[]]
    first = 4  # 1 the catalogue, 2 the pages, 3 the typeface, then two objects per page
    kids = " ".join(f"{first + 2 * at} 0 R" for at in range(len(pages)))
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for at, page in enumerate(pages):
        content = first + 2 * at + 1
        box = f"/MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources << /Font << /F 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R {box} /Contents {content} 0 R >>".encode())
        drawn = _drawn(page)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    objects.append(b"<< /Title (%s) /Producer (warung) >>" % _escaped(title))
    return _assembled(objects)


def writable(text: str) -> bool:
    """Are all these letters in the typeface that every reader brings along?"""
    return text.isprintable() and text.encode(ENCODING, "ignore").decode(ENCODING) == text


def _drawn(lines: Sequence[str]) -> bytes:
    shown = b" T*\n".join(b"(%s) Tj" % _escaped(line) for line in lines)
    return b"BT /F %d Tf %d TL %d %d Td\n%s\nET" % (SIZE, LEADING, MARGIN, HEIGHT - MARGIN - SIZE, shown)


def _escaped(text: str) -> bytes:
    plain = "".join(each if each.isprintable() else " " for each in text).encode(ENCODING, "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _assembled(objects: Sequence[bytes]) -> bytes:
    """Number the objects, and say at the end where each begins."""
    out, places = bytearray(b"%PDF-1.4\n"), []
    for at, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (at, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(objects), table)
    return bytes(out)
