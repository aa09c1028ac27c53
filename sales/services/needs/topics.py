"""Topics of needs: found in their texts, and the same ones from run to run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from sales.models import Need, NeedTopic

if TYPE_CHECKING:
    from sales.estimation.topics import Topic

# The latest so many needs are read; one topic more or less would not change with older ones.
MOST = 100_000
# Of a text, so much is compared.
LENGTH = 2_000


def find_topics(most: int = MOST) -> dict[str, int]:
    """Group the latest needs by what they speak of; return how many were read, how many topics there are, and moved.

    A run waits for the one before it. Nothing is written where nothing changed.
    """
    from sales.estimation.topics import group_texts  # scipy is loaded by those who need it alone

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sales_need_topics'))")
        found_rows: Any = Need.objects.order_by("-pk").values_list("pk", "topic", "title", "text")[:most]
        rows = list(found_rows)[::-1]
        texts = [f"{title}\n{text}"[:LENGTH] for _pk, _topic, title, text in rows]
        keys, former = [row[0] for row in rows], {row[0]: row[1] for row in rows if row[1] is not None}
        found = group_texts(texts)
        topics = _keep(found, keys, former)
        assigned: dict[int, int] = {}
        for pk, topic in zip(topics, found, strict=True):
            assigned |= dict.fromkeys((keys[place] for place in topic.members), pk)
        moved = _assign({key: assigned.get(key) for key in keys if former.get(key) != assigned.get(key)})
        NeedTopic.objects.exclude(pk__in=topics).delete()
    return {"needs": len(keys), "topics": len(topics), "changed": moved}


def match_topics(found: Sequence[Topic], keys: Sequence[int], former: Mapping[int, int]) -> dict[int, int]:
    """Return which former topic each found one is (by its place): those that share most needs are the same."""
    shared = Counter(
        (place, former[keys[member]])
        for place, topic in enumerate(found)
        for member in topic.members
        if keys[member] in former
    )
    matched: dict[int, int] = {}
    for (place, pk), _count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if place not in matched and pk not in matched.values():
            matched[place] = pk
    return matched


def _keep(found: Sequence[Topic], keys: Sequence[int], former: Mapping[int, int]) -> list[int]:
    """Return the keys of the topics in their order: made, or renamed where their words changed."""
    matched, kept = match_topics(found, keys, former), []
    known = NeedTopic.objects.in_bulk(list(matched.values()))
    for place, topic in enumerate(found):
        facts = {"name": topic.name[:120], "terms": [term[:60] for term in topic.terms]}
        record = known.get(matched.get(place, 0))
        if record is None:
            record = NeedTopic.objects.create(**facts)
        elif (record.name, record.terms) != (facts["name"], facts["terms"]):
            NeedTopic.objects.filter(pk=record.pk).update(**facts)
        kept.append(record.pk)
    return kept


def _assign(topics: Mapping[int, int | None]) -> int:
    if not topics:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sales_need SET topic_id = t.topic FROM unnest(%s::bigint[], %s::bigint[]) AS t(id, topic) "
            "WHERE sales_need.id = t.id",
            [list(topics), list(topics.values())],
        )
        return int(cursor.rowcount)
