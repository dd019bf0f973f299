"""How to make one of each registered model, and what to call it on."""

import numpy as np

from toolkit.models import TextClassifier

TOKENS = np.array([[4, 5, 6, 0], [7, 8, 9, 3]], "int32")

EXAMPLES = {
    "toolkit>TextClassifier": (lambda: TextClassifier(10, ["no", "yes"], embedding_dim=4, units=3, segment_length=2), TOKENS),
}
