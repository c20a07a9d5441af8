"""The table of routes, the roles, and the rule that puts them together."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.permissions import (
    GRANTABLE,
    ORGANIZATION_ROLES,
    PERMISSIONS,
    PROJECT_ROLES,
    role_named,
)
from earthshine.accounts.authorization.route_needs import ROUTES
from earthshine.accounts.authorization.rules import Rule, allows, rule

LINES = [(need, *line.split(" ", 1)) for need, lines in ROUTES.items() for line in lines]
SEGMENT = st.text(st.characters(blacklist_characters="/", blacklist_categories=["Cs"]), min_size=1, max_size=12)


@pytest.mark.parametrize(("need", "method", "path"), LINES, ids=lambda value: str(value))
def test_each_line_is_found_by_its_own_address(need: str, method: str, path: str) -> None:
    found = rule(method, re.sub(r"{[^}]*}", "x", path))
    assert found is not None
    assert found.need == need
    assert found.project == ("x" if "projects/{project_id}" in path else None)


def test_no_line_stands_twice() -> None:
    shapes = [(method, re.sub(r"{[^}]*}", "{}", path)) for _, method, path in LINES]
    assert len(shapes) == len(set(shapes))


@given(st.sampled_from(LINES), st.data())
def test_any_ids_lead_to_the_same_need(line: tuple[str, str, str], data: st.DataObject) -> None:
    need, method, path = line
    words = {step for _, _, each in LINES for step in each.split("/")}
    ids = SEGMENT.filter(lambda text: text not in words)
    found = rule(method, re.sub(r"{[^}]*}", lambda _: data.draw(ids), path))
    assert found is not None
    assert found.need == need


@given(st.text(max_size=80), st.sampled_from(["GET", "POST", "DELETE", "PUT", "PATCH", "WEBSOCKET", "", "get"]))
def test_what_is_not_in_the_table_has_no_rule(path: str, method: str) -> None:
    known = [
        re.compile(re.sub(r"{[^}]*:path}", ".*", each).replace("{", "(?P<").replace("}", ">[^/]+)"))
        for _, _, each in LINES
    ]
    address = f"/{path}"
    if not any(pattern.fullmatch(address.rstrip("/")) or pattern.fullmatch(address) for pattern in known):
        assert rule(method, address) is None


def test_head_needs_what_get_needs_and_a_last_slash_changes_nothing() -> None:
    assert rule("HEAD", "/openapi.json") == rule("GET", "/openapi.json") == rule("GET", "/openapi.json/")
    assert rule("GET", "/v1/embeddings") is None
    assert rule("GET", "//v1/models") is None
    assert rule("GET", "") is None


@pytest.mark.parametrize("ladder", [PROJECT_ROLES, ORGANIZATION_ROLES])
def test_no_role_reaches_the_installation(ladder: dict[str, frozenset[str]]) -> None:
    assert all(granted <= GRANTABLE for granted in ladder.values())
    assert {"installation.manage"} == PERMISSIONS - GRANTABLE


def test_each_rung_of_a_project_holds_the_one_below() -> None:
    rungs = [PROJECT_ROLES[name] for name in ("none", "viewer", "member", "admin", "owner")]
    assert all(lower <= higher for lower, higher in pairwise(rungs))
    assert {each for each in PROJECT_ROLES["viewer"] if not each.endswith(".read")} == set()


def test_openais_words_are_understood() -> None:
    assert role_named("reader", PROJECT_ROLES) == "viewer"
    assert role_named("owner", ORGANIZATION_ROLES) == "owner"
    assert role_named("emperor", PROJECT_ROLES) is None


PERMISSION_SETS = st.frozensets(st.sampled_from(sorted(PERMISSIONS)))
RULES = st.builds(Rule, st.sampled_from(sorted(PERMISSIONS)), st.sampled_from([None, "proj_a", "proj_b"]))


@given(PERMISSION_SETS, RULES, st.booleans())
def test_nobody_acts_in_another_project_without_the_organization(
    permissions: frozenset[str], asked: Rule, reads: bool
) -> None:
    if asked.project == "proj_b" and not permissions & {"organization.read", "organization.manage"}:
        assert not allows(permissions, "proj_a", asked, reads=reads)


@given(PERMISSION_SETS, PERMISSION_SETS, RULES, st.booleans())
def test_more_permissions_never_allow_less(
    some: frozenset[str], more: frozenset[str], asked: Rule, reads: bool
) -> None:
    if allows(some, "proj_a", asked, reads=reads):
        assert allows(some | more, "proj_a", asked, reads=reads)


@given(PERMISSION_SETS, RULES)
def test_only_readers_of_the_organization_change_nothing(permissions: frozenset[str], asked: Rule) -> None:
    readers = permissions & {"project.read", "organization.read"}
    if not asked.need.endswith(".read"):
        assert not allows(readers, "proj_a", asked, reads=False)


def test_a_caller_survives_storage() -> None:
    caller = Caller("key_1", "proj_1", "org_1", "user_1", "a@example.org", frozenset(PERMISSIONS), ("m", "n"))
    assert Caller.load(caller.dump()) == caller
    old = {"key_id": "key_1", "project": "default", "organization": "default", "user": "", "gone": 1}
    assert Caller.load(old) == Caller("key_1", "default")
