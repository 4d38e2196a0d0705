"""What a classifier must beat: the most frequent label, and word and letter n-grams with logistic regression."""

from collections import Counter
from collections.abc import Sequence

from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.pipeline import Pipeline, make_pipeline, make_union  # type: ignore[import-untyped]

from nlp.corpus import Row, product_text
from nlp.labels import HEADS
from nlp.metrics import accuracy, macro_f1

Figures = dict[str, dict[str, tuple[float, float]]]
"""Name of the baseline to head to (macro-F1, accuracy)."""


def measured(training: Sequence[Row], tests: dict[str, list[Row]]) -> dict[str, Figures]:
    """The figures of both baselines on every test split."""
    found: dict[str, Figures] = {name: {"majority": {}, "TF-IDF + LR": {}} for name in tests}
    texts = [product_text(row) for row in training]
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True),
    ).fit(texts)
    known = features.transform(texts)
    seen = {name: features.transform([product_text(row) for row in rows]) for name, rows in tests.items()}
    for head in HEADS:
        labels = [row.label(head) for row in training]
        commonest = Counter(labels).most_common(1)[0][0]
        model = _regression().fit(known, labels)
        for name, rows in tests.items():
            truth = [row.label(head) for row in rows]
            found[name]["majority"][head] = _figures(truth, [commonest] * len(truth))
            found[name]["TF-IDF + LR"][head] = _figures(truth, list(model.predict(seen[name])))
    return found


def _regression() -> Pipeline:
    return make_pipeline(LogisticRegression(C=10.0, class_weight="balanced", max_iter=300))


def _figures(truth: Sequence[str], predicted: Sequence[str]) -> tuple[float, float]:
    return macro_f1(truth, predicted), accuracy(truth, predicted)
