"""Which builds there are here, and which one serves a model.

A build other than the wheel's is used for its figures alone: it was measured here, wrote as the wheel does, and was
quicker. So a machine on which it gains nothing loses nothing. `llama_server` in the settings decides otherwise.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from earthshine.engines.llamacpp.builds.build import WHEEL, Build, Record, processor
from earthshine.engines.llamacpp.builds.figures import GAIN, gains, read_figures
from earthshine.engines.llamacpp.builds.program import probe
from earthshine.errors import Unavailable
from earthshine.settings import Settings

log = logging.getLogger(__name__)

PROGRAM = "llama-server"


def builds_folder(settings: Settings) -> Path:
    """Return where builds and their figures are kept."""
    return settings.data / "engines" / "llamacpp"


def wheel() -> Build:
    """Return the build that comes with Earthshine."""
    try:
        return Build(WHEEL, "any processor", version("xllamacpp"))
    except PackageNotFoundError:
        return Build(WHEEL, "any processor", fault="The package `xllamacpp` is not installed.")


def builds(settings: Settings) -> list[Build]:
    """Return all builds here, the wheel first; runs each program to ask what it is."""
    found = [wheel()]
    folder = builds_folder(settings)
    made = sorted(path.parent.name for path in folder.glob(f"*/{PROGRAM}") if not path.parent.name.startswith("."))
    found += [find_build(settings, name) for name in made]
    outside = [settings.llama_server] if settings.llama_server not in ("", WHEEL) else []
    if (path := shutil.which(PROGRAM)) is not None:
        outside.append(path)
    known = {each.program.path for each in found if each.program is not None}
    found += [find_build(settings, each) for each in dict.fromkeys(outside) if Path(each) not in known]
    return found


def find_build(settings: Settings, name: str) -> Build:
    """Return the build of a name, or of a program by its path or its name on the `PATH`; with a fault if need be."""
    if name == WHEEL:
        return wheel()
    folder = builds_folder(settings) / name
    made = "/" not in name and (folder / PROGRAM).exists()
    record = Record.read(folder) if made else None
    path = folder / PROGRAM if made else Path(shutil.which(name) or name)
    made_for = record.made_for if record is not None else "unknown"
    if record is not None and record.processor != processor():
        fault = f"It was made for another processor ({record.processor}); make it anew."
        return Build(name, made_for, record.version, fault=fault)
    try:
        program = probe(path)
    except Unavailable as error:
        return Build(name, made_for, fault=error.message)
    return Build(name, made_for, program.version, program)


def chosen(settings: Settings, model: str, find: Callable[[Settings, str], Build] = find_build) -> Build:
    """Return the build that serves a model: the one that the settings name, else the quickest that is proved.

    `find` looks up a build by its name.
    """
    if settings.llama_server:
        return find(settings, settings.llama_server)
    figures, standard = read_figures(builds_folder(settings)), wheel()
    measured = {(each.build, each.version) for each in figures}
    for name, gain in sorted(gains(figures, model, WHEEL).items(), key=lambda item: -item[1]):
        if gain < GAIN or (WHEEL, standard.version) not in measured:
            break
        build = find(settings, name)
        if build.fault or (name, build.version) not in measured:
            fault = build.fault or f"version {build.version} was never measured; run `earthshine engine bench`"
            log.warning("the build %s of llama.cpp is not used: %s", name, fault)
        else:
            return build
    return standard
