"""The kinds of traffic: what the shop's systems send."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of traffic: the events' type, their source, and the letter that their ids begin with."""

    type: str
    source: str
    letter: str


WEB_VIEW = Kind("web.page_view.v1", "//shop.example/web", "w")
APP_VIEW = Kind("web.page_view.v1", "//shop.example/app", "v")
REQUEST = Kind("http.request.v1", "//shop.example/api", "h")
PAYMENT = Kind("payment.authorization.v1", "//shop.example/checkout", "p")
ORDER = Kind("payment.authorization.v1", "//shop.example/orders", "o")
LOGIN = Kind("account.login.v1", "//shop.example/accounts", "l")
CHANGE = Kind("account.change.v1", "//shop.example/accounts", "c")
REVIEW = Kind("fraud.review.v1", "//shop.example/reviews", "r")
