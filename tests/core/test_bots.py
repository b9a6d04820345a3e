"""Bots: our one automaton says what the list says."""

import random
import string

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA, is_crawler
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.bots import AGENT_CACHE, LONGEST_AGENT, Verdicts, is_bot

INSTANCES = [agent for entry in CRAWLER_USER_AGENTS_DATA for agent in entry.get("instances", ())]
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
BOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Googlebot-Image/1.0",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "DuckDuckBot/1.0; (+http://duckduckgo.com/duckduckbot.html)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
    "Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    f"Mozilla/5.0 {WEBKIT}; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "CCBot/2.0 (https://commoncrawl.org/faq/)",
    "Mozilla/5.0 (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)",
    "curl/8.5.0",
    "Wget/1.21.4",
    "python-requests/2.32.3",
    "Go-http-client/2.0",
    "Scrapy/2.11.2 (+https://scrapy.org)",
    "Apache-HttpClient/4.5.14 (Java/17.0.9)",
    "UptimeRobot/2.0; http://www.uptimerobot.com/",
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)",
    "AdsBot-Google (+http://www.google.com/adsbot.html)",
    "ia_archiver (+http://www.alexa.com/site/help/webmasters; crawler@alexa.com)",
]
PEOPLE = [
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/128.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0",
    f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/128.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.6 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 Version/17.6 Safari/604.1",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
    "Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18",
    "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)",
    "googlebot",
    "I use CURL now and then",
    "curious",
    " ",
    "",
    "-",
]


@pytest.mark.parametrize(("agents", "bots"), [(BOTS, True), (PEOPLE, False)], ids=["bots", "people"])
def test_known_agents(agents: list[str], bots: bool) -> None:
    assert [agent for agent in agents if is_bot(agent) is not bots] == []
    assert [agent for agent in agents if is_crawler(agent) is not bots] == []


def test_every_agent_that_the_list_gives_as_an_example() -> None:
    assert len(INSTANCES) > 1000
    assert [agent for agent in INSTANCES if not is_bot(agent)] == []


@given(st.text("bBotT/1.0 ()+:;curlspider-\n"))
def test_it_agrees_with_the_list(agent: str) -> None:
    assert is_bot(agent) == is_crawler(agent)


@given(st.text())
def test_any_text_is_judged(agent: str) -> None:
    assert is_bot(f"{agent} Googlebot/2.1")


def test_half_of_a_surrogate_pair_is_judged() -> None:
    assert is_bot("\ud800 Googlebot/2.1")
    assert not is_bot("\ud800")


def test_only_the_head_is_looked_at() -> None:
    assert is_bot("x" * (LONGEST_AGENT - 13) + "Googlebot/2.1")
    assert not is_bot("x" * LONGEST_AGENT + "Googlebot/2.1")


def hostile_agents(number: int) -> list[str]:
    random_of = random.Random(20260917)
    letters = string.ascii_letters + string.digits + " ;:/.()+-_,@" + "äñ漢"
    return ["".join(random_of.choices(letters, k=random_of.randrange(20, 1_500))) for _ in range(number)]


def test_hostile_agents_cause_no_output(capfd: pytest.CaptureFixture[str]) -> None:
    """RE2 writes to stderr when its automaton outgrows its memory, unless it is told not to."""
    agents = hostile_agents(5_000)
    told = {agent for agent in agents if is_bot(agent)}
    assert all(is_crawler(agent[:LONGEST_AGENT]) for agent in told)
    assert not any(is_crawler(agent[:LONGEST_AGENT]) for agent in agents[:200] if agent not in told)
    assert capfd.readouterr() == ("", "")


def test_verdicts_are_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.core.bots.AGENT_CACHE", 100)
    verdicts = Verdicts()
    for agent in hostile_agents(500):
        assert verdicts[agent] is verdicts[agent] is is_bot(agent)
        assert len(verdicts) <= 100
        assert all(len(kept) <= LONGEST_AGENT for kept in verdicts)
    assert LONGEST_AGENT * AGENT_CACHE <= 64 << 20  # bytes of ASCII
