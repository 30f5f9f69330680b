"""How much each client may ask for: so many a minute, saved up to one minute's worth."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_REMEMBERED = 10_000  # clients; the one that was silent longest is forgotten first, and has saved up all it can by then


@dataclass
class Allowance:
    """A token bucket for each client, filled at `a_minute` a minute; used from many threads."""

    a_minute: int
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)  # tokens, and when there were so many
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, client: str) -> float:
        """0 where the client may go on, else the seconds until it may."""
        key, now = _household(client), self.clock()
        with self._lock:
            left, then = self._left.pop(key, (float(self.a_minute), now))
            left = min(float(self.a_minute), left + (now - then) * self.a_minute / 60)
            granted = left >= 1
            self._left[key] = (left - 1 if granted else left, now)
            while len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
        return 0.0 if granted else (1 - left) * 60 / self.a_minute


def _household(client: str) -> str:
    """Whom an address belongs to: of IPv6 one customer has a whole /64 (RFC 6177) and could use a new address each time."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
