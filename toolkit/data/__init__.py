"""From the value of `--data` to batches: a room for each kind of data, over rooms that know no kind."""
