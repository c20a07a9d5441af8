"""The parts of a DOCX file that say nothing of the report's text: types, styles, lists, settings, addresses."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from earthshine.research.formats.plain import Direction

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OPEN_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = f'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="{_OFFICE}"'
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE_KIND = "application/vnd.openxmlformats-package"
_PARTS = ("styles", "numbering", "settings", "footnotes", "footer1")

CONTENT_TYPES = (
    f'{_HEAD}<Types xmlns="{_OPEN_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="{_PACKAGE_KIND}.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_KIND}.document.main+xml"/>'
    + "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_KIND}.{part.rstrip("1")}+xml"/>' for part in _PARTS
    )
    + f'<Override PartName="/docProps/core.xml" ContentType="{_PACKAGE_KIND}.core-properties+xml"/>'
    "</Types>"
)
PACKAGE = (
    f'{_HEAD}<Relationships xmlns="{_OPEN_PACKAGE}/relationships">'
    f'<Relationship Id="document" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="core" Type="{_OPEN_PACKAGE}/relationships/metadata/core-properties" '
    'Target="docProps/core.xml"/>'
    "</Relationships>"
)
SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)


def part(name: str, content: str) -> str:
    """Return a part of WordprocessingML, whose root is called `name`."""
    return f"{_HEAD}<w:{name} {_WORD}>{content}</w:{name}>"


NUMBERING = part(
    "numbering",
    '<w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="hybridMultilevel"/><w:lvl w:ilvl="0">'
    '<w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="360" w:hanging="260"/></w:pPr></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>',
)
SETTINGS = part(
    "settings",
    '<w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
    '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" '
    'w:val="15"/></w:compat>',
)


def section(bidi: str) -> str:
    """Return the page: A4, with its number at the foot."""
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="footer1"/><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1300" w:right="1418" w:bottom="1300" w:left="1418" w:header="700" w:footer="700" '
        f'w:gutter="0"/>{bidi}</w:sectPr>'
    )


def footer(direction: Direction) -> str:
    """Return the foot of a page."""
    bidi, rtl = ("<w:bidi/>", "<w:rPr><w:rtl/></w:rPr>") if direction == "rtl" else ("", "")
    return part(
        "ftr",
        f'<w:p><w:pPr>{bidi}<w:jc w:val="center"/></w:pPr><w:fldSimple w:instr=" PAGE "><w:r>{rtl}<w:t>1</w:t></w:r>'
        "</w:fldSimple></w:p>",
    )


def core(title: str, language: str, day: str) -> str:
    """Return what the file says of itself; `day` as `2026-11-30`."""
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_OPEN_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>Earthshine</dc:creator><dc:language>{escape(language)}"
        f'</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:created>'
        "</cp:coreProperties>"
    )


def relationships(addresses: Sequence[str]) -> str:
    """Return where the document's parts are, and where its links lead."""
    parts = "".join(
        f'<Relationship Id="{part}" Type="{_OFFICE}/{part.rstrip("1")}" Target="{part}.xml"/>' for part in _PARTS
    )
    return links(addresses).replace("</Relationships>", f"{parts}</Relationships>")


def links(addresses: Sequence[str]) -> str:
    """Return where links lead: `link1` to the first address."""
    told = "".join(
        f'<Relationship Id="link{place}" Type="{_OFFICE}/hyperlink" Target={quoteattr(address)} TargetMode="External"/>'
        for place, address in enumerate(addresses, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_OPEN_PACKAGE}/relationships">{told}</Relationships>'


def styles(language: str, direction: Direction) -> str:
    """Return the styles: names that Word knows, so that a reader can change them as ever."""
    told = quoteattr(language)
    attribute = "w:bidi" if direction == "rtl" else "w:eastAsia" if language[:2] in ("zh", "ja", "ko") else "w:val"

    def paragraph(name: str, label: str, spacing: str, run: str, more: str = "") -> str:
        based = "" if name == "Normal" else '<w:basedOn w:val="Normal"/>'
        default = ' w:default="1"' if name == "Normal" else ""
        return (
            f'<w:style w:type="paragraph"{default} w:styleId="{name}"><w:name w:val="{label}"/>{based}<w:qFormat/>'
            f"<w:pPr>{more}<w:spacing {spacing}/>{_OUTLINE.get(name, '')}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        )

    return part(
        "styles",
        '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" '
        'w:eastAsia="Noto Sans CJK SC" '
        f'w:cs="Arial"/><w:sz w:val="22"/><w:szCs w:val="22"/><w:lang {attribute}={told}/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        + paragraph("Normal", "Normal", 'w:after="140" w:line="290" w:lineRule="auto"', "")
        + paragraph("Title", "Title", 'w:after="160"', _size(40, bold=True))
        + paragraph("Subtitle", "Subtitle", 'w:after="200"', '<w:color w:val="59636E"/>' + _size(19))
        + paragraph("Heading1", "heading 1", 'w:before="320" w:after="100"', _size(28, bold=True), "<w:keepNext/>")
        + paragraph("Heading2", "heading 2", 'w:before="220" w:after="80"', _size(24, bold=True), "<w:keepNext/>")
        + paragraph("Caption", "caption", 'w:before="160" w:after="60"', "", "<w:keepNext/>")
        + paragraph("ListBullet", "List Bullet", 'w:after="90"', "", _BULLETS)
        + paragraph("TableText", "Table Text", 'w:before="30" w:after="30"', _size(20))
        + paragraph("FootnoteText", "footnote text", 'w:after="40"', _size(18))
        + '<w:style w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/>'
        '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
        '<w:rPr><w:color w:val="0A58CA"/><w:u w:val="single"/></w:rPr></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
        f'<w:tblInd w:w="0" w:type="dxa"/>{_MARGINS}</w:tblPr></w:style>'
        '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
        f"<w:tblPr><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr></w:style>"
        '<w:style w:type="table" w:styleId="ChartTable"><w:name w:val="Chart"/><w:basedOn w:val="TableNormal"/>'
        '<w:rPr><w:color w:val="24598F"/></w:rPr></w:style>',
    )


def _size(half_points: int, *, bold: bool = False) -> str:
    weight = "<w:b/><w:bCs/>" if bold else ""
    return f'{weight}<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


_OUTLINE = {f"Heading{level}": f'<w:outlineLvl w:val="{level - 1}"/>' for level in (1, 2)}
_BULLETS = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
_MARGINS = (
    '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    '<w:right w:w="108" w:type="dxa"/></w:tblCellMar>'
)
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="B9C2CB"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
