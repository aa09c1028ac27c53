"""Topics of short texts: which of them speak of the same, by the words that set them apart (TF-IDF).

Texts are vectors of the weights of their words. A sample of them is put together step by step, the nearest first
(average linkage of cosine distances); of all numbers of topics the smallest is taken whose mean silhouette is nearly
the best. All other texts go to the topic whose middle is nearest, unless none is near. Nothing is drawn by chance: the
same texts give the same topics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_array
from scipy.spatial.distance import squareform

from sales.estimation.words import told, words_of

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
# How many texts are compared with one another, and how many topics there may be at most.
SAMPLE, MOST_TOPICS = 1_500, 40
# A word of only one text joins nothing, and one in more than half of many texts sets nothing apart.
FEWEST_TEXTS, LARGEST_SHARE, MANY = 2, 0.5, 20
SMALLEST, NEAR, CLOSE = 2, 0.1, 0.07
TERMS, NAMED_BY = 8, 3


@dataclass(frozen=True)
class Topic:
    """One topic: its name, its weightiest words, and the places of its texts."""

    name: str
    terms: tuple[str, ...]
    members: tuple[int, ...]


def group_texts(texts: Sequence[str], sample: int = SAMPLE) -> list[Topic]:
    """Return the topics of the texts, the largest first; texts that are like no other belong to none."""
    vectors, vocabulary = weigh(texts)
    spoken = np.flatnonzero(np.diff(vectors.indptr))
    if len(spoken) < 2 * SMALLEST:
        return []
    # Every so many-th text, so that old and new ones are heard alike.
    chosen = spoken[np.unique(np.linspace(0, len(spoken) - 1, min(sample, len(spoken))).astype(np.int64))]
    middles = _middles(vectors[chosen], _cluster(vectors[chosen]))
    labels = _nearest(vectors, middles)
    found = []
    for label in range(len(middles)):
        members = tuple(int(place) for place in np.flatnonzero(labels == label))
        if len(members) >= SMALLEST:
            # A name should fit most of its texts: words that many of them have come before rare ones.
            spread = np.asarray((vectors[list(members)] > 0).sum(axis=0)).ravel() / len(members)
            telling = middles[label] * spread**2
            order = np.lexsort((np.arange(len(vocabulary)), -telling))[:TERMS]
            terms = [vocabulary[place] for place in order if telling[place] > 0]
            found.append(Topic(told(terms, NAMED_BY), tuple(terms), members))
    return sorted(found, key=lambda topic: (-len(topic.members), topic.members))


def weigh(texts: Sequence[str]) -> tuple[csr_array, list[str]]:
    """Return one row of weights for each text, of length 1 (or 0 for texts without words), and the words."""
    counted = [Counter(words_of(text)) for text in texts]
    spread = Counter(word for words in counted for word in words)
    most = len(texts) * LARGEST_SHARE if len(texts) >= MANY else len(texts)
    # In the order in which they are said: of words that weigh the same the first one names a topic.
    vocabulary = [word for word, count in spread.items() if FEWEST_TEXTS <= count <= most]
    places = {word: place for place, word in enumerate(vocabulary)}
    rarity = np.array([np.log((1 + len(texts)) / (1 + spread[word])) + 1 for word in vocabulary])
    columns: list[int] = []
    weights: list[float] = []
    ends = [0]
    for words in counted:
        known = sorted((places[word], count) for word, count in words.items() if word in places)
        row = np.array([(1 + np.log(count)) * rarity[place] for place, count in known])
        length = float(np.sqrt((row**2).sum()))
        columns += [place for place, _count in known]
        weights += [float(weight) / length for weight in row]
        ends.append(len(columns))
    shape = (len(texts), len(vocabulary))
    return csr_array((np.array(weights), np.array(columns, dtype=np.int64), np.array(ends)), shape=shape), vocabulary


def _cluster(vectors: csr_array) -> Labels:
    """Return which topic each text belongs to, from 0 on; -1 for none."""
    distances = 1 - np.clip((vectors @ vectors.T).toarray(), 0, 1)
    np.fill_diagonal(distances, 0)
    distances = (distances + distances.T) / 2
    tree = linkage(squareform(distances, checks=False), method="average")
    most = min(MOST_TOPICS, 2 + isqrt(len(distances)), len(distances) - 1)
    cuts = [fcluster(tree, count, criterion="maxclust").astype(np.int64) - 1 for count in range(2, most + 1)]
    scores = [silhouette(distances, cut) for cut in cuts]
    labels = next(cut for cut, score in zip(cuts, scores, strict=True) if score >= max(scores) - CLOSE)
    sizes = np.bincount(labels)
    kept = {int(label): place for place, label in enumerate(np.flatnonzero(sizes >= SMALLEST))}
    return np.array([kept.get(int(label), -1) for label in labels], dtype=np.int64)


def silhouette(distances: Floats, labels: Labels) -> float:
    """Return how much nearer texts are to their own topic than to the next one, on average; -1 to 1."""
    count = int(labels.max()) + 1
    if count < 2:
        return -1.0
    sizes = np.bincount(labels, minlength=count)
    sums = distances @ np.eye(count)[labels]
    everybody = np.arange(len(labels))
    own = sums[everybody, labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / np.maximum(sizes, 1)
    means[everybody, labels] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(own, other)
    alone = (sizes[labels] == 1) | (larger == 0)
    return float(np.where(alone, 0, (other - own) / np.where(larger == 0, 1, larger)).mean())


def _middles(vectors: csr_array, labels: Labels) -> Floats:
    """Return the middle of each topic, of length 1."""
    count = int(labels.max(initial=-1)) + 1
    inside = np.flatnonzero(labels >= 0)
    belongs = csr_array((np.ones(len(inside)), (labels[inside], inside)), shape=(count, len(labels)))
    sums: Floats = (belongs @ vectors).toarray()
    lengths = np.sqrt((sums**2).sum(axis=1, keepdims=True))
    return np.asarray(sums / np.where(lengths == 0, 1, lengths), dtype=np.float64)


def _nearest(vectors: csr_array, middles: Floats) -> Labels:
    """Return the nearest topic of each text, -1 where none is near."""
    if not len(middles):
        return np.full(vectors.shape[0], -1, dtype=np.int64)
    likeness: Floats = vectors @ middles.T
    return np.where(likeness.max(axis=1) >= NEAR, likeness.argmax(axis=1), -1)
