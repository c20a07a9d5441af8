from tests.chat_completions.conftest import app, sdk

__all__ = ["app", "sdk"]
