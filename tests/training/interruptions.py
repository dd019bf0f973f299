"""A training that is interrupted, for tests of how it goes on."""

from toolkit.training.steps import Steps


def interrupt_at(patch, number):
    """Makes a training end, as by Ctrl-C, where it would take that step; it goes on afterwards, as the steps are counted once."""
    steps, take = [], Steps.train

    def interrupted(self, batch):
        steps.append(1)
        if len(steps) == number:
            raise KeyboardInterrupt
        return take(self, batch)

    patch.setattr(Steps, "train", interrupted)
