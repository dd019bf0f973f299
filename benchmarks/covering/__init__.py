"""A covering set of settings: every value of every setting meets every value of every other one, each time in a model that is exported."""
