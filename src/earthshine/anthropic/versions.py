"""The headers `anthropic-version` and `anthropic-beta`: what is known of them, and a refusal of what is not.

Source: https://platform.claude.com/docs/en/api/versioning and `anthropic.types.AnthropicBetaParam` of the official SDK.
"""

from __future__ import annotations

from starlette.datastructures import Headers

from earthshine.errors import InvalidRequest, UnsupportedParameter

_VERSIONS = ("2023-06-01", "2026-10-21")
"""The one that most clients send, and that of the official SDK of today; what is served reads the same in both."""
_MOST_BETAS = 64

_BETAS = frozenset(
    {
        # What they name is part of the API by now, or is there always.
        "claude-code-20250219", "oauth-2025-04-20", "message-batches-2024-09-24", "prompt-caching-2024-07-31",
        "prompt-caching-scope-2026-01-05", "extended-cache-ttl-2025-04-11", "token-counting-2024-11-01",
        "max-tokens-3-5-sonnet-2024-07-15", "output-128k-2025-02-19", "output-300k-2026-03-24",
        "context-1m-2025-08-07", "token-efficient-tools-2025-02-19", "tool-examples-2025-10-29",
        "fine-grained-tool-streaming-2025-05-14", "interleaved-thinking-2025-05-14", "dev-full-thinking-2025-05-14",
        "thinking-token-count-2026-05-13", "structured-outputs-2025-11-13", "effort-2025-11-24",
        "model-context-window-exceeded-2025-08-26", "files-api-2025-04-14", "skills-2025-10-02",
        # Their fields are checked one by one, so that what cannot be honoured is refused by its name.
        "pdfs-2024-09-25", "context-management-2025-06-27", "advanced-tool-use-2025-11-20", "web-search-2025-03-05",
        "code-execution-2025-05-22", "code-execution-2025-08-25", "mcp-client-2025-04-04", "mcp-client-2025-11-20",
        "mcp-client-2026-09-15", "web-fetch-2025-09-10", "code-execution-web-tools-2026-02-09",
        "search-results-2025-06-09",
        "computer-use-2024-10-22", "computer-use-2025-01-24", "computer-use-2025-11-24", "compact-2026-01-12",
        "fast-mode-2026-02-01", "task-budgets-2026-03-13", "cache-diagnosis-2026-04-07",
        "thinking-display-updates-2026-08-18", "mid-conversation-output-config-2026-07-01",
    }
)  # fmt: skip


def check_versions(headers: Headers) -> None:
    """Raise `InvalidRequest` for another version of the API, `UnsupportedParameter` for a beta that is not known."""
    version = headers.get("anthropic-version", _VERSIONS[0])
    if version not in _VERSIONS:
        raise InvalidRequest(
            f"There is no version {version[:40]!r} of this API here; send {_VERSIONS[0]!r}.", param="anthropic-version"
        )
    named = [name.strip() for line in headers.getlist("anthropic-beta") for name in line.split(",")[:_MOST_BETAS]]
    for name in named:
        if name and name not in _BETAS:
            raise UnsupportedParameter(
                f"Unexpected value {name[:80]!r} for the `anthropic-beta` header; leave it out.",
                param="anthropic-beta",
            )
