"""Numbers as a sheet shows them."""

from __future__ import annotations

import pytest

from earthshine.documents.readers.office.number_formats import shown_by
from tests.documents.conftest import Read
from tests.documents.hostile.sheets import xlsx


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0%", 0.25, "25%"),
        ("0.00%", 0.12345, "12.35%"),
        ("#,##0", 1234567.5, "1,234,568"),
        ("#,##0.00", -1234.5, "-1,234.50"),
        ('"$"#,##0.00', 7.0, "$7.00"),
        ("[$€-407] #,##0.00;[Red]-[$€-407] #,##0.00", -7.5, "-€ 7.50"),
        ('#,##0.00\\ "د.إ"', 1200.0, "1,200.00 د.إ"),
        ("#,##0_);(#,##0)", -1200.0, "(1,200)"),
        ('0.0;-0.0;"none"', 0.0, "none"),
        ('_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', 0.0, "-"),
        ('_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', -3.0, "(3.00)"),
        (";;;", 1.0, None),
        ('"hidden"', 1.0, None),
        ("0" * 300, 1.0, None),
        ("#.##", 0.5, ".5"),
        ("00000", 1234.0, "01234"),
        ("0.0##", 2.5, "2.5"),
        ("0.0##", 2.12345, "2.123"),
        ("#,##0,", 1234567.0, "1,235"),
        ("0.00", 1e300, "1" + "0" * 300 + ".00"),
        ("General", 1.0, None),
        ("yyyy-mm-dd", 1.0, None),
        ("0.00E+00", 1.0, None),
        ("# ?/?", 0.5, None),
        ("[>100]0;0.0", 1.0, None),
        ("@", 1.0, None),
        ("", 1.0, None),
    ],
)
def test_common_formats_are_shown_and_others_are_not_guessed(code: str, value: float, shown: str | None) -> None:
    show = shown_by(code)
    assert (show(value) if show else None) == shown


async def test_cells_have_the_formats_of_their_place(read: Read) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    styles = (
        f'<styleSheet xmlns="{main}"><numFmts><numFmt numFmtId="170" formatCode="#,##0.00 [$€-407]"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="170"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    sheet = (
        '<row r="3"><c r="C3" s="2"><v>1234.5</v></c><c r="D3" s="1"><v>0.125</v></c><c r="F3" s="3"><v>46355</v></c>'
        '</row><row r="4"><c r="C4" t="str" s="2"><v>text</v></c><c r="D4" s="0"><v>7</v></c></row>'
    )
    _, [part] = await read(xlsx(sheet, styles=styles), "a.xlsx")
    assert part.text.split("\n") == ["1,234.50 €\t13%\t\t2026-11-29", "text\t7"]
