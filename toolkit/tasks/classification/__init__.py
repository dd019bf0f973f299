"""Texts to labels: all that is particular to this kind of task."""

from toolkit.tasks.task import Task

TASK = Task(
    "classification",
    settings="toolkit.tasks.classification.settings:LabeledTextSettings",
    reader="toolkit.tasks.classification.texts:read_labeled_texts",
    training="toolkit.tasks.classification.training:TextClassification",
    exporter="toolkit.tasks.classification.exporter:ClassifierExporter",
    opener="toolkit.tasks.classification.predictor:open_predictor",
    prediction="toolkit.tasks.classification.command:Labeling",
    subject="toolkit.tasks.classification.subject:subject_of",
    preparation="toolkit.tasks.classification.preparation:prepare",
)
