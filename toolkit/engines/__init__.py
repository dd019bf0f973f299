"""More than one machine: what an engine such as Spark spreads over many processes, as plain functions that know of no engine.

`toolkit/engines/engine.py` says what an engine has to do. Each is one file; `ENGINES` names them.
"""

ENGINES = {"spark": "toolkit.spark"}
"""The module of each engine; it has `engine(master)`, a context that gives an `Engine`."""
