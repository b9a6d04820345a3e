"""Rules of the kind ``success_while``: successes at an IP while another rule fires for it."""

from collections.abc import Iterator, Sequence

from transforms.core.fraud.facts import Fact
from transforms.core.fraud.rules import Rule
from transforms.core.fraud.seen import Firing, InOrder, Seen, Sighting, window_of
from transforms.core.times import DAY


class Hit:
    """A success of an account that was not at home at the IP, in the wake of a window that fired."""

    def __init__(self, account: int, success: Sighting, start: int) -> None:
        self.account = account
        self.success = success
        self.start = start

    @property
    def firing(self) -> Firing:
        """Give the window as one in which the account's alert fires."""
        return Firing(*window_of(self.start, self.success.time), 1, 1, 1, (self.success,))


def hits(rule: Rule, seen: Seen, firings: Sequence[Firing]) -> Iterator[list[Hit]]:
    """Give the hits of each window in which one of the rules that this one follows fired."""
    by_account: dict[int, dict[tuple[int, int], Sighting]] = {}
    for one in seen.facts(Fact.ACCOUNT_OK):
        by_account.setdefault(one.value, {})[one.time, one.event] = one
    accounts = {account: InOrder(events) for account, events in by_account.items()}
    everything = seen.in_order(Fact.ACCOUNT_OK)
    for firing in firings:
        end = firing.end + rule.window
        found = {one.value for one in everything.between(firing.start, end)}
        first = {account: accounts[account].between(firing.start, end)[0] for account in found}
        yield [
            Hit(account, success, firing.start)
            for account, success in sorted(first.items(), key=lambda item: (item[1].time, item[0]))
            if not accounts[account].count(success.time - DAY, success.time)
        ]


def of_ip(found: Sequence[Hit]) -> Firing:
    """Give the window of an IP with hits."""
    last = max(hit.success.time for hit in found)
    deciding = [hit.success for hit in found]
    return Firing(*window_of(found[0].start, last), len(found), len(found), len(found), deciding)
