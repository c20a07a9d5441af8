"""The ten calls of vaults through the official SDK, strict; what is secret stays so."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import httpx2
import orjson
import pytest
from openai import APIStatusError, BadRequestError, ConflictError, NotFoundError, OpenAI
from openai.types.beta.agents.vault import Vault
from sqlalchemy import select

from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.sealing import SecretCipher
from earthshine.settings import Settings
from earthshine.vaults.schemas import CredentialCreate, VaultCreate
from earthshine.vaults.store import Vaults
from earthshine.vaults.tables import vault_credentials
from tests.responses.clients import sync_client
from tests.server_process import ServerProcess

SERVER = "https://mcp.example.com/mcp"
VARIABLE: Any = {
    "type": "environment_variable",
    "secret_name": "SHOP_KEY",
    "secret_value": "s3cret-مفتاح",
    "networking": {"type": "limited", "allowed_hosts": ["API.Shop.example", "api.shop.example", "10.0.0.7"]},
}
OAUTH: Any = {
    "type": "mcp_oauth",
    "mcp_server_url": SERVER,
    "access_token": "at-1",
    "expires_at": "2026-12-01T00:00:00Z",
    "refresh": {
        "token_endpoint": "https://auth.example.com/token",
        "client_id": "earth",
        "refresh_token": "rt-1",
        "token_endpoint_auth": {"type": "client_secret_post", "client_secret": "cs-1"},
        "scope": "read write",
    },
}


@pytest.fixture(scope="module")
def sdk(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sync_client(scripted_server) as opened:
        yield opened


@pytest.fixture
def vault(sdk: OpenAI) -> Vault:
    return sdk.beta.agents.vaults.create(name="  work  ", metadata={"team": "a"})


def test_a_vault_from_begin_to_end(sdk: OpenAI, vault: Vault) -> None:
    vaults = sdk.beta.agents.vaults
    assert (vault.name, vault.metadata) == ("work", {"team": "a"})
    assert vaults.retrieve(vault.id) == vault
    assert vaults.update(vault.id, metadata={}).name == "work"
    renamed = vaults.update(vault.id, name="خزنة")
    assert (renamed.name, renamed.metadata) == ("خزنة", {})
    assert vaults.update(vault.id, name=None).name is None
    assert vaults.delete(vault.id).deleted
    with pytest.raises(NotFoundError):
        vaults.retrieve(vault.id)


def test_lists_are_turned_round_and_narrowed(sdk: OpenAI) -> None:
    vaults = sdk.beta.agents.vaults
    made = [vaults.create(metadata={"app": "list", "n": str(at)}).id for at in range(3)]
    assert [each.id for each in vaults.list(metadata={"app": "list"}, limit=1)] == made[::-1]
    assert [each.id for each in vaults.list(metadata={"app": "list"}, order="asc")] == made
    assert [each.id for each in vaults.list(metadata={"app": "list", "n": "1"})] == [made[1]]
    assert list(vaults.list(metadata={"app": "list"}, status="archived")) == []
    assert len(list(vaults.list(metadata={"app": "list"}, status=["active", "archived"]))) == 3


def test_a_credential_from_begin_to_end(sdk: OpenAI, vault: Vault) -> None:
    kept = sdk.beta.agents.vaults.credentials
    made = kept.create(vault.id, name=" shop ", auth=VARIABLE, metadata={"a": "b"})
    assert made.auth.type == "environment_variable"
    assert made.name == "shop"
    hosts = cast("Any", made.auth.networking).allowed_hosts
    assert hosts == ["api.shop.example", "10.0.0.7"]
    assert kept.retrieve(made.id, vault_id=vault.id) == made
    second = kept.create(vault.id, name="mcp", auth={"type": "static_bearer", "mcp_server_url": SERVER, "token": "t"})
    assert [each.id for each in kept.list(vault.id)] == [second.id, made.id]
    assert [each.id for each in kept.list(vault.id, metadata={"a": "b"})] == [made.id]
    changed = kept.update(
        made.id, vault_id=vault.id, auth={"type": "environment_variable", "secret_value": "new"}, metadata={}
    )
    assert (changed.auth, changed.metadata) == (made.auth, {})
    assert kept.delete(made.id, vault_id=vault.id).deleted
    with pytest.raises(NotFoundError):
        kept.retrieve(made.id, vault_id=vault.id)


def test_tokens_are_rotated_and_their_expiry_goes_with_them(sdk: OpenAI, vault: Vault) -> None:
    kept = sdk.beta.agents.vaults.credentials
    made = kept.create(vault.id, name="mcp", auth=OAUTH)
    told = made.auth.to_dict()
    assert told["expires_at"] == "2026-12-01T00:00:00Z"
    refresh = cast("dict[str, Any]", told["refresh"])
    assert refresh["token_endpoint_auth"] == {"type": "client_secret_post"}

    def rotate(**fields: Any) -> dict[str, Any]:
        auth: Any = {"type": "mcp_oauth", **fields}
        return kept.update(made.id, vault_id=vault.id, auth=auth).auth.to_dict()

    assert rotate(refresh={"refresh_token": "rt-2"})["expires_at"] == "2026-12-01T00:00:00Z"
    assert rotate(access_token="at-2").get("expires_at") is None
    assert rotate(expires_at="2027-01-01T00:00:00+01:00")["expires_at"] == "2027-01-01T00:00:00+01:00"
    assert rotate(refresh={"scope": None})["refresh"].get("scope") is None
    with pytest.raises(BadRequestError, match="stays"):
        rotate(refresh={"token_endpoint_auth": {"type": "client_secret_basic", "client_secret": "x"}})


@pytest.mark.parametrize(
    ("auth", "param"),
    [
        ({"type": "password"}, "auth.type"),
        (VARIABLE | {"secret_value": ""}, "auth.secret_value"),
        (VARIABLE | {"secret_value": "two\nlines"}, "auth.secret_value"),
        (VARIABLE | {"secret_name": "2X"}, "auth.secret_name"),
        (VARIABLE | {"secret_name": "CODEX_HOME"}, "auth.secret_name"),
        (VARIABLE | {"secret_name": "https_proxy"}, "auth.secret_name"),
        (VARIABLE | {"secret_name": "LD_PRELOAD"}, "auth.secret_name"),
        (VARIABLE | {"networking": {"type": "limited", "allowed_hosts": []}}, "auth.networking.allowed_hosts"),
        (
            VARIABLE | {"networking": {"type": "limited", "allowed_hosts": ["*.example.com"]}},
            "auth.networking.allowed_hosts[0]",
        ),
        (OAUTH | {"mcp_server_url": "http://example.com"}, "auth.mcp_server_url"),
        (OAUTH | {"mcp_server_url": "https://me:pw@example.com"}, "auth.mcp_server_url"),
        (OAUTH | {"expires_at": "tomorrow"}, "auth.expires_at"),
        (OAUTH | {"expires_at": "2026-12-01T00:00:00"}, "auth.expires_at"),
        (OAUTH | {"refresh": OAUTH["refresh"] | {"token_endpoint_auth": {"type": "jwt"}}}, None),
    ],
)
def test_what_cannot_be_is_refused_by_name(sdk: OpenAI, vault: Vault, auth: Any, param: str | None) -> None:
    with pytest.raises(BadRequestError) as refused:
        sdk.beta.agents.vaults.credentials.create(vault.id, name="x", auth=auth)
    assert refused.value.param == (param or "auth.refresh.token_endpoint_auth.type")


@pytest.mark.parametrize("name", ["", "   ", "ب" * 129])
def test_a_name_has_a_length(sdk: OpenAI, name: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        sdk.beta.agents.vaults.create(name=name)
    assert refused.value.param == "name"


def test_a_variable_is_set_once_and_a_kind_stays(sdk: OpenAI, vault: Vault) -> None:
    kept = sdk.beta.agents.vaults.credentials
    made = kept.create(vault.id, name="a", auth=VARIABLE)
    with pytest.raises(ConflictError):
        kept.create(vault.id, name="b", auth=VARIABLE)
    with pytest.raises(BadRequestError) as refused:
        kept.update(made.id, vault_id=vault.id, auth={"type": "static_bearer", "token": "t"})
    assert refused.value.param == "auth.type"
    other = sdk.beta.agents.vaults.create()
    with pytest.raises(NotFoundError):
        kept.retrieve(made.id, vault_id=other.id)
    with pytest.raises(NotFoundError):
        kept.list("vault_none")


def test_no_reply_has_a_secret(sdk: OpenAI, vault: Vault, scripted_server: ServerProcess) -> None:
    kept = sdk.beta.agents.vaults.credentials
    made = [kept.create(vault.id, name="x", auth=each).id for each in (OAUTH, VARIABLE)]
    headers = {"authorization": f"Bearer {scripted_server.key}"}
    with httpx2.Client(base_url=f"{scripted_server.url}/v1/vaults/{vault.id}", headers=headers) as http:
        seen = [http.get("/credentials").text, *(http.get(f"/credentials/{each}").text for each in made)]
        seen.append(http.post(f"/credentials/{made[1]}", json={"auth": VARIABLE | {"networking": 1}}).text)
        seen.append(http.post(f"/credentials/{made[1]}", json={"auth": VARIABLE}).text)
    for secret in ("at-1", "rt-1", "cs-1", "s3cret"):
        assert secret not in "".join(seen)


def test_too_many_are_refused(sdk: OpenAI, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(APIStatusError) as refused:
        sdk.beta.agents.vaults.create(metadata={str(at): "x" for at in range(17)})
    assert refused.value.param == "metadata"


async def test_the_database_has_them_encrypted(database: Database, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    vaults, owner = Vaults(database, settings), Owner("default", "user_her")
    vault = await vaults.create(owner, VaultCreate(name="v"))
    made = await vaults.add(vault["id"], "default", CredentialCreate(name="a", auth=OAUTH))
    async with database.read() as connection:
        row = (await connection.execute(select(vault_credentials))).one()
    assert not {"at-1", "rt-1", "cs-1"} & set(str(row).split("'"))
    secrets = orjson.loads(SecretCipher.open(settings).decrypt(row.secret))
    assert secrets == {"access_token": "at-1", "refresh_token": "rt-1", "client_secret": "cs-1"}
    assert made["id"] == row.id
    await vaults.erase("user_her")
    async with database.read() as connection:
        assert (await connection.execute(select(vault_credentials))).all() == []
