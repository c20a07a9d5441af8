"""Chores with small repositories whose tests fail: the program has to be mended, and the tests are ours."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from bench.agents.chores.make import chore, data
from bench.agents.contained import run
from bench.agents.task import Check, Outcome, Task

_SLUG = '''"""Names for addresses."""


def slug(title):
    return title.lower().replace(" ", "-")
'''
_SLUG_TEST = """import unittest

from slug import slug


class SlugTest(unittest.TestCase):
    def test_words(self):
        self.assertEqual(slug("Hello World"), "hello-world")

    def test_many_spaces(self):
        self.assertEqual(slug("  Hello   big World "), "hello-big-world")

    def test_empty(self):
        self.assertEqual(slug(""), "")
"""
_CART = """class Cart:
    def __init__(self):
        self.lines = {}

    def add(self, name, price, count=1):
        self.lines[name] = (price, count)

    def total(self):
        return sum(price for price, count in self.lines.values())
"""
_CART_TEST = """import unittest

from cart import Cart


class CartTest(unittest.TestCase):
    def test_total(self):
        cart = Cart()
        cart.add("pear", 2, 3)
        cart.add("plum", 1)
        self.assertEqual(cart.total(), 7)

    def test_same_twice(self):
        cart = Cart()
        cart.add("pear", 2)
        cart.add("pear", 2, 2)
        self.assertEqual(cart.total(), 6)
"""
_CART_RIGHT = _CART.replace("(price, count)\n", "(price, count + self.lines.get(name, (0, 0))[1])\n").replace(
    "sum(price for", "sum(price * count for"
)
_MEDIAN = """def median(values):
    values = sorted(values)
    return values[len(values) // 2]
"""
_MEDIAN_TEST = """import unittest

from stats.median import median


class MedianTest(unittest.TestCase):
    def test_odd(self):
        self.assertEqual(median([5, 1, 3]), 3)

    def test_even(self):
        self.assertEqual(median([4, 1, 3, 2]), 2.5)

    def test_empty(self):
        with self.assertRaises(ValueError):
            median([])
"""
_MEDIAN_RIGHT = """def median(values):
    values = sorted(values)
    if not values:
        raise ValueError("no values")
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
"""
_LEAP = """def is_leap(year):
    return year % 4 == 0
"""
_LEAP_TEST = """import unittest

from leap import is_leap


class LeapTest(unittest.TestCase):
    def test_years(self):
        years = (1900, 2000, 2023, 2024, 2100)
        self.assertEqual([is_leap(year) for year in years], [False, True, False, True, False])
"""
_PARSE = '''import re


def duration(text):
    """Return the minutes of a text such as 1h30 or 45min."""
    found = re.match(r"(\\d+)h", text)
    return int(found.group(1)) * 60
'''
_PARSE_TEST = """import unittest

from duration import duration


class DurationTest(unittest.TestCase):
    def test_all(self):
        asked = ("2h", "1h30", "45min", "0h05")
        self.assertEqual([duration(each) for each in asked], [120, 90, 45, 5])
"""
_PARSE_RIGHT = _PARSE.split("    found")[0] + (
    '    found = re.fullmatch(r"(?:(\\d+)h)?(\\d+)?(?:min)?", text)\n'
    "    return int(found.group(1) or 0) * 60 + int(found.group(2) or 0)\n"
)


def passes(tests: Mapping[str, str]) -> Check:
    """The tests pass, as they were given: what an agent wrote into them does not count."""

    def check(outcome: Outcome) -> str:
        # Nothing but sources: a folder beside them could stand in for a module of Python's own.
        sources = {name: text for name, text in outcome.files.items() if name.endswith(".py")}
        status, printed = run({**sources, **data(tests)}, [sys.executable, "-m", "unittest", *sorted(tests)])
        ran = "\nOK" in printed and "Ran 0 tests" not in printed
        return "" if status == 0 and ran else f"the tests fail: {printed[-300:]}"

    return check


def _repository(
    name: str, goal: str, path: str, code: str, test: str, right: str, wrong: str, language: str = "en"
) -> Task:
    name_of_test = f"test_{path.rsplit('/', 1)[-1]}"
    files = {path: code, name_of_test: test}
    passing = passes({name_of_test: test})
    return chore(name, goal, passing, files, right={path: right}, wrong={path: wrong}, language=language)


TASKS = [
    _repository(
        "repository-slug",
        "The tests of this repository fail (python3 -m unittest). Mend slug.py so that they pass. Leave the tests alone.",
        "slug.py",
        _SLUG,
        _SLUG_TEST,
        _SLUG.replace('title.lower().replace(" ", "-")', '"-".join(title.lower().split())'),
        _SLUG.replace("title.lower()", "title.strip().lower()"),
    ),
    _repository(
        "repository-cart",
        "cart.py has mistakes: run the tests with python3 -m unittest and mend it until all pass. Do not change the tests.",
        "cart.py",
        _CART,
        _CART_TEST,
        _CART_RIGHT,
        _CART.replace("sum(price for", "sum(price * count for"),
    ),
    _repository(
        "repository-median",
        "اختبارات هذا المستودع تفشل عند تشغيل python3 -m unittest. أصلح الملف stats/median.py حتى تنجح كلها، ولا تغيّر "
        "الاختبارات.",
        "stats/median.py",
        _MEDIAN,
        _MEDIAN_TEST,
        _MEDIAN_RIGHT,
        _MEDIAN.replace("values[len(values) // 2]", "sum(values) / len(values)"),
        "ar",
    ),
    _repository(
        "repository-leap",
        "Le test de ce dépôt échoue (python3 -m unittest). Corrige leap.py pour qu'il passe, sans toucher au test.",
        "leap.py",
        _LEAP,
        _LEAP_TEST,
        _LEAP.replace("year % 4 == 0", "year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)"),
        _LEAP.replace("year % 4 == 0", "year % 4 == 0 and year % 100 != 0"),
        "fr",
    ),
    _repository(
        "repository-duration",
        "这个代码库的测试失败了（python3 -m unittest）。请修改 duration.py，让测试全部通过，不要改动测试文件。",
        "duration.py",
        _PARSE,
        _PARSE_TEST,
        _PARSE_RIGHT,
        _PARSE.replace('r"(\\d+)h"', 'r"(\\d+)"'),
        "zh",
    ),
]
