"""A perceptron, recorded: everything that the drawing and the player show of it, kept by its settings."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from components.player.curves import learn_of
from components.player.packed import WITHOUT_CELLS, packed, without_torchviz
from components.shared.work import answered
from gradwalk.analysis import analyse
from gradwalk.cells import record_plain
from gradwalk.perceptron.programs.program import program
from gradwalk.perceptron.settings.model import Perceptron
from gradwalk.perceptron.settings.reading import Network, read
from gradwalk.perceptron.view.by_hand import by_hand, warning
from gradwalk.perceptron.view.drawn import drawn
from gradwalk.story.player_data import player_data


class RecordedPerceptron(NamedTuple):
    """What a page shows of a perceptron; ``graphs`` and ``story`` are the player's, as JSON."""

    perceptron: Perceptron
    network: Network
    source: str
    graphs: bytes
    story: bytes
    drawn: dict[str, Any]
    warning: dict[str, str] | None
    """What a student should be told who has met a trap."""

    @property
    def structure(self) -> str:
        """The same for all settings that make the same graph, whatever their numbers."""
        layers = [(layer.units, layer.inputs, layer.activation) for layer in self.network.layers]
        told = repr((layers, self.network.loss, self.network.rows > 1, self.network.style))
        return hashlib.sha256(told.encode()).hexdigest()[:12]


@answered
def recorded_perceptron(perceptron: Perceptron, torchviz: bool = False) -> RecordedPerceptron:
    """Record the settings' program, and have ``torchviz`` draw its graph.

    Raises SettingError for what is wrong with them, ProgramError and LayoutError for what is too large.
    """
    network = read(perceptron)
    source = program(network)
    recording = record_plain(source, pictures=torchviz)
    analysis = analyse(recording)
    graphs, story = player_data(analysis, statements=False)
    picture = drawn(analysis, story, network)
    placed = graphs if torchviz else without_torchviz(graphs)
    told = {part: story[part] for part in WITHOUT_CELLS} | learn_of(analysis)
    shown = packed(placed), packed(told)
    return RecordedPerceptron(perceptron, network, source, *shown, picture, warning(network))


@answered
def told_by_hand(network: Network, wrt: str, answers: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """The view "By hand": ``wrt`` is the weight whose chain is shown, ``answers`` are formulas with their keys."""
    return by_hand(network, wrt, dict(answers))
