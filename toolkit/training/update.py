"""From the gradients of the replicas to one step of the optimizer."""

import keras
import tensorflow as tf

REPORTED = ("gradient_norm", "gradient_norm_clipped", "learning_rate")


class Update:
    """Sums the gradients over the replicas, measures them, clips the sum and applies it.

    Clipping comes after the sum because it is not linear: only so does a step not depend on the number of replicas. On a single device XLA
    fuses the norms, the clipping, the optimizer's dozen element-wise operations and the moving average into a few passes over memory; for
    a [16000, 128] embedding under Adam that takes a third of the time.

    Args:
        optimizer: Built optimizer. It belongs to this object from now on.
    """

    def __init__(self, optimizer: keras.optimizers.Optimizer) -> None:
        self._optimizer = optimizer
        # Keras sums over the replicas after clipping; here the sum is done before.
        optimizer._all_reduce_sum_gradients = lambda gradients_and_variables: gradients_and_variables
        # Replicas update mirrored variables together, which cannot be compiled apart from the step around it.
        self._apply = self._clip_and_apply if tf.distribute.has_strategy() else tf.function(self._clip_and_apply, jit_compile=True)

    def __call__(self, gradients: list[tf.Tensor | tf.IndexedSlices]) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """Takes the step; called in a replica.

        Args:
            gradients: This replica's gradients, in the order of the variables that the optimizer was built on. Those of an embedding are
                made dense, which sums repeated rows: only then are the norm and the squares of Adam right.

        Returns:
            The scalars named by `REPORTED`: the global norm of the sum before and after clipping, and the learning rate used; and the norm
            of each variable's gradient before and after clipping, `[2, variables]`.
        """
        dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
        wide = keras.backend.result_type("float32", *(gradient.dtype.name for gradient in dense))
        dense = [tf.cast(gradient, wide) for gradient in dense]  # half precision has no room for the squares in a norm
        return self._apply(tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, dense))

    def _clip_and_apply(self, gradients: list[tf.Tensor]) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        clipped = self._optimizer._clip_gradients(gradients)
        norms = [tf.linalg.global_norm(each) for each in (gradients, clipped)]
        # The same sums of squares as in the global norms, which XLA makes once.
        squares = tf.stack([tf.stack([tf.nn.l2_loss(gradient) for gradient in each]) for each in (gradients, clipped)])
        learning_rate = tf.convert_to_tensor(self._optimizer.learning_rate)
        self._optimizer.apply(gradients)
        return dict(zip(REPORTED, (*norms, learning_rate), strict=True)), tf.sqrt(2 * squares)
