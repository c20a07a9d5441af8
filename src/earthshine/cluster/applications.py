"""Models as applications of Ray Serve: deployed, shown and removed."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

from earthshine.catalog.card import Card
from earthshine.cluster.coordinator import Coordinator, Report, actor_name, deployed, find
from earthshine.cluster.node_server import DRAIN
from earthshine.cluster.ray_package import NAMESPACE, load_ray, load_serve
from earthshine.cluster.replica import FORGET, Replica
from earthshine.cluster.terms import Offer, Terms, check_terms
from earthshine.cluster.weights import weight_files
from earthshine.errors import InvalidRequest, NotFound, Unavailable

KEY = "ray-"
"""How the keys of replicas begin, by which people and we tell their deployments from others."""

_HEAD = "node:__internal_head__"


@dataclass(frozen=True, slots=True)
class Status:
    """How a model does on the cluster."""

    offer: Offer
    state: str
    """Serve's word for its application, such as `RUNNING` or `DEPLOY_FAILED`."""
    wanted: int
    """Replicas that Serve means to have now: those that run and those that are being started."""
    replicas: list[Report]
    message: str
    """What Serve says is wrong; mostly empty."""


def deploy(card: Card, terms: Terms, entry_port: int) -> Status:
    """Serve a model on the cluster that this process is connected to, and return when its first replica answers.

    A model that is deployed already gets these terms. Raises `InvalidRequest` for a model without weights,
    `ModelBroken` as `weight_files` does, `Unavailable` when no replica could be started.
    """
    ray, serve = load_ray(), load_serve()
    if card.kind != "weights":
        raise InvalidRequest(f"{card.name!r} has no weights on this machine that a node could run.")
    if not {"chat", "embedding"} & card.abilities:
        raise InvalidRequest(f"{card.name!r} neither chats nor makes vectors; a cluster serves those only.")
    check_terms(terms)
    nodes = [node for node in ray.nodes() if node["Alive"]]
    if not any(_fits(node["Resources"], terms) for node in nodes):
        raise InvalidRequest(
            f"No node of the cluster has what one replica takes ({_told(terms)}). Ask for less with --cpus, --gpus and "
            "--memory, or join a larger machine."
        )
    head = next((node["NodeManagerAddress"] for node in nodes if _HEAD in node["Resources"]), "127.0.0.1")
    serve.start(http_options={"host": head, "port": entry_port, "location": "HeadOnly"}, logging_config=_QUIET)
    before = find(ray, card.name)
    key = ray.get(before.offer.remote()).key if before is not None else KEY + secrets.token_urlsafe(32)
    entry = f"http://{_bracketed(head)}:{entry_port}/{card.name}/v1"
    offer = Offer(card, terms, asyncio.run(weight_files(card)), key, entry)
    _put_coordinator(ray, offer, before)
    application = serve.deployment(Replica).options(name="replica", **_options(terms)).bind(offer)
    try:
        serve.run(application, name=card.name, route_prefix=f"/{card.name}")
    except RuntimeError as error:
        said = status(card.name).message or reason(str(error))
        raise Unavailable(f"No replica of {card.name!r} could be started: {said}") from error
    return status(card.name)


def remove(model: str) -> None:
    """End all replicas of a model, their replies first. Raises `NotFound`."""
    ray, serve = load_ray(), load_serve()
    coordinator = _coordinator(ray, model)
    serve.delete(model)
    ray.kill(coordinator, no_restart=True)


def status(model: str) -> Status:
    """Return how a model does. Raises `NotFound`."""
    ray, serve = load_ray(), load_serve()
    coordinator = _coordinator(ray, model)
    offer, (replicas, _) = ray.get([coordinator.offer.remote(), coordinator.replicas.remote()])
    application = serve.status().applications.get(model)
    if application is None:
        return Status(offer, "NOT_STARTED", 0, replicas, "")
    deployments = list(application.deployments.values())
    states = [(str(state), count) for each in deployments for state, count in each.replica_states.items()]
    wanted = sum(count for state, count in states if state != "STOPPING")
    message = " ".join(filter(None, [application.message, *(each.message for each in deployments)]))
    return Status(offer, str(application.status.value), wanted, replicas, reason(message))


def statuses() -> list[Status]:
    """Return how all models of the cluster do."""
    return [status(model) for model in deployed(load_ray())]


def reason(told: str) -> str:
    """Return what went wrong out of what Serve tells: the last line of a traceback, without the class if it is ours."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    return re.sub(r"^earthshine\.errors\.\w+: ", "", lines[-1])[-1000:] if lines else ""


_QUIET = {"log_level": "WARNING", "enable_access_log": False}


def _options(terms: Terms) -> dict[str, Any]:
    return {
        "user_config": {},
        "max_ongoing_requests": 1000,  # the server in a replica has its own queue
        "logging_config": _QUIET,
        "ray_actor_options": {
            "num_cpus": terms.cpus,
            "num_gpus": terms.gpus,
            **({"memory": terms.memory * 2**20} if terms.memory else {}),
        },
        "health_check_period_s": 2,
        "health_check_timeout_s": 20,
        "graceful_shutdown_timeout_s": DRAIN + FORGET + 20,
        "autoscaling_config": {
            "min_replicas": terms.least,
            "max_replicas": terms.most,
            # One at least, to find out whether it starts at all.
            "initial_replicas": max(1, terms.least),
            "target_ongoing_requests": terms.load,
            "upscale_delay_s": 2,
            "downscale_delay_s": terms.idle,
            "look_back_period_s": 11,
            "policy": {"policy_function": "earthshine.cluster.scaling:replicas_wanted"},
        },
    }


def _put_coordinator(ray: Any, offer: Offer, before: Any) -> None:
    """Make the model's coordinator here, in the place of an older one."""
    if before is not None:
        ray.kill(before, no_restart=True)
    here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
        ray.get_runtime_context().get_node_id(), soft=True
    )
    actor = ray.remote(Coordinator).options(
        name=actor_name(offer.name),
        namespace=NAMESPACE,
        lifetime="detached",
        num_cpus=0,
        max_restarts=-1,
        max_task_retries=3,
        max_concurrency=100,
        scheduling_strategy=here,
    )
    for _ in range(50):
        with contextlib.suppress(ValueError):  # the name of the killed one is not free yet
            ray.get(actor.remote(offer).offer.remote())
            return
        time.sleep(0.1)
    raise Unavailable(f"The older deployment of {offer.name!r} does not end; try again.")


def _coordinator(ray: Any, model: str) -> Any:
    found = find(ray, model)
    if found is None:
        known = ", ".join(deployed(ray)) or "none"
        raise NotFound(f"{model[:80]!r} is not deployed on this cluster; deployed are: {known}.")
    return found


def _fits(resources: dict[str, float], terms: Terms) -> bool:
    asked = {"CPU": terms.cpus, "GPU": terms.gpus, "memory": terms.memory * 2**20}
    return all(resources.get(name, 0) >= amount for name, amount in asked.items())


def _told(terms: Terms) -> str:
    memory = f", {terms.memory} MiB" if terms.memory else ""
    return f"{terms.cpus:g} cores, {terms.gpus:g} GPUs{memory}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
