"""The shop's web site and app: visits of people and crawlers, page by page, and calls of its interface."""

from pipeline.simulator.dice import Dice, chance, spread
from pipeline.simulator.kinds import APP_VIEW, REQUEST, WEB_VIEW, Kind
from pipeline.simulator.people import People, Visitor
from pipeline.simulator.plan import Plan
from pipeline.simulator.pool import Pool, Visit
from pipeline.simulator.shop import BOTS, CALLS, PAGES, QUERIES, SPELLINGS, crawler_address
from transforms.core.times import SECOND

HOT_PAGE = "/products/oak-lamp"
"""What everybody talks about: it is viewed as often as the home page."""

_FIRST = 600
_LONGEST_STAY = 9
_CRAWL = range(5, 36)
_CRAWLERS = 12
_REFERRERS, _REFERRERS_SENT = 5, 2
_OK = 200


def _spelt(path: str) -> tuple[str, ...]:
    """Write a page's URL in every way, each as often as it is used; all are rendered once, and shared."""
    forms = [(form.format(path=path, query=query), weight) for form, weight in SPELLINGS for query in QUERIES]
    return spread(forms)


_SPELT = {path: _spelt(path) for path in PAGES}
_BY_VISITS = spread(
    [*((_SPELT[path], _FIRST // rank) for rank, path in enumerate(PAGES, start=1)), (_SPELT[HOT_PAGE], _FIRST)]
)


class Site:
    """Page views of all visitors."""

    def __init__(self, plan: Plan, people: People) -> None:
        self._dice = Dice(plan.seed, "site")
        self._people = people
        self._bots = chance(plan.bots)
        self._crawls = Pool(self._dice, _CRAWLERS, self._crawl)
        # Kind, share of the people's views in percent, and seconds between two views of a visit.
        paces = ((WEB_VIEW, 45, 12), (WEB_VIEW, 35, 60), (APP_VIEW, 20, 25))
        views = plan.expected("page_view")
        sizes = [views * share * pace * SECOND // (100 * plan.duration) for _, share, pace in paces]
        pools = [(kind, Pool(self._dice, size, self._stay)) for (kind, _, _), size in zip(paces, sizes, strict=True)]
        self._stays = spread(zip(pools, (share for _, share, _ in paces), strict=True))

    def draw(self) -> tuple[Kind, str, bool]:
        """Give the next view: its kind, its data, and whether it is a crawler's."""
        if self._dice.bits() < self._bots:
            return WEB_VIEW, self._crawls.draw(), True
        kind, pool = self._dice.pick(self._stays)
        return kind, pool.draw(), False

    def _stay(self) -> Visit:
        visitor = self._people.visitor(self._dice)
        who = _named(self._dice, visitor)
        previous = "null"
        for _ in range(1 + self._dice.below(_LONGEST_STAY)):
            url = self._dice.pick(self._dice.pick(_BY_VISITS))
            yield f'{{"url":"{url}","referrer":{previous},{who},"user_agent":"{visitor.user_agent}"}}'
            previous = f'"{url}"' if self._dice.below(_REFERRERS) < _REFERRERS_SENT else "null"

    def _crawl(self) -> Visit:
        agent = self._dice.pick(BOTS)
        ip = crawler_address(agent)
        for _ in range(_CRAWL[self._dice.below(len(_CRAWL))]):
            url = self._dice.pick(self._dice.pick(_BY_VISITS))
            yield f'{{"url":"{url}","referrer":null,"ip":"{ip}","user_agent":"{agent}"}}'


_NAMED = spread(
    (
        ('"user_id":"{account}","session_id":"{session}","ip":"{ip}"', 45),
        ('"user_id":null,"session_id":"{session}","ip":"{ip}"', 40),
        ('"user_id":"","session_id":"","ip":"{ip}"', 8),
        ('"ip":"{ip}"', 5),
        ('"ip":null', 2),
    )
)


def _named(dice: Dice, visitor: Visitor) -> str:
    """Say who a visitor is: signed in, a session, an address, or nobody that one could tell."""
    form = dice.pick(_NAMED)
    return form.format(account=visitor.account_id, session=f"s-{dice.bits():08x}", ip=visitor.ip)


class Interface:
    """Requests that are no page views, some of them errors."""

    def __init__(self, plan: Plan, people: People) -> None:
        self._dice = Dice(plan.seed, "interface")
        self._people = people

    def draw(self) -> tuple[Kind, str, bool]:
        """Give the next request, as ``Site.draw`` does."""
        method, url, status = self._dice.pick(CALLS)
        size = 40 + self._dice.below(3960) if status == _OK else "null"
        visitor = self._people.visitor(self._dice)
        data = (
            f'{{"method":"{method}","url":"{url}","status":{status},"bytes":{size},"ip":"{visitor.ip}",'
            f'"referrer":null,"user_agent":"{visitor.user_agent}"}}'
        )
        return REQUEST, data, False
