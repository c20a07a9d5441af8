"""Name the packages for other platforms in web/package-lock.json that npm left out of it.

npm writes no entry for an optional package that its registry does not have, and `npm ci` from version 11 on then
calls the lock file incomplete. Such packages are for other systems than the one that wrote the file; the entries made
here have no hash, so a machine that needs one takes it as its registry gives it. Run it after `npm install`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent / "web" / "package-lock.json"
SYSTEMS = {"android", "darwin", "freebsd", "linux", "openharmony", "win32"}
PROCESSORS = {"arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "wasm32", "x64"}


def entry(name: str, version: str, *, dev: bool) -> dict[str, Any]:
    """Return the entry of a package by its name, which ends in the platform, such as `-darwin-arm64`."""
    words = name.rpartition("/")[2].split("-")
    made: dict[str, Any] = {"version": version, "cpu": [word for word in words if word in PROCESSORS]}
    if dev:
        made["dev"] = True
    if "linux" in words:
        made["libc"] = ["musl" if "musl" in words else "glibc"]
    made["optional"] = True
    systems = [word for word in words if word in SYSTEMS]
    return {**made, "os": systems} if systems else made


def main() -> None:
    """Complete the file."""
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    packages: dict[str, Any] = lock["packages"]
    for each in list(packages.values()):
        for name, version in each.get("optionalDependencies", {}).items():
            key = f"node_modules/{name}"
            if key not in packages:
                packages[key] = entry(name, version, dev=each.get("dev", False))
                print(f"added {name} {version}")
    lock["packages"] = dict(sorted(packages.items()))
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
