"""Lint and render a Helm chart, and check what comes out; run by ways_in.py with the tools' own Python."""

from __future__ import annotations

import json
import sys
from typing import Any

import kubernetes_validate  # pyright: ignore[reportMissingImports]
import yaml
from helm_python import chart as helm  # pyright: ignore[reportMissingImports]

SHARED = {
    "databaseUrl": "postgresql://earthshine:secret@db/earthshine",
    "secretKey": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
GOOD: dict[str, dict[str, Any]] = {
    "two replicas on PostgreSQL": SHARED,
    "one replica on SQLite": {"replicas": 1},
    "a secret of one's own": {"existingSecret": "mine"},
    "everything set": {
        **SHARED,
        "replicas": 3,
        "bootstrapKey": "sk-es-key",
        "settings": {"public_url": "https://ai.example.org", "slots": 4, "scripted": True},
        "ingress": {"enabled": True, "className": "nginx", "host": "ai.example.org", "tlsSecret": "tls"},
        "storage": {"size": "50Gi", "className": "fast"},
        "imagePullSecrets": [{"name": "pull"}],
        "nodeSelector": {"kind": "big"},
    },
    "models on nodes of Ray": {
        **SHARED,
        "bootstrapKey": "sk-es-key",
        "ray": {
            "enabled": True,
            "token": "0" * 64,
            "models": ["small --replicas 0..4"],
            "workers": {"gpus": 1, "nodeSelector": {"kind": "gpu"}, "tolerations": [{"operator": "Exists"}]},
        },
    },
}
BAD: dict[str, dict[str, Any]] = {
    "several replicas need PostgreSQL": {},
    "several replicas need one secretKey": {"databaseUrl": SHARED["databaseUrl"]},
    "need the administrator's key": {**SHARED, "ray": {"enabled": True, "token": "0" * 64}},
    "need one ray.token": {**SHARED, "bootstrapKey": "sk-es-key", "ray": {"enabled": True}},
}
VERSIONS = ("1.32", "1.37")


def main(path: str) -> None:
    """Print one object: what was linted, rendered and checked."""
    chart = helm.Chart.load(path)
    objects = 0
    for name, values in GOOD.items():
        report = helm.lint(path, values, strict=True)
        worst = [message for message in report["messages"] if message["severity"] > 1]
        assert not worst and not report["errors"], (name, report)
        chart.validate_schema(values)
        for file, text in chart.render(values, name="trial", namespace="ai").items():
            if file.endswith("NOTES.txt"):
                continue
            for thing in yaml.safe_load_all(text):
                if not isinstance(thing, dict):
                    continue
                objects += 1
                if thing["apiVersion"].startswith("ray.io/"):
                    # Of an operator; its pods at least are Kubernetes' own.
                    groups = [thing["spec"]["headGroupSpec"], *thing["spec"]["workerGroupSpecs"]]
                    thing = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "ray"}}
                    things = [{**thing, "template": group["template"]} for group in groups]
                else:
                    things = [thing]
                for version in VERSIONS:
                    for each in things:
                        kubernetes_validate.validate(each, version, strict=True)
    for words, values in BAD.items():
        try:
            chart.render(values, name="trial")
        except Exception as error:
            assert words.lower() in str(error).lower(), error
        else:
            raise AssertionError(f"rendered although {words}")
    print(json.dumps({"objects_checked": objects, "kubernetes": VERSIONS, "refused": len(BAD)}))


if __name__ == "__main__":
    main(sys.argv[1])
