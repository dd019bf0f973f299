"""Sentences to those of another language: all that is particular to this kind of task."""

from toolkit.tasks.task import Task

TASK = Task(
    "translation",
    settings="toolkit.tasks.translation.settings:ParallelTextSettings",
    reader="toolkit.tasks.translation.texts:read_parallel_texts",
    training="toolkit.tasks.translation.training:Translation",
    exporter="toolkit.tasks.translation.exporter:TranslatorExporter",
    opener="toolkit.tasks.translation.text_translator:open_translator",
    prediction="toolkit.tasks.translation.command:Translating",
    subject="toolkit.tasks.translation.subject:subject_of",
    preparation="toolkit.tasks.translation.preparation:prepare",
)
