"""Makes `data/advertising.json`: a logistic regression over words and word pairs of the labelled corpus.

Needs the extra `train`. Run as `python -m nlp.trainspam`; prints what cross-validation over the corpus files says.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import precision_recall_fscore_support  # type: ignore[import-untyped]
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict  # type: ignore[import-untyped]

from langnghe.records import Intent
from langnghe.text import fold
from nlp.pii import find_pii, mask
from nlp.spam import DATA, features


@dataclass(frozen=True)
class Arguments:
    corpus: Path = DATA / "corpus"
    out: Path = DATA / "advertising.json"
    strength: float = 3.0
    """Inverse of the L2 penalty."""
    spam_weight: float = 5.0
    threshold: float = 0.35
    min_count: int = 3
    smallest_weight: float = 0.08
    """Words that weigh less are left out of the file."""


def main(arguments: Arguments) -> None:
    texts, is_spam, groups = _read(arguments.corpus)
    vectorizer = CountVectorizer(analyzer=_distinct, binary=True, min_df=arguments.min_count)
    counts = vectorizer.fit_transform(texts)
    model = LogisticRegression(
        solver="liblinear",
        C=arguments.strength,
        class_weight={0: 1.0, 1: arguments.spam_weight},
        random_state=0,
    )
    guessed = cross_val_predict(model, counts, is_spam, groups=groups, cv=LeaveOneGroupOut(), method="predict_proba")
    scores = precision_recall_fscore_support(is_spam, guessed[:, 1] >= arguments.threshold, average="binary")
    print(f"precision {scores[0]:.3f} recall {scores[1]:.3f} f1 {scores[2]:.3f} over {int(is_spam.sum())} spam texts")
    model.fit(counts, is_spam)
    _write(arguments, vectorizer.get_feature_names_out().tolist(), model)


def _read(corpus: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Texts masked and folded, as they are seen in service; whether each is spam; which file each is from."""
    rows = [
        (json.loads(line), number)
        for number, path in enumerate(sorted(corpus.glob("*.jsonl")))
        for line in path.open(encoding="utf-8")
    ]
    texts = [fold(mask(row["text"], find_pii(row["text"]))) for row, _ in rows]
    is_spam = np.array([row["intent"] == Intent.SPAM for row, _ in rows], dtype=int)
    return texts, is_spam, np.array([number for _, number in rows])


def _distinct(folded: str) -> list[str]:
    return sorted(set(features(folded)))


def _write(arguments: Arguments, names: list[str], model: LogisticRegression) -> None:
    weights = {
        name: round(float(weight), 3)
        for name, weight in zip(names, model.coef_[0], strict=True)
        if abs(weight) >= arguments.smallest_weight
    }
    table = {
        "bias": round(float(model.intercept_[0]), 3),
        "threshold": arguments.threshold,
        "weights": dict(sorted(weights.items(), key=lambda item: -item[1])),
    }
    arguments.out.write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Arguments())
