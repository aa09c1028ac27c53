"""Topics of needs: grouped by what their texts speak of, named by it, and the same ones from run to run."""

from __future__ import annotations

import random

import pytest

from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from sales.estimation.topics import group_texts
from sales.estimation.words import words_of
from sales.models import Need, NeedTopic
from sales.services.needs import find_topics
from tests.factories.needs import NeedFactory
from tests.factories.records import CustomerFactory

PARTS = (
    "The spare parts arrive too late",
    "Faster delivery of spare parts",
    "Spare parts within two days, please",
    "We wait weeks for spare parts delivery",
)
EXCEL = ("Export of measurements to Excel", "We need an Excel export of all measurements", "Measurements: Excel export")
INVOICES = ("希望发票上显示采购订单号", "发票没有采购订单号", "每张发票都要有采购订单号")
DELIVERY = ("备件交货太慢", "备件交货期要缩短", "希望加快备件交货")
GERMAN = ("Ersatzteile kommen zu spät", "Ersatzteile schneller liefern")
ALONE = ("Coffee", "咖啡", "?!")
CORPUS = (*PARTS, *EXCEL, *INVOICES, *DELIVERY, *GERMAN, *ALONE)


def groups(texts: tuple[str, ...]) -> set[frozenset[str]]:
    """Return which texts stand together."""
    return {frozenset(texts[place] for place in topic.members) for topic in group_texts(texts)}


def test_texts_in_three_languages_are_grouped_exactly() -> None:
    wanted = {frozenset(group) for group in (PARTS, EXCEL, INVOICES, DELIVERY, GERMAN)}
    assert groups(CORPUS) == wanted
    mixed = list(CORPUS)
    random.Random(7).shuffle(mixed)
    assert groups(tuple(mixed)) == wanted


def test_topics_are_named_by_their_weightiest_words_the_largest_first() -> None:
    names = [topic.name for topic in group_texts(CORPUS)]
    assert names[:2] == ["spare · parts · delivery", "export · measurements · excel"]
    assert "ersatzteile" in names
    assert "备件 · 交货" in names


def test_words_are_folded_and_stop_words_and_short_ones_left_out() -> None:
    assert list(words_of("Wir möchten GRÖSSERE Maße, at 5 km/h!")) == ["grossere", "masse"]
    assert list(words_of("希望发票 A1")) == ["望发", "发票"]


@pytest.mark.parametrize("texts", [(), ("one",), ("a", "b", "c", "d", "e"), ("Tea please",) * 3])
def test_too_little_said_gives_no_topic(texts: tuple[str, ...]) -> None:
    assert group_texts(texts) == []


def test_more_texts_than_the_sample_all_find_their_topic() -> None:
    many = tuple(f"{text} {number}" for number in range(40) for text in (PARTS[1], EXCEL[0], INVOICES[0]))
    found = group_texts(many, sample=30)
    assert [len(topic.members) for topic in found] == [40, 40, 40]


@pytest.fixture
def needs(db: None) -> dict[str, Need]:
    """One need for each text."""
    customer = CustomerFactory()
    return {text: NeedFactory(title=text, customer=customer) for text in CORPUS}


def assigned() -> dict[str, int | None]:
    """Return the topic of each need."""
    return dict(Need.objects.values_list("title", "topic"))


def test_running_again_changes_nothing(needs: dict[str, Need]) -> None:
    assert find_topics() == {"needs": len(CORPUS), "topics": 5, "changed": len(CORPUS) - len(ALONE)}
    before, topics = assigned(), list(NeedTopic.objects.order_by("pk").values())
    versions = list(Need.objects.order_by("pk").values_list("version", "updated_at"))
    assert find_topics() == {"needs": len(CORPUS), "topics": 5, "changed": 0}
    assert (assigned(), list(NeedTopic.objects.order_by("pk").values())) == (before, topics)
    assert list(Need.objects.order_by("pk").values_list("version", "updated_at")) == versions
    assert {before[text] for text in ALONE} == {None}
    assert len({before[text] for text in PARTS}) == 1


def test_topics_stay_the_same_ones_when_needs_come_and_go(needs: dict[str, Need]) -> None:
    find_topics()
    before = assigned()
    newcomer = NeedFactory(title="Spare parts overnight", customer=needs["Coffee"].customer)
    Need.objects.filter(title__in=GERMAN).delete()
    assert find_topics()["changed"] == 1
    newcomer.refresh_from_db()
    assert newcomer.topic_id == before[PARTS[0]]
    assert {text: topic for text, topic in assigned().items() if text in before} == {
        text: topic for text, topic in before.items() if text not in GERMAN
    }
    assert NeedTopic.objects.count() == 4, "a topic that nobody speaks of any more is let go"


def test_no_more_than_the_latest_needs_are_read(needs: dict[str, Need]) -> None:
    assert find_topics(most=5)["needs"] == 5


def test_the_nightly_job_finds_topics(needs: dict[str, Need]) -> None:
    run = start_job("need_topics", wake=False)
    run_job(run.pk)
    run.refresh_from_db()
    assert (run.state, run.result) == ("succeeded", {"needs": len(CORPUS), "topics": 5, "changed": 15})
