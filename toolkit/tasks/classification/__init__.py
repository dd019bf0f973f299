"""Texts to labels: all that is particular to this kind of task."""

from toolkit.tasks.task import Task

TASK = Task(
    "classification",
    training="toolkit.tasks.classification.training:TextClassification",
    exporter="toolkit.tasks.classification.exporter:ClassifierExporter",
    opener="toolkit.tasks.classification.predictor:open_predictor",
    prediction="toolkit.tasks.classification.command:Labeling",
)
