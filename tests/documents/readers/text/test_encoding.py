"""In which encoding a text is: told by a rule, and said where the rule is not sure."""

from __future__ import annotations

import pytest

from earthshine.documents.readers.text.encoding import encoding_of, looks_like_text

ARABIC = "العلم نور والجهل ظلام، وقد قال الحكماء قديما إن القراءة غذاء العقل.\nسطر آخر فيه أرقام 1234 وكلمات.\n"
CHINESE = "中文是世界上使用人数最多的语言之一，历史悠久。\n我们在北京学习数学和物理，2026年毕业。\n"
FRENCH = "L'été dernier, nous avons mangé des pâtes près de la forêt où l'élève s'était caché à Noël.\n"
RUSSIAN = "Москва является столицей России, и в ней живёт много людей.\nНовая строка с числом 42.\n"
ENGLISH = "A plain line of English, with figures: 1, 2 and 3.\n"


TEXTS = (ARABIC, CHINESE, FRENCH, RUSSIAN, ENGLISH)
WIDE = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16", "utf-32")
OLD = ((ARABIC, "cp1256"), (CHINESE, "gb18030"), (FRENCH, "cp1252"), (FRENCH, "latin-1"), (RUSSIAN, "cp1251"))


@pytest.mark.parametrize("repeated", [1, 40])
@pytest.mark.parametrize(("text", "encoding"), [*((text, wide) for text in TEXTS for wide in WIDE), *OLD])
def test_the_text_comes_back(text: str, encoding: str, repeated: int) -> None:
    data = (text * repeated).encode(encoding)
    assert looks_like_text(data)
    found = encoding_of(data)
    assert data.decode(found.name) == text * repeated
    assert found.sure or (encoding in ("cp1252", "latin-1") and repeated == 1)


def test_few_bytes_of_an_old_encoding_are_a_guess() -> None:
    assert not encoding_of("né".encode("cp1252")).sure
    assert not encoding_of("نعم".encode("cp1256")).sure


@pytest.mark.parametrize("said", ["windows-1256", "cp1256", '"windows-1256"'])
def test_what_a_text_says_of_itself_is_believed_where_it_can_be(said: str) -> None:
    assert encoding_of("نعم".encode("cp1256"), said).name == "cp1256"
    assert encoding_of("نعم".encode(), "iso-8859-1").name == "utf-8"
    assert encoding_of("نعم".encode(), "no such thing").name == "utf-8"
    assert encoding_of(b"plain", "base64").name == "utf-8"


@pytest.mark.parametrize("data", [bytes(range(256)) * 4, b"\0" * 100, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1"])
def test_a_binary_file_is_no_text(data: bytes) -> None:
    assert not looks_like_text(data)
