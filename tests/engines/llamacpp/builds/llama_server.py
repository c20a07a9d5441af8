"""A `llama-server` for the tests: llama.cpp's own server out of the wheel, behind the program's command line.

It is what a compiled program is, without four minutes of compilation; `make engines` runs the same tests with one.

It has the devices that a file lists, named by `STAND_IN_DEVICES`, so that they can come and go; what is put on them is
computed by the processor. Like llama.cpp it does not start on a device that is not there, nor on one that is `dead`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

FLAGS = (
    "--model", "--host", "--slot-save-path", "--parallel", "--ctx-size", "--batch-size", "--ubatch-size", "--threads",
    "--threads-batch", "--threads-http", "--lora", "--pooling", "--cache-ram", "--chat-template", "--fit", "--mmproj",
)  # fmt: skip
SWITCHES = ("--lora-init-without-apply", "--embedding", "--no-kv-unified", "--no-ui", "--no-jinja", "--offline")


PLACING = ("--device", "--n-gpu-layers", "--tensor-split", "--mmproj-device")


def main() -> None:
    devices = Path(os.environ["STAND_IN_DEVICES"]).read_text() if "STAND_IN_DEVICES" in os.environ else None
    flags = FLAGS + (PLACING if devices is not None else ())
    if "--list-devices" in sys.argv:
        sys.stdout.write(f"Available devices:\n{devices or '  (none)'}\n")
        return
    if "--version" in sys.argv:
        sys.stdout.write("version: 11549 (wheel)\n")
        return
    if "--help" in sys.argv:
        sys.stdout.write("\n".join((*flags, *SWITCHES, *(("--list-devices",) if devices is not None else ()))))
        return
    parser = argparse.ArgumentParser()
    for flag in flags:
        parser.add_argument(
            flag, action="append" if flag == "--lora" else "store", default=[] if flag == "--lora" else None
        )
    for switch in SWITCHES:
        parser.add_argument(switch, action="store_true")
    told = parser.parse_args()
    for device in (told.device or "none").split(",") if devices is not None else ():
        listed = next((line for line in (devices or "").splitlines() if line.startswith(f"  {device}: ")), "")
        if device != "none" and (not listed or "dead" in listed):
            sys.exit(f"error: invalid device: {device}")
    server = serve(told)
    while server is not None:
        time.sleep(3600)


def serve(told: argparse.Namespace) -> object:
    import xllamacpp

    params: Any = xllamacpp.CommonParams()
    params.model.path = told.model
    params.mmproj.path = told.mmproj or ""
    params.hostnames = [told.host]
    params.slot_save_path = told.slot_save_path
    params.n_parallel = int(told.parallel)
    params.n_ctx = int(told.ctx_size)
    params.n_batch, params.n_ubatch = int(told.batch_size), int(told.ubatch_size)
    params.cpuparams.n_threads, params.cpuparams_batch.n_threads = int(told.threads), int(told.threads_batch)
    params.n_threads_http = int(told.threads_http)
    params.cache_ram_mib = int(told.cache_ram)
    params.kv_unified, params.ui, params.use_jinja = not told.no_kv_unified, not told.no_ui, not told.no_jinja
    params.chat_template = told.chat_template
    params.fit_params = told.fit != "off"
    params.lora_init_without_apply = told.lora_init_without_apply
    params.embedding = told.embedding
    adapters: list[Any] = []
    for path in told.lora:
        adapter = xllamacpp.CommonAdapterLoraInfo()
        adapter.path, adapter.scale = path, 0.0
        adapters.append(adapter)
    params.lora_adapters = adapters
    kinds = xllamacpp.llama_pooling_type
    if told.pooling:
        ranks = told.pooling == "rank"
        params.pooling_type = kinds.LLAMA_POOLING_TYPE_RANK if ranks else kinds.LLAMA_POOLING_TYPE_MEAN
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
