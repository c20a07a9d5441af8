"""The child process that holds one model: `python -m earthshine.engines.llamacpp.worker`.

It reads its options as one line of JSON from standard input, starts llama.cpp's server on a unix socket, and prints
one line of JSON: `{"ready": true}`, or `{"error": "..."}` before it ends. It dies with its parent: the kernel kills it
when the parent is gone, and so does the end of standard input, whichever is noticed first. Where a `llama-server`
program is to serve, that is its child, which ends with it in the same ways.

Only the standard library and the engine's package are imported here, so that a child starts fast and stays small.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from earthshine.engines.llamacpp.lazy_memory import release_zeros
from earthshine.processes.guard import die_with_parent, leave_signals_to_parent
from earthshine.processes.program import healthy, run


def main() -> None:
    """Serve until the parent goes away."""
    leave_signals_to_parent()
    options = json.loads(sys.stdin.readline())
    die_with_parent(options["parent"])
    if "command" in options:
        socket = Path(options["socket"])
        run(options["command"], lambda: healthy(socket))
    try:
        server = _serve(options)
    except Exception as error:
        _report({"error": str(error)})
        os._exit(1)
    release_zeros()  # no request can come before the next line
    _report({"ready": True})
    sys.stdin.read()  # returns when the parent closes its end, or dies
    assert server is not None
    # The library's own shutdown waits for the step in progress; there is nothing to save.
    os._exit(0)


def _report(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _serve(options: dict[str, Any]) -> object:
    """Load the model and listen; see `EngineProcess.options` for the fields."""
    xllamacpp: Any = importlib.import_module("xllamacpp")  # it has no types
    params = xllamacpp.CommonParams()
    params.model.path = options["model"]
    params.mmproj.path = options["projector"]
    params.n_parallel = options["slots"]
    params.n_ctx = options["slots"] * options["context"]
    params.n_batch = options["batch"]
    params.n_ubatch = options["batch"]
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = options["threads"]
    params.hostnames = [options["socket"]]
    # Each reply holds one of these threads while it streams; some are left for short calls beside them.
    params.n_threads_http = options["slots"] + 8
    params.slot_save_path = options["prefix_folder"]
    params.kv_unified = False
    params.cache_ram_mib = 0  # prefixes are kept by `prefix_cache`, across slots; a second copy would waste memory
    params.ui = False
    # The model's own template is never used here, and one that loops for ever would stop the load.
    params.chat_template = "chatml"
    params.use_jinja = False
    params.verbosity = 2
    # Weights are taken as the file has them; fitting memory is the plan's work, not a guess at load time.
    params.fit_params = False
    params.lora_init_without_apply = True
    adapters: list[Any] = []
    for path in options["adapters"]:
        adapter = xllamacpp.CommonAdapterLoraInfo()
        adapter.path = path
        adapter.scale = 0.0  # until a request asks for it
        adapters.append(adapter)
    params.lora_adapters = adapters
    if options["pools"]:
        params.embedding = True
        if options["ranks"]:
            params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_RANK
        elif options["chats"]:
            params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
