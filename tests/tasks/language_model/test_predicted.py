"""What is predicted of a text that is read once."""

import numpy as np
import pytest

from tests.tasks.language_model.small_model import small_model, text
from toolkit.tasks.language_model.measures import text_nats
from toolkit.tasks.language_model.predicted import nats_of, read_statically


def test_a_model_that_stays_as_it_is_costs_what_is_measured_elsewhere():
    model = small_model()
    documents = [text(50), text(3, 1), text(20, 2)]
    segments = [*read_statically(model, documents, width=16)]
    assert nats_of(segment.log_p for segment in segments) == pytest.approx(text_nats(model, documents), rel=1e-5)
    np.testing.assert_array_equal(
        np.concatenate([segment.tokens for segment in segments]), np.concatenate([each[1:] for each in documents])
    )
