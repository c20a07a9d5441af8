"""Books, pages, texts and mail that strangers may send."""

from __future__ import annotations

from collections.abc import Iterable

from tests.documents.hostile.base import LARGE, MIB, READ, Hostile, kind, noise, zipped


def _epub(pages: dict[str, str], spine: Iterable[str], **others: str) -> bytes:
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in spine)
    refs = "".join(f'<itemref idref="{name}"/>' for name in spine)
    return zipped({
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/p.opf"/></rootfiles></container>',
        "OPS/p.opf": f"<package><manifest>{items}</manifest><spine>{refs}</spine></package>",
        **{f"OPS/{name}": page for name, page in pages.items()},
        **{name.replace("__", "/") + ".xml": content for name, content in others.items()},
    })  # fmt: skip


def _mail(body: bytes, head: bytes = b"Content-Type: text/plain") -> bytes:
    return (
        b"From: a@example.org\r\nTo: b@example.org\r\nSubject: hi\r\nMIME-Version: 1.0\r\n" + head + b"\r\n\r\n" + body
    )


def _nested_mail(depth: int) -> bytes:
    head = b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n'
    inner = b"".join(b"--%d\r\n" % number + head % (number + 1) for number in range(depth))
    return _mail(b"--0\r\n" + head % 1 + inner, head=(head % 0).strip())


def kinds() -> Iterable[Hostile]:
    yield kind(
        "locked.epub",
        lambda: _epub({}, [], **{"META-INF__encryption": '<e><EncryptionMethod Algorithm="x"/></e>'}),
        "encrypted",
    )
    yield kind("missing.epub", lambda: _epub({}, ["a", "b"]), "empty")
    yield kind("same-page.epub", lambda: _epub({"a": "<p>word " * 20_000}, ["a"] * 2_000), READ, *LARGE)
    yield kind("climbs.epub", lambda: _epub({}, ["../../../../etc/passwd"]), "empty")
    yield kind("deep.html", lambda: b"<html>" + b"<div>" * 100_000 + b"x", READ, "damaged", "empty")
    yield kind("deep-inline.html", lambda: b"<html><p>" + b"<b>" * 100_000 + b"x", READ, "damaged", "empty")
    yield kind("tables.html", lambda: b"<html>" + b"<table><tr><td>" * 20_000 + b"x", READ, "damaged", "empty")
    yield kind(
        "spans.html", lambda: b"<html><table>" + b"<tr><td colspan=999999999 rowspan=999999999>x<td>y" * 3000, READ
    )
    yield kind("script.html", lambda: b"<html><script>" + b"x" * 10 * MIB, "empty")
    yield kind("hidden.html", lambda: b"<html><p hidden>x<p style='display:none'>y", "empty")
    yield kind("attributes.html", lambda: b"<html><p " + b"a=b " * 500_000 + b">x", READ, "damaged")
    yield kind("tags.html", lambda: b"<html>" + b"<p>x" * 50_000, READ)
    yield kind("entities.html", lambda: b"<html><p>" + b"&amp;&#x10FFFF;&#0;&#xD800;" * 50_000, READ)
    yield kind("wrong-charset.html", lambda: "<html><meta charset=utf-16><p>العلم نور".encode(), READ)

    yield kind("empty.txt", lambda: b"", "empty")
    yield kind("blank.txt", lambda: b" \n" * 100_000, "empty")
    yield kind("zeros.txt", lambda: bytes(100_000), "damaged", "unsupported_format")
    yield kind("zero-bytes.txt", lambda: b"a\0b " * 2 + b"words " * 5000, READ)
    yield kind("wide.txt", lambda: ("كلمة " * 5000).encode("utf-16-le"), READ)
    yield kind("halves.txt", lambda: b"\xff\xfe" + b"\x00\xd8" * 5000 + b"a\0", READ)
    yield kind("not-utf8.txt", lambda: "كلمة ".encode() * 1000 + b"\xff\xfe\xfa" + b"\xed\xa0\x80" * 10, READ)
    yield kind("one-line.txt", lambda: b"x" * 8 * MIB, READ)
    yield kind("one-line-huge.txt", lambda: b"x" * 100 * MIB, "too_large", big=True)
    yield kind("marks.txt", lambda: ("a" + "\u0301" * 300_000).encode(), READ)
    yield kind("turned.txt", lambda: ("\u202e" * 1000 + "abc").encode(), READ)
    yield kind("fences.md", lambda: b"```\n" * 100_000 + b"# x\n" * 100_000, READ)
    yield kind("quotes.csv", lambda: b'a,"b\n' * 200_000, READ, "damaged", "too_large")
    yield kind("columns.csv", lambda: b"x," * 1_000_000, READ)
    yield kind("rows.csv", lambda: b"a,b\n" * 200_000, READ)
    yield kind("noise.bin", lambda: noise(100_000), "unsupported_format")
    yield kind("noise.csv", lambda: noise(100_000), "unsupported_format", READ)

    yield kind("nested.eml", lambda: _nested_mail(10_000), "too_large", "damaged")
    yield kind(
        "no-end.eml", lambda: _mail(b"--x\r\n" * 100_000, b'Content-Type: multipart/mixed; boundary="x"'), READ, *LARGE
    )
    yield kind("words.eml", lambda: _mail(b"x", b"X: " + b"=?utf-8?q?a?= " * 100_000), READ)
    yield kind("headers.eml", lambda: _mail(b"x", b"\r\n".join(b"To: a@example.org" for _ in range(100_000))), READ)
    yield kind("base64.eml", lambda: _mail(b"@@@@" * 100_000, b"Content-Transfer-Encoding: base64"), READ, "empty")
    yield kind("charset.eml", lambda: _mail(b"\xff\xfe", b"Content-Type: text/plain; charset=../../x"), READ)
    yield kind("braces.rtf", lambda: b"{\\rtf1 " + b"{" * 500_000 + b"x", READ)
    yield kind("closed.rtf", lambda: b"{\\rtf1 a" + b"}" * 500_000 + b"x", READ)
    yield kind(
        "numbers.rtf",
        lambda: b"{\\rtf1 \\u99999999999999 ?\\uc99999999\\u65 x\\f-99999\\'zz\\bin999999999 y}",
        READ,
        "damaged",
    )
    yield kind("binary.rtf", lambda: b"{\\rtf1\\ansi " + noise(100_000), READ)
