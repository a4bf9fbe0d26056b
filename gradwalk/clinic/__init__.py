"""The clinic: what people come with when training does not work, answered from the recording alone.

``findings(recording)`` gives what is surely so, each with its event, its line, this run's numbers and a way out;
``measurements(recording)`` gives sizes and bytes, which are no mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradwalk.clinic import (
    alike,
    anew,
    changes,
    copies,
    going_back,
    idle,
    losses,
    lost,
    memory,
    missing,
    modes,
    nonfinite,
    optimizers,
    sequences,
    squashed,
    steps,
    turned,
    unmoved,
    unused,
    zeros,
)
from gradwalk.clinic.alive import alive
from gradwalk.clinic.chart import Chart
from gradwalk.clinic.failed import failures
from gradwalk.clinic.finding import Finding, Row
from gradwalk.clinic.left_over import left_over
from gradwalk.clinic.sizes import sizes
from gradwalk.recording import Recording

__all__ = ["Finding", "Row", "findings", "measurements"]


def findings(recording: Recording) -> tuple[Finding, ...]:
    """What is wrong, in the order in which it happened. Nothing is said that is not sure."""
    chart = Chart(recording)
    return tuple(sorted(_found(chart), key=lambda finding: finding.event))


def _found(chart: Chart) -> Iterator[Finding]:
    yield from failures(chart)
    if not chart.operations:
        return
    for one in (nonfinite.forward, going_back.backward, steps.zero_grad_forgotten, steps.stale_graph, steps.loss_rises,
                left_over, unused.changed_after_step, idle.clipped_too_early, memory.graph_grows,
                memory.running_sum):  # fmt: skip
        if (finding := one(chart)) is not None:
            yield finding
    for several in (missing.without_gradient, zeros.of_zero, copies.passes, optimizers.steps, steps.data_gradient,
                    unused.made_each_turn, losses.broadcast, losses.counted, squashed.squashed_twice, squashed.losses,
                    squashed.kl_of_probabilities, modes.eval_forgotten, modes.train_forgotten, unmoved.no_step,
                    unmoved.flags_unread, idle.losses_lost, changes.unseen, idle.plus_for_sum, lost.constant_term,
                    lost.update_lost, lost.rate_of_zero, lost.setting_unread, anew.optimizers, anew.models,
                    anew.leaves, alike.units, sequences.one_of_them, turned.views):  # fmt: skip
        yield from several(chart)


def measurements(recording: Recording) -> tuple[Finding, ...]:
    """What is kept for backward, what stays after the passes, and the sizes of gradients and updates."""
    chart = Chart(recording)
    return tuple(found for found in (memory.kept(chart), alive(chart), sizes(chart)) if found is not None)
