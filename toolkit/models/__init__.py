"""From features to predictions, and the way back from a `.keras` file."""

from toolkit.lazy_names import lazy_names

HOMES = {
    "Captioner": "toolkit.models.captioner",
    "DrawingAutoencoder": "toolkit.models.drawing_autoencoder",
    "FrameTagger": "toolkit.models.frame_tagger",
    "GlimpseClassifier": "toolkit.models.glimpse_classifier",
    "LanguageModel": "toolkit.models.language_model",
    "Tagger": "toolkit.models.tagger",
    "TextClassifier": "toolkit.models.text_classifier",
    "Translator": "toolkit.models.translator",
    "VisualAnswerer": "toolkit.models.visual_answerer",
    "load_model": "toolkit.models.loading",
    "start_from_language_model": "toolkit.models.initialization",
    "start_from_model": "toolkit.models.initialization",
}

__all__, __getattr__, __dir__ = lazy_names(__name__, HOMES)
