"""From a collected mention to an annotated one: mask, clean, locate, classify."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from langnghe.records import Annotation, Flag, Mention, PiiType
from langnghe.settings import Settings
from nlp.agencies import AgencyTable, load_agencies
from nlp.classify import Classifier, Labels, load_classifier
from nlp.clean import clean_text, has_no_copy_notice, looks_misdecoded
from nlp.language import detect_language
from nlp.names.words import read_words
from nlp.pii import find_pii, mask
from nlp.places import Gazetteer, load_gazetteer
from nlp.spam import spam_flags
from nlp.teencode import normalise_teencode


@dataclass(frozen=True)
class Understanding:
    """Everything that reading Vietnamese needs, loaded once a process."""

    gazetteer: Gazetteer
    agencies: AgencyTable
    classifier: Classifier


def load_understanding(settings: Settings) -> Understanding:
    """Raises WeightsError when the model's files are missing, damaged or of another label set."""
    return Understanding(
        load_gazetteer(), load_agencies(), load_classifier(settings.weights_dir, threads=settings.threads)
    )


def annotate(mentions: Sequence[Mention], understanding: Understanding, *, now: datetime) -> list[Mention]:
    """The same mentions, in the same order, each with its annotation. Personal data is masked first,
    so that neither the model nor anything after it sees it.

    The model runs outside Python's lock, so places and agencies are looked up meanwhile.
    """
    read = [_read(mention) for mention in mentions]
    with ThreadPoolExecutor(1) as beside:
        labels = beside.submit(understanding.classifier.classify, [reading["clean"] for reading in read])
        facts = [_facts(m, reading, understanding) for m, reading in zip(mentions, read, strict=True)]
    return [
        mention.model_copy(update={"annotation": _annotation(fact, label, understanding.classifier.name, now)})
        for mention, fact, label in zip(mentions, facts, labels.result(), strict=True)
    ]


def _read(mention: Mention) -> dict[str, Any]:
    """Fields of the annotation that the model needs."""
    text = mention.full_text
    pii = find_pii(text)
    masked = mask(text, pii)
    return {"pii": pii, "masked": masked, "clean": clean_text(masked)}


def _facts(mention: Mention, reading: dict[str, Any], understanding: Understanding) -> dict[str, Any]:
    """Fields of the annotation that need no model."""
    masked, clean, at = reading["masked"], reading["clean"], mention.published_at
    words = read_words(masked)
    return {
        **reading,
        "normalised": normalise_teencode(clean),
        "language": detect_language(clean),
        "places": understanding.gazetteer.find_in(words, at=at),
        "agencies": understanding.agencies.find_in(words),
        "flags": _flags(mention, clean),
        "hidden": tuple(name for name in ("url", "native_id") if _names_someone(getattr(mention, name))),
    }


def _annotation(facts: dict[str, Any], labels: Labels, weights: str, now: datetime) -> Annotation:
    return Annotation(
        **facts,
        weights=weights,
        annotated_at=now,
        topics=labels.topics,
        sentiment=labels.sentiment,
        intent=labels.intent,
        urgency=labels.urgency,
        needs_review=labels.needs_review,
    )


def _names_someone(address: str | None) -> bool:
    """A phone number or an e-mail in a URL or an id; other runs of digits there are article numbers."""
    return any(span.type in (PiiType.PHONE, PiiType.EMAIL) for span in find_pii(address or ""))


def _flags(mention: Mention, clean: str) -> tuple[Flag, ...]:
    found = [*mention.flags, *spam_flags(clean, url=mention.url)]
    if looks_misdecoded(mention.full_text):
        found.append(Flag.ENCODING_SUSPECT)
    if has_no_copy_notice(mention.full_text):
        found.append(Flag.NO_COPY_NOTICE)
    if mention.published_confidence < 0.5:
        found.append(Flag.DATE_UNSURE)
    return tuple(dict.fromkeys(found))
