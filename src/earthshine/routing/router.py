"""From a model's name to what serves it, now and for this caller."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from earthshine.catalog import ALIASES
from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.llamacpp.plan import seeing_bytes, served_context
from earthshine.engines.pool import LoadedModel
from earthshine.errors import ModelBroken, ModelNotFound
from earthshine.metering.prices.hosted import hosted_price
from earthshine.metering.prices.price import Prices
from earthshine.metering.usage_estimate import Served
from earthshine.periodic import Periodic
from earthshine.routing.counters import Counters
from earthshine.routing.deployment import Deployment, configured, installed, joint
from earthshine.routing.deployment_state import DeploymentState
from earthshine.routing.fair_queue import FairQueue
from earthshine.routing.health.health_checker import HealthChecker
from earthshine.routing.load_balanced_engine import DeploymentGroup, LoadBalancedEngine
from earthshine.routing.selection.affinity import Affinity
from earthshine.routing.selection.retries import RetryBudget

if TYPE_CHECKING:
    from earthshine.accounts.authorization.caller import Caller
    from earthshine.catalog import Card, Catalog
    from earthshine.engines.pool import Pool
    from earthshine.routing.deployments.store import Deployments
    from earthshine.settings import Settings

LOOK_AGAIN = 3.0
"""Seconds between two looks for deployments that another process stored."""

log = logging.getLogger(__name__)


class Location(NamedTuple):
    """What people call a deployment."""

    server: str | None
    """None for this machine, empty for an address without a public name."""
    model: str
    """The model's name there."""


class Router:
    """The traffic of one server: its deployments, and what is known of each now."""

    def __init__(
        self,
        pool: Pool,
        catalog: Catalog,
        settings: Settings,
        *,
        prices: Prices | None = None,
        store: Deployments | None = None,
    ) -> None:
        """Serve the deployments of the settings, the catalog and the `store`. Raises a 400 for a wrong price."""
        self.counters = Counters()
        self._pool = pool
        self._catalog = catalog
        self._settings = settings
        self._prices = prices or Prices()
        self._store = store
        self._configured = configured(settings)
        self._states: dict[str, DeploymentState] = {}
        self._groups: dict[str, DeploymentGroup] = {}
        self._local: dict[str, DeploymentGroup] = {}
        self._queues: dict[str, FairQueue] = {}
        self._health_checker = HealthChecker()
        self._seen: object = None
        self._watch = Periodic("deployments", self._look_again, LOOK_AGAIN)
        self._apply([])

    async def open(self) -> None:
        """Load the stored deployments, and look for changes by other processes from now on."""
        if self._store is not None:
            self._seen = await self._store.version()
            await self.refresh()
            self._watch.start()

    async def close(self) -> None:
        """Close all connections."""
        await self._watch.close()
        await self._health_checker.close()
        for member in self._states.values():
            if member.engine is not None:
                await member.engine.close()

    @asynccontextmanager
    async def use(self, name: str, caller: Caller) -> AsyncGenerator[LoadedModel]:
        """Hold what serves the model `name` for one request of `caller`.

        A model on this machine with no other deployment is loaded now, and `Pool.use` says what that raises. For all
        others the deployment is chosen at each call of the engine.
        """
        group = self._groups.get(name) or self._group(name)
        by, idle = caller.user or caller.key_id, caller.batched
        if len(group.members) == 1 and group.members[0].local:
            member = group.members[0]
            async with self._pool.use(member.deployment.target) as loaded:
                engine = LoadBalancedEngine(lambda: group, caller.project, by=by, idle=idle, loaded=loaded)
                yield LoadedModel(replace(loaded.card, name=group.name), engine, self._seeing(engine))
            return
        name = group.name
        engine = LoadBalancedEngine(
            lambda: self._groups.get(name) or self._group(name), caller.project, by=by, idle=idle
        )
        yield LoadedModel(_joint_card(group), engine, self._seeing(engine))

    def _seeing(self, engine: Engine) -> str:
        return "" if engine.capabilities.images else self._catalog.seeing()

    def states(self) -> list[DeploymentState]:
        """Return all deployments as they are now: the settings', the stored and the installed models'."""
        for card in self._catalog.installed():
            if card.kind != "upstream":
                self._group(card.name)
        explicit = list(self._states.values())
        local = [member for group in self._local.values() for member in group.members]
        return explicit + [member for member in local if member not in explicit]

    def state(self, deployment_id: str) -> DeploymentState | None:
        """Return one deployment as it is now."""
        return next((each for each in self.states() if each.deployment.id == deployment_id), None)

    def models_at(self, base_url: str) -> dict[str, str]:
        """Return the models that are served at an address: their names here, by their names there."""
        at = base_url.rstrip("/")
        found = [each.deployment for each in self._states.values()]
        return {each.target: each.model for each in found if each.base_url.rstrip("/") == at}

    def locations(self) -> dict[str, Location]:
        """Return what people call each deployment, by its id: its server, and its model's name there."""
        found = [member.deployment for member in self.states()]
        return {each.id: Location(each.server, each.target) for each in found}

    def upstream_capabilities(self, name: object) -> Capabilities | None:
        """Return what a model can do if an upstream may serve it; None for one on this machine, and for no name."""
        if not isinstance(name, str):
            return None
        group = self._groups.get(name)
        if group is None and name in ALIASES:
            with suppress(ModelNotFound, ModelBroken):
                group = self._group(name)
        if group is None or all(member.local for member in group.members):
            return None
        return group.capabilities

    def served(self, name: str) -> Served:
        """Return what metering must know of a model. Raises `ModelNotFound`."""
        group = self._groups.get(name) or self._group(name)
        card = group.members[0].card
        hosted = hosted_price(card.family, card.parameters, "chat" not in card.abilities)
        return Served(
            group.name,
            group.capabilities.context_length,
            tuple(member.deployment.id for member in group.members),
            hosted.price if hosted is not None else None,
        )

    def installed(self) -> list[str]:
        """Return the names of all models."""
        return [card.name for card in self._catalog.installed()]

    def context_length(self, name: str) -> int:
        """Return how many tokens a model takes, as far as that is known now; 0 when it is not.

        The engine of a loaded model says; else it is what its engine will be given. Raises `ModelNotFound`.
        """
        group = self._groups.get(name) or self._group(name)
        card = group.members[0].card
        if all(member.local for member in group.members):
            for loaded in self._pool.loaded():
                if loaded.card.name == card.name:
                    return loaded.engine.capabilities.context_length
            if card.kind == "weights":
                return served_context(
                    card.context_length, card.size + seeing_bytes(card), card.kv_bytes, self._settings
                )
        return group.capabilities.context_length

    def server(self, name: str) -> str | None:
        """Return what people call the server that a model is asked at first; None for this machine.

        Raises `ModelNotFound`.
        """
        group = self._groups.get(name) or self._group(name)
        return min(group.members, key=lambda member: member.deployment.priority).deployment.server

    def continues(self, name: str, *, plain: bool) -> bool:
        """Tell whether a model can go on with a reply that was cut. Raises `ModelNotFound`.

        One that takes no beginning of a reply is asked to go on, which a `plain` text allows: no JSON and no calls.
        """
        group = self._groups.get(name) or self._group(name)
        able = [member.capabilities() for member in group.members]
        return any(each.continues or (plain and each.chat) for each in able)

    async def refresh(self) -> None:
        """Take over what is stored now."""
        if self._store is not None:
            for gone in self._apply(await self._store.load()):
                self._health_checker.forget(gone)
                await gone.retire()

    # --- groups ------------------------------------------------------------------------------------------------------

    def _group(self, name: str) -> DeploymentGroup:
        """Return the deployments of a model. Raises `ModelNotFound` or `ModelBroken`."""
        if name in ALIASES:
            name = self._catalog.resolve(name).name
        if (group := self._groups.get(name)) is not None:
            return group
        card = self._catalog.card(name)
        group = self._local.get(name)
        if group is None or group.members[0].card is not card:
            group = self._local[name] = self._make_group(name, [self._local_state(installed(card), card)])
        return group

    def _apply(self, stored: Iterable[Deployment]) -> list[DeploymentState]:
        """Make the states anew, keeping those that did not change; returns those that are not wanted any more."""
        wanted = {each.id: each for each in [*self._configured, *stored] if each.enabled}
        before, self._states = self._states, {}
        for deployment in wanted.values():
            old = before.get(deployment.id)
            if old is not None and old.deployment == deployment and self._still_there(old):
                self._states[deployment.id] = old
            elif (member := self._make_state(deployment, old)) is not None:
                self._states[deployment.id] = member
            self._prices.put(deployment.id, deployment.price)
        kept = {id(member.engine) for member in self._states.values()}
        gone = [member for member in before.values() if id(member.engine) not in kept]
        for deployment_id in before.keys() - wanted.keys():
            self._prices.remove(deployment_id)
        by_model: dict[str, list[DeploymentState]] = {}
        for member in self._states.values():
            by_model.setdefault(member.deployment.model, []).append(member)
        self._catalog.offer({name: _offered(members) for name, members in by_model.items()})
        self._groups = {name: self._make_group(name, self._with_own(name, list_)) for name, list_ in by_model.items()}
        return gone

    def _make_group(self, name: str, members: list[DeploymentState]) -> DeploymentGroup:
        old = self._groups.get(name) or self._local.get(name)
        if old is not None:
            affinity, budget = old.affinity, old.budget
        else:
            affinity, budget = Affinity(), RetryBudget()
        return DeploymentGroup(
            name, members, joint(member.capabilities() for member in members), affinity, budget, self.counters
        )

    def _with_own(self, name: str, members: list[DeploymentState]) -> list[DeploymentState]:
        """Add the model of that name on this machine, unless it was deployed explicitly."""
        card = self._on_machine(name)
        if card is None or any(member.local and member.deployment.target == name for member in members):
            return members
        return [*members, self._local_state(installed(card), card)]

    # --- states ------------------------------------------------------------------------------------------------------

    def _make_state(self, deployment: Deployment, old: DeploymentState | None) -> DeploymentState | None:
        if deployment.kind == "local":
            card = self._on_machine(deployment.target)
            return self._local_state(deployment, card) if card is not None else None
        same = old is not None and old.engine is not None and old.deployment.same_connection(deployment)
        engine = old.engine if old is not None and same else deployment.engine()
        member = DeploymentState(
            deployment,
            card=deployment.card(),
            queue=FairQueue(deployment.max_parallel),
            counters=self.counters,
            engine=engine,
            on_open=self._health_checker.watch,
        )
        if old is not None and same:
            # A new price or weight is no reason to forget who is being served, or that it is broken.
            member.circuits = old.circuits
            member.asked = old.asked
            if old.deployment.max_parallel == deployment.max_parallel:
                member.queue = old.queue
        return member

    def _local_state(self, deployment: Deployment, card: Card) -> DeploymentState:
        slots = self._settings.slots if card.kind == "weights" else None
        queue = self._queues.get(card.name)
        total = min(deployment.max_parallel or slots or 0, slots or 2**31) or None
        if queue is None or queue.total != total:
            queue = self._queues[card.name] = FairQueue(total)
        return DeploymentState(deployment, card=card, queue=queue, counters=self.counters, pool=self._pool)

    def _on_machine(self, name: str) -> Card | None:
        try:
            card = self._catalog.card(name)
        except ModelNotFound:
            return None
        return card if card.kind != "upstream" else None

    def _still_there(self, member: DeploymentState) -> bool:
        return not member.local or self._on_machine(member.deployment.target) is member.card

    async def _look_again(self) -> None:
        now = await self._store.version() if self._store is not None else None
        if now != self._seen or self._local_changed():
            await self.refresh()
            self._seen = now

    def _local_changed(self) -> bool:
        """Tell whether a model on this machine that a group counts on came or went."""
        for name, group in self._groups.items():
            own = next((member for member in group.members if member.local), None)
            if own is None:
                if self._on_machine(name) is not None:
                    return True
            elif not self._still_there(own):
                return True
        return False


def _offered(members: list[DeploymentState]) -> Card:
    """Return the card under which the catalog lists a model that has deployments."""
    best = min(members, key=lambda member: member.deployment.priority)
    return replace(best.card, name=best.deployment.model)


def _joint_card(group: DeploymentGroup) -> Card:
    """Return a card that speaks for all deployments of a model."""
    first = min(group.members, key=lambda member: member.deployment.priority).card
    if len(group.members) == 1:
        return first
    upstream = any(not member.local for member in group.members)
    return replace(
        first,
        name=group.name,
        kind="upstream" if upstream else first.kind,
        abilities=frozenset(ability for member in group.members for ability in member.card.abilities),
        sampling={},
    )
