"""The checks of `earthshine doctor`, one function each."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from dataclasses import replace

from earthshine.catalog import DEFAULT_EMBEDDING, Card, Catalog, Progress
from earthshine.catalog.catalog import check_weights
from earthshine.catalog.curated import EMBEDDED, EMBEDDED_VECTORS
from earthshine.catalog.downloads.download import hash_files
from earthshine.catalog.gguf.header import verify_files
from earthshine.catalog.machine import Machine, fits, gib
from earthshine.catalog.safetensors.folder import read_folder
from earthshine.catalog.weights import weight_files
from earthshine.cli.diagnosis.blob_checks import check_blobs
from earthshine.cli.diagnosis.database_checks import check_database
from earthshine.cli.diagnosis.findings import Finding
from earthshine.cli.diagnosis.program_checks import check_programs
from earthshine.cli.diagnosis.rule_checks import check_tool_rules
from earthshine.cli.diagnosis.sandbox_checks import check_sandbox
from earthshine.devices.look import Sight, look
from earthshine.engines.llamacpp.devices.inventory import Inventory, inventory
from earthshine.errors import EarthshineError, ModelNotFound
from earthshine.settings import Settings

_LITTLE_MEMORY = 2 * 2**30
_LITTLE_DISK = 2**30


async def check_everything(settings: Settings, *, deep: bool, progress: Progress) -> list[Finding]:
    """Run all checks; none of them raises. `deep` reads all weights and stored files and compares checksums."""
    here = inventory(settings)
    machine = replace(Machine.here(settings.data), devices=here.rooms(settings))
    catalog = Catalog(settings, machine)
    findings = [
        check_python(),
        check_memory(machine),
        check_disk(machine, settings),
        check_processor(machine),
        *check_devices(Sight(tuple(each.device for each in here.devices), here.faults)),
        check_engine(),
        *check_builds(settings, here),
        check_data_directory(settings),
        *await check_database(settings),
        *await check_blobs(settings, deep=deep, progress=progress),
        *check_records(catalog),
        await check_sandbox(settings),
        await check_tool_rules(settings),
    ]
    for card in catalog.local():
        findings.append(await check_model(card, machine, deep=deep, progress=progress))
        findings += check_placing(card, settings, here)
    findings += check_programs(settings, catalog.local())
    return [*findings, check_default(catalog, settings), check_default_embedding(catalog), check_port(settings)]


def check_python() -> Finding:
    """Python 3.11 or newer, of 64 bits."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.maxsize < 2**32:
        return Finding("python", "broken", f"{version}, 32 bits", "Install a 64-bit Python.")
    return Finding("python", "ok", version)


def check_memory(machine: Machine) -> Finding:
    """Enough for the server and a small model."""
    if not machine.memory:
        return Finding("memory", "warning", "cannot be measured here", "Set `memory_budget` by hand.")
    if machine.memory < _LITTLE_MEMORY:
        return Finding("memory", "warning", gib(machine.memory), "Only the tiny model fits; use an upstream for more.")
    return Finding("memory", "ok", gib(machine.memory))


def check_disk(machine: Machine, settings: Settings) -> Finding:
    """Room for the database and for models."""
    detail = f"{gib(machine.disk_free)} free for {settings.data.absolute()}"
    if machine.disk_free < _LITTLE_DISK:
        return Finding("disk", "broken", detail, "Free some space, or put the data directory on another disk (--data).")
    return Finding("disk", "ok", detail)


def check_processor(machine: Machine) -> Finding:
    """Instructions without which the engine crawls."""
    flags = ", ".join(sorted(machine.cpu_flags)) or "no vector instructions known"
    gpus = f"; {', '.join(machine.gpus)}" if machine.gpus else ""
    detail = f"{machine.cpu}, {machine.cores} cores, {flags}{gpus}"
    if not machine.cpu_flags & {"avx2", "neon"}:
        return Finding(
            "processor", "warning", detail, "Without AVX2 or NEON local models are very slow; use an upstream."
        )
    return Finding("processor", "ok", detail)


def check_devices(sight: Sight) -> list[Finding]:
    """Graphics cards, with what is free on each; a tool that does not answer is named."""
    found = [
        Finding(
            "device",
            "ok",
            f"{each.id}: {each.name}, "
            + (f"{gib(each.free)} of {gib(each.memory)} free" if each.memory else "memory unknown"),
        )
        for each in sight.devices
    ]
    mend = "Correct that setting, or run that tool by hand: where it hangs or fails, its driver does."
    return found + [Finding("device", "warning", fault, mend) for fault in sight.faults]


def check_engine() -> Finding:
    """The embedded engine's package can be imported."""
    try:
        import xllamacpp
    except Exception as error:
        from earthshine.engines.llamacpp.libraries import missing_library

        mend = missing_library(str(error)) or "Run `pip install --force-reinstall xllamacpp`."
        return Finding("engine", "broken", f"xllamacpp: {error}", mend)
    return Finding("engine", "ok", f"xllamacpp {getattr(xllamacpp, '__version__', '')}".rstrip())


def check_builds(settings: Settings, here: Inventory) -> list[Finding]:
    """Builds of llama.cpp beside the wheel's: which one serves, what cannot, and what one of one's own would gain."""
    from earthshine.engines.llamacpp.builds.advice import advice
    from earthshine.engines.llamacpp.builds.build import WHEEL
    from earthshine.engines.llamacpp.builds.builds import builds_folder, chosen
    from earthshine.engines.llamacpp.builds.figures import gains, read_figures

    figures = read_figures(builds_folder(settings))
    found = [each for each in here.builds if each.name != WHEEL]
    findings = [
        Finding("llama.cpp build", "warning", f"{each.name}: {each.fault}", "Make it anew: `earthshine engine build`.")
        for each in found
        if each.fault
    ]
    model = figures[-1].model if figures else ""
    used, gained = chosen(settings, model).name, gains(figures, model, WHEEL)
    if used in gained:
        detail = f"{used} serves: measured {gained[used]:.2f} times as quick as the wheel with {model}"
        findings.append(Finding("llama.cpp build", "ok", detail))
    if gain := advice(found, look().devices):
        findings.append(Finding("llama.cpp build", "ok", gain))
    return findings


def check_data_directory(settings: Settings) -> Finding:
    """We may write where all data go. Makes no directory that is not there yet."""
    directory = settings.data.absolute()
    existing = directory
    while not existing.exists():
        existing = existing.parent
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        mend = f"Make {existing} writable for this user, or choose another with --data."
        return Finding("data directory", "broken", f"{existing}: {error.strerror}", mend)
    return Finding(
        "data directory", "ok", str(directory) + ("" if directory.exists() else " (made at the first start)")
    )


def check_records(catalog: Catalog) -> list[Finding]:
    """All records of installed models can be read."""
    mend = "Remove the record and pull the model again."
    return [Finding("model record", "broken", f"{path}: {why}", mend) for path, why in catalog.broken().items()]


async def check_model(card: Card, machine: Machine, *, deep: bool, progress: Progress) -> Finding:
    """The weights are there, whole and, if asked, unchanged; and they fit the memory."""
    what = f"model {card.name}"
    assert card.path is not None
    try:
        check_weights(card)
        read_folder(card.path) if card.path.is_dir() else verify_files(weight_files(card.path))
        sha256 = await hash_files(weight_files(card.path), progress) if deep and card.sha256 else card.sha256
    except EarthshineError as error:
        return Finding(what, "broken", error.message)
    if sha256 != card.sha256:
        mend = f"Run `earthshine models remove {card.name}` and pull it again."
        return Finding(what, "broken", f"{card.path} was changed: its SHA-256 is {sha256}, not {card.sha256}", mend)
    fit = fits(card, machine)
    if not fit.ok:
        return Finding(what, "warning", fit.reason, "Pull a smaller one: `earthshine models` lists what fits.")
    return Finding(what, "ok", f"{gib(card.size)}, whole" + (", checksum right" if deep and sha256 else ""))


def check_placing(card: Card, settings: Settings, here: Inventory) -> list[Finding]:
    """Where a model goes, on a machine with devices that a build reaches."""
    from earthshine.engines.llamacpp.outlook import outlook

    found = outlook(card, settings, here) if here.reached else None
    if found is None:
        return []
    pace = f" ({found.pace})" if found.pace else ""
    return [Finding(f"model {card.name}", "ok", f"goes to: {found.place}, by {found.build}{pace}")]


def check_default(catalog: Catalog, settings: Settings) -> Finding:
    """`default` means a model, or will after the first start."""
    try:
        card = catalog.resolve("default")
    except EarthshineError as error:
        if isinstance(error, ModelNotFound) and settings.embedded_model and not settings.default_model:
            return Finding("default model", "ok", f"{EMBEDDED} (fetched at the first start)")
        mend = "Run `earthshine pull recommended`, or correct `default_model`."
        return Finding("default model", "warning", error.message, mend)
    return Finding("default model", "ok", card.name)


def check_default_embedding(catalog: Catalog) -> Finding:
    """`default-embedding` means a model, or will after the first start."""
    try:
        card = catalog.resolve(DEFAULT_EMBEDDING)
    except EarthshineError as error:
        if catalog.wants_vectors():
            return Finding("embedding model", "ok", f"{EMBEDDED_VECTORS} (fetched after the start)")
        mend = f"Run `earthshine pull {EMBEDDED_VECTORS}`, or correct `default_embedding_model`."
        return Finding("embedding model", "warning", error.message, mend)
    return Finding("embedding model", "ok", card.name)


def check_port(settings: Settings) -> Finding:
    """Nobody else listens where we would."""
    where = f"{settings.host}:{settings.port}"
    try:
        info = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(info[0], info[1]) as listener:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(info[4])
    except OSError as error:
        mend = "Perhaps Earthshine runs already; else choose another with --port or --host."
        return Finding("port", "warning", f"{where}: {error.strerror or error}", mend)
    return Finding("port", "ok", where)
