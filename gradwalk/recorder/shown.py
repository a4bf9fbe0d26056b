"""What the cells of a program show: outputs as events, the text of each cell, and displays that are shown anew."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.recorder.run import Run
from gradwalk.recording import Output


class _Display(NamedTuple):
    """Where something stands that may be shown anew: its cell, its event, its place among what the cell shows."""

    cell: int
    event: int
    shown: int


class Shown:
    """Writes down what a run shows."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._texts: list[list[str]] = []
        """Of each cell."""
        self._displays: dict[str, list[_Display]] = {}
        """By their name: what the program may show anew."""
        self._outputs: list[int] = []
        """Which events show what the present cell has shown since it began, or since that was taken away."""

    def cell(self) -> None:
        """The next cell begins."""
        self._texts.append([])
        self._outputs.clear()

    def text(self, cell: int) -> str:
        """Everything that a cell has shown, as a notebook would."""
        shown = "".join(self._texts[cell]) if cell < len(self._texts) else ""
        return shown.removesuffix("\n")

    def output(self, event: Output, display: str) -> None:
        """Something is shown. What has a name, ``display``, may be shown anew."""
        run = self._run
        _, span, stream, text, mime, alternative, _ = event
        shown = alternative if mime != "text/plain" else text
        if stream != "notice" and self._texts:
            self._texts[-1].append(shown if stream in ("print", "stderr", "warning") else shown + "\n")
        if not run.ended:
            run.look_outside(span)
        last = run.events[-1] if run.events else None
        place = (run.cell, span, stream, mime)
        if (
            stream in ("print", "stderr")
            and isinstance(last, Output)
            and (last.cell, last.span, last.stream, last.mime) == place
            and not last.text.endswith("\n")
            and len(last.text) < 2_000
        ):
            run.emit_instead(last._replace(text=last.text + text))
        else:
            run.emit(event)
            if stream != "notice":
                self._outputs.append(len(run.events) - 1)
        if display and self._texts:
            shown_at = _Display(run.cell, len(run.events) - 1, len(self._texts[-1]) - 1)
            self._displays.setdefault(display, []).append(shown_at)

    def anew(self, display: str, text: str, mime: str, alternative: str, density: int) -> None:
        """What was shown under this name is something else now, where it stands."""
        for place in self._displays.get(display, ()):
            last = self._run.events[place.event]
            if isinstance(last, Output):
                self._run.events[place.event] = last._replace(
                    text=text, mime=mime, alternative=alternative, density=density
                )
                self._texts[place.cell][place.shown] = (alternative if mime != "text/plain" else text) + "\n"

    def clear(self) -> None:
        """What the present cell has shown is taken away."""
        run = self._run
        kept = {name: [place for place in places if place.cell != run.cell] for name, places in self._displays.items()}
        self._displays = {name: places for name, places in kept.items() if places}
        if self._outputs:
            first, gone = self._outputs[0], set(self._outputs)
            run.events[first:] = [event for place, event in enumerate(run.events[first:], first) if place not in gone]
            self._outputs.clear()
        if self._texts:
            self._texts[-1].clear()
