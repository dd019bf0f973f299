"""From batches to a trained model: the loop, what it minimises, what it steps by, where it runs."""

from toolkit.lazy_names import lazy_names

HOMES = {
    "AdversarialObjective": "toolkit.training.adversarial",
    "AveragedSGD": "toolkit.training.averaged_sgd",
    "CarriedState": "toolkit.training.carried_state",
    "History": "toolkit.training.history",
    "LogitsObjective": "toolkit.training.objective",
    "Objective": "toolkit.training.objective",
    "ProjectedObjective": "toolkit.training.projection",
    "SampledSoftmax": "toolkit.training.sampled_softmax",
    "SmoothedCrossEntropy": "toolkit.training.losses",
    "WarmupDecay": "toolkit.training.schedules",
    "build_optimizer": "toolkit.training.optimizers",
    "build_strategy": "toolkit.training.strategy",
    "fit": "toolkit.training.loop",
    "sparse_cross_entropy": "toolkit.training.losses",
}

__all__, __getattr__, __dir__ = lazy_names(__name__, HOMES)
