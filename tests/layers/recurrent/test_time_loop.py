import pytest

from toolkit.layers.recurrent.time_loop import backend, current_backend


def test_a_backend_holds_inside_its_context_only():
    with backend("litert"):
        assert current_backend() == "litert"
        with backend("graph"):
            assert current_backend() == "graph"
        assert current_backend() == "litert"
    assert current_backend() == "compiled"


def test_an_unknown_backend_is_refused():
    with pytest.raises(ValueError, match="fused_by_magic"), backend("fused_by_magic"):
        pass
