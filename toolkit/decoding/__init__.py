"""From predictions to tokens: decoding over a step function that knows no model."""

from toolkit.decoding.beam import beam_search
from toolkit.decoding.decoded import Decoded
from toolkit.decoding.greedy import greedy
from toolkit.decoding.noise import gumbel_noise
from toolkit.decoding.rules import ForbiddenTokens, ForcedPrefix, MinimumLength, NoRepeatedNgrams
from toolkit.decoding.sampling import sample
from toolkit.decoding.scoring import Scored, score
from toolkit.decoding.search import Search

__all__ = [
    "Decoded",
    "ForbiddenTokens",
    "ForcedPrefix",
    "MinimumLength",
    "NoRepeatedNgrams",
    "Scored",
    "Search",
    "beam_search",
    "greedy",
    "gumbel_noise",
    "sample",
    "score",
]
