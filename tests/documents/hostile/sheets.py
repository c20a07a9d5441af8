"""Sheets that strangers may send, and OpenDocument."""

from __future__ import annotations

from collections.abc import Iterable

from tests.documents.hostile.base import BOMB, LARGE, READ, Hostile, kind, noise, odf, sample, zipped


def xlsx(sheet: str, strings: str = "<sst/>", styles: str = "<styleSheet/>") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return zipped({
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
        f'Type="{office}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" '
        f'Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
        "xl/sharedStrings.xml": strings,
        "xl/styles.xml": styles,
    })  # fmt: skip


def _rows(rows: int, columns: int) -> str:
    row = "".join("<c><v>1234.5</v></c>" for _ in range(columns))
    return f"<row>{row}</row>" * rows


def kinds() -> Iterable[Hostile]:
    yield kind(
        "far-cell.xlsx",
        lambda: xlsx('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'),
        READ,
        *LARGE,
    )
    yield kind(
        "beyond.xlsx",
        lambda: xlsx('<row r="9999999999"><c r="ZZZZZZ9999999999"><v>2</v></c></row>'),
        READ,
        "damaged",
        *LARGE,
    )
    yield kind(
        "no-string.xlsx",
        lambda: xlsx('<row r="1"><c r="A1" t="s"><v>4000000000</v></c></row>'),
        READ,
        "damaged",
        "empty",
    )
    yield kind("many-cells.xlsx", lambda: xlsx(_rows(5_000, 40)), READ)
    yield kind("huge.xlsx", lambda: xlsx(_rows(1_000_000, 40)), READ, *LARGE, big=True)
    yield kind("laughs.xlsx", lambda: xlsx("", f"{BOMB}]><sst><si><t>&i;</t></si></sst>"), "empty", "damaged")
    yield kind(
        "repeated.ods",
        lambda: odf(
            "spreadsheet",
            '<office:spreadsheet><table:table table:name="x"><table:table-row table:number-rows-repeated="1048576">'
            '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
            "</table:table-cell></table:table-row></table:table></office:spreadsheet>",
        ),
        READ,
        *LARGE,
        "damaged",
    )
    yield kind(
        "repeated.odt",
        lambda: odf(
            "text",
            "<office:text><table:table><table:table-row><table:table-cell "
            'table:number-columns-repeated="2000000000"><text:p>x<text:s text:c="2000000000"/></text:p>'
            "</table:table-cell></table:table-row></table:table></office:text>",
        ),
        READ,
    )
    yield kind("noise.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise(4000), "mislabelled")
    yield kind("locked.xlsx", lambda: sample("encrypted.xlsx"), "encrypted")
    yield kind(
        "locked.ods",
        lambda: odf("spreadsheet", "", **{"META-INF__manifest": "<m><encryption-data/></m>"}),
        "encrypted",
    )
    yield kind(
        "locked.odt", lambda: odf("text", "", **{"META-INF__manifest": "<m><encryption-data/></m>"}), "encrypted"
    )
