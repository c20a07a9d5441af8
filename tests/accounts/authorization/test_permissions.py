"""The roles, and the rule that puts them together with what a route needs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.needs import Rule, allows
from earthshine.accounts.authorization.permissions import (
    GRANTABLE,
    ORGANIZATION_ROLES,
    PERMISSIONS,
    PROJECT_ROLES,
    role_named,
)


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
