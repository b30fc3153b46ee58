"""A one-page PDF, as small as it can be: the bill of an invented utility, for ``addressDocFile``.

Plain Latin text only. It draws no personal data of anyone but the persona named in it.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["one_page_pdf"]


def one_page_pdf(lines: Iterable[str]) -> bytes:
    """A PDF 1.4 document with one A4 page that shows ``lines``. Raises UnicodeEncodeError beyond Latin-1."""
    shown = "".join(f"({_escaped(line)}) Tj T* " for line in lines)
    drawing = f"BT /F1 12 Tf 16 TL 72 770 Td {shown}ET".encode("latin-1")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    document = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(document)
    document += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    document += b"".join(b"%010d 00000 n \n" % place for place in places)
    document += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(document)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
