"""The only way out of a sandbox: a proxy with a list of hosts, on a unix socket of the sandbox's own. Start at `proxy`.

It reads encrypted words to and from those hosts alone of which the sandbox's owner gave it a secret to put in.
"""

from earthshine.egress.policy import Limits, Policy
from earthshine.egress.proxy import EgressProxy
from earthshine.egress.record import Record
from earthshine.egress.secrets import Secret, Secrets

__all__ = ["EgressProxy", "Limits", "Policy", "Record", "Secret", "Secrets"]
