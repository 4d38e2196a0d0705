"""From a collected mention to an annotated one: mask, clean, locate, classify."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from langnghe.records import Annotation, Flag, Mention, PiiSpan, PiiType
from langnghe.settings import Settings
from nlp.agencies import AgencyTable, load_agencies
from nlp.classify import Classifier, Labels, load_classifier
from nlp.clean import clean_text, has_no_copy_notice, looks_misdecoded
from nlp.language import detect_language
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
    so that neither the model nor anything after it sees it."""
    read = [_Reading.of(mention) for mention in mentions]
    labels = understanding.classifier.classify([reading.clean for reading in read])
    return [
        reading.mention.model_copy(update={"annotation": reading.annotation(label, understanding, now)})
        for reading, label in zip(read, labels, strict=True)
    ]


@dataclass(frozen=True)
class _Reading:
    mention: Mention
    masked: str
    clean: str
    pii: tuple[PiiSpan, ...]

    @classmethod
    def of(cls, mention: Mention) -> "_Reading":
        text = mention.full_text
        pii = find_pii(text)
        masked = mask(text, pii)
        return cls(mention, masked, clean_text(masked), pii)

    def annotation(self, labels: Labels, understanding: Understanding, now: datetime) -> Annotation:
        at = self.mention.published_at
        return Annotation(
            weights=understanding.classifier.name,
            annotated_at=now,
            masked=self.masked,
            clean=self.clean,
            normalised=normalise_teencode(self.clean),
            language=detect_language(self.clean),
            topics=labels.topics,
            sentiment=labels.sentiment,
            intent=labels.intent,
            urgency=labels.urgency,
            places=understanding.gazetteer.find(self.masked, at=at),
            agencies=understanding.agencies.find(self.masked, at=at),
            pii=self.pii,
            flags=_flags(self.mention, self.clean),
            hidden=tuple(name for name in ("url", "native_id") if _names_someone(getattr(self.mention, name))),
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
