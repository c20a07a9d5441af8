"""HTML, e-mail and tables of plain text, as people send them."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from tests.documents.conftest import Read

PAGE = """<!DOCTYPE html><html dir="rtl"><head><title>صفحة &amp; page</title><style>p {}</style></head><body>
<nav><a href="/">Home</a></nav>
<main><h1>عنوان   الصفحة</h1><p>سطر أول<br>سطر <b>ثانٍ</b>, and
some English.</p><script>alert(1)</script><p hidden>hidden</p><p style="display: none">none</p>
<ol start="3"><li>three<ul><li>inner</li></ul></li><li>four</li></ol><pre>  kept
    as is</pre><table><caption>Cap</caption><tr><th rowspan="2">A</th><td>1</td></tr><tr><td>2</td></tr></table>
<table><tr><td><h2>Layout</h2>text</td><td>beside</td></tr></table></main><footer>foot</footer></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1256"])
async def test_a_page_is_read_as_it_is_seen(read: Read, encoding: str) -> None:
    page = PAGE.replace("<head>", f"<head><meta charset={encoding}>")
    heads, [part] = await read(page.encode(encoding), "page.html")
    assert heads.title == "صفحة & page"
    assert part.text.split("\n\n") == [
        "عنوان الصفحة",
        "سطر أول\nسطر ثانٍ, and some English.",
        "3. three",
        "• inner",
        "4. four",
        "  kept\n    as is",
        "Cap\nA\t1\n\t2",
        "Layout",
        "text",
        "beside",
    ]
    assert [(each.level, part.text[each.start : each.end]) for each in part.headings] == [
        (1, "عنوان الصفحة"),
        (2, "Layout"),
    ]
    assert part.doubts == ()


def message(**headers: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in headers.items():
        made[name] = value
    return made


async def test_a_mail_has_its_head_its_text_and_the_names_of_attachments(read: Read) -> None:
    mail = message(
        From="أمل <amal@example.org>", To="b@example.org", Subject="تقرير été", Date="Sun, 29 Nov 2026 10:00:00 +0000"
    )
    mail.set_content("مرحبا،\n\nهذا هو التقرير.\n")
    mail.add_alternative("<p>not this one</p>", subtype="html")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="تقرير.pdf")
    forwarded = message(From="c@example.org", Subject="inner")
    forwarded.set_content("Forwarded words")
    mail.add_attachment(forwarded)
    heads, [part] = await read(mail.as_bytes(), "a.eml")
    assert heads.title == "تقرير été"
    assert part.text.split("\n\n") == [
        "From: أمل <amal@example.org>\nTo: b@example.org\nDate: Sun, 29 Nov 2026 10:00:00 +0000\nSubject: تقرير été",
        "مرحبا،",
        "هذا هو التقرير.",
        "From: c@example.org\nSubject: inner",
        "Forwarded words",
        "Attachments: تقرير.pdf (application/pdf)",
    ]


async def test_a_mail_without_plain_text_is_read_from_its_page(read: Read) -> None:
    mail = message(From="a@example.org", To="b@example.org", Subject="x")
    mail.set_content("<h1>Title</h1><p>كلمات</p>", subtype="html", charset="windows-1256")
    _, [part] = await read(mail.as_bytes(), "")
    assert part.text.endswith("Title\n\nكلمات")
    assert len(part.headings) == 1


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
async def test_a_table_of_plain_text_tells_what_sets_cells_apart(read: Read, separator: str) -> None:
    rows = separator.join(("Nom", "الاسم")) + "\n" + separator.join(('"a\nb"', "3.5")) + "\n"
    _, [part] = await read(rows.encode(), "a.csv")
    assert part.text == "Nom\tالاسم\na b\t3.5"
    assert len(part.tables) == 1


async def test_a_long_table_goes_on_in_the_next_part(read: Read) -> None:
    rows = "".join(f"{number},value {number}\n" for number in range(20_000))
    heads, parts = await read(rows.encode(), "a.csv")
    assert heads.parts > 1
    assert "\n".join(part.text for part in parts) == rows.replace(",", "\t").strip()
    assert all(len(part.tables) == 1 for part in parts)


async def test_headlines_of_markdown_are_told_from_code(read: Read) -> None:
    heads, [part] = await read(b"# One\n\n```sh\n# no\n```\n\n## Two ##\n\ntext\n", "a.md")
    assert heads.title == "One"
    assert [(each.level, part.text[each.start : each.end]) for each in part.headings] == [
        (1, "# One"),
        (2, "## Two ##"),
    ]
