"""The only way out of a sandbox: a proxy with a list of hosts, on a unix socket of the sandbox's own. Start at `proxy`.

It reads no encrypted word: nothing is intercepted, no certificate is made.
"""

from earthshine.egress.policy import Limits, Policy
from earthshine.egress.proxy import EgressProxy
from earthshine.egress.record import Record

__all__ = ["EgressProxy", "Limits", "Policy", "Record"]
