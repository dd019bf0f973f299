"""Exports of token ids, for machines without TensorFlow Text, of the kinds of task whose answers are texts. Here nothing is hidden."""

import pytest

from tests.tasks.language_model.test_exported_language_model import TEXTS, random_language_model
from tests.tasks.translation.test_exported_translator import REFERENCES, SEARCH, SOURCES, TARGETS, random_translator
from toolkit.export.exporting import export, verify
from toolkit.export.token_exporter import TokenExporter, for_what_is_installed
from toolkit.inference.saved_model import SavedModelRunner
from toolkit.tasks.artefact import open_artefact
from toolkit.tasks.language_model.exporter import LanguageModelExporter
from toolkit.tasks.registry import exporter_of
from toolkit.tasks.translation.exporter import TranslatorExporter
from toolkit.text.tokenizer import Tokenizer

pytestmark = pytest.mark.slow


def test_a_translator_of_token_ids(tmp_path):
    source, target = Tokenizer.train(SOURCES, 300), Tokenizer.train(TARGETS, 285, model_type="unigram")
    exporter = TranslatorExporter(random_translator(source, target), source, target, 12, SEARCH)
    assert for_what_is_installed(exporter) is exporter
    version = exported(exporter, tmp_path, SOURCES, REFERENCES, requests=3)
    of_saved_model, of_litert = (open_artefact(path).answerer.translate(SOURCES) for path in (version, version / "litert"))
    assert [each.text for each in of_saved_model] == [each.text for each in of_litert]
    assert any(each.text for each in of_saved_model)


def test_a_language_model_of_token_ids(tmp_path):
    tokenizer = Tokenizer.train(TEXTS, 290)
    exporter = LanguageModelExporter(random_language_model(tokenizer), tokenizer, True)
    version = exported(exporter, tmp_path, TEXTS, (), requests=0)
    of_saved_model, of_litert = (open_artefact(path).answerer.score(TEXTS) for path in (version, version / "litert"))
    assert [each.nats for each in of_saved_model] == pytest.approx([each.nats for each in of_litert], rel=1e-4)


def exported(exporter, folder, samples, references, requests):
    """Exports token ids in place of strings, verifies that, and returns the version."""
    report = export(TokenExporter(exporter), folder / "small", samples=samples, references=references)
    version = folder / "small" / "1"
    assert report.proofs["c_api"] == requests  # one to each signature that takes token ids alone
    assert report.remarks == TokenExporter.remarks == tuple(verify(version, exporter_of).remarks)
    assert not SavedModelRunner(version).takes_strings
    assert "was exported without tensorflow-text" in (version / "README.md").read_text("utf-8")
    return version
