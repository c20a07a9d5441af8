"""Completions, embeddings and models."""

from __future__ import annotations

from tests.faults.bad_rows.row import BAD, LEFT_OUT, LONG, MISSING, TYPE, UNKNOWN, UNSUPPORTED, Row, variations

OTHER_RESOURCES = variations(
    "completions",
    "/v1/completions",
    {"model": "scripted", "prompt": "Once"},
    [
        ("no model", {"model": LEFT_OUT}, 400, MISSING, "model"),
        ("unknown model", {"model": "nothing"}, 404, "model_not_found", "model"),
        ("no prompt", {"prompt": LEFT_OUT}, 400, MISSING, "prompt"),
        ("prompt is a number", {"prompt": 1}, 400, TYPE, "prompt"),
        ("mixed prompts", {"prompt": ["a", 1]}, 400, TYPE, "prompt"),
        ("empty list", {"prompt": []}, 400, TYPE, "prompt"),
        ("negative token", {"prompt": [-1]}, 400, TYPE, "prompt"),
        ("token that is none", {"model": "default", "prompt": [2**40]}, 400, BAD, "prompt"),
        ("limit of zero", {"max_tokens": 0}, 400, BAD, "max_tokens"),
        ("n=129", {"n": 129}, 400, BAD, "n"),
        ("best_of below n", {"n": 2, "best_of": 1}, 400, BAD, "best_of"),
        ("best_of above n", {"n": 1, "best_of": 2}, 400, UNSUPPORTED, "best_of"),
        ("suffix", {"suffix": "end"}, 400, UNSUPPORTED, "suffix"),
        ("six rivals", {"logprobs": 6}, 400, BAD, "logprobs"),
        ("stream options alone", {"stream_options": {}}, 400, BAD, "stream_options"),
        ("too many choices", {"prompt": ["a"] * 129}, 400, BAD, "prompt"),
        ("unknown parameter", {"messages": []}, 400, UNKNOWN, "messages"),
        ("context", {"prompt": LONG}, 400, "context_length_exceeded", None),
        ("1 MB over the real context", {"model": "default", "prompt": LONG}, 400, "context_length_exceeded", None),
    ],
)
OTHER_RESOURCES += variations(
    "decisions",
    "/v1/decisions",
    {"model": "scripted", "input": "Once", "questions": [{"type": "predicate", "instructions": "It is short."}]},
    [
        ("no model", {"model": LEFT_OUT}, 400, MISSING, "model"),
        ("unknown model", {"model": "nothing"}, 404, "model_not_found", "model"),
        ("no input", {"input": LEFT_OUT}, 400, MISSING, "input"),
        ("input is a number", {"input": 1}, 400, TYPE, "input"),
        ("no questions", {"questions": LEFT_OUT}, 400, MISSING, "questions"),
        ("a question is a text", {"questions": ["Is it short?"]}, 400, TYPE, "questions[0]"),
        ("no instructions", {"questions": [{"type": "predicate"}]}, 400, MISSING, "questions[0].instructions"),
        ("stream", {"stream": True}, 400, UNKNOWN, "stream"),
        ("context", {"input": LONG}, 400, "context_length_exceeded", "input"),
        ("1 MB over the real context", {"model": "default", "input": LONG}, 400, "context_length_exceeded", "input"),
        (
            "a question over the real context",
            {"model": "default", "questions": [{"type": "predicate", "instructions": LONG}]},
            400,
            "context_length_exceeded",
            "input",
        ),
    ],
)
OTHER_RESOURCES += variations(
    "embeddings",
    "/v1/embeddings",
    {"model": "scripted", "input": "Once"},
    [
        ("no model", {"model": LEFT_OUT}, 400, MISSING, "model"),
        ("unknown model", {"model": "nothing"}, 404, "model_not_found", "model"),
        ("no input", {"input": LEFT_OUT}, 400, MISSING, "input"),
        ("empty input", {"input": ""}, 400, BAD, "input"),
        ("empty list", {"input": []}, 400, BAD, "input"),
        ("an empty text", {"input": ["a", ""]}, 400, BAD, "input"),
        ("input is a number", {"input": 1}, 400, TYPE, "input"),
        ("mixed inputs", {"input": ["a", [1]]}, 400, TYPE, "input"),
        ("negative token", {"input": [-1]}, 400, TYPE, "input"),
        ("too many", {"input": ["a"] * 2049}, 400, BAD, "input", "2048"),
        ("no dimensions", {"dimensions": 0}, 400, BAD, "dimensions"),
        ("huge dimensions", {"dimensions": 10**9}, 400, BAD, "dimensions"),
        ("unknown encoding", {"encoding_format": "hex"}, 400, BAD, "encoding_format", "'base64'"),
        ("unknown parameter", {"prompt": "x"}, 400, UNKNOWN, "prompt"),
    ],
)
OTHER_RESOURCES += [
    Row("models: unknown", "GET", "/v1/models/scriptet", None, 404, "model_not_found", "model", ("'scripted'",)),
    Row("models: path", "GET", "/v1/models/..%2f..%2fetc%2fpasswd", None, 404, "model_not_found", "model"),
    Row("models: climbing path", "GET", "/v1/models/a/../../etc/passwd", None, 404, "model_not_found", "model"),
    Row("models: NUL", "GET", "/v1/models/a%00b", None, 400, BAD),
    Row("models: no UTF-8", "GET", "/v1/models/%ff", None, 404, "model_not_found", "model"),
    Row("models: delete unknown", "DELETE", "/v1/models/nothing", None, 404, "model_not_found", "model"),
    Row("models: delete path", "DELETE", "/v1/models/..%2f..%2fetc", None, 404, "model_not_found", "model"),
    Row("models: delete alias", "DELETE", "/v1/models/default", None, 400, BAD, "model", ("by its own name",)),
    Row("models: delete configured", "DELETE", "/v1/models/scripted", None, 400, BAD, "model", ("settings",)),
]
