"""How good the shipped weights are on texts that no training and no choosing saw.

    python -m nlp.evaluate --weights nlp/weights --folders nlp/data/corpus ../shared/data/real --baselines \\
        --documents docs/model.md nlp/weights/MODEL_CARD.md

Each folder's test split is reported apart. The figures are written into the manifest and between the marks of the
documents; `--baselines` trains the baselines on the same training rows in the same run (needs scikit-learn).
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from langnghe.errors import UsageError
from nlp.classify import Classifier, Labels, load_classifier
from nlp.corpus import CORPUS_DIR, Row, Split, load_rows, product_text, split_rows
from nlp.labels import HEADS
from nlp.metrics import accuracy, calibration_error, label_f1, macro_f1, set_f1
from nlp.noise import without_diacritics
from nlp.runtime import MANIFEST

BEGIN, END = "<!-- figures: written by nlp.evaluate -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class HeadReport:
    macro_f1: float
    """Mean over the labels that the rows hold."""
    accuracy: float
    calibration_error: float
    labels: dict[str, float]
    """F1 of each label that the rows hold."""


@dataclass(frozen=True)
class Report:
    n: int
    heads: dict[str, HeadReport]
    all_topics_f1: float
    """Micro-F1 over every topic named, not the primary one alone."""
    review_share: float
    """Share of the texts marked for a person to look at."""
    without_diacritics: dict[str, float]
    """Macro-F1 of each head when the same texts are typed without diacritics."""


Baselines = dict[str, dict[str, tuple[float, float]]]
"""Name of the baseline to head to (macro-F1, accuracy)."""


def evaluate(weights_dir: Path, rows: Sequence[Row]) -> Report:
    """Raises WeightsError for weights that may not be used, UsageError without rows."""
    return report(load_classifier(weights_dir), rows)


def report(classifier: Classifier, rows: Sequence[Row]) -> Report:
    if not rows:
        raise UsageError("Không có dòng dữ liệu nào để đánh giá.")
    texts = [product_text(row) for row in rows]
    found = classifier.classify(texts)
    plain = classifier.classify([without_diacritics(text) for text in texts])
    return Report(
        n=len(rows),
        heads={head: _head(rows, found, head) for head in HEADS},
        all_topics_f1=set_f1([set(row.topics) for row in rows], [{t.label for t in one.topics} for one in found]),
        review_share=sum(one.needs_review for one in found) / len(rows),
        without_diacritics={head: _head(rows, plain, head).macro_f1 for head in HEADS},
    )


def _head(rows: Sequence[Row], found: Sequence[Labels], head: str) -> HeadReport:
    truth = [row.label(head) for row in rows]
    scores = [one.topics[0] if head == "topic" else getattr(one, head) for one in found]
    named = [score.label for score in scores]
    right = [t == p for t, p in zip(truth, named, strict=True)]
    return HeadReport(
        macro_f1=macro_f1(truth, named),
        accuracy=accuracy(truth, named),
        calibration_error=calibration_error([score.probability for score in scores], right),
        labels=label_f1(truth, named),
    )


def markdown(reports: dict[str, Report], baselines: dict[str, Baselines]) -> str:
    """One table a test split, then the F1 of every label."""
    parts = []
    for name, one in reports.items():
        parts += [f"### Test split `{name}`, {one.n} texts", "", _table(one, baselines.get(name, {})), ""]
        parts += [
            f"All topics named (micro-F1): {one.all_topics_f1:.3f}. Marked for a person: {one.review_share:.1%}.",
            "",
            *(_label_line(head, found) for head, found in one.heads.items()),
            "",
        ]
    return "\n".join(parts).rstrip()


def _label_line(head: str, found: HeadReport) -> str:
    return f"- {head}: " + ", ".join(f"{label} {score:.2f}" for label, score in found.labels.items())


def _table(one: Report, baselines: Baselines) -> str:
    names = list(baselines)
    top = ["head", "macro-F1", "accuracy", "calibration error", "macro-F1 without diacritics"]
    rows = [[*top, *(f"{name}: macro-F1 / accuracy" for name in names)], ["---"] * (len(top) + len(names))]
    for head, found in one.heads.items():
        own = (found.macro_f1, found.accuracy, found.calibration_error, one.without_diacritics[head])
        others = (" / ".join(f"{value:.3f}" for value in baselines[name][head]) for name in names)
        rows.append([head, *(f"{value:.3f}" for value in own), *others])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write_between_marks(path: Path, text: str) -> None:
    """Replaces what stands between the marks. Raises UsageError for a document without them."""
    whole = path.read_text(encoding="utf-8")
    head, begin, rest = whole.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise UsageError(f"{path} không có hai dòng đánh dấu chỗ ghi số liệu: {BEGIN} và {END}")
    path.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")


def write_figures(manifest: Path, reports: dict[str, Report], baselines: dict[str, Baselines]) -> None:
    """Adds the figures to the manifest, in one stroke."""
    fields = json.loads(manifest.read_text(encoding="utf-8"))
    fields["figures"] = {name: asdict(one) for name, one in reports.items()}
    fields["baselines"] = baselines
    partial = manifest.with_suffix(".partial")
    rounded = json.loads(json.dumps(fields), parse_float=lambda digits: round(float(digits), 4))
    partial.write_text(json.dumps(rounded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, manifest)


def main(show: Callable[[str], None] = print) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--folders", type=Path, nargs="*", default=[CORPUS_DIR])
    parser.add_argument("--baselines", action="store_true")
    parser.add_argument("--documents", type=Path, nargs="*", default=[])
    arguments = parser.parse_args()
    classifier = load_classifier(arguments.weights)
    rows = {folder.name: load_rows(folder) for folder in arguments.folders}
    tests = {name: split_rows(some, Split.TEST) for name, some in rows.items()}
    reports = {name: report(classifier, some) for name, some in tests.items()}
    baselines: dict[str, Baselines] = {}
    if arguments.baselines:
        from nlp.baselines import measured

        baselines = measured([row for some in rows.values() for row in split_rows(some, Split.TRAIN)], tests)
    text = markdown(reports, baselines)
    show(text)
    write_figures(arguments.weights / MANIFEST, reports, baselines)
    for document in arguments.documents:
        write_between_marks(document, text)


if __name__ == "__main__":
    main()
