"""Texts that are likely to go wrong, for all kinds of tasks that read text: nothing, white space, other scripts, no words, far too many."""

HARD_TEXTS = ("", " ", "a", "\U0001f600 \u05e9\u05dc\u05d5\u05dd e\u0301", "\ue000\ue001", "word " * 5000)
