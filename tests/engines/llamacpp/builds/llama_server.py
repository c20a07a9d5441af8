"""A `llama-server` for the tests: llama.cpp's own server out of the wheel, behind the program's command line.

It is what a compiled program is, without four minutes of compilation; `make engines` runs the same tests with one.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

FLAGS = (
    "--model", "--host", "--slot-save-path", "--parallel", "--ctx-size", "--batch-size", "--ubatch-size", "--threads",
    "--threads-batch", "--threads-http", "--lora", "--pooling", "--cache-ram", "--chat-template", "--fit", "--mmproj",
)  # fmt: skip
SWITCHES = ("--lora-init-without-apply", "--embedding", "--no-kv-unified", "--no-ui", "--no-jinja", "--offline")


def main() -> None:
    if "--version" in sys.argv:
        sys.stdout.write("version: 11549 (wheel)\n")
        return
    if "--help" in sys.argv:
        sys.stdout.write("\n".join((*FLAGS, *SWITCHES)))
        return
    parser = argparse.ArgumentParser()
    for flag in FLAGS:
        parser.add_argument(
            flag, action="append" if flag == "--lora" else "store", default=[] if flag == "--lora" else None
        )
    for switch in SWITCHES:
        parser.add_argument(switch, action="store_true")
    server = serve(parser.parse_args())
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
