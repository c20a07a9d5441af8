"""Every error that a caller can meet, and the one function that turns it into a reply.

    EarthshineError                    status type                    code
    ├── InvalidRequest                 400    invalid_request_error   invalid_value, or as given
    │   ├── UnknownParameter           400    invalid_request_error   unknown_parameter
    │   ├── UnsupportedParameter       400    invalid_request_error   unsupported_parameter
    │   ├── ContextLengthExceeded      400    invalid_request_error   context_length_exceeded
    │   ├── InvalidSchema              400    invalid_request_error   invalid_json_schema
    │   ├── BodyTooLarge               413    invalid_request_error   body_too_large
    │   ├── RangeNotSatisfiable        416    invalid_request_error   range_not_satisfiable
    │   └── UnsupportedMediaType       415    invalid_request_error   unsupported_encoding
    ├── Unauthenticated                401    authentication_error    invalid_api_key
    ├── PermissionDenied               403    permission_error        permission_denied
    │   └── ModelNotAllowed            403    invalid_request_error   model_not_found
    ├── NotFound                       404    invalid_request_error   not_found
    │   └── ModelNotFound              404    invalid_request_error   model_not_found
    ├── MethodNotAllowed               405    invalid_request_error   method_not_allowed
    ├── RequestTimeout                 408    invalid_request_error   request_timeout
    ├── Conflict                       409    invalid_request_error   conflict
    ├── RateLimited                    429    rate_limit_error        rate_limit_exceeded     Retry-After
    │   ├── BrieflyLimited             429    rate_limit_error        rate_limit_exceeded
    │   └── QuotaExceeded              429    insufficient_quota      insufficient_quota      Retry-After
    ├── Internal                       500    server_error            internal_error
    │   ├── ModelBroken                500    model_error             model_broken
    │   └── ContentDamaged             500    server_error            content_damaged
    ├── UpstreamFailed                 502    server_error            upstream_failed
    │   ├── UpstreamUnreachable        502    server_error            upstream_failed
    │   └── UpstreamBroke              502    server_error            upstream_failed
    ├── Unavailable                    503    server_error            unavailable             Retry-After
    │   └── EngineFailed               503    server_error            engine_failed           Retry-After
    └── StorageFull                    507    server_error            storage_full            Retry-After

Messages say what happened and what to do next. Only `Internal` hides its cause: the client gets a
request id, the log gets the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar, Self

from typing_extensions import TypedDict


class ErrorBody(TypedDict):
    """What happened, and what to do next."""

    message: str
    type: str
    param: str | None
    """The field at fault, such as `input[2].content`."""
    code: str
    """A stable word that programs can compare."""


class EarthshineError(Exception):
    """The root of all errors that reach a client; subclasses fix status, type and code."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "server_error"
    default_code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        """One or two sentences: what happened, and what to do next."""
        self.param = param
        """The request field at fault, as a path such as `input[2].content`."""
        self.code = code or self.default_code
        """A stable word that programs can compare."""
        self.retry_after = retry_after
        """Seconds after which the same request may succeed."""

    def bare(self) -> Self:
        """Return the same error without the frames that it came through, to be kept, or to be raised once more.

        With them, it would hold all that they worked on, until the garbage collector comes by; and each time that it is
        raised would add to them.
        """
        same = type(self).__new__(type(self), *self.args)
        same.__dict__.update(self.__dict__)
        return same

    def body(self) -> ErrorBody:
        """Return the inner error object that every dialect wraps in its own way."""
        return {"message": self.message, "type": self.type, "param": self.param, "code": self.code}


class InvalidRequest(EarthshineError):
    """The request cannot be served as it stands; sending it again unchanged will fail again."""

    status = 400
    type = "invalid_request_error"
    default_code = "invalid_value"


class UnknownParameter(InvalidRequest):
    """A field that the API does not have."""

    default_code = "unknown_parameter"


class UnsupportedParameter(InvalidRequest):
    """A field or value that the API has, but that this model, engine or installation cannot honour."""

    default_code = "unsupported_parameter"


class ContextLengthExceeded(InvalidRequest):
    """The prompt, or prompt plus requested output, does not fit the model's context."""

    default_code = "context_length_exceeded"

    def __init__(self, *, limit: int, tokens: int, param: str | None = None, at_least: bool = False) -> None:
        """Say both counts, and what helps everywhere. `at_least`: `tokens` is a lower bound, nothing was counted."""
        self.limit, self.tokens = limit, tokens
        # Clients look for the first words, or for the code among the words, to tell this error from others.
        super().__init__(
            f"This model's maximum context length is {limit} tokens, but this request needs "
            f"{'at least ' if at_least else ''}{tokens} ({self.default_code}). Shorten the input, lower the output "
            "limit, or raise `context` in the server's settings if the model has room for more.",
            param=param,
        )

    def advise(self, advice: str) -> None:
        """Add a sentence: what helps too in the API that was asked."""
        self.message += f" {advice}"


class InvalidSchema(InvalidRequest):
    """A JSON Schema or grammar that is malformed or uses a keyword outside the supported subset."""

    default_code = "invalid_json_schema"


class BodyTooLarge(InvalidRequest):
    """The request body is larger than the server accepts."""

    status = 413
    default_code = "body_too_large"


class RangeNotSatisfiable(InvalidRequest):
    """None of the bytes that the request's `Range` names is there."""

    status = 416
    default_code = "range_not_satisfiable"


class UnsupportedMediaType(InvalidRequest):
    """The body is coded in a way that is not known here."""

    status = 415
    default_code = "unsupported_encoding"


class Unauthenticated(EarthshineError):
    """No key, or one that is unknown."""

    status = 401
    type = "authentication_error"
    default_code = "invalid_api_key"


class PermissionDenied(EarthshineError):
    """The key is known, but may not do this."""

    status = 403
    type = "permission_error"
    default_code = "permission_denied"


class ModelNotAllowed(PermissionDenied):
    """The model may exist, but this key or project may not use it; worded and coded as OpenAI does."""

    type = "invalid_request_error"
    default_code = "model_not_found"

    def __init__(self, name: str, who: str) -> None:
        super().__init__(f"{who} does not have access to model `{name[:200]}`", param="model")


class NotFound(EarthshineError):
    """No such object, or none that the caller may know of."""

    status = 404
    type = "invalid_request_error"
    default_code = "not_found"


class ModelNotFound(NotFound):
    """No model of that name; the message offers the nearest names."""

    default_code = "model_not_found"

    def __init__(self, name: str, known: Iterable[str], *, param: str | None = "model", advice: str = "") -> None:
        """Name what there is instead, or give `advice` where no other model would do."""
        names = sorted(known)
        near = get_close_matches(name[:200], names, n=3, cutoff=0.5) or names[:3]
        hint = f" Did you mean {' or '.join(repr(n) for n in near)}?" if near else " No model is installed."
        hint = f" {advice}" if advice else hint
        super().__init__(
            f"The model {name[:200]!r} does not exist here.{hint} `earthshine models` lists all.", param=param
        )


class MethodNotAllowed(EarthshineError):
    """The path exists, the verb does not."""

    status = 405
    type = "invalid_request_error"
    default_code = "method_not_allowed"


class RequestTimeout(EarthshineError):
    """The client took too long to send its request."""

    status = 408
    type = "invalid_request_error"
    default_code = "request_timeout"


class Conflict(EarthshineError):
    """The object is not in a state that allows this."""

    status = 409
    type = "invalid_request_error"
    default_code = "conflict"


class RateLimited(EarthshineError):
    """Too many requests, or too many at once."""

    status = 429
    type = "rate_limit_error"
    default_code = "rate_limit_exceeded"


class BrieflyLimited(RateLimited):
    """Too many requests for somebody else, who names no time: it may be about this one request alone."""


class QuotaExceeded(RateLimited):
    """The money that a limit allows is spent, or reserved for work in progress."""

    type = "insufficient_quota"
    default_code = "insufficient_quota"


class Internal(EarthshineError):
    """Something broke on our side; the message never repeats an internal exception."""


class ModelBroken(Internal):
    """The model's file or template cannot be used; the message names the file and the mend."""

    type = "model_error"
    default_code = "model_broken"


class ContentDamaged(Internal):
    """Stored bytes are wrong or gone; the message says how to get them back."""

    default_code = "content_damaged"


class UpstreamFailed(EarthshineError):
    """An upstream answered with an error, or with something that is not the protocol."""

    status = 502
    default_code = "upstream_failed"


class UpstreamUnreachable(UpstreamFailed):
    """An upstream took no connection: no request was sent, so none can be at fault."""


class UpstreamBroke(UpstreamFailed):
    """An upstream's connection broke in the middle of its reply: its machine may be gone, the reply need not be."""


class Unavailable(EarthshineError):
    """Temporarily unable to serve; the same request may succeed later."""

    status = 503
    default_code = "unavailable"


class EngineFailed(Unavailable):
    """The engine process died or stopped answering, and retries from the stored prefix did not help."""

    default_code = "engine_failed"


class StorageFull(EarthshineError):
    """The disk or the database cannot take more; nothing that was stored is lost."""

    status = 507
    default_code = "storage_full"
