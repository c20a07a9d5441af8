"""Functions are found by the words of their names and descriptions, in each of the languages that users have."""

from __future__ import annotations

import time

import pytest

from earthshine.tools.functions import FunctionTool, NamespaceTool
from earthshine.tools.ranking import ranked, words


def tool(name: str, description: str = "", **parameters: object) -> FunctionTool:
    schema = {"type": "object", "properties": parameters}
    return FunctionTool(type="function", name=name, description=description, parameters=schema)


ORDERS = tool("listOpenOrders", "Lists the open orders of a customer.")
WEATHER = tool("get_weather", "天气预报：查询一个城市的天气。")
MAIL = tool("send_mail", "Envoie un courriel à un client, avec ses pièces jointes.")
BOOKS = tool("search_books", "يبحث عن الكتب في المكتبة.")
DELETE = tool("delete", "Removes a file.", path={"type": "string"})
ALL = [(each, None) for each in (ORDERS, WEATHER, MAIL, BOOKS, DELETE)]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("open orders", ORDERS),
        ("the ORDER of a customer", ORDERS),
        ("weather", WEATHER),
        ("查天气", WEATHER),
        ("城市", WEATHER),
        ("PIÈCES JOINTES", MAIL),
        ("courriels", MAIL),
        ("والكتب", BOOKS),
        ("أريد كتبًا من مكتبة", BOOKS),
        ("paths", DELETE),
    ],
)
def test_the_best_comes_first(query: str, best: FunctionTool) -> None:
    assert ranked(query, ALL)[0][0] is best


def test_what_shares_no_word_is_not_found() -> None:
    assert ranked("zebra", ALL) == []
    assert ranked("", ALL) == []
    assert ranked("weather", []) == []


def test_the_name_counts_more_than_the_description_and_that_more_than_the_namespace() -> None:
    named, described = tool("invoice"), tool("b", "About an invoice.")
    inside = tool("c")
    space = NamespaceTool(type="namespace", name="invoice_desk", tools=[inside])
    found = ranked("invoice", [(inside, space), (described, None), (named, None)])
    assert [each.name for each, _ in found] == ["invoice", "b", "c"]


def test_words_of_names_and_of_scripts_without_spaces() -> None:
    assert list(words("getOpenOrders list_all-now")) == ["get", "open", "orders", "list", "all", "now"]
    assert list(words("查询天气")) == ["查", "查询", "询天", "天气"]


def test_many_long_descriptions_take_no_long_time() -> None:
    many = [(tool(f"f{number}", "word " * 10_000 + str(number)), None) for number in range(2_000)]
    began = time.thread_time()
    assert len(ranked("word " * 5_000, many)) == 2_000
    assert time.thread_time() - began < 5
