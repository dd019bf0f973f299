"""A third form of export is one class and one entry: general code knows none by name."""

import pytest

from toolkit.errors import UserError
from toolkit.export.exporting import export, verify
from toolkit.export.format import Format
from toolkit.export.formats import FORMATS
from toolkit.export.inventory import check_files
from toolkit.export.publishing import json_text, size_of, write_json
from toolkit.export.report import Artefact
from toolkit.models import TextClassifier, load_model
from toolkit.tasks.artefact import open_artefact
from toolkit.tasks.classification.exporter import ClassifierExporter
from toolkit.tasks.classification.functions import classifier_runner
from toolkit.tasks.registry import exporter_of
from toolkit.text.tokenizer import Tokenizer

TEXTS = ["a film that stays with you", "dull from the first minute", "so long and so good"]


class KerasFile(Format):
    """The model as Keras writes it."""

    folder, file = "keras", "model.keras"

    def check_files(self, path):
        check_files(path.parent, ["keras/"])

    def description(self, path):
        return path / "model.json"

    def open(self, path):
        return classifier_runner(load_model(path / self.file))

    def write(self, exporter, version, samples):
        (version / self.folder).mkdir()
        exporter.model.save(version / self.folder / self.file)
        exporter.tokenizer.save(version / self.folder / "tokenizer.model")
        write_json(exporter.description(), version / self.folder / "model.json")

    def check_descriptions(self, exporter, version, samples):
        if (version / self.folder / "model.json").read_text("utf-8") != json_text(exporter.description()):
            raise UserError("keras/model.json: expected another description")

    def compare(self, check, version, publishing):
        return [Artefact("Keras", size_of(version / self.folder), check.litert(self.open(version / self.folder)), notes=["Keras reads it"])]


@pytest.fixture
def third(monkeypatch):
    for module in ("export.exporting", "export.proof", "tasks.artefact"):
        monkeypatch.setattr(f"toolkit.{module}.FORMATS", (*FORMATS, KerasFile()))


@pytest.mark.slow
def test_a_third_form_is_written_compared_and_opened(third, tmp_path):
    tokenizer = Tokenizer.train(TEXTS, 300)
    model = TextClassifier(tokenizer.vocabulary_size, ["no", "yes"], embedding_dim=4, units=3)
    exported = export(ClassifierExporter(model, tokenizer, 12), tmp_path / "model", samples=TEXTS)
    keras = exported.artefact("Keras")
    assert (keras.agreement.same, keras.agreement.difference) == (keras.agreement.compared, pytest.approx(0, abs=1e-6))
    assert "Keras reads it" in exported.notes()
    version = tmp_path / "model" / "1"
    written_later = (version / "README.md", version / "assets.extra" / "inventory.json")
    others = sum(size_of(path) for path in (version / "litert", version / "keras", *written_later))
    assert exported.artefact("SavedModel").bytes == size_of(version) - others
    assert open_artefact(version / "keras").answerer.predict(TEXTS).labels == open_artefact(version).answerer.predict(TEXTS).labels
    assert [each.name for each in verify(version, exporter_of).artefacts] == [each.name for each in exported.artefacts]
    (version / "keras" / "model.json").write_text("{}")
    with pytest.raises(UserError, match=r"keras/model\.json: expected the file that was exported"):
        open_artefact(version / "keras")
