"""Beginnings of texts to what follows: all that is particular to this kind of task."""

from toolkit.tasks.task import Task

TASK = Task(
    "language_model",
    settings="toolkit.tasks.language_model.settings:TextSettings",
    reader="toolkit.tasks.language_model.texts:read_texts",
    training="toolkit.tasks.language_model.training:LanguageModeling",
    exporter="toolkit.tasks.language_model.exporter:LanguageModelExporter",
    opener="toolkit.tasks.language_model.text_generator:open_text_generator",
    prediction="toolkit.tasks.language_model.command:Writing",
    subject="toolkit.tasks.language_model.subject:subject_of",
    preparation="toolkit.tasks.language_model.preparation:prepare",
)
