"""Durable work: runs made of steps, with a journal that readers follow, owners, takeover and schedules."""

from earthshine.runs.kinds import Kind
from earthshine.runs.records import Cut, Done, Limits, NewRun, NotDone, RunRecord, StepRecord, Unknown
from earthshine.runs.run import Run
from earthshine.runs.runs import RunExists, Runs

__all__ = [
    "Cut",
    "Done",
    "Kind",
    "Limits",
    "NewRun",
    "NotDone",
    "Run",
    "RunExists",
    "RunRecord",
    "Runs",
    "StepRecord",
    "Unknown",
]
