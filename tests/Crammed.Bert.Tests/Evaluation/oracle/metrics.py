"""Writes metrics.json: GLUE's metrics as scikit-learn and scipy compute them, on made-up predictions and labels.

Run with scikit-learn 1.2.1, scipy 1.10.1 and numpy (Debian 12's python3-sklearn): python3 metrics.py > metrics.json
A value that is undefined (NaN) is null.
"""
import json
import math
import warnings

import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

warnings.simplefilter("ignore")
rng = np.random.default_rng(20)


def classification(name, predictions, labels):
    predictions, labels = [int(x) for x in predictions], [int(x) for x in labels]
    expected = {
        "accuracy": accuracy_score(labels, predictions),
        "matthews_correlation": matthews_corrcoef(labels, predictions),
    }
    if max(predictions + labels) < 2:
        expected["f1"] = f1_score(labels, predictions, zero_division=0)
    return case(name, predictions, labels, expected)


def regression(name, predictions, labels):
    predictions, labels = [float(x) for x in predictions], [float(x) for x in labels]
    expected = {"pearson": pearsonr(predictions, labels)[0], "spearmanr": spearmanr(predictions, labels)[0]}
    return case(name, predictions, labels, expected)


def case(name, predictions, labels, expected):
    expected = {key: None if math.isnan(value) else float(value) for key, value in expected.items()}
    return {"name": name, "predictions": predictions, "labels": labels, "expected": expected}


two = rng.integers(0, 2, 60)
three = rng.integers(0, 3, 60)
scores = np.round(rng.uniform(0, 5, 40), 1)
cases = [
    classification("two classes", np.where(rng.random(60) < 0.7, two, 1 - two), two),
    classification("worse than chance", np.where(rng.random(60) < 0.2, two, 1 - two), two),
    classification("rare class", rng.random(60) < 0.1, rng.random(60) < 0.1),
    classification("all predicted 1", np.ones(60), two),
    classification("all predicted 0", np.zeros(60), two),
    classification("all labels 1", two, np.ones(60)),
    classification("all labels and predictions 0", np.zeros(9), np.zeros(9)),
    classification("perfect", two, two),
    classification("one example", [1], [1]),
    classification("three classes", np.where(rng.random(60) < 0.6, three, rng.integers(0, 3, 60)), three),
    classification("three classes, one never predicted", three % 2, three),
    regression("ties in the labels", scores + rng.normal(0, 1, 40), scores),
    regression("ties on both sides", np.round(scores + rng.normal(0, 1, 40)), np.round(scores)),
    regression("falling", -scores, scores),
    regression("monotonous, not linear", np.exp(scores), scores),
    regression("constant predictions", np.full(40, 0.1), scores),
    regression("constant labels", scores, np.full(40, 0.3)),
    regression("tiny predictions", scores * 1e-160, scores),
    regression("far from zero", scores * 1e-3 + 1e3, scores),
    regression("two examples", [1, 2], [5, 3]),
]
print("[")
print(",\n".join(json.dumps(entry) for entry in cases))
print("]")
